//! What became of the visits of a load, and whether the log says the same.

use std::time::Duration;

/// A visit that was answered.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// The id that it was given.
    pub id: i64,
    /// Which one it was of the load's.
    pub number: u64,
}

/// What became of the visits of a load.
#[derive(Default)]
pub struct Ledger {
    /// Those that were answered.
    pub visits: Vec<Visit>,
    /// How many were refused.
    pub refused: usize,
    /// How many connections ended before an answer, with one visit each.
    pub unanswered: usize,
    /// How long the slowest answer took.
    pub slowest: Duration,
}

impl Ledger {
    /// Takes those of another.
    pub fn add(&mut self, other: Self) {
        self.visits.extend(other.visits);
        self.refused += other.refused;
        self.unanswered += other.unanswered;
        self.slowest = self.slowest.max(other.slowest);
    }

    /// How many were answered.
    pub fn answered(&self) -> i64 {
        i64::try_from(self.visits.len()).expect("a number")
    }

    /// Checks that no id was given twice. Gives them in order.
    pub fn ids(&self) -> Vec<i64> {
        let mut ids: Vec<_> = self.visits.iter().map(|visit| visit.id).collect();
        ids.sort_unstable();
        assert!(ids.is_sorted_by(|one, next| one < next), "an id was given twice");
        ids
    }

    /// Checks that each visit that was answered is in the log, once, with its page. The log is one that begins with
    /// visit 1 and leaves out no id, as `Volume::audit` has it.
    pub fn assert_in(&self, log: &[(i64, String)], page: fn(u64) -> String) {
        self.ids();
        for visit in &self.visits {
            let place = usize::try_from(visit.id - 1).expect("an id from 1 on");
            let found = log.get(place).filter(|(id, _)| *id == visit.id);
            let (_, found) = found.unwrap_or_else(|| panic!("{visit:?} was answered and is not in the log"));
            assert_eq!(*found, page(visit.number), "{visit:?} is another page's");
        }
    }

    /// Checks that the log consists of the visits that were answered, all of which were either answered or refused.
    pub fn assert_all_of(&self, log: &[(i64, String)], page: fn(u64) -> String) {
        assert_eq!(self.unanswered, 0, "without an answer");
        assert_eq!(self.visits.len(), log.len(), "visits were answered, and in the log; {} were refused", self.refused);
        self.assert_in(log, page);
    }
}
