//! Why the database did not do what it was asked.

use spin_sdk::sqlite;

/// Why a statement failed. The text is for whoever runs the app, and never sent to clients.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Other connections held the write lock for longer than we wait.
    #[error("the database stayed locked")]
    Locked,
    /// The volume, or the file, is read-only.
    #[error("attempt to write a readonly database")]
    ReadOnly,
    /// The database was made by another version, or by another program. It is left as it is.
    #[error("{0}")]
    Refused(String),
    /// Any other error, in SQLite's words.
    #[error("{0}")]
    Failed(String),
}

/// SQLite's errors arrive as text only.
impl From<sqlite::Error> for Error {
    fn from(error: sqlite::Error) -> Self {
        match error {
            sqlite::Error::Io(text) if text.contains("is locked") => Self::Locked,
            sqlite::Error::Io(text) if text.contains("readonly database") => Self::ReadOnly,
            sqlite::Error::Io(text) => Self::Failed(text),
            error => Self::Failed(error.to_string()),
        }
    }
}

/// All JSON that goes to SQLite or comes from it is written by this crate.
impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
