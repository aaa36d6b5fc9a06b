//! Which replicas answered, each of them once, and which are silent or missing.

use super::cluster::{Answer, Others, ReplicaCount, State};
use super::id::Id;
use super::known::Known;
use super::plausible::Report;
use super::replica::Reporter;
use crate::zone::Zone;

/// A report that is merged.
pub struct Merged<T> {
    /// The report.
    pub report: T,
    /// Whether its database is a duplicate.
    pub state: State,
    /// A newer number that is known of the same database: then this is an older copy.
    pub newer: Option<Known>,
}

/// The replicas that lack in the merged reports, or may.
#[derive(Default)]
pub struct Lacking {
    /// Those that are known, and did not answer.
    pub silent: Vec<Silent>,
    /// Who is missing in any case: the position of the peer, the name, and the reason.
    missing: Vec<(usize, String, String)>,
}

/// A replica that is known, and did not answer.
pub struct Silent {
    /// What is known of it.
    pub known: Known,
    /// Why it did not answer.
    pub state: State,
    position: usize,
    reason: String,
}

/// Finds out which database each answer is of: the reports to merge, this replica's first, and who lacks in them. A name
/// may change, and several may lead to one replica: only an id says who a replica is.
pub fn partition<T: Report>(
    own: T,
    answers: Vec<Answer<T>>,
    others: &Others,
    fits: impl Fn(&T) -> bool,
) -> (Vec<Merged<T>>, Lacking) {
    let mut peers = vec![Peer::own(own.reporter())];
    let mut reports = vec![Some(own)];
    let mut unheard = Vec::new();
    for (position, Answer { peer: name, expected, is_own, has_news, report }) in (1..).zip(answers) {
        let wrong = || Err("it answered for something else than it was asked for".to_owned());
        let report = report.and_then(|report| if fits(&report) { Ok(report) } else { wrong() });
        let answer = report.as_ref().map(|report| report.reporter().clone()).map_err(String::clone);
        if let Some(report) = report.as_ref().ok().filter(|_| has_news) {
            let reason = "it may know more replicas than this one does: ask again".to_owned();
            unheard.push((position, report.reporter().replica.clone(), reason));
        }
        peers.push(Peer { name, expected, is_own, answer });
        reports.push(report.ok());
    }
    let (answered, mut lacking) = divide(&peers, others);
    lacking.missing.extend(unheard);
    let merged = answered.into_iter().filter_map(|Answered { position, state, newer }| {
        Some(Merged { report: reports.get_mut(position)?.take()?, state, newer })
    });
    (merged.collect(), lacking)
}

/// A replica that was asked; the first one is the one that asks.
struct Peer {
    name: String,
    expected: bool,
    /// Whether this replica asked itself.
    is_own: bool,
    /// Who answered, or why nobody did.
    answer: Result<Reporter, String>,
}

impl Peer {
    fn own(reporter: &Reporter) -> Self {
        Self { name: reporter.replica.clone(), expected: false, is_own: false, answer: Ok(reporter.clone()) }
    }

    fn id(&self) -> Option<&Id> {
        self.answer.as_ref().ok()?.id.as_ref()
    }
}

/// A peer whose report is merged.
struct Answered {
    position: usize,
    state: State,
    newer: Option<Known>,
}

/// It does without the type of the reports, so that it is compiled once.
fn divide(peers: &[Peer], others: &Others) -> (Vec<Answered>, Lacking) {
    let mut lacking = Lacking::default();
    let mut answered = choose(peers, &mut lacking);
    for known in &others.memory.known {
        match answered.iter_mut().find(|one| peers[one.position].id() == Some(&known.id)) {
            Some(one) => {
                let revision = peers[one.position].answer.as_ref().ok().and_then(|reporter| reporter.revision);
                let is_older = revision.is_some_and(|revision| revision < known.revision);
                one.newer = (is_older && others.is_duplicate(&known.id)).then(|| known.clone());
            }
            None => lacking.silent.push(Silent::new(known, peers, others)),
        }
    }
    for (position, peer) in peers.iter().enumerate().filter(|(_, peer)| peer.expected) {
        let is_known = lacking.silent.iter().any(|silent| silent.known.peer == peer.name);
        if let Err(reason) = &peer.answer
            && !is_known
        {
            lacking.missing.push((position, peer.name.clone(), reason.clone()));
        }
    }
    mark_duplicates(&mut answered, peers, others, &mut lacking);
    (answered, lacking)
}

/// Chooses one answer of each database.
fn choose(peers: &[Peer], lacking: &mut Lacking) -> Vec<Answered> {
    let mut answered: Vec<(&Reporter, Answered)> = Vec::new();
    for (position, peer) in peers.iter().enumerate().filter(|(_, peer)| !peer.is_own) {
        let Ok(reporter) = &peer.answer else { continue };
        let Reporter { replica, id, revision, .. } = reporter;
        let new = Answered { position, state: State::Answered, newer: None };
        if id.is_none() && answered.iter().any(|(other, _)| other.replica == *replica) {
            let reason = format!("it is called {replica}, as another replica is");
            lacking.missing.push((position, peer.name.clone(), reason));
            continue;
        }
        let Some((other, one)) = answered.iter_mut().find(|(other, _)| id.is_some() && other.id == *id) else {
            answered.push((reporter, new));
            continue;
        };
        // Of a database and its copy, only what one of them has is counted: most visits are in both.
        if other.revision != *revision {
            let mut less = reporter;
            if other.revision < *revision {
                less = std::mem::replace(other, reporter);
                *one = new;
            }
            one.state = State::Duplicate;
            let reason = format!("it has the same id as {}: the volume of one is a copy", other.replica);
            lacking.missing.push((position, less.replica.clone(), reason));
        }
    }
    answered.into_iter().map(|(_, one)| one).collect()
}

/// Duplicates may each have visits that the others have not, unless all are there and have the same.
fn mark_duplicates(answered: &mut [Answered], peers: &[Peer], others: &Others, lacking: &mut Lacking) {
    for one in answered {
        let Ok(Reporter { replica, id: Some(id), .. }) = &peers[one.position].answer else { continue };
        let has_id = |peer: &&Peer| peer.id() == Some(id);
        let answered = |name: &String| peers.iter().filter(has_id).any(|peer| peer.name == *name);
        let all_answered = others.memory.peers.iter().all(|(name, of, _)| of != id || answered(name));
        let copies = peers.iter().filter(has_id).filter(|peer| !peer.is_own).count();
        let are_equal = all_answered && copies > 1 && one.newer.is_none() && one.state == State::Answered;
        if others.is_duplicate(id) && !are_equal {
            if one.state == State::Answered {
                let reason = "its volume was copied, or has lost visits".to_owned();
                lacking.missing.push((one.position, replica.clone(), reason));
            }
            one.state = State::Duplicate;
        }
    }
}

impl Lacking {
    /// The names of the replicas that are missing, in the order of the peers, with the reason; `lacks` tells which of
    /// the silent ones are among them.
    pub fn missing(&self, lacks: &dyn Fn(&Silent) -> bool) -> Vec<(String, String)> {
        let silent = self.silent.iter().filter(|silent| lacks(silent)).map(|silent| {
            let reason = match silent.state {
                State::Ended => "it has ended".to_owned(),
                State::Retired => "it is retired".to_owned(),
                _ => silent.reason.clone(),
            };
            (silent.position, silent.known.replica.clone(), reason)
        });
        let mut missing: Vec<_> = silent.chain(self.missing.iter().cloned()).collect();
        missing.sort_by_key(|(position, ..)| *position);
        missing.into_iter().map(|(_, replica, reason)| (replica, reason)).collect()
    }
}

impl<T: Report> Merged<T> {
    /// The number of visits of this replica.
    pub fn count(&self, visits: i64, others: &Others, zone: &Zone) -> ReplicaCount {
        let Reporter { replica, id, .. } = self.report.reporter().clone();
        ReplicaCount { replica, id, visits, as_of: zone.local(others.now), state: self.state }
    }
}

impl Silent {
    fn new(known: &Known, peers: &[Peer], others: &Others) -> Self {
        let position = peers.iter().position(|peer| peer.name == known.peer).unwrap_or(peers.len());
        let reason = match peers.get(position).map(|peer| &peer.answer) {
            Some(Err(reason)) => reason,
            Some(Ok(_)) => "another replica answers in its place",
            None => "it is not among the peers that are asked",
        };
        Self { known: known.clone(), state: others.state(known), position, reason: reason.to_owned() }
    }

    /// The last known number of visits of this replica.
    pub fn count(&self, visits: i64, zone: &Zone) -> ReplicaCount {
        let Known { replica, id, as_of, .. } = self.known.clone();
        ReplicaCount { replica, id: Some(id), visits, as_of: zone.local(as_of), state: self.state }
    }
}

#[cfg(test)]
mod tests;
