//! Whatever a histogram is of, its buckets add up, and each has what the log has.

use chrono::{DateTime, SecondsFormat};
use serde_json::Value;

use crate::server::{Server, Setup};
use crate::volume::{insert, prune};

/// 2026-10-24T22:00:00Z: midnight in Berlin, before the day on which its clocks are set back.
const FROM: i64 = 1_792_879_200_000_000;
const HOUR: i64 = 3_600_000_000;
const SLOT: i64 = HOUR / 4;
const PAGES: [&str; 3] = ["/", "/a", "/caf\u{e9}"];
const ZONES: [&str; 6] =
    ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"];

/// Numbers that look like chance, and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 11).expect("53 bits") % limit
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[usize::try_from(self.below(i64::try_from(list.len()).expect("a length"))).expect("a place")]
    }
}

fn rfc3339(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).expect("a time").to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn micros(time: &Value) -> i64 {
    DateTime::parse_from_rfc3339(time.as_str().expect("a time")).expect("RFC 3339").timestamp_micros()
}

/// 600 visits in three days, as if the clock had been set back now and then, many of them on the borders of hours.
fn visits(chance: &mut Chance) -> Vec<(i64, &'static str)> {
    let mut visits: Vec<_> = (0..600).map(|_| (FROM + chance.below(72 * HOUR), chance.of(&PAGES))).collect();
    visits.sort_unstable();
    for place in (0..600).step_by(9) {
        visits.swap(place, usize::try_from(chance.below(600)).expect("a place"));
        visits[place].0 -= visits[place].0 % (HOUR / 2);
    }
    visits
}

/// Asks for many histograms, and compares each bucket with these visits, and with `/visits/count`.
fn check(server: &Server, visits: &[(i64, &str)], chance: &mut Chance, rounds: usize) {
    let client = server.client();
    for _ in 0..rounds {
        let (bucket, most) = [("hour", 72 * HOUR), ("day", 72 * HOUR), ("minute", 3 * HOUR)]
            [usize::try_from(chance.below(3)).expect("a place")];
        let since = FROM - 5 * HOUR + chance.below(80 * HOUR);
        let until = since + chance.below(most);
        // Whole minutes, quarters and hours are as likely as anything else, and so are moments soon after a quarter.
        let grain = [1, 60_000_000, SLOT, HOUR, SLOT][usize::try_from(chance.below(5)).expect("a place")];
        let soon = if chance.below(3) == 0 { chance.below(40_000_000) } else { 0 };
        let (since, until) = (since - since % grain + soon, until - until % grain);
        let (since, until) = (since, until.max(since));
        let page = [None, Some(chance.of(&PAGES)), Some("/none")][usize::try_from(chance.below(3)).expect("a place")];
        let filter = page.map(|page| format!("&page={}", page.replace('\u{e9}', "%C3%A9"))).unwrap_or_default();
        let by_hand = |since: i64, until: i64| {
            let inside =
                visits.iter().filter(|(at, on)| (since..until).contains(at) && page.is_none_or(|page| page == *on));
            i64::try_from(inside.count()).expect("a number")
        };
        let range = format!("since={}&until={}{filter}", rfc3339(since), rfc3339(until));
        let query = format!("bucket={bucket}&tz={}&{range}", chance.of(&ZONES));
        let histogram = client.json(&format!("/visits/histogram?{query}"));
        assert_eq!(histogram["visits"], by_hand(since, until), "{query}");
        assert_eq!(client.count(&range), by_hand(since, until), "{query}");
        let buckets = histogram["buckets"].as_array().expect("buckets");
        let starts: Vec<_> = buckets.iter().map(|bucket| micros(&bucket["start"])).chain([i64::MAX]).collect();
        assert!(starts.is_sorted_by(|one, next| one < next), "{query}: {histogram}");
        assert!(starts[0] <= since || since == until, "{query}: {histogram}");
        assert!(buckets.is_empty() == (since == until), "{query}: {histogram}");
        for (bucket, border) in buckets.iter().zip(starts.windows(2)) {
            let (from, to) = (border[0].max(since), border[1].min(until));
            assert!(from < to, "{query}: nothing of the range is in {bucket}");
            assert_eq!(bucket["visits"], by_hand(from, to), "{query}: {bucket}");
        }
    }
}

fn record(server: &Server, visits: &[(i64, &str)]) {
    assert_eq!(server.client().get("/readyz").status, 200);
    insert(&mut server.volume().open(), visits.iter().copied());
}

#[test]
fn the_buckets_of_a_histogram_are_what_the_log_has() {
    let mut chance = Chance(1);
    let server = Server::start();
    let visits = visits(&mut chance);
    record(&server, &visits);
    check(&server, &visits, &mut chance, 400);
    assert_eq!(server.volume().audit(), 600);
}

#[test]
fn a_histogram_without_its_beginning_or_its_end_adds_up_as_well() {
    let mut chance = Chance(3);
    let server = Setup::new().at(&rfc3339(FROM + 50 * HOUR + 12_345_678)).start();
    record(&server, &visits(&mut chance));
    let client = server.client();
    for bucket in ["hour", "day", "minute"] {
        for range in [
            String::new(),
            format!("&until={}", rfc3339(FROM + 30 * HOUR)),
            format!("&until={}", rfc3339(FROM + 30 * HOUR + 59_999_999)),
            format!("&until={}&page=/a", rfc3339(FROM + 49 * HOUR + 1)),
            "&since=90m".to_owned(),
            format!("&since={}&page=/", rfc3339(FROM + 48 * HOUR)),
        ] {
            let histogram = client.json(&format!("/visits/histogram?tz=UTC&bucket={bucket}{range}"));
            let (since, until) = (micros(&histogram["since"]), micros(&histogram["until"]));
            let page = range.split("&page=").nth(1).map(|page| format!("&page={page}")).unwrap_or_default();
            let counted = client.count(&format!("since={}&until={}{page}", rfc3339(since), rfc3339(until)));
            assert_eq!(histogram["visits"], counted, "{bucket}{range}");
            let buckets = histogram["buckets"].as_array().expect("buckets");
            let sum: i64 = buckets.iter().map(|bucket| bucket["visits"].as_i64().expect("a number")).sum();
            assert_eq!(sum, counted, "{bucket}{range}");
        }
    }
}

#[test]
fn what_the_log_has_dropped_is_in_the_bucket_of_the_beginning_of_its_slot() {
    let mut chance = Chance(2);
    for keep in [1, 150, 400] {
        let now = FROM + 73 * HOUR;
        let server = Setup::new().at(&rfc3339(now)).start();
        let mut visits = visits(&mut chance);
        record(&server, &visits);
        prune(&server.volume().open(), keep);
        let dropped = visits.len() - keep;
        visits[..dropped].iter_mut().for_each(|(at, _)| *at -= at.rem_euclid(SLOT));
        check(&server, &visits, &mut chance, 150);
    }
}

#[test]
fn a_histogram_adds_up_where_days_begin_off_a_slot_or_twice() {
    let server = Server::start();
    // St. John's set its clocks back at 00:01, Casey by three hours over midnight; Monrovia was 44 minutes and a half
    // behind; in Manila and in Apia a day is missing or is there twice.
    let cases = [
        ("America/St_Johns", "2010-11-06T12:00:00Z"),
        ("America/St_Johns", "2011-03-12T12:00:00Z"),
        ("Antarctica/Casey", "2010-03-04T06:00:00Z"),
        ("Africa/Monrovia", "1972-01-06T12:00:00Z"),
        ("Pacific/Apia", "2011-12-30T00:00:00Z"),
        ("Pacific/Kwajalein", "1993-08-20T12:00:00Z"),
        ("Antarctica/Troll", "2026-03-28T20:00:00Z"),
        ("Africa/Casablanca", "2026-02-15T00:00:00Z"),
    ];
    let visits: Vec<_> = cases
        .iter()
        .flat_map(|(_, from)| {
            let from = DateTime::parse_from_rfc3339(from).expect("a time").timestamp_micros();
            (0..300).map(move |place| (from + place * 7 * 60_000_000 + place % 3, "/"))
        })
        .collect();
    record(&server, &visits);
    let client = server.client();
    let mut chance = Chance(4);
    for (zone, from) in cases {
        let from = DateTime::parse_from_rfc3339(from).expect("a time").timestamp_micros();
        for round in 0..40 {
            // At first the whole of it, and then any part, from the second on.
            let (since, until) = match round {
                0 => (from, from + 24 * HOUR),
                _ => (from + chance.below(24 * HOUR), from + 24 * HOUR + chance.below(12 * HOUR)),
            };
            // Hours that begin within slots are those of the slots: of Monrovia's, only whole ones are asked for.
            let grain = if zone == "Africa/Monrovia" { HOUR } else { 1_000_000 };
            let (since, until) = (since - since % grain, until - until % grain);
            let bucket = if until - since <= 24 * HOUR { chance.of(&["hour", "day", "minute"]) } else { "hour" };
            let range = format!("since={}&until={}", rfc3339(since), rfc3339(until));
            let query = format!("bucket={bucket}&tz={zone}&{range}");
            let histogram = client.json(&format!("/visits/histogram?{query}"));
            let buckets = histogram["buckets"].as_array().expect("buckets");
            let sum: i64 = buckets.iter().map(|bucket| bucket["visits"].as_i64().expect("a number")).sum();
            assert_eq!((&histogram["visits"], sum), (&sum.into(), client.count(&range)), "{query}");
            assert!(sum > 0, "{query}");
            let starts = buckets.iter().map(|bucket| micros(&bucket["start"]));
            assert!(starts.is_sorted_by(|one, next| one < next) || zone == "Africa/Monrovia", "{query}: {histogram}");
        }
    }
}
