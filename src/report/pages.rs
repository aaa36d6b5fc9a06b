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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::Id;

    const FIRST: Paging = Paging { sort: Sort::Visits, offset: 0, limit: Some(2) };

    fn list(replica: &str, pages: &[(&str, i64)]) -> PageList {
        let digit = replica.chars().next_back().unwrap_or('0').to_string();
        PageList {
            reporter: Reporter {
                replica: replica.to_owned(),
                id: Id::parse(&digit.repeat(16)),
                revision: Some(1),
                view: None,
            },
            visits: 0,
            pages: pages.iter().map(|(page, visits)| (Page::parse(page).expect("a page"), *visits)).collect(),
            left_out: LeftOut::default(),
            imports: Vec::new(),
            coarse_before: None,
        }
    }

    fn merge(lists: Vec<PageList>, paging: Paging) -> Cluster<MergedPages> {
        let answer = |list: PageList| {
            let peer = list.reporter.replica.clone();
            Answer { peer, expected: true, is_own: false, has_news: false, report: Ok(list) }
        };
        let mut lists = lists.into_iter();
        let own = lists.next().expect("a list");
        Cluster::of_pages(own, lists.map(answer).collect(), &Others::default(), (None, None), paging, &Zone::UTC)
    }

    fn pages(cluster: &Cluster<MergedPages>) -> Vec<(&str, i64)> {
        cluster.merged.pages.iter().map(|count| (count.page.as_str(), count.visits)).collect()
    }

    #[test]
    fn pages_are_added_up_and_listed_by_visits_or_by_name() {
        let lists = || vec![list("r0", &[("/b", 3), ("/a", 1)]), list("r1", &[("/c", 3), ("/a", 1), ("/d", 1)])];
        let all = |sort| merge(lists(), Paging { sort, offset: 0, limit: None });
        assert_eq!(pages(&all(Sort::Visits)), [("/b", 3), ("/c", 3), ("/a", 2), ("/d", 1)]);
        assert_eq!(pages(&all(Sort::Name)), [("/a", 2), ("/b", 3), ("/c", 3), ("/d", 1)]);
        let merged = all(Sort::Visits).merged;
        assert_eq!((merged.total, merged.number_of_pages), (9, 4));
        assert_eq!(merged.replicas.iter().map(|replica| replica.visits).collect::<Vec<_>>(), [4, 5]);
    }

    #[test]
    fn what_a_replica_leaves_out_counts_in_the_total_and_makes_the_list_incomplete() {
        let long = PageList { left_out: LeftOut { pages: 2, visits: 5 }, ..list("r1", &[("/a", 1)]) };
        let cluster = merge(vec![list("r0", &[("/a", 1)]), long], FIRST);
        assert_eq!((cluster.merged.total, pages(&cluster), cluster.complete), (7, vec![("/a", 2)], false));
        assert_eq!(cluster.missing, ["r1"]);
        assert_eq!(cluster.reasons["r1"], "its list is too long: it lacks 2 pages with 5 visits");
    }

    #[test]
    fn a_list_whose_sum_cannot_be_is_not_plausible() {
        let most = crate::report::MAX_VISITS;
        assert!(list("r0", &[("/a", most)]).is_plausible());
        assert!(!list("r0", &[("/a", most), ("/b", 1)]).is_plausible());
        assert!(!list("r0", &[("/a", -1)]).is_plausible());
        let left_out = |pages, visits| PageList { left_out: LeftOut { pages, visits }, ..list("r0", &[("/a", most)]) };
        assert!(!left_out(1, 1).is_plausible() && !left_out(-1, 0).is_plausible());
    }

    proptest! {
        #[test]
        fn the_parts_of_a_list_make_the_list(
            names in prop::collection::btree_map("/[a-z]{1,2}", 1..5_i64, 0..20), limit in 1..9_usize, offset in 0..30_usize,
            by_name in any::<bool>(),
        ) {
            let listed: Vec<_> = names.iter().map(|(page, visits)| (page.as_str(), *visits)).collect();
            let sort = if by_name { Sort::Name } else { Sort::Visits };
            let all = merge(vec![list("r0", &listed)], Paging { sort, offset: 0, limit: None });
            let (mut next, mut found) = (Some(0), Vec::new());
            while let Some(offset) = next {
                prop_assert!(offset == 0 || offset < names.len());
                let part = merge(vec![list("r0", &listed)], Paging { sort, offset, limit: Some(limit) }).merged;
                prop_assert!(part.pages.len() <= limit && part.number_of_pages == names.len());
                found.extend(part.pages.iter().map(|count| (count.page.as_str().to_owned(), count.visits)));
                next = part.next;
            }
            let found: Vec<_> = found.iter().map(|(page, visits)| (&**page, *visits)).collect();
            prop_assert_eq!(found, pages(&all));
            let rest = merge(vec![list("r0", &listed)], Paging { sort, offset, limit: None });
            prop_assert_eq!(pages(&rest), pages(&all).into_iter().skip(offset).collect::<Vec<_>>());
        }
    }
}
