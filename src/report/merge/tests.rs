use std::collections::BTreeMap;

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::report::PageCount;

fn visits() -> impl Strategy<Value = Vec<Visit>> {
    let visit = |(id, second)| Visit {
        id,
        at: DateTime::from_timestamp(second, 0).expect("a time").fixed_offset(),
        page: Page::root(),
    };
    prop::collection::vec((1..1000_i64, 0..50_i64).prop_map(visit), 0..30)
}

fn tail(replica: usize, mut visits: Vec<Visit>) -> Tail {
    visits.sort_by_key(|visit| visit.at);
    Tail { replica: format!("r{replica}"), timezone: "UTC".to_owned(), visits, before: None }
}

fn answer<T>(replica: usize, report: Result<T, String>) -> Answer<T> {
    Answer { peer: format!("p{replica}"), report }
}

fn summary(replica: usize, pages: Vec<(u8, i64)>) -> Summary {
    let pages: BTreeMap<_, _> = pages.into_iter().collect();
    let page =
        |(name, visits): (u8, i64)| PageCount { page: Page::parse(&format!("/{name}")).expect("a page"), visits };
    let mut pages: Vec<_> = pages.into_iter().map(page).collect();
    pages.sort_by_key(|page| Reverse(page.visits));
    Summary {
        replica: format!("r{replica}"),
        timezone: "UTC".to_owned(),
        visits: pages.iter().map(|page| page.visits).sum(),
        hours: Vec::new(),
        days: Vec::new(),
        pages,
        latest: Vec::new(),
    }
}

proptest! {
    #[test]
    fn a_total_is_the_sum_of_those_who_answer(counts in prop::collection::vec(prop::option::of(0..1_i64 << 50), 1..9)) {
        let count = |(replica, visits): (usize, Option<i64>)| {
            let report = visits.map(|visits| Count { replica: format!("r{replica}"), visits });
            answer(replica, report.ok_or_else(|| "it is gone".to_owned()))
        };
        let answers = counts.iter().copied().enumerate().map(count).collect();
        let cluster = Cluster::of_counts(Count { replica: "own".to_owned(), visits: 7 }, answers);
        let answered: Vec<_> = counts.iter().flatten().collect();
        prop_assert_eq!(cluster.whole.total, 7 + answered.iter().copied().sum::<i64>());
        prop_assert_eq!(cluster.whole.replicas.len(), 1 + answered.len());
        prop_assert_eq!(cluster.missing.len(), counts.len() - answered.len());
        prop_assert_eq!(cluster.complete, cluster.missing.is_empty());
    }

    #[test]
    fn the_latest_of_all_are_among_the_latest_of_each(logs in prop::collection::vec(visits(), 1..5), number in 1..40_u32) {
        let all: Vec<_> = logs.iter().flatten().map(|visit| visit.at).collect();
        let mut tails: Vec<_> = logs.into_iter().enumerate().map(|(replica, log)| tail(replica, log)).collect();
        let own = tails.remove(0);
        let answers = tails.into_iter().enumerate().map(|(replica, tail)| answer(replica, Ok(tail))).collect();
        let latest = Cluster::of_tails(own, answers, number, &Zone::UTC).whole;
        let times: Vec<_> = latest.visits.iter().map(|sighting| sighting.visit.at).collect();
        let mut expected = all;
        expected.sort();
        let earlier = expected.len().saturating_sub(usize::try_from(number).expect("a number"));
        prop_assert_eq!(&times, &expected[earlier..]);
        prop_assert_eq!(latest.replicas.iter().map(|share| share.visits).sum::<i64>(), i64::try_from(times.len()).expect("a number"));
    }

    #[test]
    fn an_exact_number_of_visits_to_a_page_is_all_of_them(
        all in prop::collection::vec(prop::collection::vec((any::<u8>(), 1..100_i64), 0..200), 1..4),
    ) {
        let whole: Vec<_> = all.into_iter().enumerate().map(|(replica, pages)| summary(replica, pages)).collect();
        let visits = |page: &Page| -> i64 {
            let pages = whole.iter().flat_map(|summary| &summary.pages);
            pages.filter(|other| other.page == *page).map(|page| page.visits).sum()
        };
        let listed: Vec<_> = whole.iter().map(|summary| {
            let mut pages = summary.pages.clone();
            pages.truncate(Summary::PAGES);
            Summary { replica: summary.replica.clone(), timezone: String::new(), visits: 0, hours: Vec::new(), days: Vec::new(), pages, latest: Vec::new() }
        }).collect();
        for page in busiest(&listed) {
            if page.exact {
                prop_assert_eq!(page.visits, visits(&page.page));
            } else {
                prop_assert!(page.visits <= visits(&page.page));
            }
        }
    }
}
