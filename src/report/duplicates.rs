//! Which databases there are several of.

use std::collections::{BTreeMap, BTreeSet};

use super::id::Id;
use super::known::{Identity, Known};
use super::replica::Reporter;

/// This replica, when it asked the others, and when they had answered.
#[derive(Debug)]
pub struct Own<'a> {
    /// Its name.
    pub replica: &'a str,
    /// Who it was before.
    pub before: &'a Identity,
    /// Its revision afterwards.
    pub after: i64,
}

impl Own<'_> {
    /// Whether it asked itself: then the revision is one that it had meanwhile, which that of a copy hardly is.
    pub fn is(&self, other: &Reporter) -> bool {
        let had = |revision| (self.before.revision..=self.after).contains(&revision);
        other.id.as_ref() == Some(&self.before.id) && other.replica == self.replica && other.revision.is_some_and(had)
    }
}

/// The ids of the databases that there are several of, or that have lost visits which they had. Names are what tells
/// copies apart as long as their numbers are the same: a pod has one.
pub fn duplicates<'a>(own: &Own<'_>, known: &[Known], answers: impl IntoIterator<Item = &'a Reporter>) -> BTreeSet<Id> {
    let mut seen: BTreeMap<&Id, &Reporter> = BTreeMap::new();
    let mut duplicates = BTreeSet::new();
    for answer in answers {
        let Some(id) = &answer.id else { continue };
        let has_lost = known.iter().any(|known| known.id == *id && Some(known.revision) > answer.revision);
        let is_another = *id == own.before.id || differ(seen.entry(id).or_insert(answer), answer);
        if (has_lost || is_another) && !own.is(answer) {
            duplicates.insert(id.clone());
        }
    }
    duplicates
}

fn differ(one: &Reporter, other: &Reporter) -> bool {
    (&one.replica, one.revision) != (&other.replica, other.revision)
}
