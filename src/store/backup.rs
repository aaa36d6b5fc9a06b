//! Backing up: all that is counted, in batches, as of one visit.
//!
//! Slots that are over do not change, but for what the epoch counts: merging, folding, deleting, importing. So they are
//! read batch by batch, without a lock, and each batch checks that nothing of the kind has come between. Slots to which
//! visits are still recorded are read in one statement, together with the id of the last visit that is in them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use spin_sdk::sqlite::Value;

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use super::log;
use super::open::{self, SCHEMA_VERSION};
use super::parameters::{micros, number};
use super::retry::retry_while_locked;
use crate::backup::{Database, Header, LastVisit, Line, Tallies, VERSION};
use crate::config::Synchronous;
use crate::limits::{BACKUP_BATCH, EXPORT_BATCH, MAX_LINE_TALLIES, OPEN_SLOTS};
use crate::report::Id;
use crate::stderr;
use crate::visit::{Page, Visit};
use crate::zone::{SLOT, Zone};

/// All that is known of the last visit that is tallied, the replica's number of visits, its revision, the epoch, before
/// which slot slots are merged, how much there is, the imports, and the tallies of the slot ?1 and later.
pub const BEGIN: &str = "
    SELECT json_object(
        'id', (SELECT id FROM identity),
        'last', (SELECT json_array(id, at) FROM visits WHERE id = tallied),
        'visits', tallied - deleted,
        'revision', (tallied + deleted) * 65536 + coalesce((SELECT at % 65536 FROM visits WHERE id = tallied), 0),
        'epoch', epoch,
        'is_merging', json(iif(EXISTS (SELECT 1 FROM merging), 'true', 'false')),
        'coarse_before', (SELECT coarse_before FROM coarse WHERE period = 'day'),
        'tallies', (SELECT count(*) FROM current_pages JOIN tallies ON page_id = current_pages.id),
        'log', (SELECT count(*) FROM log WHERE id <= tallied),
        'imports', (SELECT json_group_array(json_array(id, source, name, visits, revision, as_of, coarse_before)
            ORDER BY id) FROM imports WHERE state = 'current'),
        'open', (SELECT json_group_array(json_array(page, json(slots))) FROM (
            SELECT page, json_group_array(json_array(slot, tallies.visits) ORDER BY slot) AS slots
            FROM pages CROSS JOIN tallies ON page_id = pages.id AND slot >= ?1 WHERE import_id = 0 GROUP BY page)))
    FROM watermarks";

/// Whether nothing has changed since the epoch ?1 in slots before ?2, of which ?3 is the last visit.
macro_rules! is_intact {
    () => {
        "(SELECT json(iif(epoch = ?1 AND NOT EXISTS (
            SELECT 1 FROM slots WHERE slot < ?2 AND import_id = 0 AND last_id > ?3), 'true', 'false')) FROM watermarks)"
    };
}

/// At most ?7 tallies of slots before ?2 of the import ?4, those after the slot ?6 of the page ?5; and whether they are
/// intact.
pub const TALLIES: &str = concat!(
    "SELECT json_array(",
    is_intact!(),
    ", (SELECT json_group_array(json_array(page, json(slots)) ORDER BY page) FROM (
        SELECT page, json_group_array(json_array(slot, visits) ORDER BY slot) AS slots FROM (
            SELECT page, slot, tallies.visits FROM pages CROSS JOIN tallies ON page_id = pages.id
            WHERE import_id = ?4 AND page >= ?5 AND slot < ?2 AND (page > ?5 OR slot > ?6)
            ORDER BY page, slot LIMIT ?7
        ) GROUP BY page)))"
);

/// Whether all tallies are intact.
pub const IS_INTACT: &str = concat!("SELECT json_array(", is_intact!(), ")");

#[derive(Deserialize)]
struct Begin {
    id: Id,
    last: Option<(i64, i64)>,
    visits: i64,
    revision: i64,
    epoch: i64,
    is_merging: bool,
    coarse_before: i64,
    tallies: i64,
    log: i64,
    imports: Vec<(i64, Id, String, i64, i64, i64, i64)>,
    open: Vec<Row>,
}

/// Tallies of a page: slots with their visits.
type Row = (Page, Vec<(i64, i64)>);

/// A backup, and how far it is.
pub struct Backup {
    connection: Connection,
    epoch: i64,
    first_open: i64,
    last_id: i64,
    /// The databases whose tallies are yet to come, the next one last, each with the id of its import.
    databases: Vec<(i64, Database)>,
    /// The tallies of open slots, which follow those of the first database.
    open: Vec<Tallies>,
    present: Option<Cursor>,
    /// The id before which visits of the log are yet to come.
    before: i64,
    lines: Vec<Line>,
}

/// The database that is being read, and how far.
struct Cursor {
    import: i64,
    page: String,
    slot: i64,
    /// How many of its visits are yet to come.
    left: i64,
}

impl Store {
    /// Begins a backup, and returns its first line.
    ///
    /// # Errors
    /// When the database does not answer, or is not at rest at any moment.
    pub async fn backup(&self, now: DateTime<Utc>) -> Result<Backup, Error> {
        // This one is the store's own, and makes sure that there is a database.
        self.identity().await?;
        let connection = open::connect(Synchronous::Normal).await?;
        connection.keep_temporary_in_memory().await?;
        let first_open = micros(now - OPEN_SLOTS) / SLOT;
        for _ in 0..10 {
            if let Err(error) = self.tally_all().await {
                // A volume that is full is what somebody may want a backup of.
                stderr::line(format_args!("a backup lacks the latest visits, which could not be tallied: {error}"));
            }
            let begin: Begin = read(&connection, BEGIN, &[Value::Integer(first_open)]).await?;
            // The last visit that is tallied may be pruned, and merging may be under way.
            if (begin.last.is_some() || begin.visits == 0) && !begin.is_merging {
                return Ok(Backup::new(connection, first_open, begin, &self.config.replica, now));
            }
            self.merge_on().await?;
        }
        Err(Error::Failed("the tallies change all the time".to_owned()))
    }

    async fn tally_all(&self) -> Result<(), Error> {
        while self.tally(None).await? > 0 {}
        Ok(())
    }
}

impl Backup {
    fn new(connection: Connection, first_open: i64, begin: Begin, replica: &str, now: DateTime<Utc>) -> Self {
        let at = |at| DateTime::from_timestamp_micros(at).unwrap_or_default();
        let last = begin.last.map(|(id, time)| LastVisit { id, at: at(time) });
        let database = Database {
            id: begin.id,
            replica: replica.to_owned(),
            revision: begin.revision,
            visits: begin.visits,
            as_of: now,
            coarse_before: begin.coarse_before,
        };
        let import = |(import, id, replica, visits, revision, as_of, coarse_before)| {
            (import, Database { id, replica, revision, visits, as_of: at(as_of), coarse_before })
        };
        let last_id = last.as_ref().map_or(0, |last| last.id);
        let present = Cursor { import: 0, page: String::new(), slot: -1, left: begin.visits };
        let header =
            Header { version: VERSION, schema: SCHEMA_VERSION, tallies: begin.tallies, log: begin.log, last, database };
        Self {
            connection,
            epoch: begin.epoch,
            first_open,
            last_id,
            databases: begin.imports.into_iter().rev().map(import).collect(),
            open: begin.open.into_iter().map(|(page, slots)| Tallies { page, slots }).collect(),
            present: Some(present),
            before: last_id + 1,
            lines: vec![Line::Backup(header)],
        }
    }

    /// The next lines, all but the last one, which tells of them; `None` after them.
    ///
    /// # Errors
    /// When the database does not answer, or has changed otherwise than by new visits.
    pub async fn next(&mut self) -> Result<Option<Vec<Line>>, Error> {
        if let Some(present) = self.present.take() {
            self.read_tallies(present).await?;
        } else if self.before > 0 {
            let bounds = [self.before, EXPORT_BATCH, 0, i64::MAX].map(Value::Integer);
            let rows: Vec<log::Row> = read(&self.connection, log::TAIL, &bounds).await?;
            let visits = rows.into_iter().rev().map(|row| log::visit(row, &Zone::UTC));
            let visits = visits.collect::<Result<Vec<Visit>, _>>()?;
            self.before = visits.last().map_or(0, |visit| visit.id);
            self.lines.extend(visits.into_iter().map(Line::Visit));
        } else {
            let [is_intact]: [bool; 1] = read(&self.connection, IS_INTACT, &self.state()).await?;
            check(is_intact)?;
            return Ok(None);
        }
        Ok(Some(std::mem::take(&mut self.lines)))
    }

    async fn read_tallies(&mut self, mut present: Cursor) -> Result<(), Error> {
        // Of an import, no slot is open.
        let [epoch, first_open, last_id] = self.state();
        let first_open = if present.import == 0 { first_open } else { Value::Integer(i64::MAX) };
        let last_id = if present.import == 0 { last_id } else { Value::Integer(i64::MAX) };
        let cursor = [Value::Integer(present.import), Value::Text(present.page.clone()), Value::Integer(present.slot)];
        let parameters: Vec<_> =
            [epoch, first_open, last_id].into_iter().chain(cursor).chain([number(BACKUP_BATCH)]).collect();
        let (is_intact, tallies): (bool, Vec<Row>) = read(&self.connection, TALLIES, &parameters).await?;
        check(is_intact)?;
        let mut tallies: Vec<_> = tallies.into_iter().map(|(page, slots)| Tallies { page, slots }).collect();
        let last = tallies.last().and_then(|last| Some((last.page.as_str().to_owned(), last.slots.last()?.0)));
        let is_last = last.is_none();
        if let Some((page, slot)) = last {
            (present.page, present.slot) = (page, slot);
        } else if present.import == 0 {
            tallies = std::mem::take(&mut self.open);
        }
        for Tallies { page, slots } in tallies {
            present.left -= slots.iter().map(|(_, visits)| visits).sum::<i64>();
            let part = |slots: &[_]| Line::Tallies(Tallies { page: page.clone(), slots: slots.to_vec() });
            self.lines.extend(slots.chunks(MAX_LINE_TALLIES).map(part));
        }
        if !is_last {
            self.present = Some(present);
        } else if present.left != 0 {
            return Err(Error::Failed(format!("{} visits are not in the tallies", present.left)));
        } else if let Some((import, database)) = self.databases.pop() {
            self.present = Some(Cursor { import, page: String::new(), slot: -1, left: database.visits });
            self.lines.push(Line::Import(database));
        }
        Ok(())
    }

    fn state(&self) -> [Value; 3] {
        [self.epoch, self.first_open, self.last_id].map(Value::Integer)
    }
}

fn check(is_intact: bool) -> Result<(), Error> {
    let changed = || Error::Failed("the tallies have changed since it began".to_owned());
    is_intact.then_some(()).ok_or_else(changed)
}

async fn read<T: serde::de::DeserializeOwned>(
    connection: &Connection,
    query: &str,
    parameters: &[Value],
) -> Result<T, Error> {
    let json: String = retry_while_locked(async || connection.value(query, parameters).await).await?;
    Ok(serde_json::from_str(&json)?)
}
