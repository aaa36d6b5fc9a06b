use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::bucket::Bucket;
use crate::limits::SUMMARY_PAGES;
use crate::report::replica::{BucketCount, PageCount, Period};
use crate::report::{Id, Report};
use crate::visit::Page;

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
    Tail { reporter: reporter(replica), timezone: "UTC".to_owned(), visits, before: None }
}

fn reporter(replica: usize) -> Reporter {
    Reporter { replica: format!("r{replica}"), id: Id::parse(&format!("{replica:016}")), revision: Some(1), view: None }
}

fn answer<T>(replica: usize, report: Result<T, String>) -> Answer<T> {
    Answer { peer: format!("p{replica}"), expected: true, is_own: false, has_news: false, report }
}

fn count(replica: usize, visits: i64, coarse_before: Option<CoarseBefore>) -> Count {
    Count { reporter: reporter(replica), visits, imports: Vec::new(), coarse_before }
}

/// Nothing is known of them.
fn others() -> Others {
    Others::default()
}

fn unknown(_: &Known) -> Option<i64> {
    None
}

fn summary(replica: usize, pages: Vec<(u8, i64)>) -> Summary {
    let pages: BTreeMap<_, _> = pages.into_iter().collect();
    let page =
        |(name, visits): (u8, i64)| PageCount { page: Page::parse(&format!("/{name}")).expect("a page"), visits };
    let mut pages: Vec<_> = pages.into_iter().map(page).collect();
    pages.sort_by_key(|page| Reverse(page.visits));
    Summary {
        reporter: reporter(replica),
        timezone: "UTC".to_owned(),
        visits: pages.iter().map(|page| page.visits).sum(),
        imports: Vec::new(),
        coarse_before: None,
        hours: Vec::new(),
        days: Vec::new(),
        range: None,
        pages,
        latest: Vec::new(),
        before: None,
    }
}

fn histogram(replica: usize, visits: &[i64]) -> Histogram {
    let hour = |(hour, visits): (i64, &i64)| BucketCount {
        start: DateTime::from_timestamp(hour * 3600, 0).expect("a time").fixed_offset(),
        visits: *visits,
    };
    Histogram {
        reporter: reporter(replica),
        timezone: "UTC".to_owned(),
        bucket: Bucket::Hour,
        since: DateTime::UNIX_EPOCH.fixed_offset(),
        until: DateTime::UNIX_EPOCH.fixed_offset(),
        visits: visits.iter().sum(),
        imports: Vec::new(),
        coarse_before: None,
        buckets: (0..).zip(visits).map(hour).collect(),
    }
}

#[test]
fn numbers_or_sums_that_are_too_large_are_implausible() {
    const LARGEST: i64 = 1 << 53;
    let without_total = |visits: &[i64]| Histogram { visits: 0, ..histogram(0, visits) };
    assert!(without_total(&[LARGEST, 0]).is_plausible());
    assert!(without_total(&[LARGEST - 1, 1]).is_plausible());
    assert!(!without_total(&[LARGEST, 1]).is_plausible());
    assert!(!without_total(&[LARGEST; 2]).is_plausible());
    // A sum that would overflow to a plausible number.
    assert!(
        !Histogram { buckets: vec![without_total(&[LARGEST]).buckets[0].clone(); 2049], ..without_total(&[]) }
            .is_plausible()
    );
    // Each list has a sum of its own: the visits of an hour are also in a day, and in the total.
    let buckets = without_total(&[LARGEST, 0]).buckets;
    let largest = Summary { visits: LARGEST, hours: buckets.clone(), days: buckets, ..summary(0, vec![(0, LARGEST)]) };
    assert!(largest.is_plausible());
    let more = without_total(&[LARGEST, 1]).buckets;
    assert!(!Summary { hours: more.clone(), ..summary(0, vec![]) }.is_plausible());
    assert!(!Summary { days: more, ..summary(0, vec![]) }.is_plausible());
    assert!(!Summary { visits: 0, ..summary(0, vec![(0, LARGEST), (1, 1)]) }.is_plausible());
}

#[test]
fn a_merged_tail_has_the_offsets_of_its_zone() {
    let zone = Zone::parse("Europe/Moscow").expect("a zone");
    let visit = |replica: i64| Visit { id: replica, at: DateTime::UNIX_EPOCH.fixed_offset(), page: Page::root() };
    let own = Tail { timezone: zone.name().to_owned(), ..tail(0, Vec::new()) };
    let merged = Cluster::of_tails(own, vec![answer(1, Ok(tail(1, vec![visit(1)])))], &others(), 5, &zone).merged;
    assert_eq!(merged.visits[0].visit.at.to_rfc3339(), "1970-01-01T03:00:00+03:00");
}

#[test]
fn the_coarse_time_of_a_cluster_is_the_latest_of_all_in_its_zone() {
    let zone = Zone::parse("Asia/Kathmandu").expect("a zone");
    let time = |text| Some(CoarseBefore(DateTime::parse_from_rfc3339(text).expect("a time")));
    let counts =
        [time("2026-11-01T00:00:00+03:00"), None, time("2026-10-31T22:00:00-05:00"), time("2026-11-01T01:00:00Z")];
    let answers = (1..).zip(counts).map(|(replica, before)| answer(replica, Ok(count(replica, 1, before))));
    let merged =
        |answers| Cluster::of_counts(count(0, 1, None), answers, &others(), unknown, &zone).merged.coarse_before;
    assert_eq!(
        merged(answers.collect()).map(|CoarseBefore(at)| at.to_rfc3339()),
        Some("2026-11-01T08:45:00+05:45".to_owned())
    );
    assert_eq!(merged(vec![answer(1, Ok(count(1, 1, None)))]), None);
}

#[test]
fn what_replicas_deleted_is_added_up_if_it_is_of_the_page() {
    let deleted = |replica: usize, page: &str, deleted| {
        Ok(Deleted { reporter: reporter(replica), page: Page::parse(page).expect("a page"), deleted })
    };
    let peers =
        vec![answer(1, deleted(1, "/spam", 4)), answer(2, deleted(2, "/", 5)), answer(3, deleted(3, "/spam", 0))];
    let cluster = Cluster::of_deleted(deleted(0, "/spam", 2).expect("own"), peers, &others());
    let replicas = cluster.merged.replicas.iter().map(|one| (&*one.replica, one.deleted));
    assert_eq!((cluster.merged.deleted, replicas.collect()), (6, vec![("r0", 2), ("r1", 4), ("r3", 0)]));
    assert_eq!((cluster.missing, cluster.complete), (vec!["p2".to_owned()], false));
    let implausible = |number| Deleted { deleted: number, ..deleted(0, "/", 0).expect("own") }.is_plausible();
    assert_eq!([-1, 0, 1 << 53, (1 << 53) + 1].map(implausible), [false, true, true, false]);
}

/// Two orders of the same peers, by number.
fn orders() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    (1..6_usize).prop_flat_map(|peers| {
        let order: Vec<_> = (0..peers).collect();
        (Just(order.clone()), Just(order).prop_shuffle())
    })
}

/// What a replica has of a range of months, with the first one a number of months after 2026 began.
fn in_range(since: Option<i64>, visits: &[i64]) -> InRange<PageCount> {
    let month =
        |month: i64| DateTime::from_timestamp(1_767_225_600 + month * 2_678_400, 0).expect("a time").fixed_offset();
    let previous = since.map(|at| Period { since: month(at - 1), until: month(at), visits: 5 });
    let bucket = |(at, visits): (i64, &i64)| BucketCount { start: month(at), visits: *visits };
    InRange {
        since: since.map(month),
        until: None,
        visits: visits.iter().sum(),
        previous,
        bucket: Bucket::Month,
        buckets: (since.unwrap_or_default()..).zip(visits).map(bucket).collect(),
        pages: Vec::new(),
    }
}

#[test]
fn a_merged_range_is_the_sum_of_those_that_were_asked_for_it() {
    let with = |replica, range| Summary { range, ..summary(replica, Vec::new()) };
    // A report of a peer has no nanoseconds.
    let precise = in_range(Some(3), &[1, 2]);
    let previous = precise.previous.map(|one| Period { until: one.until + TimeDelta::nanoseconds(999), ..one });
    let own = with(0, Some(InRange { previous, ..precise }));
    let answers = [
        Some(in_range(Some(3), &[10, 20])),
        // Other months, another period before, and a version that knows of no ranges.
        Some(in_range(Some(4), &[100, 200])),
        Some(InRange { previous: None, ..in_range(Some(3), &[1000, 2000]) }),
        None,
    ];
    let answers = (1..).zip(answers).map(|(replica, range)| answer(replica, Ok(with(replica, range)))).collect();
    let cluster = Cluster::of_summaries(own, answers, &others(), unknown, 9, &Zone::UTC);
    let range = cluster.merged.range.expect("a range");
    assert_eq!(super::super::plausible::counts(&range.buckets).collect::<Vec<_>>(), [11, 22]);
    assert_eq!((range.visits, range.previous.map(|previous| previous.visits)), (33, Some(10)));
    let shares: Vec<_> = cluster.merged.replicas.iter().map(|replica| replica.in_range).collect();
    assert_eq!((shares, cluster.missing.len()), (vec![Some(3), Some(30)], 3));
}

#[test]
fn all_time_begins_with_the_first_visit_and_is_a_year_at_least() {
    for (before, months, expected) in [(20, 14, 14), (20, 2, 12), (0, 3, 3), (15, 0, 12)] {
        let visits = [vec![0; before], vec![1; months]].concat();
        let sum = InRange::sum(&[&in_range(None, &visits)], true).expect("a sum");
        assert_eq!(sum.buckets.len(), expected, "{months} after {before}");
        let later = InRange::sum(&[&in_range(Some(1), &visits)], true).expect("a sum");
        assert_eq!(later.buckets.len(), visits.len());
    }
}

#[test]
fn numbers_of_a_range_that_are_too_large_are_implausible() {
    let is_plausible = |range| Summary { range: Some(range), ..summary(0, Vec::new()) }.is_plausible();
    let range = || in_range(Some(1), &[1, 2]);
    assert!(is_plausible(range()));
    assert!(!is_plausible(InRange { visits: -1, ..range() }));
    assert!(!is_plausible(InRange { buckets: in_range(None, &[1 << 53, 1]).buckets, ..range() }));
    let previous = range().previous.map(|previous| Period { visits: 1 << 54, ..previous });
    assert!(!is_plausible(InRange { previous, ..range() }));
    let page = |number: u8| PageCount { page: Page::parse(&format!("/{number}")).expect("a page"), visits: 1 << 53 };
    assert!(!is_plausible(InRange { pages: vec![page(1), page(2)], ..range() }));
}

proptest! {
    #[test]
    fn the_order_of_peers_changes_no_number(
        (order, other) in orders(),
        counts in prop::collection::vec(prop::option::of(prop::collection::vec(0..1_i64 << 40, 4)), 6),
        pages in prop::collection::vec(prop::collection::vec((any::<u8>(), 1..9_i64), 0..60), 6),
    ) {
        let histograms = |order: &[usize]| {
            let report = |peer: usize| counts[peer].as_deref().map(|counts| histogram(peer, counts));
            let one = |peer: &usize| answer(*peer, report(*peer).ok_or_else(|| "it is unreachable".to_owned()));
            Cluster::of_histograms(histogram(9, &[1, 2, 3, 4]), order.iter().map(one).collect(), &others(), &Zone::UTC)
        };
        let summaries = |order: &[usize]| {
            let one = |peer: &usize| answer(*peer, Ok(summary(*peer, pages[*peer].clone())));
            let own = summary(9, pages[5].clone());
            Cluster::of_summaries(own, order.iter().map(one).collect(), &others(), unknown, 9, &Zone::UTC).merged
        };
        let (one, two) = (histograms(&order), histograms(&other));
        prop_assert_eq!(
            (one.merged.total, one.merged.buckets, one.reasons),
            (two.merged.total, two.merged.buckets, two.reasons)
        );
        let (one, two) = (summaries(&order), summaries(&other));
        let pages = |summary: &MergedSummary| -> Vec<_> {
            summary.pages.iter().map(|page| (page.page.clone(), page.visits, page.exact)).collect()
        };
        prop_assert_eq!((one.total, pages(&one)), (two.total, pages(&two)));
        let replicas = |summary: MergedSummary| -> BTreeMap<_, _> {
            summary.replicas.into_iter().map(|replica| (replica.count.replica, replica.count.visits)).collect()
        };
        prop_assert_eq!(replicas(one), replicas(two));
    }

    #[test]
    fn each_merged_bucket_is_the_sum_of_the_replicas_buckets(
        counts in prop::collection::vec(prop::collection::vec(0..1_i64 << 50, 0..5), 1..6),
    ) {
        let mut histograms: Vec<_> = counts.iter().enumerate().map(|(peer, counts)| histogram(peer, counts)).collect();
        let own = histograms.remove(0);
        let mergeable: Vec<_> = counts.iter().filter(|one| one.len() == counts[0].len()).collect();
        let answers = histograms.into_iter().enumerate().map(|(peer, histogram)| answer(peer, Ok(histogram))).collect();
        let cluster = Cluster::of_histograms(own, answers, &others(), &Zone::UTC);
        let sum = |bucket: usize| mergeable.iter().map(|visits| visits[bucket]).sum::<i64>();
        let merged: Vec<_> = super::counts(&cluster.merged.buckets).collect();
        prop_assert_eq!(&merged, &(0..counts[0].len()).map(sum).collect::<Vec<_>>());
        prop_assert_eq!(cluster.merged.total, merged.iter().sum::<i64>());
        prop_assert_eq!(cluster.missing.len(), counts.len() - mergeable.len());
    }

    #[test]
    fn the_merged_tail_is_the_tail_of_all_logs(logs in prop::collection::vec(visits(), 1..5), number in 1..40_u32) {
        let all: Vec<_> = logs.iter().flatten().map(|visit| visit.at).collect();
        let mut tails: Vec<_> = logs.into_iter().enumerate().map(|(replica, log)| tail(replica, log)).collect();
        let own = tails.remove(0);
        let answers = tails.into_iter().enumerate().map(|(replica, tail)| answer(replica, Ok(tail))).collect();
        let latest = Cluster::of_tails(own, answers, &others(), number, &Zone::UTC).merged;
        let times: Vec<_> = latest.visits.iter().map(|visit| visit.visit.at).collect();
        let mut expected = all;
        expected.sort();
        let earlier = expected.len().saturating_sub(usize::try_from(number).expect("a number"));
        prop_assert_eq!(&times, &expected[earlier..]);
        prop_assert_eq!(latest.replicas.iter().map(|replica| replica.visits).sum::<i64>(), i64::try_from(times.len()).expect("a number"));
    }

    #[test]
    fn an_exact_total_of_a_page_is_the_sum_of_all_replicas(
        all in prop::collection::vec(prop::collection::vec((any::<u8>(), 1..100_i64), 0..200), 1..4),
    ) {
        let complete: Vec<_> = all.into_iter().enumerate().map(|(replica, pages)| summary(replica, pages)).collect();
        let visits = |page: &Page| -> i64 {
            let pages = complete.iter().flat_map(|summary| &summary.pages);
            pages.filter(|other| other.page == *page).map(|page| page.visits).sum()
        };
        let listed: Vec<_> = complete.iter().map(|summary| {
            let mut pages = summary.pages.clone();
            pages.truncate(SUMMARY_PAGES);
            Summary { pages, ..self::summary(0, Vec::new()) }
        }).collect();
        let busiest = busiest(&listed.iter().map(|summary| &*summary.pages).collect::<Vec<_>>(), true);
        prop_assert!(busiest.len() <= SUMMARY_PAGES && busiest.is_sorted_by(|one, next| one.visits >= next.visits));
        for page in busiest {
            if page.exact {
                prop_assert_eq!(page.visits, visits(&page.page));
            } else {
                prop_assert!(page.visits <= visits(&page.page));
            }
        }
    }
}
