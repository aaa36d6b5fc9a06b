//! Adding up the buckets and the pages of several replicas.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cluster::PageTotal;
use super::replica::{BucketCount, InRange, PageCount, Period};
use crate::limits::{MIN_MONTHS_OF_ALL, SUMMARY_PAGES};
use crate::visit::Page;

/// Whether they are the same times.
pub fn same_buckets(buckets: &[BucketCount], others: &[BucketCount]) -> bool {
    buckets.iter().map(|bucket| bucket.start).eq(others.iter().map(|bucket| bucket.start))
}

/// Sets all of them to 0.
pub fn clear(buckets: &mut [BucketCount]) {
    for bucket in buckets {
        bucket.visits = 0;
    }
}

/// Adds the same times of another replica.
pub fn add(buckets: &mut [BucketCount], others: &[BucketCount]) {
    for (bucket, other) in buckets.iter_mut().zip(others) {
        bucket.visits += other.visits;
    }
}

/// The busiest pages of the lists of all replicas. A replica whose list is full may have more pages than it lists, and so
/// may one that did not answer.
pub fn busiest(lists: &[&[PageCount]], all_answered: bool) -> Vec<PageTotal> {
    let mut visits: BTreeMap<&Page, i64> = BTreeMap::new();
    for listed in lists.iter().copied().flatten() {
        *visits.entry(&listed.page).or_default() += listed.visits;
    }
    let lists_it = |list: &[PageCount], page: &Page| list.iter().any(|listed| listed.page == *page);
    let may_omit = |list: &[PageCount], page: &Page| list.len() >= SUMMARY_PAGES && !lists_it(list, page);
    let exact = |page: &Page| all_answered && !lists.iter().any(|list| may_omit(list, page));
    let total = |(page, visits): (&Page, i64)| PageTotal { page: page.clone(), visits, exact: exact(page) };
    let mut pages: Vec<_> = visits.into_iter().collect();
    pages.sort_by_key(|(_, visits)| Reverse(*visits));
    // This comes first: a peer may list any number of pages, and for `exact` each is looked up in every list.
    pages.truncate(SUMMARY_PAGES);
    pages.into_iter().map(total).collect()
}

impl InRange<PageCount> {
    /// Whether another replica answered for the same range.
    pub fn is_of(&self, other: Option<&Self>) -> bool {
        other.is_some_and(|other| {
            // A report has microseconds, and the own one may have more.
            let micros = |previous: Period| [previous.since, previous.until].map(|at| at.timestamp_micros());
            let times = |one: &Self| one.previous.map(micros);
            same_buckets(&self.buckets, &other.buckets) && times(self) == times(other)
        })
    }

    /// The sum of these, of which the first one is the replica's own. The months before the first visit are left out
    /// where the range has no beginning.
    pub fn sum(ranges: &[&Self], all_answered: bool) -> Option<InRange<PageTotal>> {
        let own = *ranges.first()?;
        let mut buckets = own.buckets.clone();
        clear(&mut buckets);
        for range in ranges {
            add(&mut buckets, &range.buckets);
        }
        if own.since.is_none() {
            let empty = buckets.iter().take_while(|bucket| bucket.visits == 0).count();
            buckets.drain(..empty.min(buckets.len().saturating_sub(MIN_MONTHS_OF_ALL)));
        }
        let previous = |one: &&Self| one.previous.map_or(0, |previous| previous.visits);
        Some(InRange {
            since: own.since,
            until: own.until,
            visits: ranges.iter().map(|range| range.visits).sum(),
            previous: own.previous.map(|own| Period { visits: ranges.iter().map(previous).sum(), ..own }),
            bucket: own.bucket,
            buckets,
            pages: busiest(&ranges.iter().map(|range| &*range.pages).collect::<Vec<_>>(), all_answered),
        })
    }
}
