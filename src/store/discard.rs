//! Removing what is left of imports that do not count: those that were replaced, and uploads that ended midway.

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::micros;
use super::routine::Routine;
use crate::limits::UPLOAD_TIMEOUT;

/// Whether there is something of imports that do not count; of uploads that have brought something since ?1 and until ?2,
/// this is not known yet.
const HAS_DISCARDED: &str =
    "SELECT EXISTS (SELECT 1 FROM discardable WHERE state = 'replaced' OR staged_at NOT BETWEEN ?1 AND ?2)";

/// Removes some of it.
pub const DISCARD: Routine = Routine {
    trigger: include_str!("triggers/discard.sql"),
    statement: "
        DELETE FROM discardable WHERE id = (
            SELECT min(id) FROM discardable WHERE state = 'replaced' OR staged_at NOT BETWEEN ?1 AND ?2)",
};

impl Store {
    /// Removes what does not count of imports, with at most so many statements.
    pub(super) async fn discard(&self, now: DateTime<Utc>, statements: usize) -> Result<(), Error> {
        let times = [Value::Integer(micros(now - UPLOAD_TIMEOUT)), Value::Integer(micros(now + UPLOAD_TIMEOUT))];
        for _ in 0..statements {
            if self.integer(HAS_DISCARDED, &times).await? == 0 {
                break;
            }
            self.run(&DISCARD, &times).await?;
            self.checkpoint().await?;
        }
        Ok(())
    }
}
