//! The formats, and which of them the client accepts: RFC 9110, section 12.5.1.

use std::cmp::Reverse;

use http::HeaderMap;
use http::header::ACCEPT;
use mediatype::names::{_STAR, APPLICATION, CSV, GIF, HTML, IMAGE, JAVASCRIPT, JSON, PLAIN, Q, SVG, TEXT, XML};
use mediatype::{MediaType, MediaTypeList, Name, ReadParams};

const X_NDJSON: Name = Name::new_unchecked("x-ndjson");
const OPENMETRICS_TEXT: Name = Name::new_unchecked("openmetrics-text");
const PROBLEM: Name = Name::new_unchecked("problem");
const YAML: Name = Name::new_unchecked("yaml");

/// A format that an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text in UTF-8.
    Text,
    /// HTML.
    Html,
    /// JSON.
    Json,
    /// SVG.
    Svg,
    /// GIF.
    Gif,
    /// CSV (RFC 4180).
    Csv,
    /// JSON, one record per line.
    Ndjson,
    /// Prometheus' text format.
    Prometheus,
    /// OpenMetrics, its successor.
    OpenMetrics,
    /// YAML (RFC 9512).
    Yaml,
    /// JavaScript (RFC 9239).
    JavaScript,
    /// An error as JSON (RFC 9457).
    Problem,
}

impl Format {
    /// The value of `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
            Self::Svg => "image/svg+xml",
            Self::Gif => "image/gif",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Yaml => "application/yaml",
            Self::JavaScript => "text/javascript; charset=utf-8",
            Self::Problem => "application/problem+json",
        }
    }

    /// The media type in `Accept`.
    pub fn media_type(self) -> MediaType<'static> {
        match self {
            Self::Text | Self::Prometheus => MediaType::new(TEXT, PLAIN),
            Self::Html => MediaType::new(TEXT, HTML),
            Self::Json => MediaType::new(APPLICATION, JSON),
            Self::Svg => MediaType::from_parts(IMAGE, SVG, Some(XML), &[]),
            Self::Gif => MediaType::new(IMAGE, GIF),
            Self::Csv => MediaType::new(TEXT, CSV),
            Self::Ndjson => MediaType::new(APPLICATION, X_NDJSON),
            Self::OpenMetrics => MediaType::new(APPLICATION, OPENMETRICS_TEXT),
            Self::Yaml => MediaType::new(APPLICATION, YAML),
            Self::JavaScript => MediaType::new(TEXT, JAVASCRIPT),
            Self::Problem => MediaType::from_parts(APPLICATION, PROBLEM, Some(JSON), &[]),
        }
    }
}

/// The format that the client prefers of those that are `offered`: by quality, then by their order in the header, then
/// by their order in `offered`. `None` if the client accepts none of them. Invalid parts of the header are ignored, and
/// without the header the client accepts any format.
pub fn negotiate(headers: &HeaderMap, offered: &[Format]) -> Option<Format> {
    let values: Vec<_> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let values = values.join(",");
    let mut ranges: Vec<MediaType> = MediaTypeList::new(&values).flatten().collect();
    if ranges.is_empty() {
        ranges.push(MediaType::new(_STAR, _STAR));
    }
    let accepted = offered.iter().rev().filter_map(|format| {
        let (position, range) = most_specific(&ranges, &format.media_type())?;
        Some((quality(range), Reverse(position), *format))
    });
    accepted
        .filter(|(quality, ..)| *quality > 0.0)
        .max_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)))
        .map(|(.., format)| format)
}

/// The most specific range that matches a media type, and its position in the header. Parameters do not narrow a range:
/// clients that send `application/json; charset=utf-8` mean JSON.
fn most_specific<'a>(ranges: &'a [MediaType<'a>], media_type: &MediaType) -> Option<(usize, &'a MediaType<'a>)> {
    [(media_type.ty, media_type.subty), (media_type.ty, _STAR), (_STAR, _STAR)]
        .iter()
        .find_map(|(ty, subty)| ranges.iter().enumerate().find(|(_, range)| range.ty == *ty && range.subty == *subty))
}

/// The quality of a range, from 0 (never) to 1, the default.
fn quality(range: &MediaType) -> f32 {
    let quality = range.get_param(Q).and_then(|value| value.as_str().parse().ok());
    quality.filter(|quality| (0.0..=1.0).contains(quality)).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const OFFERED: &[Format] = &[Format::Text, Format::Html, Format::Json];

    fn chosen(accept: &'static str) -> Option<Format> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        negotiate(&headers, OFFERED)
    }

    #[test]
    fn the_first_format_is_the_default() {
        assert_eq!(negotiate(&HeaderMap::new(), OFFERED), Some(Format::Text));
        for accept in ["*/*", "", " ", "text/*", "text/*, */*;q=0.1", "*/*, image/png"] {
            assert_eq!(chosen(accept), Some(Format::Text), "{accept}");
        }
    }

    #[test]
    fn the_best_quality_wins() {
        for (accept, format) in [
            ("application/json", Format::Json),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", Format::Html),
            ("text/plain;q=0.5, application/json", Format::Json),
            ("text/plain;q=0, */*", Format::Html),
            ("*/*;q=0.1, application/json;q=0.2", Format::Json),
            ("application/json, text/plain, */*", Format::Json),
            ("text/html;q=0.2, text/*;q=0.9, application/json;q=0.8", Format::Text),
            ("APPLICATION/JSON", Format::Json),
            ("nonsense, application/json", Format::Json),
            ("text/html;q=high, application/json;q=0.9", Format::Html),
            ("application/json;charset=utf-8", Format::Json),
        ] {
            assert_eq!(chosen(accept), Some(format), "{accept}");
        }
    }

    #[test]
    fn a_format_that_is_not_offered_is_not_chosen() {
        for accept in
            ["image/png", "text/plain;q=0", "text/plain;q=0.0, image/*", "*/*;q=0", "application/*;q=0, image/*"]
        {
            assert_eq!(chosen(accept), None, "{accept}");
        }
    }

    #[test]
    fn an_invalid_header_is_ignored() {
        for accept in ["text", "/", ";;;", "text/plain/html", "\"", "a/b;c"] {
            assert_eq!(chosen(accept), Some(Format::Text), "{accept}");
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("image/png"));
        headers.append(ACCEPT, HeaderValue::from_static("application/json"));
        assert_eq!(negotiate(&headers, OFFERED), Some(Format::Json));
    }

    /// A header of ranges, each with a quality in thousandths, and the ranges.
    fn accepts() -> impl Strategy<Value = (String, Vec<(&'static str, u32)>)> {
        let names =
            ["*/*", "text/*", "application/*", "image/*", "text/plain", "text/html", "application/json", "image/png"];
        let range = (prop::sample::select(names.to_vec()), prop_oneof![Just(0), Just(1000), 1..1000_u32]);
        prop::collection::vec(range, 1..8).prop_map(|ranges| {
            let text = |(name, quality): &(&str, u32)| format!("{name};q={}.{:03}", quality / 1000, quality % 1000);
            (ranges.iter().map(text).collect::<Vec<_>>().join(", "), ranges)
        })
    }

    /// The quality of a format in thousandths: that of the first of the most specific ranges that match it.
    fn quality_of(format: Format, ranges: &[(&str, u32)]) -> u32 {
        let name = format.media_type().to_string();
        let group = format!("{}/*", name.split('/').next().unwrap_or_default());
        let found = [&*name, &*group, "*/*"].iter().find_map(|wanted| ranges.iter().find(|(range, _)| range == wanted));
        found.map_or(0, |(_, quality)| *quality)
    }

    proptest! {
        #[test]
        fn the_chosen_format_is_one_that_is_offered(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            accept in "([a-z*]{1,8}/[a-z*+]{1,8}(;q=[0-9.]{1,4})?[,; ]{0,3}){0,6}",
        ) {
            for value in [HeaderValue::from_bytes(&bytes), HeaderValue::from_str(&accept)].into_iter().flatten() {
                let mut headers = HeaderMap::new();
                headers.insert(ACCEPT, value);
                if let Some(format) = negotiate(&headers, OFFERED) {
                    prop_assert!(OFFERED.contains(&format));
                }
            }
        }

        #[test]
        fn the_chosen_format_has_the_highest_quality((accept, ranges) in accepts()) {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(&accept).expect("a header"));
            let best = OFFERED.iter().map(|format| quality_of(*format, &ranges)).max().unwrap_or_default();
            let chosen = negotiate(&headers, OFFERED);
            prop_assert_eq!(chosen.map_or(0, |format| quality_of(format, &ranges)), best, "{:?} for {}", chosen, accept);
            prop_assert_eq!(chosen.is_some(), best > 0, "{}", accept);
        }

        #[test]
        fn the_only_accepted_format_is_chosen(index in 0..OFFERED.len(), quality in 1..=1000_u32) {
            let accepted = OFFERED[index];
            let accept = format!("image/*, {};q={:.3}", accepted.media_type(), f64::from(quality) / 1000.0);
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(&accept).expect("a header"));
            prop_assert_eq!(negotiate(&headers, OFFERED), Some(accepted));
        }
    }
}
