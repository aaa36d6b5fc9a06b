//! What to do when there are too many instances: wait for larger groups, and leave.
//!
//! Spin starts an instance whenever none is ready to take a request at that moment, and hands requests to all of them in
//! turn until each has had 128. After a rush there are dozens, each with a request or two, and none has a group to
//! commit. So an instance that gets few visits while others record more takes no more requests: it answers those that it
//! has, and Spin ends it. That raises what the others get, until the groups are worth their commits. And those that stay
//! wait with a small group for more.

use std::cell::Cell;

use spin_sdk::wasip3::wit_bindgen::{backpressure_inc, yield_async};

/// A group of fewer visits than this is a small one.
const SMALL: i64 = 3;

/// One in so many of those that could leave does, lest all leave at once.
const LEAVING: i64 = 4;

/// The visits that an instance has at once, at most: Spin gives it no more requests.
const MOST: usize = 16;

/// A group is worth waiting for more when the others recorded this many times as many visits since the last one.
const MANY: i64 = 4;

/// What an instance knows of the others: how far the ids have come without it.
#[derive(Default)]
pub struct Surplus {
    last: Cell<Option<i64>>,
    by_others: Cell<i64>,
    left: Cell<bool>,
}

impl Surplus {
    /// Whether a group of this many visits should wait for more. Where nobody else records, it should not.
    pub fn is_worth_waiting(&self, visits: usize) -> bool {
        visits < MOST && i64::try_from(visits).is_ok_and(|visits| self.by_others.get() >= MANY * visits)
    }

    /// Leaves, if this instance is one too many, judged by its commit of the visits with these ids. The first one tells
    /// nothing: others may have recorded for years.
    pub async fn leave(&self, ids: &[i64]) {
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return };
        let recorded = last - first + 1;
        let Some(before) = self.last.replace(Some(*last)) else { return };
        let by_others = first - 1 - before;
        self.by_others.set(by_others);
        if recorded < SMALL && by_others >= recorded && last % LEAVING == 0 && !self.left.replace(true) {
            // Spin starts what it has accepted before it comes back from this, so that nobody is kept waiting at a door
            // that stays closed.
            yield_async().await;
            backpressure_inc();
        }
    }
}
