//! What holds of the merged reports of several replicas, in every format.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, TimeDelta};
use footfall::bucket::Bucket;
use footfall::config::is_replica_name;
use footfall::limits::SUMMARY_PAGES;
use footfall::range::Named;
use footfall::render::html::{self, Dashboard, Filter, PagesView};
use footfall::render::{csv, json, svg, text};
use footfall::report::{
    Answer, Cluster, Count, Deleted, ExportedVisit, Histogram, Id, InRange, Known, Memory, MergedCount, MergedDeleted,
    MergedHistogram, MergedPages, MergedSummary, MergedTail, Oldest, Others, PageList, PageTotal, Paging, ReplicaCount,
    Report, Sort, State, Status, Summary, Tail,
};
use footfall::visit::{Page, Visit};
use footfall::zone::Zone;
use footfall::{peers, zone};
use serde::Serialize;
use serde_json::Value;

use crate::markup;

/// The largest number of visits of a replica that is plausible.
const MAX_VISITS: i64 = 1 << 53;
/// The number of visits that is asked for.
const TAIL: u32 = 5;
/// The part of a list that is asked for.
const PAGING: Paging = Paging { sort: Sort::Visits, offset: 1, limit: Some(2) };

/// Parses the report of this replica and the answers of its peers as each kind of report, merges them, and checks the
/// result.
pub fn check(own: &[u8], answers: &[&[u8]], zone: &Zone) {
    let others = others(answers);
    // Of half of them, the number is not known: as of a page that is not among those remembered.
    let share = |known: &Known| (known.revision % 2 == 0).then_some(known.visits);
    if let Some((own, answers)) = parse::<Count>(own, answers) {
        check_count(&Cluster::of_counts(own, answers, &others, share, zone));
    }
    // The zone of this replica is that of the request, whoever answers.
    let timezone = zone.name().to_owned();
    if let Some((own, answers)) = parse::<Tail>(own, answers) {
        let own = Tail { timezone: timezone.clone(), ..own };
        check_tail(&own);
        check_merged_tail(&Cluster::of_tails(own, answers, &others, TAIL, zone));
    }
    if let Some((own, answers)) = parse::<Histogram>(own, answers) {
        let own = Histogram { timezone: timezone.clone(), ..own };
        check_histogram(&Cluster::of_histograms(own, answers, &others, zone));
    }
    if let Some((own, answers)) = parse::<Summary>(own, answers) {
        let own = Summary { timezone, ..own };
        check_summary(Cluster::of_summaries(own, answers, &others, share, TAIL, zone), zone);
    }
    if let Some((own, answers)) = parse::<PageList>(own, answers) {
        check_pages(Cluster::of_pages(own, answers, &others, (None, None), PAGING, zone), zone);
    }
    if let Some((own, answers)) = parse::<Deleted>(own, answers) {
        check_deleted(&Cluster::of_deleted(own, answers, &others));
    }
}

fn parse<T: Report>(own: &[u8], answers: &[&[u8]]) -> Option<(T, Vec<Answer<T>>)> {
    let own: T = peers::parse(own).ok()?;
    let peer = |(index, answer): (usize, &&[u8])| Answer {
        peer: format!("p{index}"),
        expected: index % 2 == 0,
        is_own: index == 5,
        has_news: index == 6,
        report: peers::parse(answer),
    };
    Some((own, answers.iter().enumerate().map(peer).collect()))
}

/// What is remembered of other replicas, if peers say this of them: one report of each id. The first one is retired.
fn others(answers: &[&[u8]]) -> Others {
    let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    let told: Vec<_> = answers.iter().filter_map(|answer| peers::parse::<Status>(answer).ok()).collect();
    let duplicates = told.iter().flat_map(|status| status.duplicates.clone()).collect();
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for one in told.into_iter().flat_map(|status| status.known) {
        // As the database keeps it.
        let Some(as_of) = DateTime::from_timestamp_micros(one.as_of.min(now).timestamp_micros()) else { continue };
        known.insert(one.id.as_str().to_owned(), Known { as_of, ..one });
    }
    let retired: Vec<Id> = known.values().map(|one| one.id.clone()).take(1).collect();
    let known: Vec<_> = known.into_values().collect();
    let peers = known.iter().map(|one| (one.peer.clone(), one.id.clone(), None)).collect();
    Others { memory: Memory { known, peers, duplicates }, retired, now }
}

fn check_count(cluster: &Cluster<MergedCount>) {
    let merged = &cluster.merged;
    check_counts(cluster, merged.replicas.iter(), Some(merged.total));
    let notes = usize::from(merged.coarse_before.is_some());
    let states = merged.replicas.iter().filter(|replica| replica.state != State::Answered).count();
    check_lines(&text::merged_count(cluster), 1 + notes + cluster.reasons.len() + states);
}

fn check_deleted(cluster: &Cluster<MergedDeleted>) {
    let merged = &cluster.merged;
    let replicas: Vec<_> =
        merged.replicas.iter().map(|replica| (&*replica.replica, replica.id.as_ref(), replica.deleted)).collect();
    check_cluster(cluster, &replicas, Some(merged.deleted));
}

fn check_tail(tail: &Tail) {
    check_lines(&text::tail(tail), tail.visits.len());
    if let Some(database) = &tail.reporter.id {
        let export = |visit: &Visit| ExportedVisit { visit: visit.clone(), database: database.clone() };
        let exported: Vec<_> = tail.visits.iter().map(export).collect();
        check_lines(&json::lines(&exported), exported.len());
        assert_eq!(csv::visits(&exported).matches("\r\n").count(), exported.len());
    }
}

fn check_merged_tail(cluster: &Cluster<MergedTail>) {
    let merged = &cluster.merged;
    check_counts(cluster, merged.replicas.iter(), i64::try_from(merged.visits.len()).ok());
    check_visits(merged.visits.iter().map(|entry| &entry.visit));
    check_lines(&text::merged_tail(cluster), merged.visits.len() + cluster.reasons.len());
}

fn check_histogram(cluster: &Cluster<MergedHistogram>) {
    let merged = &cluster.merged;
    check_counts(cluster, merged.replicas.iter(), Some(merged.total));
    assert!(merged.buckets.iter().all(|bar| bar.visits >= 0));
    let notes = usize::from(merged.coarse_before.is_some());
    check_lines(&text::merged_histogram(cluster), merged.buckets.len() + notes + cluster.reasons.len());
    let page = Page::parse("/<b title=\"'&\">");
    markup::check_svg(&svg::merged_histogram(cluster, page.as_ref(), cluster.merged.bucket));
}

fn check_summary(cluster: Cluster<MergedSummary>, zone: &Zone) {
    let merged = &cluster.merged;
    check_counts(&cluster, merged.replicas.iter().map(|replica| &replica.count), Some(merged.total));
    let most = MAX_VISITS * i64::try_from(merged.replicas.len()).expect("a number");
    let range = merged.range.clone().unwrap_or_else(empty_range);
    let bars = merged.hours.iter().chain(&merged.days).chain(&range.buckets).map(|bar| bar.visits);
    assert!(bars.chain(merged.pages.iter().map(|page| page.visits)).all(|visits| (0..=most).contains(&visits)));
    assert!(merged.pages.len() <= SUMMARY_PAGES && merged.pages.is_sorted_by(|one, next| one.visits >= next.visits));
    check_visits(merged.latest.iter().map(|entry| &entry.visit));
    let dashboard = Dashboard {
        filter: filter(&merged.replicas[0].count.replica, zone),
        page: merged.pages.last().map(|page| page.page.clone()).filter(|_| merged.total % 2 == 1),
        range,
        summary: cluster,
        address: "http://localhost:3000/".to_owned(),
        pixel_path: "/footfall.gif".to_owned(),
        oldest: Oldest { visit: Some(DateTime::UNIX_EPOCH), ..Oldest::default() },
        now: zone.local(DateTime::UNIX_EPOCH),
        tail: Some(TAIL),
        earlier: None,
    };
    markup::check_html(&html::dashboard(&dashboard));
}

/// What all replicas were asked for.
fn filter(replica: &str, zone: &Zone) -> Filter {
    Filter {
        replica: replica.to_owned(),
        has_peers: true,
        cluster: true,
        range: Named::Today.range(zone, DateTime::UNIX_EPOCH),
        named: Some(Named::Today),
        zone: zone.clone(),
        tz: Some(zone.name().to_owned()),
    }
}

/// What the dashboard would show of a range for which nobody was asked.
fn empty_range() -> InRange<PageTotal> {
    let (buckets, pages) = (Vec::new(), Vec::new());
    InRange { since: None, until: None, visits: 0, previous: None, bucket: Bucket::Day, buckets, pages }
}

fn check_pages(cluster: Cluster<MergedPages>, zone: &Zone) {
    let merged = &cluster.merged;
    check_counts(&cluster, merged.replicas.iter(), Some(merged.total));
    assert!(merged.pages.is_sorted_by(|one, next| one.visits >= next.visits));
    let rest = merged.number_of_pages.saturating_sub(PAGING.offset);
    assert_eq!(merged.pages.len(), rest.min(PAGING.limit.expect("a limit")));
    assert_eq!(merged.next, (rest > merged.pages.len()).then_some(PAGING.offset + merged.pages.len()));
    assert!(csv::pages(&merged.pages).matches("\r\n").count() == merged.pages.len() + 1);
    let view = PagesView {
        filter: filter(&merged.replicas[0].replica, zone),
        search: merged.pages.last().map(|page| page.page.as_str().to_owned()).unwrap_or_default(),
        pages: cluster,
        sort: PAGING.sort,
        offset: PAGING.offset,
        limit: PAGING.limit,
    };
    markup::check_html(&html::pages(&view));
}

/// The same as [`check_cluster`], and that whoever may have further visits is missing.
fn check_counts<'a, T: Serialize>(
    cluster: &Cluster<T>,
    counts: impl Iterator<Item = &'a ReplicaCount>,
    total: Option<i64>,
) {
    let counts: Vec<_> = counts.collect();
    let lacks = |count: &&ReplicaCount| matches!(count.state, State::Unreachable | State::Duplicate);
    assert!(!cluster.complete || !counts.iter().any(lacks), "{counts:?}");
    let replicas: Vec<_> = counts.iter().map(|one| (&*one.replica, one.id.as_ref(), one.visits)).collect();
    check_cluster(cluster, &replicas, total);
}

/// Checks which replicas are merged and which are missing, that the numbers add up, and the JSON.
fn check_cluster<T: Serialize>(cluster: &Cluster<T>, replicas: &[(&str, Option<&Id>, i64)], total: Option<i64>) {
    let sum: i128 = replicas.iter().map(|(_, _, visits)| i128::from(*visits)).sum();
    assert_eq!(total.map(i128::from), Some(sum));
    assert!(replicas.iter().all(|(name, _, visits)| is_replica_name(name) && (0..=MAX_VISITS).contains(visits)));
    // An id is counted once; without ids, a name.
    let who: BTreeSet<_> = replicas.iter().map(|(name, id, _)| (id, if id.is_none() { *name } else { "" })).collect();
    assert_eq!(who.len(), replicas.len(), "{replicas:?}");
    assert!(
        cluster.missing.iter().collect::<BTreeSet<_>>().into_iter().eq(cluster.reasons.keys()),
        "{:?}",
        cluster.missing
    );
    assert_eq!(cluster.complete, cluster.missing.is_empty());
    let value: Value = serde_json::from_str(&json::line(cluster)).expect("JSON");
    check_times(&value);
}

fn check_visits<'a>(visits: impl Iterator<Item = &'a Visit> + Clone) {
    assert!(visits.clone().count() <= usize::try_from(TAIL).expect("a number"));
    assert!(visits.map(|visit| visit.at).is_sorted());
}

/// Checks the number of lines: names do not add any.
fn check_lines(text: &str, number: usize) {
    assert_eq!(text.lines().count(), number, "{text}");
    assert!(!text.contains(|character: char| character.is_control() && character != '\n'), "{text:?}");
}

/// Checks that all times are in RFC 3339.
fn check_times(value: &Value) {
    match value {
        Value::Array(values) => values.iter().for_each(check_times),
        Value::Object(members) => {
            for name in ["at", "start", "since", "until", "coarse_before", "as_of"] {
                let Some(Value::String(time)) = members.get(name) else { continue };
                let read: Option<DateTime<FixedOffset>> = DateTime::parse_from_rfc3339(time).ok();
                assert!(read.is_some_and(|read| zone::rfc3339(&read) == *time), "{time} is not a time");
            }
            members.values().for_each(check_times);
        }
        _ => {}
    }
}
