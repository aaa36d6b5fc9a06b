//! Statements that do several things in one.

use spin_sdk::sqlite::Value;

use super::connection::Connection;
use super::error::Error;

/// A statement on a view, whose trigger does several things in one: so that a crash leaves either all of them done or
/// nothing.
///
/// The trigger is of the connection, and not in the file: SQLite parses what is in the file whenever it is opened, and
/// these took half of that time. Without the trigger, the statement fails, since a view cannot be written.
pub struct Routine {
    pub trigger: &'static str,
    pub statement: &'static str,
}

impl Routine {
    /// Runs the statement, and tells whether it returned a row.
    pub(super) async fn run(&self, connection: &Connection, parameters: &[Value]) -> Result<bool, Error> {
        connection.keep_temporary_in_memory().await?;
        connection.run(self.trigger, &[]).await?;
        connection.has_row(self.statement, parameters).await
    }
}
