//! How the answers of the replicas become one: each kind of report, with the report of the replica that was asked first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter;

use super::cluster::{
    Answer, Cluster, Histograms, Latest, Overview, PageTotal, ReplicaOverview, Report, Share, Sighting, Total,
};
use super::{Bar, Count, Histogram, Summary, Tail};
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
        with_sum(bars(&self.buckets)).chain(iter::once(self.visits))
    }
}

impl Report for Summary {
    fn replica(&self) -> &str {
        &self.replica
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        let pages = with_sum(self.pages.iter().map(|page| page.visits));
        let ids = self.latest.iter().map(|visit| visit.id);
        let bars = with_sum(bars(&self.hours)).chain(with_sum(bars(&self.days)));
        bars.chain(pages).chain(ids).chain(iter::once(self.visits))
    }
}

fn bars(bars: &[Bar]) -> impl Iterator<Item = i64> + Clone {
    bars.iter().map(|bar| bar.visits)
}

/// Numbers, and what they come to: a peer can make up more of them than an integer can add up.
fn with_sum(numbers: impl Iterator<Item = i64> + Clone) -> impl Iterator<Item = i64> {
    let sum = numbers.clone().fold(0, i64::saturating_add);
    numbers.chain(iter::once(sum))
}

impl Cluster<Total> {
    /// Adds up counts.
    pub fn of_counts(own: Count, peers: Vec<Answer<Count>>) -> Self {
        let (others, missing) = sort(&own.replica, peers, |_| true);
        let share = |count: Count| Share { replica: count.replica, visits: count.visits };
        let replicas: Vec<_> = iter::once(own).chain(others).map(share).collect();
        Self::new(Total { total: replicas.iter().map(|share| share.visits).sum(), replicas }, missing)
    }
}

impl Cluster<Latest> {
    /// Takes the latest visits of all.
    pub fn of_tails(own: Tail, peers: Vec<Answer<Tail>>, tail: u32, zone: &Zone) -> Self {
        let (mut others, missing) = sort(&own.replica, peers, |_| true);
        for other in &mut others {
            show_in(zone, &mut other.visits);
        }
        let timezone = own.timezone.clone();
        let tails: Vec<_> = iter::once(own).chain(others).collect();
        let visits = latest(tails.iter().map(|tail| (&*tail.replica, &*tail.visits)), tail);
        let share = |tail: Tail| Share {
            visits: visits.iter().filter(|visit| visit.replica == tail.replica).map(|_| 1).sum(),
            replica: tail.replica,
        };
        let replicas = tails.into_iter().map(share).collect();
        Self::new(Latest { timezone, visits, replicas }, missing)
    }
}

impl Cluster<Histograms> {
    /// Adds up histograms, bucket by bucket.
    pub fn of_histograms(own: Histogram, peers: Vec<Answer<Histogram>>) -> Self {
        let (others, missing) = sort(&own.replica, peers, |other| same_times(&own.buckets, &other.buckets));
        let mut replicas = vec![Share { replica: own.replica, visits: own.visits }];
        let mut buckets = own.buckets;
        for other in others {
            add(&mut buckets, &other.buckets);
            replicas.push(Share { replica: other.replica, visits: bars(&other.buckets).sum() });
        }
        let total = replicas.iter().map(|share| share.visits).sum();
        let Histogram { timezone, bucket, since, until, .. } = own;
        Self::new(Histograms { timezone, bucket, since, until, total, buckets, replicas }, missing)
    }
}

impl Cluster<Overview> {
    /// Adds up summaries.
    pub fn of_summaries(own: Summary, peers: Vec<Answer<Summary>>, tail: u32, zone: &Zone) -> Self {
        let fits = |other: &Summary| same_times(&own.hours, &other.hours) && same_times(&own.days, &other.days);
        let (mut others, missing) = sort(&own.replica, peers, fits);
        for other in &mut others {
            show_in(zone, &mut other.latest);
        }
        let (timezone, mut hours, mut days) = (own.timezone.clone(), own.hours.clone(), own.days.clone());
        for other in &others {
            add(&mut hours, &other.hours);
            add(&mut days, &other.days);
        }
        let summaries: Vec<_> = iter::once(own).chain(others).collect();
        let pages = busiest(&summaries);
        let latest = latest(summaries.iter().map(|summary| (&*summary.replica, &*summary.latest)), tail);
        let overview = |summary: Summary| ReplicaOverview {
            replica: summary.replica,
            visits: summary.visits,
            today: summary.days.last().map_or(0, |day| day.visits),
            latest: summary.latest.into_iter().next_back(),
        };
        let replicas: Vec<_> = summaries.into_iter().map(overview).collect();
        let total = replicas.iter().map(|replica| replica.visits).sum();
        Self::new(Overview { timezone, total, hours, days, pages, latest, replicas }, missing)
    }
}

/// Sets the reports that can be added apart from those that are missing, with the reason.
fn sort<T>(own: &str, peers: Vec<Answer<T>>, fits: impl Fn(&T) -> bool) -> (Vec<T>, Vec<(String, String)>)
where
    T: Report,
{
    let (mut reports, mut missing) = (Vec::<T>::new(), Vec::new());
    for Answer { peer, report } in peers {
        let reason = match report {
            // A peer with this replica's name is this replica, by an address that it does not know of itself.
            Ok(report) if report.replica() == own => continue,
            Ok(report) if reports.iter().any(|other| other.replica() == report.replica()) => {
                format!("it is called {}, as another replica is", report.replica())
            }
            Ok(report) if !fits(&report) => "it answered for other times than it was asked for".to_owned(),
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

fn same_times(bars: &[Bar], others: &[Bar]) -> bool {
    bars.iter().map(|bar| bar.start).eq(others.iter().map(|bar| bar.start))
}

fn add(bars: &mut [Bar], others: &[Bar]) {
    for (bar, other) in bars.iter_mut().zip(others) {
        bar.visits += other.visits;
    }
}

/// Whatever the offset was that a peer wrote.
fn show_in(zone: &Zone, visits: &mut [Visit]) {
    for visit in visits {
        visit.at = zone.local(visit.at.to_utc());
    }
}

/// The latest visits of several logs, oldest first. Those of one moment stay in the order of their logs.
fn latest<'a>(logs: impl Iterator<Item = (&'a str, &'a [Visit])>, tail: u32) -> Vec<Sighting> {
    let mut visits: Vec<_> = logs.flat_map(|(replica, log)| log.iter().map(move |visit| (replica, visit))).collect();
    visits.sort_by_key(|(_, visit)| visit.at);
    let earlier = visits.len().saturating_sub(usize::try_from(tail).unwrap_or(usize::MAX));
    let sighting =
        |(replica, visit): &(&str, &Visit)| Sighting { replica: (*replica).to_owned(), visit: (*visit).clone() };
    visits[earlier..].iter().map(sighting).collect()
}

/// The busiest pages of all. A replica whose list is full may have more pages than it lists.
fn busiest(summaries: &[Summary]) -> Vec<PageTotal> {
    let mut visits: BTreeMap<&Page, i64> = BTreeMap::new();
    for listed in summaries.iter().flat_map(|summary| &summary.pages) {
        *visits.entry(&listed.page).or_default() += listed.visits;
    }
    let lists = |summary: &Summary, page: &Page| summary.pages.iter().any(|listed| listed.page == *page);
    let may_hide = |summary: &Summary, page: &Page| summary.pages.len() >= Summary::PAGES && !lists(summary, page);
    let exact = |page: &Page| !summaries.iter().any(|summary| may_hide(summary, page));
    let total = |(page, visits): (&Page, i64)| PageTotal { page: page.clone(), visits, exact: exact(page) };
    let mut pages: Vec<_> = visits.into_iter().collect();
    pages.sort_by_key(|(_, visits)| Reverse(*visits));
    // Only then, for a peer can list pages without end, and each is looked for in its list.
    pages.truncate(Summary::PAGES);
    pages.into_iter().map(total).collect()
}

#[cfg(test)]
mod tests;
