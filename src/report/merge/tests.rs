use std::collections::BTreeMap;

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::bucket::Bucket;
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

fn histogram(replica: usize, visits: &[i64]) -> Histogram {
    let hour = |(hour, visits): (i64, &i64)| Bar {
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
        buckets: (0..).zip(visits).map(hour).collect(),
    }
}

#[test]
fn numbers_that_come_to_too_much_cannot_be_true() {
    const LARGEST: i64 = 1 << 53;
    let unsummed = |visits: &[i64]| Histogram { visits: 0, ..histogram(0, visits) };
    assert!(unsummed(&[LARGEST, 0]).is_sound());
    assert!(unsummed(&[LARGEST - 1, 1]).is_sound());
    assert!(!unsummed(&[LARGEST, 1]).is_sound());
    assert!(!unsummed(&[LARGEST; 2]).is_sound());
    // As many as come round to the largest.
    assert!(!Histogram { buckets: vec![unsummed(&[LARGEST]).buckets[0].clone(); 2049], ..unsummed(&[]) }.is_sound());
    // Each list by itself: an hour is in a day, and both are in the number of all.
    let bars = unsummed(&[LARGEST, 0]).buckets;
    let whole = Summary { visits: LARGEST, hours: bars.clone(), days: bars, ..summary(0, vec![(0, LARGEST)]) };
    assert!(whole.is_sound());
    let more = unsummed(&[LARGEST, 1]).buckets;
    assert!(!Summary { hours: more.clone(), ..summary(0, vec![]) }.is_sound());
    assert!(!Summary { days: more, ..summary(0, vec![]) }.is_sound());
    assert!(!Summary { visits: 0, ..summary(0, vec![(0, LARGEST), (1, 1)]) }.is_sound());
}

/// The same replicas in any order, by their places.
fn orders() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    (1..6_usize).prop_flat_map(|peers| {
        let places: Vec<_> = (0..peers).collect();
        (Just(places.clone()), Just(places).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn the_order_of_peers_matters_to_no_sum(
        (order, other) in orders(),
        counts in prop::collection::vec(prop::option::of(prop::collection::vec(0..1_i64 << 40, 4)), 6),
        pages in prop::collection::vec(prop::collection::vec((any::<u8>(), 1..9_i64), 0..60), 6),
    ) {
        let histograms = |order: &[usize]| {
            let report = |place: usize| counts[place].as_deref().map(|counts| histogram(place, counts));
            let one = |place: &usize| answer(*place, report(*place).ok_or_else(|| "it is gone".to_owned()));
            Cluster::of_histograms(histogram(9, &[1, 2, 3, 4]), order.iter().map(one).collect())
        };
        let summaries = |order: &[usize]| {
            let one = |place: &usize| answer(*place, Ok(summary(*place, pages[*place].clone())));
            let own = summary(9, pages[5].clone());
            Cluster::of_summaries(own, order.iter().map(one).collect(), 9, &Zone::UTC).whole
        };
        let (one, two) = (histograms(&order), histograms(&other));
        prop_assert_eq!((one.whole.total, one.whole.buckets, one.reasons), (two.whole.total, two.whole.buckets, two.reasons));
        let (one, two) = (summaries(&order), summaries(&other));
        let pages = |overview: &Overview| -> Vec<_> {
            overview.pages.iter().map(|page| (page.page.clone(), page.visits, page.exact)).collect()
        };
        prop_assert_eq!((one.total, pages(&one)), (two.total, pages(&two)));
        let shares = |overview: Overview| -> BTreeMap<_, _> {
            overview.replicas.into_iter().map(|replica| (replica.replica, replica.visits)).collect()
        };
        prop_assert_eq!(shares(one), shares(two));
    }

    #[test]
    fn a_sum_of_bars_is_the_sum_of_the_replicas(
        counts in prop::collection::vec(prop::collection::vec(0..1_i64 << 50, 0..5), 1..6),
    ) {
        let mut histograms: Vec<_> = counts.iter().enumerate().map(|(place, counts)| histogram(place, counts)).collect();
        let own = histograms.remove(0);
        let fitting: Vec<_> = counts.iter().filter(|one| one.len() == counts[0].len()).collect();
        let answers = histograms.into_iter().enumerate().map(|(place, histogram)| answer(place, Ok(histogram))).collect();
        let cluster = Cluster::of_histograms(own, answers);
        let sum = |bar: usize| fitting.iter().map(|counts| counts[bar]).sum::<i64>();
        prop_assert_eq!(bars(&cluster.whole.buckets).collect::<Vec<_>>(), (0..counts[0].len()).map(sum).collect::<Vec<_>>());
        prop_assert_eq!(cluster.whole.total, bars(&cluster.whole.buckets).sum::<i64>());
        prop_assert_eq!(cluster.missing.len(), counts.len() - fitting.len());
    }

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
        let busiest = busiest(&listed);
        prop_assert!(busiest.len() <= Summary::PAGES && busiest.is_sorted_by(|one, next| one.visits >= next.visits));
        for page in busiest {
            if page.exact {
                prop_assert_eq!(page.visits, visits(&page.page));
            } else {
                prop_assert!(page.visits <= visits(&page.page));
            }
        }
    }
}
