//! Importing: the numbers of another database, or of another counter, beside the replica's own.
//!
//! They are staged in batches, each of them one statement, while nothing counts them. The last statement makes all that an
//! upload brought current at once, and what it replaces is removed bit by bit.

use chrono::{DateTime, Utc};
use spin_sdk::sqlite::Value;
use spin_sdk::wasip3::random::insecure::get_insecure_random_u64;

use super::database::Store;
use super::error::Error;
use super::parameters::time;
use super::routine::Routine;
use crate::backup::{Database, Tallies};
use crate::limits::{BACKUP_BATCH, MAX_IMPORTS, MAX_REMEMBERED_PAGES};
use crate::report::{Id, ImportOutcome, PageCount, Pages};

/// The id of this database, and of each import its source and revision.
pub const STATE: &str = "
    SELECT json_array((SELECT id FROM identity),
        (SELECT json_group_array(json_array(source, backup_revision)) FROM imports WHERE state = 'current'))";

/// Begins to stage the numbers of the source ?1, with the name ?2, the revision ?3, as of the time ?4, merged before the
/// slot ?5, which the upload ?6 brings at the time ?7.
pub const BEGIN: &str = "
    INSERT INTO imports (
        source, name, visits, backup_revision, revision, as_of, coarse_before, upload, state, staged_at)
    VALUES (?1, ?2, 0, ?3, ?3, ?4, ?5, ?6, 'staged', ?7) RETURNING id";

/// Stages the tallies ?4 of the import ?1, which the upload ?2 brings at the time ?3.
pub const STAGE: Routine = Routine {
    trigger: include_str!("triggers/stage.sql"),
    statement: "INSERT INTO staging (import_id, upload, staged_at, tallies) VALUES (?1, ?2, ?3, ?4)",
};

const USED: &str = "SELECT used FROM storage";

/// Makes all that the upload ?1 brought current, if no slots are being merged, and none of it was imported meanwhile.
pub const FINISH: Routine = Routine {
    trigger: include_str!("triggers/finish.sql"),
    statement: "
        UPDATE staging SET state = 'current'
        WHERE upload = ?1 AND NOT EXISTS (SELECT 1 FROM merging)
            AND NOT EXISTS (SELECT 1 FROM imports AS later JOIN imports AS staged USING (source)
                WHERE staged.upload = ?1 AND later.state = 'current' AND later.backup_revision >= staged.backup_revision)",
};

/// How many of the imports that the upload ?1 brought are not current.
const UNFINISHED: &str = "SELECT count(*) FROM imports WHERE upload = ?1 AND state != 'current'";

const ABANDON: &str = "UPDATE imports SET state = 'replaced' WHERE upload = ?1 AND state = 'staged'";

/// The revision and the busiest pages, at most ?2, of each import that the upload ?1 brought.
const PAGES: &str = "
    SELECT json_group_array(json_array(source, revision, (
        SELECT json_group_array(json_object('page', page, 'visits', visits)) FROM (
            SELECT page, visits FROM pages WHERE import_id = imports.id ORDER BY visits DESC LIMIT ?2))))
    FROM imports WHERE upload = ?1 AND state = 'current'";

/// What is being uploaded.
#[derive(Debug)]
pub struct Upload {
    /// A random number.
    id: i64,
    /// The id of this replica's own database.
    own: Id,
    /// The current imports: their sources and revisions.
    current: Vec<(Id, i64)>,
    /// The import to which tallies go, if they go to one.
    import: Option<i64>,
    tallies: Vec<Tallies>,
    /// How many tallies there are in them.
    waiting: usize,
}

/// Why numbers were not imported.
#[derive(Debug)]
pub enum Refused {
    /// They need more than the variable `max_storage` leaves.
    TooLarge,
    /// There are too many imports.
    TooMany,
    /// They were imported meanwhile, or the upload had stopped for too long.
    Overtaken,
    /// A statement failed.
    Failed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Store {
    /// Begins an upload.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_upload(&self) -> Result<Upload, Error> {
        let id = i64::try_from(get_insecure_random_u64() >> 1).unwrap_or_default();
        let (own, current) = self.read(STATE, &[]).await?;
        Ok(Upload { id, own, current, import: None, tallies: Vec::new(), waiting: 0 })
    }

    /// Begins the numbers of a database, which are staged if they are new.
    ///
    /// # Errors
    /// Why they are not.
    pub async fn begin_import(
        &self,
        upload: &mut Upload,
        database: &Database,
        now: DateTime<Utc>,
    ) -> Result<ImportOutcome, Refused> {
        self.stage_waiting(upload, now).await?;
        let outcome = upload.outcome(database);
        upload.import = None;
        if matches!(outcome, ImportOutcome::Imported | ImportOutcome::Replaced) {
            if outcome == ImportOutcome::Imported && upload.current.len() >= MAX_IMPORTS {
                return Err(Refused::TooMany);
            }
            let parameters = [
                Value::Text(database.id.as_str().to_owned()),
                Value::Text(database.replica.clone()),
                Value::Integer(database.revision),
                time(database.as_of),
                Value::Integer(database.coarse_before),
                Value::Integer(upload.id),
                time(now),
            ];
            upload.import = Some(self.integer(BEGIN, &parameters).await?);
        }
        Ok(outcome)
    }

    /// Stages tallies.
    ///
    /// # Errors
    /// Why it did not.
    pub async fn stage(&self, upload: &mut Upload, tallies: Tallies, now: DateTime<Utc>) -> Result<(), Refused> {
        if upload.import.is_some() {
            upload.waiting += tallies.slots.len();
            upload.tallies.push(tallies);
        }
        if upload.waiting >= BACKUP_BATCH { self.stage_waiting(upload, now).await } else { Ok(()) }
    }

    async fn stage_waiting(&self, upload: &mut Upload, now: DateTime<Utc>) -> Result<(), Refused> {
        let tallies = std::mem::take(&mut upload.tallies);
        upload.waiting = 0;
        let Some(import) = upload.import.filter(|_| !tallies.is_empty()) else { return Ok(()) };
        let rows = tallies.iter().flat_map(|Tallies { page, slots }| {
            slots.iter().map(move |(slot, visits)| (page.as_str(), *slot, *visits))
        });
        let rows = serde_json::to_string(&rows.collect::<Vec<_>>()).map_err(Error::from)?;
        let parameters = [Value::Integer(import), Value::Integer(upload.id), time(now), Value::Text(rows)];
        self.run(&STAGE, &parameters).await?;
        self.checkpoint().await?;
        if self.integer(USED, &[]).await? > self.config.max_storage { Err(Refused::TooLarge) } else { Ok(()) }
    }

    /// Makes all that an upload brought current.
    ///
    /// # Errors
    /// Why it did not.
    pub async fn finish_upload(&self, upload: &mut Upload, now: DateTime<Utc>) -> Result<(), Refused> {
        self.stage_waiting(upload, now).await?;
        let id = [Value::Integer(upload.id)];
        for _ in 0..FINISH_ATTEMPTS {
            self.run(&FINISH, &id).await?;
            if self.integer(UNFINISHED, &id).await? == 0 {
                self.remember_imported_pages(upload).await?;
                // Maintenance does it if this fails.
                _ = self.discard(now, usize::MAX).await;
                return Ok(());
            }
            self.merge_on().await?;
        }
        Err(Refused::Overtaken)
    }

    /// Removes what an upload has brought.
    ///
    /// # Errors
    /// When the database does not answer: then maintenance does it.
    pub async fn abandon_upload(&self, upload: &Upload, now: DateTime<Utc>) -> Result<(), Error> {
        self.change(ABANDON, &[Value::Integer(upload.id)]).await?;
        self.discard(now, usize::MAX).await
    }

    /// The pages of an import are told to the peers as those of a replica that is gone.
    async fn remember_imported_pages(&self, upload: &Upload) -> Result<(), Error> {
        let parameters = [Value::Integer(upload.id), Value::Integer(MAX_REMEMBERED_PAGES)];
        let imports: Vec<(Id, i64, Vec<PageCount>)> = self.read(PAGES, &parameters).await?;
        for (id, revision, pages) in imports {
            self.remember_pages(&id, &Pages { revision, pages }).await?;
        }
        Ok(())
    }
}

/// How often finishing is tried while slots are being merged.
const FINISH_ATTEMPTS: usize = 5;

impl Upload {
    /// A revision for numbers that replace those of a source, whatever they are: this one, if it is larger than theirs.
    pub fn revision_after(&self, source: &Id, revision: i64) -> i64 {
        let current = self.current.iter().find(|(id, _)| id == source);
        current.map_or(revision, |(_, current)| revision.max(current + 1))
    }

    /// What becomes of the numbers of a database, if all of the upload is right.
    fn outcome(&self, database: &Database) -> ImportOutcome {
        let current = self.current.iter().find(|(id, _)| *id == database.id).map(|(_, revision)| *revision);
        match current {
            _ if database.id == self.own => ImportOutcome::Own,
            None => ImportOutcome::Imported,
            Some(revision) if database.revision > revision => ImportOutcome::Replaced,
            Some(revision) if database.revision == revision => ImportOutcome::Unchanged,
            Some(_) => ImportOutcome::Earlier,
        }
    }
}
