//! Merging the reports of several replicas: each kind of report, with the report of the replica that was asked first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter;

use super::cluster::{
    Answer, Cluster, MergedCount, MergedDeleted, MergedHistogram, MergedSummary, MergedTail, PageTotal, ReplicaCount,
    ReplicaDeleted, ReplicaSummary, ReplicaVisit, Report,
};
use super::replica::{BucketCount, CoarseBefore, Count, Deleted, Histogram, Summary, Tail};
use crate::limits::SUMMARY_PAGES;
use crate::visit::{Page, Visit};
use crate::zone::Zone;

impl Report for Count {
    fn replica(&self) -> &str {
        &self.replica
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        iter::once(self.visits)
    }
}

impl Report for Tail {
    fn replica(&self) -> &str {
        &self.replica
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        self.visits.iter().map(|visit| visit.id)
    }
}

impl Report for Histogram {
    fn replica(&self) -> &str {
        &self.replica
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        with_sum(counts(&self.buckets)).chain(iter::once(self.visits))
    }
}

impl Report for Summary {
    fn replica(&self) -> &str {
        &self.replica
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        let pages = with_sum(self.pages.iter().map(|page| page.visits));
        let ids = self.latest.iter().map(|visit| visit.id);
        let buckets = with_sum(counts(&self.hours)).chain(with_sum(counts(&self.days)));
        buckets.chain(pages).chain(ids).chain(iter::once(self.visits))
    }
}

impl Report for Deleted {
    fn replica(&self) -> &str {
        &self.replica
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        iter::once(self.deleted)
    }
}

fn counts(buckets: &[BucketCount]) -> impl Iterator<Item = i64> + Clone {
    buckets.iter().map(|bucket| bucket.visits)
}

/// Numbers and their sum, which does not overflow: a peer may send any numbers.
fn with_sum(numbers: impl Iterator<Item = i64> + Clone) -> impl Iterator<Item = i64> {
    let sum = numbers.clone().fold(0, i64::saturating_add);
    numbers.chain(iter::once(sum))
}

impl Cluster<MergedCount> {
    /// Adds up counts.
    pub fn of_counts(own: Count, peers: Vec<Answer<Count>>, zone: &Zone) -> Self {
        let (others, missing) = partition(&own.replica, peers, |_| true);
        let counts: Vec<_> = iter::once(own).chain(others).collect();
        let coarse_before = latest_coarse(zone, counts.iter().map(|count| count.coarse_before));
        let replica = |count: Count| ReplicaCount { replica: count.replica, visits: count.visits };
        let replicas: Vec<_> = counts.into_iter().map(replica).collect();
        let total = replicas.iter().map(|replica| replica.visits).sum();
        Self::new(MergedCount { total, coarse_before, replicas }, missing)
    }
}

impl Cluster<MergedTail> {
    /// Takes the latest visits of all.
    pub fn of_tails(own: Tail, peers: Vec<Answer<Tail>>, tail: u32, zone: &Zone) -> Self {
        let (mut others, missing) = partition(&own.replica, peers, |_| true);
        for other in &mut others {
            convert_times(zone, &mut other.visits);
        }
        let timezone = own.timezone.clone();
        let tails: Vec<_> = iter::once(own).chain(others).collect();
        let visits = latest(tails.iter().map(|tail| (&*tail.replica, &*tail.visits)), tail);
        let replica = |tail: Tail| ReplicaCount {
            visits: visits.iter().filter(|visit| visit.replica == tail.replica).map(|_| 1).sum(),
            replica: tail.replica,
        };
        let replicas = tails.into_iter().map(replica).collect();
        Self::new(MergedTail { timezone, visits, replicas }, missing)
    }
}

impl Cluster<MergedHistogram> {
    /// Adds up histograms, bucket by bucket.
    pub fn of_histograms(own: Histogram, peers: Vec<Answer<Histogram>>, zone: &Zone) -> Self {
        let (others, missing) = partition(&own.replica, peers, |other| same_buckets(&own.buckets, &other.buckets));
        let coarse_before = latest_coarse(zone, iter::once(&own).chain(&others).map(|one| one.coarse_before));
        let mut replicas = vec![ReplicaCount { replica: own.replica, visits: own.visits }];
        let mut buckets = own.buckets;
        for other in others {
            add(&mut buckets, &other.buckets);
            replicas.push(ReplicaCount { replica: other.replica, visits: counts(&other.buckets).sum() });
        }
        let total = replicas.iter().map(|replica| replica.visits).sum();
        let Histogram { timezone, bucket, since, until, .. } = own;
        let merged = MergedHistogram { timezone, bucket, since, until, total, coarse_before, buckets, replicas };
        Self::new(merged, missing)
    }
}

impl Cluster<MergedSummary> {
    /// Adds up summaries.
    pub fn of_summaries(own: Summary, peers: Vec<Answer<Summary>>, tail: u32, zone: &Zone) -> Self {
        let fits = |other: &Summary| same_buckets(&own.hours, &other.hours) && same_buckets(&own.days, &other.days);
        let (mut others, missing) = partition(&own.replica, peers, fits);
        for other in &mut others {
            convert_times(zone, &mut other.latest);
        }
        let (timezone, mut hours, mut days) = (own.timezone.clone(), own.hours.clone(), own.days.clone());
        for other in &others {
            add(&mut hours, &other.hours);
            add(&mut days, &other.days);
        }
        let summaries: Vec<_> = iter::once(own).chain(others).collect();
        let coarse_before = latest_coarse(zone, summaries.iter().map(|summary| summary.coarse_before));
        let pages = busiest(&summaries);
        let latest = latest(summaries.iter().map(|summary| (&*summary.replica, &*summary.latest)), tail);
        let replica = |summary: Summary| ReplicaSummary {
            replica: summary.replica,
            visits: summary.visits,
            today: summary.days.last().map_or(0, |day| day.visits),
            latest: summary.latest.into_iter().next_back(),
        };
        let replicas: Vec<_> = summaries.into_iter().map(replica).collect();
        let total = replicas.iter().map(|replica| replica.visits).sum();
        let merged = MergedSummary { timezone, total, coarse_before, hours, days, pages, latest, replicas };
        Self::new(merged, missing)
    }
}

impl Cluster<MergedDeleted> {
    /// Adds up what was deleted.
    pub fn of_deleted(own: Deleted, peers: Vec<Answer<Deleted>>) -> Self {
        let (others, missing) = partition(&own.replica, peers, |other| other.page == own.page);
        let page = own.page.clone();
        let replica = |one: Deleted| ReplicaDeleted { replica: one.replica, deleted: one.deleted };
        let replicas: Vec<_> = iter::once(own).chain(others).map(replica).collect();
        let deleted = replicas.iter().map(|replica| replica.deleted).sum();
        Self::new(MergedDeleted { page, deleted, replicas }, missing)
    }
}

/// Partitions answers into the reports that can be merged, and the peers that are missing, each with the reason.
fn partition<T>(own: &str, peers: Vec<Answer<T>>, fits: impl Fn(&T) -> bool) -> (Vec<T>, Vec<(String, String)>)
where
    T: Report,
{
    let (mut reports, mut missing) = (Vec::<T>::new(), Vec::new());
    for Answer { peer, report } in peers {
        let reason = match report {
            // A peer with this replica's name is this replica, at an address that is not known to be its own.
            Ok(report) if report.replica() == own => continue,
            Ok(report) if reports.iter().any(|other| other.replica() == report.replica()) => {
                format!("it is called {}, as another replica is", report.replica())
            }
            Ok(report) if !fits(&report) => "it answered for something else than it was asked for".to_owned(),
            Ok(report) => {
                reports.push(report);
                continue;
            }
            Err(reason) => reason,
        };
        missing.push((peer, reason));
    }
    (reports, missing)
}

fn same_buckets(buckets: &[BucketCount], others: &[BucketCount]) -> bool {
    buckets.iter().map(|bucket| bucket.start).eq(others.iter().map(|bucket| bucket.start))
}

fn add(buckets: &mut [BucketCount], others: &[BucketCount]) {
    for (bucket, other) in buckets.iter_mut().zip(others) {
        bucket.visits += other.visits;
    }
}

/// The latest of these times, with the offset of the zone.
fn latest_coarse(zone: &Zone, times: impl Iterator<Item = Option<CoarseBefore>>) -> Option<CoarseBefore> {
    times.flatten().max().map(|CoarseBefore(at)| CoarseBefore(zone.local(at.to_utc())))
}

/// Writes times with the offset of the zone, whatever offset a peer wrote them with.
fn convert_times(zone: &Zone, visits: &mut [Visit]) {
    for visit in visits {
        visit.at = zone.local(visit.at.to_utc());
    }
}

/// The latest visits of several logs, oldest first. Visits at the same time are in the order of their logs.
fn latest<'a>(logs: impl Iterator<Item = (&'a str, &'a [Visit])>, tail: u32) -> Vec<ReplicaVisit> {
    let mut visits: Vec<_> = logs.flat_map(|(replica, log)| log.iter().map(move |visit| (replica, visit))).collect();
    visits.sort_by_key(|(_, visit)| visit.at);
    let earlier = visits.len().saturating_sub(usize::try_from(tail).unwrap_or(usize::MAX));
    let owned =
        |(replica, visit): &(&str, &Visit)| ReplicaVisit { replica: (*replica).to_owned(), visit: (*visit).clone() };
    visits[earlier..].iter().map(owned).collect()
}

/// The busiest pages of all replicas. A replica whose list is full may have more pages than it lists.
fn busiest(summaries: &[Summary]) -> Vec<PageTotal> {
    let mut visits: BTreeMap<&Page, i64> = BTreeMap::new();
    for listed in summaries.iter().flat_map(|summary| &summary.pages) {
        *visits.entry(&listed.page).or_default() += listed.visits;
    }
    let lists = |summary: &Summary, page: &Page| summary.pages.iter().any(|listed| listed.page == *page);
    let may_omit = |summary: &Summary, page: &Page| summary.pages.len() >= SUMMARY_PAGES && !lists(summary, page);
    let exact = |page: &Page| !summaries.iter().any(|summary| may_omit(summary, page));
    let total = |(page, visits): (&Page, i64)| PageTotal { page: page.clone(), visits, exact: exact(page) };
    let mut pages: Vec<_> = visits.into_iter().collect();
    pages.sort_by_key(|(_, visits)| Reverse(*visits));
    // This comes first: a peer may list any number of pages, and for `exact` each is looked up in every list.
    pages.truncate(SUMMARY_PAGES);
    pages.into_iter().map(total).collect()
}

#[cfg(test)]
mod tests;
