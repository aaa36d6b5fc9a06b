//! Reports to merge.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::DateTime;
use proptest::prelude::*;

use crate::bucket::Bucket;
use crate::report::{Answer, BucketCount, CoarseBefore, Count, Histogram, PageCount, Summary, Tail};
use crate::visit::{Page, Visit};

pub fn visits() -> impl Strategy<Value = Vec<Visit>> {
    let visit = |(id, second)| Visit {
        id,
        at: DateTime::from_timestamp(second, 0).expect("a time").fixed_offset(),
        page: Page::root(),
    };
    prop::collection::vec((1..1000_i64, 0..50_i64).prop_map(visit), 0..30)
}

pub fn tail(replica: usize, mut visits: Vec<Visit>) -> Tail {
    visits.sort_by_key(|visit| visit.at);
    Tail { replica: format!("r{replica}"), timezone: "UTC".to_owned(), visits, before: None }
}

pub fn answer<T>(replica: usize, report: Result<T, String>) -> Answer<T> {
    Answer { peer: format!("p{replica}"), report }
}

pub fn count(replica: &str, visits: i64, coarse_before: Option<CoarseBefore>) -> Count {
    Count { replica: replica.to_owned(), visits, coarse_before }
}

pub fn summary(replica: usize, pages: Vec<(u8, i64)>) -> Summary {
    let pages: BTreeMap<_, _> = pages.into_iter().collect();
    let page =
        |(name, visits): (u8, i64)| PageCount { page: Page::parse(&format!("/{name}")).expect("a page"), visits };
    let mut pages: Vec<_> = pages.into_iter().map(page).collect();
    pages.sort_by_key(|page| Reverse(page.visits));
    Summary {
        replica: format!("r{replica}"),
        timezone: "UTC".to_owned(),
        visits: pages.iter().map(|page| page.visits).sum(),
        coarse_before: None,
        hours: Vec::new(),
        days: Vec::new(),
        pages,
        latest: Vec::new(),
        before: None,
    }
}

pub fn histogram(replica: usize, visits: &[i64]) -> Histogram {
    let hour = |(hour, visits): (i64, &i64)| BucketCount {
        start: DateTime::from_timestamp(hour * 3600, 0).expect("a time").fixed_offset(),
        visits: *visits,
    };
    Histogram {
        replica: format!("r{replica}"),
        timezone: "UTC".to_owned(),
        bucket: Bucket::Hour,
        since: DateTime::UNIX_EPOCH.fixed_offset(),
        until: DateTime::UNIX_EPOCH.fixed_offset(),
        visits: visits.iter().sum(),
        coarse_before: None,
        buckets: (0..).zip(visits).map(hour).collect(),
    }
}
