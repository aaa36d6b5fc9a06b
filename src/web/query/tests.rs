use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;
use crate::limits::MAX_PAGE_BYTES;
use crate::range::{Named, Range};
use crate::uri::path_and_query;
use crate::zone;

const KNOWN: &[&str] = &[
    "tail",
    "before",
    "page",
    "tz",
    "scope",
    "bucket",
    "now",
    "since",
    "until",
    "range",
    "label",
    "color",
    "labelColor",
    "style",
    "search",
    "sort",
    "limit",
    "offset",
];

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a valid time").to_utc()
}

/// The query with this parameter, encoded as for peers.
fn query_with(name: &str, value: &str) -> Query {
    let path_and_query = path_and_query("/", &[(name, Some(value.to_owned()))]);
    let query = path_and_query.split_once('?').map(|(_, query)| query.to_owned());
    Query::parse(query.as_deref(), KNOWN).expect("a query")
}

#[test]
fn messages_tell_the_limits() {
    for (query, limit) in [
        (query_with("tail", "x").tail().err(), MAX_TAIL.to_string()),
        (query_with("page", "x").page(&[]).err(), MAX_PAGE_BYTES.to_string()),
        (query_with("page", "x").visited_page(&[]).err(), MAX_PAGE_BYTES.to_string()),
        (query_with("label", "").label().err(), MAX_LABEL_CHARACTERS.to_string()),
        (query_with("search", "\n").search().err(), MAX_SEARCH_CHARACTERS.to_string()),
        (query_with("limit", "0").limit().err(), MAX_LIST.to_string()),
        (query_with("offset", "-1").offset().err(), u32::MAX.to_string()),
    ] {
        let Some(Problem::BadParameter { expected, .. }) = query else { panic!("{query:?}") };
        assert!(expected.split(' ').any(|word| word == limit), "{expected}");
    }
}

#[test]
fn a_plus_is_a_blank_only_in_what_forms_send() {
    let query = Query::parse(Some("label=a+b%2Bc&search=a+b%2Bc&page=/a+b%20c&tz=Etc/GMT+3"), KNOWN).expect("a query");
    assert_eq!(query.search().expect("a text"), "a b+c");
    assert_eq!(query.label().expect("a label").as_deref(), Some("a b+c"));
    assert_eq!(query.page(&[]).expect("a page").as_ref().map(Page::as_str), Some("/a+b c"));
    assert_eq!(query.tz().expect("a zone").as_ref().map(Zone::name), Some("Etc/GMT+3"));
}

#[test]
fn a_page_is_deleted_with_all_its_parameters() {
    let query = Query::parse(Some("page=/a/?utm_id=1%26x=2"), KNOWN).expect("a query");
    assert_eq!(query.deleted_page().expect("a page").as_str(), "/a?utm_id=1&x=2");
    assert_eq!(query.page(&["x".to_owned()]).expect("a page").as_ref().map(Page::as_str), Some("/a"));
}

#[test]
fn a_date_is_a_whole_day_of_the_zone() {
    let zone = Zone::parse("Europe/Berlin").expect("a zone");
    let range =
        |query: &str| Query::parse(Some(query), KNOWN).expect("a query").range(&zone, utc("2026-06-01T00:00:00Z"));
    let expected = (Some(utc("2026-03-28T23:00:00Z")), Some(utc("2026-03-29T22:00:00Z")));
    let Range { since, until } = range("since=2026-03-29&until=2026-03-29").expect("a range");
    assert_eq!((since, until), expected);
    for text in ["2026-3-29", "2026-02-29", "+2026-03-29", "0001-01-01", "9999-01-01", "2026-03-29T", ""] {
        assert!(range(&format!("since={text}")).is_err(), "{text}");
    }
    assert!(range("since=2026-03-30&until=2026-03-29").is_err());
}

#[test]
fn a_range_has_a_name_or_bounds() {
    let named = |query: &str| {
        let query = Query::parse(Some(query), KNOWN).expect("a query");
        query.range_or(Named::All, &Zone::UTC, utc("2026-06-01T00:00:00Z")).map(|(_, named)| named)
    };
    assert_eq!(named("range=12mo").expect("a range"), Some(Named::TwelveMonths));
    assert_eq!(named("").expect("a range"), Some(Named::All));
    assert_eq!(named("since=7d").expect("a range"), None);
    for query in ["range=", "range=8d", "range=7d&since=7d", "range=all&until=2026-03-29"] {
        assert!(named(query).is_err(), "{query}");
    }
}

/// Queries with separators, complete and incomplete escapes, and escapes that are not UTF-8.
fn queries() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "\\PC{0,20}",
        "(%[0-9A-Fa-f]{2}|%|%[0-9]|[a-z/+.]){0,20}",
        "[0-9]{1,20}[smhdw]?",
        "[0-9]{4}-[01][0-9]-[0-3][0-9]",
        "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](Z|[ +-][0-2][0-9]:[0-5][0-9])",
        prop::sample::select(vec![
            "UTC",
            "Europe/Moscow",
            "replica",
            "cluster",
            "day",
            "12mo",
            "(other)",
            "#fff",
            "1e3"
        ])
        .prop_map(str::to_owned),
    ];
    let pair = (prop::sample::select(KNOWN), "[=]{0,2}", value)
        .prop_map(|(name, equals, value)| [name, &*equals, &value].concat());
    prop::collection::vec(prop_oneof![9 => pair, 1 => "\\PC{0,9}"], 0..5).prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #[test]
    fn values_of_any_query_are_within_their_limits(text in queries()) {
        let now = utc("2026-03-29T12:00:00Z");
        for query in [Query::parse(Some(&text), KNOWN), Query::parse_with_unknown(Some(&text), &["page", "since"])] {
            let Ok(query) = query else { continue };
            prop_assert!(query.tail().is_ok_and(|tail| (1..=MAX_TAIL).contains(&tail)) || query.tail().is_err());
            prop_assert!(query.before().ok().flatten().is_none_or(|id| id >= 1));
            prop_assert!(query.label().ok().flatten().is_none_or(|label| label.chars().count() <= MAX_LABEL_CHARACTERS && visit::is_printable(&label)));
            if let Ok(Some(page)) = query.visited_page(&[]) {
                prop_assert!(page.as_str().starts_with('/') && page.as_str().len() <= MAX_PAGE_BYTES);
            }
            if let Ok(Range { since: Some(since), until: Some(until) }) = query.range(&Zone::UTC, now) {
                prop_assert!(since <= until);
                prop_assert!(since.timestamp_micros() <= until.timestamp_micros(), "in the precision of the database");
            }
            _ = (query.page(&[]), query.tz(), query.range_or(Named::All, &Zone::UTC, now), query.scope(), query.bucket(), query.now(now), query.color(), query.label_color(), query.style());
        }
    }

    #[test]
    fn a_tail_is_from_1_to_1000(number in prop_oneof![0..3_u32, 998..1003_u32, any::<u32>()]) {
        let tail = query_with("tail", &number.to_string()).tail();
        prop_assert_eq!(tail.ok(), Some(number).filter(|number| (1..=1000).contains(number)));
    }

    #[test]
    fn a_range_cannot_end_before_it_begins(since in 0..50_u32, until in 0..50_u32) {
        let query = format!("since={since}h&until={until}h");
        let range = Query::parse(Some(&query), KNOWN).expect("a query").range(&Zone::UTC, utc("2026-03-29T12:00:00Z"));
        prop_assert_eq!(range.is_ok(), since >= until);
    }

    #[test]
    fn a_page_is_decoded_as_it_was_encoded(path in "/\\PC{0,120}") {
        let page = query_with("page", &path).page(&[]);
        match Page::canonical(&path, &[]) {
            Some(expected) => prop_assert_eq!(page.ok().flatten(), Some(expected)),
            None => prop_assert!(page.is_err()),
        }
    }

    #[test]
    fn a_time_is_decoded_as_it_was_encoded(micros in 0..253_000_000_000_000_000_i64, offset in -56..=56_i32) {
        let time = DateTime::from_timestamp_micros(micros).expect("a time");
        let offset = chrono::FixedOffset::east_opt(offset * 900).expect("an offset");
        let text = zone::rfc3339(&time.with_timezone(&offset));
        prop_assert_eq!(query_with("since", &text).range(&Zone::UTC, Utc::now()).ok().and_then(|range| range.since), Some(time));
        // As people write it, without percent-encoding.
        let query = format!("now={text}");
        let query = Query::parse(Some(&query), KNOWN).expect("a query");
        prop_assert_eq!(query.now(Utc::now()).ok(), Some(time));
    }

    #[test]
    fn a_known_parameter_cannot_occur_twice(name in prop::sample::select(KNOWN), first in "[a-z/]{0,5}", second in "[a-z/]{0,5}") {
        let text = format!("{name}={first}&x=y&{name}={second}");
        prop_assert!(Query::parse(Some(&text), KNOWN).is_err());
        prop_assert!(Query::parse_with_unknown(Some(&text), KNOWN).is_err());
        prop_assert!(Query::parse_with_unknown(Some(&text), &[]).is_ok(), "unknown parameters may occur twice");
    }
}
