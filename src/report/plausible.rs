//! What a report of a peer, which is not trusted, has to be like.

use std::iter;

use serde::de::DeserializeOwned;

use super::imported::Imported;
use super::known::{Asked, KnownState, Status};
use super::replica::{BucketCount, Count, Deleted, Histogram, Reporter, Summary, Tail};

/// The largest number of visits that is plausible: the largest integer up to which numbers in JSON are exact.
pub const MAX_VISITS: i64 = 1 << 53;

/// A report that a replica asks its peers for.
pub trait Report: DeserializeOwned {
    /// The replica that it is about.
    fn reporter(&self) -> &Reporter;

    /// The numbers in it, and the sums that merging makes of them.
    fn numbers(&self) -> impl Iterator<Item = i64>;

    /// What the replica has imported.
    fn imports(&self) -> &[Imported] {
        &[]
    }

    /// The revisions in it.
    fn revisions(&self) -> impl Iterator<Item = i64> {
        self.reporter().revision.into_iter()
    }

    /// The other names of replicas in it.
    fn names(&self) -> impl Iterator<Item = &str> {
        iter::empty()
    }

    /// Whether all its numbers are plausible.
    fn is_plausible(&self) -> bool {
        let is_number = |visits| (0..=MAX_VISITS).contains(&visits);
        self.numbers().all(is_number) && self.revisions().all(|revision| revision >= 0) && are_plausible(self.imports())
    }
}

impl Report for Count {
    fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        iter::once(self.visits)
    }

    fn imports(&self) -> &[Imported] {
        &self.imports
    }
}

impl Report for Tail {
    fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        self.visits.iter().map(|visit| visit.id)
    }
}

impl Report for Histogram {
    fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        with_sum(counts(&self.buckets)).chain(iter::once(self.visits))
    }

    fn imports(&self) -> &[Imported] {
        &self.imports
    }
}

impl Report for Summary {
    fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        let pages = with_sum(self.pages.iter().map(|page| page.visits));
        let ids = self.latest.iter().map(|visit| visit.id);
        let buckets = with_sum(counts(&self.hours)).chain(with_sum(counts(&self.days)));
        let range = self.range.iter().flat_map(|range| {
            let pages = with_sum(range.pages.iter().map(|page| page.visits));
            let previous = range.previous.map(|previous| previous.visits);
            with_sum(counts(&range.buckets)).chain(pages).chain(previous).chain([range.visits])
        });
        buckets.chain(pages).chain(ids).chain(range).chain(iter::once(self.visits))
    }

    fn imports(&self) -> &[Imported] {
        &self.imports
    }
}

impl Report for Deleted {
    fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        iter::once(self.deleted)
    }
}

impl Report for Status {
    fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        let pages = self.pages.iter().flat_map(|pages| pages.pages.iter().map(|page| page.visits));
        self.known.iter().map(|known| known.visits).chain(pages).chain(iter::once(self.visits))
    }

    fn revisions(&self) -> impl Iterator<Item = i64> {
        // It has a revision itself, as it has an id.
        let own = self.reporter.id.as_ref().and(self.reporter.revision).unwrap_or(-1);
        let pages = self.pages.iter().map(|pages| pages.revision);
        self.known.iter().map(|known| known.revision).chain(pages).chain(iter::once(own))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let peers = self.known.iter().filter(|known| known.state != KnownState::Imported).map(|known| &*known.peer);
        self.known.iter().map(|known| &*known.replica).chain(peers)
    }
}

impl Report for Asked {
    fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        iter::empty()
    }
}

fn are_plausible(imports: &[Imported]) -> bool {
    let sum = imports.iter().fold(0, |sum: i64, import| sum.saturating_add(import.visits.unwrap_or_default()));
    let is_plausible = |import: &Imported| import.revision >= 0 && import.visits.is_none_or(|visits| visits >= 0);
    sum <= MAX_VISITS && imports.iter().all(is_plausible)
}

/// The numbers of visits of buckets.
pub fn counts(buckets: &[BucketCount]) -> impl Iterator<Item = i64> + Clone {
    buckets.iter().map(|bucket| bucket.visits)
}

/// Numbers and their sum, which does not overflow: a peer may send any numbers.
pub fn with_sum(numbers: impl Iterator<Item = i64> + Clone) -> impl Iterator<Item = i64> {
    let sum = numbers.clone().fold(0, i64::saturating_add);
    numbers.chain(iter::once(sum))
}
