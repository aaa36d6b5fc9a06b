//! Which replicas lack in the merged reports, or may.

use super::cluster::{ReplicaCount, State};
use super::imported::Imported;
use super::known::Known;
use crate::zone::Zone;

/// The replicas that lack in the merged reports, or may.
#[derive(Default)]
pub struct Lacking {
    /// Those that are known, and did not answer.
    pub silent: Vec<Silent>,
    /// Who is missing in any case: the position of the peer, the name, and the reason.
    pub missing: Vec<(usize, String, String)>,
}

/// A replica that is known, and did not answer.
pub struct Silent {
    /// What is known of it.
    pub known: Known,
    /// Why it did not answer.
    pub state: State,
    /// What a replica that answered has imported of it.
    pub import: Option<Imported>,
    /// The replicas that have imported a backup of it.
    pub imported_by: Vec<String>,
    /// The position of the peer that it was asked as.
    pub position: usize,
    /// Why that peer did not answer.
    pub reason: String,
}

impl Lacking {
    /// The names of the replicas that are missing, in the order of the peers, with the reason; `lacks` tells which of
    /// the silent ones are among them.
    pub fn missing(&self, lacks: &dyn Fn(&Silent) -> bool) -> Vec<(String, String)> {
        let silent = self.silent.iter().filter(|silent| lacks(silent)).map(|silent| {
            let reason = match silent.state {
                State::Ended => "it has ended".to_owned(),
                State::Retired => "it is retired".to_owned(),
                State::Imported => "it was imported by a replica that is missing".to_owned(),
                _ => silent.reason.clone(),
            };
            (silent.position, silent.known.replica.clone(), reason)
        });
        let mut missing: Vec<_> = silent.chain(self.missing.iter().cloned()).collect();
        missing.sort_by_key(|(position, ..)| *position);
        missing.into_iter().map(|(_, replica, reason)| (replica, reason)).collect()
    }
}

impl Silent {
    /// Whether all that is known of it was imported, and is in the merged reports.
    pub fn is_covered(&self) -> bool {
        self.import.as_ref().is_some_and(|import| import.revision >= self.known.revision)
    }

    /// Whether the merged reports have all its visits.
    pub fn is_complete(&self) -> bool {
        self.is_covered() && self.state != State::Unreachable
    }

    /// The number of visits of this replica, of which `share` is the last known one: if it is later than what was imported,
    /// it counts as far as it exceeds that.
    pub fn count(&self, share: Option<i64>, zone: &Zone) -> Option<ReplicaCount> {
        let Known { replica, id, as_of, .. } = self.known.clone();
        let imported = self.import.as_ref().and_then(|import| import.visits);
        let share = share.filter(|_| !self.is_covered());
        let visits = imported.max(share)?;
        let as_of = self.import.as_ref().filter(|_| share.is_none()).map_or(as_of, |import| import.as_of);
        let (as_of, imported_by) = (zone.local(as_of), self.imported_by.clone());
        Some(ReplicaCount { replica, id: Some(id), visits, as_of, state: self.state, imported_by })
    }
}
