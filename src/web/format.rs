//! Which format the client takes: RFC 9110, section 12.5.1.

use std::cmp::Reverse;

use http::HeaderMap;
use http::header::ACCEPT;
use mediatype::names::{_STAR, APPLICATION, CSV, GIF, HTML, IMAGE, JSON, PLAIN, Q, SVG, TEXT, XML};
use mediatype::{MediaType, MediaTypeList, Name, ReadParams};

use super::problem::Problem;

const X_NDJSON: Name = Name::new_unchecked("x-ndjson");
const OPENMETRICS_TEXT: Name = Name::new_unchecked("openmetrics-text");
const YAML: Name = Name::new_unchecked("yaml");

/// A format that an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text in UTF-8.
    Text,
    /// A page for a browser.
    Html,
    /// JSON.
    Json,
    /// A drawing.
    Svg,
    /// A picture of pixels.
    Gif,
    /// A table (RFC 4180).
    Csv,
    /// JSON, a line a record.
    Ndjson,
    /// Prometheus' text format.
    Prometheus,
    /// Its successor.
    OpenMetrics,
    /// YAML (RFC 9512).
    Yaml,
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
        }
    }

    /// What it is called in `Accept`.
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
        }
    }
}

/// Chooses the format that the client likes best of those that are `offered`: by quality, then by the order in which
/// the client names them, then by the order in which they are offered. What cannot be read in the header is passed
/// over, and no header takes any format.
pub fn negotiate(headers: &HeaderMap, offered: &'static [Format]) -> Result<Format, Problem> {
    let values: Vec<_> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let values = values.join(",");
    let mut ranges: Vec<MediaType> = MediaTypeList::new(&values).flatten().collect();
    if ranges.is_empty() {
        ranges.push(MediaType::new(_STAR, _STAR));
    }
    let liked = offered.iter().rev().filter_map(|format| {
        let (place, range) = most_specific(&ranges, &format.media_type())?;
        Some((quality(range), Reverse(place), *format))
    });
    liked
        .filter(|(quality, ..)| *quality > 0.0)
        .max_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)))
        .map(|(.., format)| format)
        .ok_or(Problem::NotAcceptable(offered))
}

/// The range that decides over a media type, and its place in the header. Parameters do not narrow a range:
/// `application/json; charset=utf-8` means JSON to whoever sends it.
fn most_specific<'a>(ranges: &'a [MediaType<'a>], media_type: &MediaType) -> Option<(usize, &'a MediaType<'a>)> {
    [(media_type.ty, media_type.subty), (media_type.ty, _STAR), (_STAR, _STAR)]
        .iter()
        .find_map(|(ty, subty)| ranges.iter().enumerate().find(|(_, range)| range.ty == *ty && range.subty == *subty))
}

/// The quality that the client gives a range, from 0 (never) to 1, which is also what no quality means.
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
        negotiate(&headers, OFFERED).ok()
    }

    #[test]
    fn the_first_format_is_for_those_who_take_any() {
        assert_eq!(negotiate(&HeaderMap::new(), OFFERED).ok(), Some(Format::Text));
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
    fn what_nobody_offers_is_not_acceptable() {
        for accept in
            ["image/png", "text/plain;q=0", "text/plain;q=0.0, image/*", "*/*;q=0", "application/*;q=0, image/*"]
        {
            assert_eq!(chosen(accept), None, "{accept}");
        }
    }

    #[test]
    fn a_header_that_cannot_be_read_counts_as_none() {
        for accept in ["text", "/", ";;;", "text/plain/html", "\"", "a/b;c"] {
            assert_eq!(chosen(accept), Some(Format::Text), "{accept}");
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("image/png"));
        headers.append(ACCEPT, HeaderValue::from_static("application/json"));
        assert_eq!(negotiate(&headers, OFFERED).ok(), Some(Format::Json));
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

    /// How much a format is liked: by the range that says most about it, and of those by the first.
    fn liking(format: Format, ranges: &[(&str, u32)]) -> u32 {
        let name = format.media_type().to_string();
        let group = format!("{}/*", name.split('/').next().unwrap_or_default());
        let found = [&*name, &*group, "*/*"].iter().find_map(|wanted| ranges.iter().find(|(range, _)| range == wanted));
        found.map_or(0, |(_, quality)| *quality)
    }

    proptest! {
        #[test]
        fn any_header_chooses_an_offer_or_none(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            accept in "([a-z*]{1,8}/[a-z*+]{1,8}(;q=[0-9.]{1,4})?[,; ]{0,3}){0,6}",
        ) {
            for value in [HeaderValue::from_bytes(&bytes), HeaderValue::from_str(&accept)].into_iter().flatten() {
                let mut headers = HeaderMap::new();
                headers.insert(ACCEPT, value);
                if let Ok(format) = negotiate(&headers, OFFERED) {
                    prop_assert!(OFFERED.contains(&format));
                }
            }
        }

        #[test]
        fn no_offer_is_liked_better_than_the_one_chosen((accept, ranges) in accepts()) {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(&accept).expect("a header"));
            let best = OFFERED.iter().map(|format| liking(*format, &ranges)).max().unwrap_or_default();
            let chosen = negotiate(&headers, OFFERED).ok();
            prop_assert_eq!(chosen.map_or(0, |format| liking(format, &ranges)), best, "{:?} for {}", chosen, accept);
            prop_assert_eq!(chosen.is_some(), best > 0, "{}", accept);
        }

        #[test]
        fn the_only_format_with_a_quality_is_chosen(place in 0..OFFERED.len(), quality in 1..=1000_u32) {
            let wanted = OFFERED[place];
            let accept = format!("image/*, {};q={:.3}", wanted.media_type(), f64::from(quality) / 1000.0);
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(&accept).expect("a header"));
            prop_assert_eq!(negotiate(&headers, OFFERED).ok(), Some(wanted));
        }
    }
}
