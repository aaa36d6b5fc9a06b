//! Plain text, for a terminal.

use std::fmt::{Display, Write};

use super::label;
use crate::bucket::Bucket;
use crate::report::cluster::{Cluster, Histograms, Latest, Sighting, Total};
use crate::report::{Bar, Count, Histogram, Home, Tail};
use crate::zone;

/// How long the bar of the busiest bucket is.
const LONGEST_BAR: i64 = 40;

/// Two lines: the time with its zone, and the number of the visit.
pub fn home(home: &Home) -> String {
    let time = zone::human(&home.time, &home.timezone);
    match home.visit {
        Some(visit) => format!("{time}\nvisit {visit} on {}\n", home.replica),
        None => format!("{time}\n{} visits on {}\n", home.visits, home.replica),
    }
}

/// A line a visit with the time of its day, oldest first.
pub fn tail(tail: &Tail) -> String {
    lines(tail.visits.iter().map(|visit| visit.at.format("%H:%M:%S")))
}

/// The same with the replica.
pub fn latest(cluster: &Cluster<Latest>) -> String {
    let line = |sighting: &Sighting| format!("{} {}", sighting.visit.at.format("%H:%M:%S"), sighting.replica);
    lines(cluster.whole.visits.iter().map(line)) + &missing(cluster)
}

/// The number alone.
pub fn count(count: &Count) -> String {
    format!("{}\n", count.visits)
}

/// The number, and what is missing in it.
pub fn total(cluster: &Cluster<Total>) -> String {
    format!("{}\n{}", cluster.whole.total, missing(cluster))
}

/// A line a bucket: its start, its number of visits, and a bar.
pub fn histogram(histogram: &Histogram) -> String {
    bars(histogram.bucket, &histogram.buckets)
}

/// The same, and what is missing in it.
pub fn histograms(cluster: &Cluster<Histograms>) -> String {
    bars(cluster.whole.bucket, &cluster.whole.buckets) + &missing(cluster)
}

fn bars(bucket: Bucket, bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.visits).max().unwrap_or_default();
    let width = most.to_string().len();
    lines(bars.iter().map(|Bar { start, visits }| {
        let bar = if *visits > 0 { format!(" {}", "#".repeat(length(*visits, most))) } else { String::new() };
        format!("{} {visits:>width$}{bar}", label(bucket, start))
    }))
}

/// As long as the share of the largest is, and at least 1.
fn length(visits: i64, most: i64) -> usize {
    let share = i128::from(visits) * i128::from(LONGEST_BAR) / i128::from(most.max(1));
    usize::try_from(share.max(1)).unwrap_or_default()
}

/// A line for each replica that is missing.
fn missing<T>(cluster: &Cluster<T>) -> String {
    lines(cluster.reasons.iter().map(|(replica, reason)| format!("# {replica} is missing: {reason}")))
}

fn lines(lines: impl Iterator<Item = impl Display>) -> String {
    let mut text = String::new();
    for line in lines {
        // Writing to a string does not fail.
        _ = writeln!(text, "{line}");
    }
    text
}
