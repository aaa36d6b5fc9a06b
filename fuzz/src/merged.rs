//! What holds of the answers of several replicas as one, in every format.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use footfall::config::is_replica;
use footfall::render::html::{self, Dashboard};
use footfall::render::{csv, json, svg, text};
use footfall::report::cluster::{Answer, Cluster, Histograms, Latest, Overview, Report, Total};
use footfall::report::{Count, Histogram, Summary, Tail};
use footfall::visit::{Page, Visit};
use footfall::zone::Zone;
use footfall::{peers, zone};
use serde::Serialize;
use serde_json::Value;

use crate::markup;

/// The largest number of visits that one replica is believed.
const MAX_VISITS: i64 = 1 << 53;
/// How many visits are asked for.
const TAIL: u32 = 5;

/// Takes what this replica has and what its peers answer for reports of each kind, merges them, and checks what comes out.
pub fn check(own: &[u8], answers: &[&[u8]], zone: &Zone) {
    if let Some((own, answers)) = read::<Count>(own, answers) {
        let total = Cluster::of_counts(own, answers);
        check_total(&total);
    }
    // The zone of this replica is that of the request, whoever answers.
    let timezone = zone.name().to_owned();
    if let Some((own, answers)) = read::<Tail>(own, answers) {
        let own = Tail { timezone: timezone.clone(), ..own };
        check_tail(&own);
        check_latest(&Cluster::of_tails(own, answers, TAIL, zone));
    }
    if let Some((own, answers)) = read::<Histogram>(own, answers) {
        let own = Histogram { timezone: timezone.clone(), ..own };
        check_histograms(&Cluster::of_histograms(own, answers));
    }
    if let Some((own, answers)) = read::<Summary>(own, answers) {
        let own = Summary { timezone, ..own };
        check_overview(Cluster::of_summaries(own, answers, TAIL, zone), zone);
    }
}

fn read<T: Report>(own: &[u8], answers: &[&[u8]]) -> Option<(T, Vec<Answer<T>>)> {
    let own: T = peers::read(own).ok()?;
    let peer = |(place, answer): (usize, &&[u8])| Answer { peer: format!("p{place}"), report: peers::read(answer) };
    Some((own, answers.iter().enumerate().map(peer).collect()))
}

fn check_total(cluster: &Cluster<Total>) {
    let shares: Vec<_> = cluster.whole.replicas.iter().map(|share| (&*share.replica, share.visits)).collect();
    check_cluster(cluster, &shares, Some(cluster.whole.total));
    check_lines(&text::total(cluster), 1 + cluster.reasons.len());
}

fn check_tail(tail: &Tail) {
    check_lines(&text::tail(tail), tail.visits.len());
    check_lines(&json::lines(&tail.visits), tail.visits.len());
    let table = csv::visits(&tail.visits);
    assert_eq!(table.matches("\r\n").count(), tail.visits.len());
}

fn check_latest(cluster: &Cluster<Latest>) {
    let latest = &cluster.whole;
    let shares: Vec<_> = latest.replicas.iter().map(|share| (&*share.replica, share.visits)).collect();
    check_cluster(cluster, &shares, i64::try_from(latest.visits.len()).ok());
    check_visits(latest.visits.iter().map(|sighting| &sighting.visit));
    check_lines(&text::latest(cluster), latest.visits.len() + cluster.reasons.len());
}

fn check_histograms(cluster: &Cluster<Histograms>) {
    let whole = &cluster.whole;
    let shares: Vec<_> = whole.replicas.iter().map(|share| (&*share.replica, share.visits)).collect();
    check_cluster(cluster, &shares, Some(whole.total));
    assert!(whole.buckets.iter().all(|bar| bar.visits >= 0));
    check_lines(&text::histograms(cluster), whole.buckets.len() + cluster.reasons.len());
    let page = Page::parse("/<b title=\"'&\">");
    markup::check_svg(&svg::histograms(cluster, page.as_ref()));
}

fn check_overview(cluster: Cluster<Overview>, zone: &Zone) {
    let whole = &cluster.whole;
    let shares: Vec<_> = whole.replicas.iter().map(|replica| (&*replica.replica, replica.visits)).collect();
    check_cluster(&cluster, &shares, Some(whole.total));
    let most = MAX_VISITS * i64::try_from(shares.len()).expect("a number");
    let bars = whole.hours.iter().chain(&whole.days).map(|bar| bar.visits);
    assert!(bars.chain(whole.pages.iter().map(|page| page.visits)).all(|visits| (0..=most).contains(&visits)));
    assert!(whole.pages.len() <= Summary::PAGES && whole.pages.is_sorted_by(|one, next| one.visits >= next.visits));
    check_visits(whole.latest.iter().map(|sighting| &sighting.visit));
    let dashboard = Dashboard {
        own: shares[0].0.to_owned(),
        page: whole.pages.last().map(|page| page.page.clone()).filter(|_| whole.total % 2 == 1),
        overview: cluster,
        has_peers: true,
        cluster: true,
        now: zone.local(DateTime::UNIX_EPOCH),
        tz: Some(zone.name().to_owned()),
        tail: Some(TAIL),
        earlier: None,
    };
    markup::check_html(&html::dashboard(&dashboard));
}

/// Checks who is there and who is missing, that the numbers add up, and the JSON.
fn check_cluster<T: Serialize>(cluster: &Cluster<T>, shares: &[(&str, i64)], total: Option<i64>) {
    let sum: i128 = shares.iter().map(|(_, visits)| i128::from(*visits)).sum();
    assert_eq!(total.map(i128::from), Some(sum));
    assert!(shares.iter().all(|(name, visits)| is_replica(name) && (0..=MAX_VISITS).contains(visits)));
    assert_eq!(shares.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), shares.len(), "{shares:?}");
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

/// A line for each, whatever the names are.
fn check_lines(text: &str, number: usize) {
    assert_eq!(text.lines().count(), number, "{text}");
    assert!(!text.contains(|character: char| character.is_control() && character != '\n'), "{text:?}");
}

/// Checks that a client can read each time, as RFC 3339 has it.
fn check_times(value: &Value) {
    match value {
        Value::Array(values) => values.iter().for_each(check_times),
        Value::Object(members) => {
            for name in ["at", "start", "since", "until"] {
                let Some(Value::String(time)) = members.get(name) else { continue };
                let read: Option<DateTime<FixedOffset>> = DateTime::parse_from_rfc3339(time).ok();
                assert!(read.is_some_and(|read| zone::rfc3339(&read) == *time), "{time} is no time");
            }
            members.values().for_each(check_times);
        }
        _ => {}
    }
}
