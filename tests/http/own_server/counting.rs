//! Counts, buckets and tails, against the visits themselves: in any order of time, tallied or not, in the log or dropped.

use chrono::{DateTime, SecondsFormat};
use serde_json::Value;

use super::MINUTE;
use crate::client::Client;
use crate::random::Random;
use crate::server::{Server, Setup};
use crate::volume::{insert, prune};

const HOUR: i64 = 60 * MINUTE;
const SLOT: i64 = 15 * MINUTE;

/// Where clocks change: on slots and off them, over midnight, and by a whole day.
const MOMENTS: [(&str, &str); 8] = [
    ("Europe/Berlin", "2026-10-24T12:00:00Z"),
    ("America/St_Johns", "2010-11-06T12:00:00Z"),
    ("America/St_Johns", "2011-03-12T12:00:00Z"),
    ("Antarctica/Casey", "2010-03-04T06:00:00Z"),
    ("Pacific/Apia", "2011-12-30T00:00:00Z"),
    ("Pacific/Kwajalein", "1993-08-20T12:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T06:00:00Z"),
    ("Asia/Kathmandu", "1985-12-31T06:00:00Z"),
];

/// How many visits there are after each of them, and within how many hours.
const VISITS: usize = 310;
const HOURS: i64 = 36;

const PAGES: [&str; 3] = ["/", "/a", "/caf\u{e9}"];

fn rfc3339(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).expect("a time").to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn micros(time: &str) -> i64 {
    DateTime::parse_from_rfc3339(time).expect("RFC 3339").timestamp_micros()
}

/// The time that a member of an answer has.
fn time(answer: &Value, member: &str) -> i64 {
    micros(answer[member].as_str().expect("a time"))
}

/// The visits by their ids, from 1 on, and the server that has them.
struct Log {
    server: Server,
    random: Random,
    /// When, and to which page.
    visits: Vec<(i64, &'static str)>,
    /// How many of them the log has dropped.
    dropped: usize,
}

impl Log {
    fn start() -> Self {
        let server = Setup::new().at("2026-10-25T00:59:59.999999Z").start();
        assert_eq!(server.client().get("/readyz").status, 200);
        let (mut random, mut visits) = (Random::new(1), Vec::new());
        for (place, (_, moment)) in MOMENTS.into_iter().enumerate() {
            let mut times: Vec<_> = (0..VISITS).map(|_| micros(moment) + random.below(HOURS * HOUR)).collect();
            times.sort_unstable();
            // As if the clock had been set back now and then, or all the time.
            for at in (0..VISITS).step_by([9, 1][place % 2]) {
                times.swap(at, usize::try_from(random.below(310)).expect("a place"));
            }
            times.iter_mut().step_by(9).for_each(|at| *at -= *at % (HOUR / 2));
            let page = |place| if place % 97 == 0 { "/rare" } else { random.choose(&PAGES) };
            let added: Vec<_> = times.into_iter().zip((0..VISITS).map(page)).collect();
            insert(&mut server.volume().open(), added.iter().copied());
            visits.extend(added);
        }
        Self { server, random, visits, dropped: 0 }
    }

    /// Those that count from one time until another, by their times.
    fn count(&self, since: i64, until: i64, page: Option<&str>) -> i64 {
        let counts = |(place, (at, on)): &(usize, &(i64, &str))| {
            // What the log has dropped counts at the beginning of its slot.
            let at = if *place < self.dropped { *at - at.rem_euclid(SLOT) } else { *at };
            (since..until).contains(&at) && page.is_none_or(|page| page == *on)
        };
        self.visits.iter().enumerate().filter(counts).count().try_into().expect("a number")
    }

    /// Asks for many parts of it, and compares the answers.
    fn check(&mut self) {
        let client = self.server.client();
        for (zone, moment) in MOMENTS.into_iter().cycle().take(16 * MOMENTS.len()) {
            let page = self.random.choose(&[None, Some(PAGES[0]), Some(PAGES[2]), Some("/rare"), Some("/never")]);
            let filter = page.map(|page| format!("&page={}", page.replace('\u{e9}', "%C3%A9"))).unwrap_or_default();
            let bucket = self.random.choose(&["minute", "hour", "day"]);
            let longest = if bucket == "minute" { 24 * HOUR } else { HOURS * HOUR };
            let since = self.bound(micros(moment) - 2 * HOUR, HOURS * HOUR);
            let until = self.bound(since, longest).clamp(since, since + longest);
            let range = format!("since={}&until={}{filter}", rfc3339(since), rfc3339(until));
            for (query, since, until) in [
                (range.clone(), since, until),
                (format!("since={}{filter}", rfc3339(since)), since, i64::MAX),
                (format!("until={}{filter}", rfc3339(until)), 0, until),
                (filter.clone(), 0, i64::MAX),
            ] {
                assert_eq!(client.count(&query), self.count(since, until, page), "{query}");
            }
            let zone = self.random.choose(&[zone, zone, "UTC", "Asia/Kathmandu"]);
            self.check_histogram(&client, &format!("bucket={bucket}&tz={zone}&{range}"), (since, until), page);
            let tail = self.random.choose(&[1, 2, 20, 31, 1000]);
            let before = [i64::MAX, self.random.below(2500) + 1][usize::from(tail == 1)];
            self.check_tail(&client, &format!("tail={tail}&before={before}{filter}"), (tail, before), page);
        }
    }

    /// A time that is as likely a visit, or just beside one, as the beginning of a slot or an hour, or any other.
    fn bound(&mut self, from: i64, most: i64) -> i64 {
        let at = from + self.random.below(most);
        match self.random.below(4) {
            0 => self.random.choose(&self.visits).0 + self.random.below(3) - 1,
            1 => at - at % SLOT,
            2 => at - at % HOUR,
            _ => at,
        }
    }

    fn check_histogram(&self, client: &Client, query: &str, (since, until): (i64, i64), page: Option<&str>) {
        let histogram = client.json(&format!("/visits/histogram?{query}"));
        assert_eq!(histogram["visits"], self.count(since, until, page), "{query}");
        let buckets = histogram["buckets"].as_array().expect("buckets");
        assert_eq!(buckets.is_empty(), since == until, "{query}: {histogram}");
        let starts: Vec<_> = buckets.iter().map(|bucket| time(bucket, "start")).chain([i64::MAX]).collect();
        assert!(starts[0] <= since || since == until, "{query}: {histogram}");
        for (bucket, border) in buckets.iter().zip(starts.windows(2)) {
            let (from, to) = (border[0].max(since), border[1].min(until));
            assert!(from < to, "{query}: nothing of the range is in {bucket}");
            assert_eq!(bucket["visits"], self.count(from, to, page), "{query}: {bucket}");
        }
    }

    fn check_tail(&self, client: &Client, query: &str, (tail, before): (usize, i64), page: Option<&str>) {
        let logged = (1..before).zip(&self.visits).skip(self.dropped);
        let logged: Vec<_> = logged.filter(|(_, (_, on))| page.is_none_or(|page| page == *on)).collect();
        let (earlier, latest) = logged.split_at(logged.len().saturating_sub(tail));
        let answer = client.json(&format!("/visits?{query}"));
        let shown = answer["visits"].as_array().expect("visits");
        let shown = shown.iter().map(|visit| (visit["id"].as_i64(), time(visit, "at"), visit["page"].as_str()));
        let latest_shown = latest.iter().map(|(id, (at, page))| (Some(*id), *at, Some(*page)));
        assert!(shown.eq(latest_shown), "{query}: {answer}, and not {latest:?}");
        let next = latest.first().filter(|_| !earlier.is_empty()).map(|(id, _)| *id);
        assert_eq!(answer["before"].as_i64(), next, "{query}");
    }
}

#[test]
fn counts_buckets_and_tails_are_those_of_the_visits() {
    let mut log = Log::start();
    for time in ["2026-10-25T00:59:59.999999Z", "2026-10-25T01:00:00Z", "2026-10-25T01:14:59.999999Z"] {
        log.server.set_clock(time);
        assert!(log.server.client().get("/footfall.gif?page=/rare").recorded().is_some());
        log.visits.push((micros(time), "/rare"));
    }
    log.check();
    assert_eq!(log.server.volume().audit(), 8 * 310 + 3);
}

#[test]
fn what_the_log_has_dropped_counts_at_the_beginning_of_its_slot() {
    let mut log = Log::start();
    for keep in [1500, 200, 1] {
        prune(&log.server.volume().open(), keep);
        log.dropped = log.visits.len() - keep;
        log.check();
    }
}
