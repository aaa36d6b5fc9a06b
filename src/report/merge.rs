//! Merging the reports of several replicas: each kind of report, with the report of the replica that was asked first.

use super::cluster::{
    Answer, Cluster, MergedCount, MergedDeleted, MergedHistogram, MergedSummary, MergedTail, Others, ReplicaCount,
    ReplicaDeleted, ReplicaSummary, ReplicaVisit, State,
};
use super::known::Known;
use super::lacking::Silent;
use super::partition::partition;
use super::plausible::counts;
use super::replica::{CoarseBefore, Count, Deleted, Histogram, InRange, Reporter, Summary, Tail};
use super::sums::{add, busiest, clear, same_buckets};
use crate::visit::Visit;
use crate::zone::Zone;

impl Cluster<MergedCount> {
    /// Adds up counts. `share` tells what a replica that does not answer has of the visits that are counted, as far as
    /// that is known.
    pub fn of_counts(
        own: Count,
        answers: Vec<Answer<Count>>,
        others: &Others,
        share: impl Fn(&Known) -> Option<i64>,
        zone: &Zone,
    ) -> Self {
        let (reports, lacking) = partition(own, answers, others, |_| true);
        let coarse_before = latest_coarse(zone, reports.iter().map(|one| one.report.coarse_before));
        let answered = reports.iter().map(|one| {
            let newer = one.newer.as_ref().and_then(&share).unwrap_or(0);
            let count = one.count(one.report.visits, others, zone);
            ReplicaCount { visits: count.visits.max(newer), ..count }
        });
        let silent = lacking.silent.iter().filter_map(|silent| silent.count(share(&silent.known), zone));
        let replicas: Vec<_> = answered.chain(silent).collect();
        let total = replicas.iter().map(|replica| replica.visits).sum();
        let lacks = |silent: &Silent| {
            let is_counted = silent.is_covered() || share(&silent.known).is_some();
            silent.state == State::Unreachable || !is_counted
        };
        Self::new(MergedCount { total, coarse_before, replicas }, lacking.missing(&lacks))
    }
}

impl Cluster<MergedTail> {
    /// Takes the latest visits of all.
    pub fn of_tails(own: Tail, answers: Vec<Answer<Tail>>, others: &Others, tail: u32, zone: &Zone) -> Self {
        let timezone = own.timezone.clone();
        let (mut reports, lacking) = partition(own, answers, others, |_| true);
        for one in &mut reports {
            convert_times(zone, &mut one.report.visits);
        }
        let visits = latest(reports.iter().map(|one| (&one.report.reporter, &*one.report.visits)), tail);
        let mut shares = vec![0; reports.len()];
        for (log, _) in &visits {
            shares[*log] += 1;
        }
        let replicas = reports.iter().zip(shares).map(|(one, share)| one.count(share, others, zone)).collect();
        let visits = visits.into_iter().map(|(_, visit)| visit).collect();
        Self::new(MergedTail { timezone, visits, replicas }, lacking.missing(&|silent| silent.state != State::Imported))
    }
}

impl Cluster<MergedHistogram> {
    /// Adds up histograms, bucket by bucket.
    pub fn of_histograms(own: Histogram, answers: Vec<Answer<Histogram>>, others: &Others, zone: &Zone) -> Self {
        let Histogram { timezone, bucket, since, until, mut buckets, .. } = own.clone();
        let (reports, lacking) = partition(own, answers, others, |other| same_buckets(&buckets, &other.buckets));
        let coarse_before = latest_coarse(zone, reports.iter().map(|one| one.report.coarse_before));
        clear(&mut buckets);
        let mut replicas = Vec::new();
        for one in &reports {
            add(&mut buckets, &one.report.buckets);
            replicas.push(one.count(counts(&one.report.buckets).sum(), others, zone));
        }
        replicas.extend(lacking.silent.iter().filter_map(|silent| silent.count(None, zone)));
        let total = replicas.iter().map(|replica| replica.visits).sum();
        let merged = MergedHistogram { timezone, bucket, since, until, total, coarse_before, buckets, replicas };
        Self::new(merged, lacking.missing(&|silent| !silent.is_complete()))
    }
}

impl Cluster<MergedSummary> {
    /// Adds up summaries. `share` is as for [counts](Cluster::of_counts).
    pub fn of_summaries(
        own: Summary,
        answers: Vec<Answer<Summary>>,
        others: &Others,
        share: impl Fn(&Known) -> Option<i64>,
        tail: u32,
        zone: &Zone,
    ) -> Self {
        let (timezone, mut hours, mut days) = (own.timezone.clone(), own.hours.clone(), own.days.clone());
        let range = own.range.clone();
        let fits = |other: &Summary| {
            let has_range = range.as_ref().is_none_or(|range| range.is_of(other.range.as_ref()));
            same_buckets(&hours, &other.hours) && same_buckets(&days, &other.days) && has_range
        };
        let (mut reports, lacking) = partition(own, answers, others, fits);
        clear(&mut hours);
        clear(&mut days);
        for one in &mut reports {
            convert_times(zone, &mut one.report.latest);
            add(&mut hours, &one.report.hours);
            add(&mut days, &one.report.days);
        }
        let summaries: Vec<_> = reports.iter().map(|one| &one.report).collect();
        let coarse_before = latest_coarse(zone, summaries.iter().map(|summary| summary.coarse_before));
        let all_answered = lacking.silent.iter().all(Silent::is_complete);
        let pages = busiest(&summaries.iter().map(|summary| &*summary.pages).collect::<Vec<_>>(), all_answered);
        let ranges: Vec<_> = summaries.iter().filter_map(|summary| summary.range.as_ref()).collect();
        let range = InRange::sum(&ranges, all_answered);
        let latest = latest(summaries.iter().map(|summary| (&summary.reporter, &*summary.latest)), tail);
        let answered = reports.iter().map(|one| {
            let newer = one.newer.as_ref().and_then(&share).unwrap_or(0);
            let count = one.count(one.report.visits, others, zone);
            ReplicaSummary {
                count: ReplicaCount { visits: count.visits.max(newer), ..count },
                today: Some(one.report.days.last().map_or(0, |day| day.visits)),
                in_range: one.report.range.as_ref().map(|range| range.visits),
                latest: one.report.latest.last().cloned(),
            }
        });
        let silent = lacking.silent.iter().filter_map(|silent| {
            Some(ReplicaSummary {
                count: silent.count(share(&silent.known), zone)?,
                today: None,
                in_range: None,
                latest: None,
            })
        });
        let replicas: Vec<_> = answered.chain(silent).collect();
        let total = replicas.iter().map(|replica| replica.count.visits).sum();
        let latest = latest.into_iter().map(|(_, visit)| visit).collect();
        let merged = MergedSummary { timezone, total, coarse_before, hours, days, pages, range, latest, replicas };
        Self::new(merged, lacking.missing(&|silent| !silent.is_complete()))
    }
}

impl Cluster<MergedDeleted> {
    /// Adds up what was deleted.
    pub fn of_deleted(own: Deleted, answers: Vec<Answer<Deleted>>, others: &Others) -> Self {
        let page = own.page.clone();
        let (reports, lacking) = partition(own, answers, others, |other| other.page == page);
        let replica = |one: &Deleted| ReplicaDeleted {
            replica: one.reporter.replica.clone(),
            id: one.reporter.id.clone(),
            deleted: one.deleted,
        };
        let replicas: Vec<_> = reports.iter().map(|one| replica(&one.report)).collect();
        let deleted = replicas.iter().map(|replica| replica.deleted).sum();
        Self::new(MergedDeleted { page, deleted, replicas }, lacking.missing(&|silent| silent.state != State::Imported))
    }
}

/// The latest of these times, with the offset of the zone.
pub fn latest_coarse(zone: &Zone, times: impl Iterator<Item = Option<CoarseBefore>>) -> Option<CoarseBefore> {
    times.flatten().max().map(|CoarseBefore(at)| CoarseBefore(zone.local(at.to_utc())))
}

/// Writes times with the offset of the zone, whatever offset a peer wrote them with.
fn convert_times(zone: &Zone, visits: &mut [Visit]) {
    for visit in visits {
        visit.at = zone.local(visit.at.to_utc());
    }
}

/// The latest visits of several logs, oldest first, each with the position of its log. Visits at the same time are in
/// the order of their logs.
fn latest<'a>(logs: impl Iterator<Item = (&'a Reporter, &'a [Visit])>, tail: u32) -> Vec<(usize, ReplicaVisit)> {
    let numbered = logs.enumerate();
    let mut visits: Vec<_> =
        numbered.flat_map(|(log, (of, visits))| visits.iter().map(move |visit| (log, of, visit))).collect();
    visits.sort_by_key(|(_, _, visit)| visit.at);
    let earlier = visits.len().saturating_sub(usize::try_from(tail).unwrap_or(usize::MAX));
    let owned = |(log, of, visit): &(usize, &Reporter, &Visit)| {
        (*log, ReplicaVisit { replica: of.replica.clone(), visit: (*visit).clone() })
    };
    visits[earlier..].iter().map(owned).collect()
}

#[cfg(test)]
mod tests;
