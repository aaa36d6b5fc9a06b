//! The reports that the snapshots show.

use chrono::{DateTime, TimeDelta, Utc};

use crate::bucket::Bucket;
use crate::report::{BucketCount, CoarseBefore, Count, Histogram, Home, Oldest, PageCount, Summary, Tail};
use crate::visit::{Page, Visit};
use crate::zone::Zone;

pub fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-23T14:20:30.5Z").expect("a time").to_utc()
}

pub fn zone() -> Zone {
    Zone::parse("Europe/Moscow").expect("a zone")
}

pub fn page(name: &str) -> Page {
    Page::parse(name).expect("a page")
}

/// The latest buckets, with numbers that grow from 0 to `max`.
pub fn buckets(bucket: Bucket, number: usize, max: i64) -> Vec<BucketCount> {
    let (since, until) = bucket.latest(&zone(), number, now());
    let starts = bucket.bounds(&zone(), since, until).into_iter().take(number);
    let last = i64::try_from(number - 1).expect("a number");
    starts
        .zip(0..)
        .map(|(start, index)| BucketCount { start: zone().local(start), visits: max * index / last })
        .collect()
}

pub fn histogram(replica: &str, bucket: Bucket, max: i64) -> Histogram {
    let buckets = buckets(bucket, bucket.default_number(), max);
    Histogram {
        replica: replica.to_owned(),
        timezone: zone().name().to_owned(),
        bucket,
        since: buckets[0].start,
        until: zone().local(now()),
        visits: buckets.iter().map(|bucket| bucket.visits).sum(),
        coarse_before: None,
        buckets,
    }
}

/// Midnight some days ago.
pub fn coarse(days: i64) -> CoarseBefore {
    let date = zone().local(now() - TimeDelta::days(days)).date_naive();
    CoarseBefore(zone().local(zone().midnight(date)))
}

pub fn visits() -> Vec<Visit> {
    let pages = ["/", "/blog/<x>", "/a,\"b\"", "/caf\u{e9}", "(other)"];
    let at = |id: i64| zone().local(now() - TimeDelta::minutes((6 - id) * 7));
    (1..).zip(pages).map(|(id, name)| Visit { id, at: at(id), page: page(name) }).collect()
}

pub fn tail(replica: &str) -> Tail {
    Tail { replica: replica.to_owned(), timezone: zone().name().to_owned(), visits: visits(), before: Some(1) }
}

pub fn summary(replica: &str) -> Summary {
    Summary {
        replica: replica.to_owned(),
        timezone: zone().name().to_owned(),
        visits: 12_345,
        coarse_before: None,
        hours: buckets(Bucket::Hour, 3, 9),
        days: buckets(Bucket::Day, 8, 1200),
        pages: [("/", 12_000), ("/blog/<x>", 345)].map(|(name, visits)| PageCount { page: page(name), visits }).into(),
        latest: visits(),
        before: Some(1),
    }
}

pub fn count(replica: &str) -> Count {
    Count { replica: replica.to_owned(), visits: 42, coarse_before: None }
}

/// A year's log, ten years of days before that, and no months.
pub fn oldest() -> Oldest {
    let ago = |days| Some(now() - TimeDelta::days(days));
    Oldest { visit: ago(365), quarter_hour: ago(366), day: ago(3653), month: None, year: ago(7306) }
}

pub fn home(replica: &str, visit: Option<i64>) -> Home {
    let (time, timezone) = (zone().local(now()), zone().name().to_owned());
    Home { time, timezone, replica: replica.to_owned(), visit, visits: 1234 }
}
