//! Listing pages with their visits in a range: of one replica, and of all of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::cluster::{Answer, Cluster, Others, ReplicaCount};
use super::imported::{Imported, deserialize_imports};
use super::merge::latest_coarse;
use super::partition::partition;
use super::plausible::{Report, with_sum};
use super::replica::{CoarseBefore, PageCount, Reporter};
use crate::visit::Page;
use crate::zone::Zone;

/// The pages of a replica that were visited in a range.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageList {
    /// The replica that counted.
    #[serde(flatten)]
    pub reporter: Reporter,
    /// The number of visits to all of them.
    pub visits: i64,
    /// The pages with their visits, the most visited first.
    pub pages: Vec<(Page, i64)>,
    /// Those for which there was no room.
    pub left_out: LeftOut,
    /// What it has imported.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "deserialize_imports")]
    pub imports: Vec<Imported>,
    /// Before which time it is coarse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_before: Option<CoarseBefore>,
}

/// The pages for which a list had no room: the least visited ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// How many pages.
    pub pages: i64,
    /// How many visits to them.
    pub visits: i64,
}

impl PageList {
    /// The number of visits that its parts make: a peer may say anything.
    fn sum(&self) -> i64 {
        self.pages.iter().map(|(_, visits)| visits).chain([&self.left_out.visits]).sum()
    }
}

impl Report for PageList {
    fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        let parts = self.pages.iter().map(|(_, visits)| *visits).chain(iter::once(self.left_out.visits));
        with_sum(parts).chain([self.visits, self.left_out.pages])
    }

    fn imports(&self) -> &[Imported] {
        &self.imports
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The most visited page first, and equal ones by name.
    #[default]
    Visits,
    /// By name, which is by code points.
    Name,
}

impl Sort {
    /// Parses its name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Visits, Self::Name].into_iter().find(|sort| sort.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Name => "name",
        }
    }
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    /// The order.
    pub sort: Sort,
    /// How many pages come before.
    pub offset: usize,
    /// How many pages at most; `None` for all.
    pub limit: Option<usize>,
}

/// A part of the list of the pages that were visited in a range, on all replicas.
#[derive(Debug, Serialize)]
pub struct MergedPages {
    /// The zone of the times.
    pub timezone: String,
    /// The beginning of the range (inclusive); `None` for the first visit.
    #[serde(serialize_with = "crate::zone::serialize_optional")]
    pub since: Option<DateTime<FixedOffset>>,
    /// The end of the range (exclusive); `None` for the last visit.
    #[serde(serialize_with = "crate::zone::serialize_optional")]
    pub until: Option<DateTime<FixedOffset>>,
    /// The number of visits to all pages of the list.
    pub total: i64,
    /// Before which time it is coarse: the latest of all replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_before: Option<CoarseBefore>,
    /// The number of pages in the list.
    pub number_of_pages: usize,
    /// The part that was asked for.
    pub pages: Vec<PageCount>,
    /// The value of `offset` for the next part; `None` where this is the last one.
    pub next: Option<usize>,
    /// The number of each replica.
    pub replicas: Vec<ReplicaCount>,
}

impl Cluster<MergedPages> {
    /// Adds up lists, page by page.
    pub fn of_pages(
        own: PageList,
        answers: Vec<Answer<PageList>>,
        others: &Others,
        (since, until): (Option<DateTime<FixedOffset>>, Option<DateTime<FixedOffset>>),
        paging: Paging,
        zone: &Zone,
    ) -> Self {
        let (reports, lacking) = partition(own, answers, others, |_| true);
        let coarse_before = latest_coarse(zone, reports.iter().map(|one| one.report.coarse_before));
        let answered = reports.iter().map(|one| one.count(one.report.sum(), others, zone));
        let silent = lacking.silent.iter().filter_map(|silent| silent.count(None, zone));
        let replicas: Vec<_> = answered.chain(silent).collect();
        let mut missing = lacking.missing(&|silent| !silent.is_complete());
        let mut visits: BTreeMap<&Page, i64> = BTreeMap::new();
        for report in reports.iter().map(|one| &one.report) {
            for (page, number) in &report.pages {
                *visits.entry(page).or_default() += number;
            }
            missing.extend(report.left_out.reason().map(|reason| (report.reporter.replica.clone(), reason)));
        }
        let mut pages: Vec<_> = visits.into_iter().collect();
        if paging.sort == Sort::Visits {
            pages.sort_by_key(|(_, visits)| Reverse(*visits));
        }
        let end = paging.limit.map_or(pages.len(), |limit| paging.offset.saturating_add(limit)).min(pages.len());
        let part = pages.get(paging.offset..end).unwrap_or_default();
        let merged = MergedPages {
            timezone: zone.name().to_owned(),
            since,
            until,
            total: replicas.iter().map(|replica| replica.visits).sum(),
            coarse_before,
            number_of_pages: pages.len(),
            pages: part.iter().map(|(page, visits)| PageCount { page: (*page).clone(), visits: *visits }).collect(),
            next: (end < pages.len()).then_some(end),
            replicas,
        };
        Self::new(merged, missing)
    }
}

impl LeftOut {
    /// Why a list with such pages is not complete.
    fn reason(self) -> Option<String> {
        let Self { pages, visits } = self;
        (pages > 0 || visits > 0).then(|| format!("its list is too long: it lacks {pages} pages with {visits} visits"))
    }
}

#[cfg(test)]
mod tests;
