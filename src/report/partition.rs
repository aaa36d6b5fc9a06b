//! Which replicas answered, each of them once, and which are silent or missing.

use std::collections::BTreeSet;

use super::cluster::{Answer, Others, ReplicaCount, State};
use super::id::Id;
use super::imported::Imported;
use super::known::Known;
use super::lacking::{Lacking, Silent};
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
    /// The replicas that have imported a backup of it.
    imported_by: Vec<String>,
}

/// Finds out which database each answer is of: the reports to merge, this replica's first, and who lacks in them. A name
/// may change, and several may lead to one replica: only an id says who a replica is.
pub fn partition<T: Report>(
    own: T,
    answers: Vec<Answer<T>>,
    others: &Others,
    fits: impl Fn(&T) -> bool,
) -> (Vec<Merged<T>>, Lacking) {
    let mut peers = vec![Peer::own(own.reporter(), own.imports())];
    let mut reports = vec![Some(own)];
    let mut unheard = Vec::new();
    for (position, Answer { peer: name, expected, is_own, has_news, report }) in (1..).zip(answers) {
        let wrong = || Err("it answered for something else than it was asked for".to_owned());
        let report = report.and_then(|report| if fits(&report) { Ok(report) } else { wrong() });
        let answer = report.as_ref().map(|report| report.reporter().clone()).map_err(String::clone);
        let imports = report.as_ref().map(|report| report.imports().to_vec()).unwrap_or_default();
        if let Some(report) = report.as_ref().ok().filter(|_| has_news) {
            let reason = "it may know more replicas than this one does: ask again".to_owned();
            unheard.push((position, report.reporter().replica.clone(), reason));
        }
        peers.push(Peer { name, expected, is_own, answer, imports });
        reports.push(report.ok());
    }
    let (answered, mut lacking) = divide(&peers, others);
    lacking.missing.extend(unheard);
    let merged = answered.into_iter().filter_map(|Answered { position, state, newer }| {
        let imported_by = peers[position].id().map_or_else(Vec::new, |id| imported_by(id, &peers));
        Some(Merged { report: reports.get_mut(position)?.take()?, state, newer, imported_by })
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
    imports: Vec<Imported>,
}

impl Peer {
    fn own(reporter: &Reporter, imports: &[Imported]) -> Self {
        let (name, answer, imports) = (reporter.replica.clone(), Ok(reporter.clone()), imports.to_vec());
        Self { name, expected: false, is_own: false, answer, imports }
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
    let imports = answered.iter().flat_map(|one| &peers[one.position].imports);
    let counted: Vec<_> = imports.filter(|import| import.visits.is_some()).cloned().collect();
    for known in &others.memory.known {
        if let Some(one) = answered.iter_mut().find(|one| peers[one.position].id() == Some(&known.id)) {
            let revision = peers[one.position].answer.as_ref().ok().and_then(|reporter| reporter.revision);
            let is_older = revision.is_some_and(|revision| revision < known.revision);
            one.newer = (is_older && others.is_duplicate(&known.id)).then(|| known.clone());
        } else {
            let import = counted.iter().find(|import| import.id == known.id).cloned();
            lacking.silent.push(silent(known, import, peers, others));
        }
    }
    for import in counted {
        if lacking.silent.iter().all(|silent| silent.known.id != import.id) {
            lacking.silent.push(silent(&import.known(), Some(import), peers, others));
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

impl<T: Report> Merged<T> {
    /// The number of visits of this replica itself, of those in its report.
    pub fn count(&self, visits: i64, others: &Others, zone: &Zone) -> ReplicaCount {
        let Reporter { replica, id, .. } = self.report.reporter().clone();
        let imported: i64 = self.report.imports().iter().filter_map(|import| import.visits).sum();
        ReplicaCount {
            replica,
            id,
            visits: (visits - imported).max(0),
            as_of: zone.local(others.now),
            state: self.state,
            imported_by: self.imported_by.clone(),
        }
    }
}

/// The names of the replicas that have imported a backup of the one with this id.
fn imported_by(id: &Id, peers: &[Peer]) -> Vec<String> {
    let has_it = |peer: &&Peer| !peer.is_own && peer.imports.iter().any(|import| import.id == *id);
    let name = |peer: &Peer| peer.answer.as_ref().map_or(peer.name.clone(), |reporter| reporter.replica.clone());
    peers.iter().filter(has_it).map(name).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is known of one that did not answer, and why it did not.
fn silent(known: &Known, import: Option<Imported>, peers: &[Peer], others: &Others) -> Silent {
    let position = peers.iter().position(|peer| peer.name == known.peer).unwrap_or(peers.len());
    let reason = match peers.get(position).map(|peer| &peer.answer) {
        Some(Err(reason)) => reason,
        Some(Ok(_)) => "another replica answers in its place",
        None => "it is not among the peers that are asked",
    };
    Silent {
        known: known.clone(),
        state: others.state(known),
        imported_by: imported_by(&known.id, peers),
        import,
        position,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
