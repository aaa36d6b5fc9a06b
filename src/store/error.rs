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
    /// The volume does not do what SQLite needs: in its words.
    #[error("{0}: the volume is broken or full, or it is a network file system, which is not supported")]
    Volume(String),
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
            // The locks and the shared memory of the write-ahead log are what network file systems get wrong.
            sqlite::Error::Io(text)
                if ["disk I/O error", "locking protocol"].iter().any(|word| text.contains(word)) =>
            {
                Self::Volume(text)
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_on_which_sqlite_cannot_lock_or_write_is_named_in_a_sentence() {
        for words in ["disk I/O error", "locking protocol"] {
            let error = Error::from(sqlite::Error::Io(words.to_owned()));
            assert_eq!(error, Error::Volume(words.to_owned()));
            assert!(error.to_string().ends_with("a network file system, which is not supported"), "{error}");
        }
        let error = Error::from(sqlite::Error::Io("database or disk is full".to_owned()));
        assert_eq!(error, Error::Failed("database or disk is full".to_owned()));
    }
}
