//! Plain text, for a terminal.

use std::fmt::{Display, Write};

use super::labels::{bucket_label, coarse_label, state_label};
use crate::bucket::Bucket;
use crate::report::{
    BucketCount, Cluster, CoarseBefore, Count, Histogram, Home, MergedCount, MergedHistogram, MergedTail, ReplicaVisit,
    Tail,
};
use crate::zone;

/// The length of the bar of the busiest bucket, in characters.
const MAX_BAR_LENGTH: i64 = 40;

/// Two lines: the time with its zone, and the number of the visit.
pub fn home(home: &Home) -> String {
    let time = zone::human(&home.time, &home.timezone);
    match home.visit {
        Some(visit) => format!("{time}\nvisit {visit} on {}\n", home.replica),
        None => format!("{time}\n{} visits on {}\n", home.visits, home.replica),
    }
}

/// A line for each visit with its time of day, oldest first.
pub fn tail(tail: &Tail) -> String {
    lines(tail.visits.iter().map(|visit| visit.at.format("%H:%M:%S")))
}

/// The same for all replicas, with the replica of each visit.
pub fn merged_tail(cluster: &Cluster<MergedTail>) -> String {
    let line = |entry: &ReplicaVisit| format!("{} {}", entry.visit.at.format("%H:%M:%S"), entry.replica);
    lines(cluster.merged.visits.iter().map(line)) + &missing(cluster)
}

/// The number, and before which time it is coarse.
pub fn count(count: &Count) -> String {
    format!("{}\n{}", count.visits, coarse(count.coarse_before))
}

/// The same for all replicas, which are missing in it, and which count with their last numbers.
pub fn merged_count(cluster: &Cluster<MergedCount>) -> String {
    let merged = &cluster.merged;
    let states =
        merged.replicas.iter().filter_map(|count| Some(format!("# {} {}", count.replica, state_label(count)?)));
    format!("{}\n{}{}{}", merged.total, coarse(merged.coarse_before), missing(cluster), lines(states))
}

/// A line for each bucket: its start, its number of visits, and a bar; and before which time they are coarse.
pub fn histogram(histogram: &Histogram) -> String {
    bars(histogram.bucket, &histogram.buckets) + &coarse(histogram.coarse_before)
}

/// The same for all replicas, and which are missing in it.
pub fn merged_histogram(cluster: &Cluster<MergedHistogram>) -> String {
    let merged = &cluster.merged;
    bars(merged.bucket, &merged.buckets) + &coarse(merged.coarse_before) + &missing(cluster)
}

fn bars(bucket: Bucket, counts: &[BucketCount]) -> String {
    let max = counts.iter().map(|count| count.visits).max().unwrap_or_default();
    let width = max.to_string().len();
    lines(counts.iter().map(|BucketCount { start, visits }| {
        let bar = if *visits > 0 { format!(" {}", "#".repeat(bar_length(*visits, max))) } else { String::new() };
        format!("{} {visits:>width$}{bar}", bucket_label(bucket, start))
    }))
}

/// In proportion to the largest number, and at least 1.
fn bar_length(visits: i64, max: i64) -> usize {
    let length = i128::from(visits) * i128::from(MAX_BAR_LENGTH) / i128::from(max.max(1));
    usize::try_from(length.max(1)).unwrap_or_default()
}

/// A line that says before which time the numbers are coarse, if they are.
fn coarse(before: Option<CoarseBefore>) -> String {
    let line = |before| format!("# before {}, visits are counted by the day or longer", coarse_label(before));
    lines(before.into_iter().map(line))
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
