//! Finding out whether visits can be recorded.

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;

use super::database::Store;
use super::error::Error;
use super::parameters::micros;
use crate::limits::PROBE_INTERVAL;

/// Whether neither the last visit nor the last probe that wrote came after the time ?1 and until ?2.
const PROBE_IS_DUE: &str = "
    SELECT NOT EXISTS (
        SELECT 1 FROM (SELECT at FROM probe UNION ALL SELECT * FROM (SELECT at FROM visits ORDER BY id DESC LIMIT 1))
        WHERE at > ?1 AND at <= ?2)";

const PROBE: &str = "UPDATE probe SET at = ?1";

impl Store {
    /// Checks that visits can be recorded. If nothing was committed for [`PROBE_INTERVAL`], a small commit finds out.
    ///
    /// # Errors
    /// Those that recording a visit would have.
    pub async fn check(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let times = [Value::Integer(micros(now - PROBE_INTERVAL)), Value::Integer(micros(now))];
        if self.integer(PROBE_IS_DUE, &times).await? == 1 {
            self.change(PROBE, &times[1..]).await?;
            // Probes alone would make the write-ahead log longer and longer.
            self.checkpoint().await?;
        }
        Ok(())
    }
}
