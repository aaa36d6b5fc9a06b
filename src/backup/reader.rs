//! Reading a backup, line by line, and checking all of it: it may come from anywhere.

use super::{Database, Header, Line, Summary, Tallies, VERSION, Wrong};
use crate::config;
use crate::limits::MAX_IMPORTS;
use crate::report::{Id, MAX_VISITS};
use crate::zone::MAX_SLOT;

/// What an upload brings.
#[derive(Debug, PartialEq)]
pub enum Part {
    /// The numbers of a database begin.
    Database(Database),
    /// Tallies of this database.
    Tallies(Tallies),
}

/// A backup that is being read.
#[derive(Debug, Default)]
pub struct Backup {
    summary: Summary,
    /// How many lines there were, the last one among them.
    number: usize,
    /// The databases so far.
    ids: Vec<Id>,
    /// How many visits of the present database are yet to come.
    left: i64,
    /// The id of the visit that came last, once the log has begun.
    last_id: Option<i64>,
    is_complete: bool,
}

impl Backup {
    /// Reads a line, with its newline.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Part>, Wrong> {
        self.number += 1;
        self.read(line).map_err(|what| Wrong { line: self.number, what })
    }

    /// Ends after the last line.
    ///
    /// # Errors
    /// That it was not the last line of a backup.
    pub fn end(&self) -> Result<(), Wrong> {
        let what = "it is cut off, since the last line of a backup is missing";
        if self.is_complete { Ok(()) } else { Err(Wrong { line: self.number + 1, what }) }
    }

    fn read(&mut self, text: &[u8]) -> Result<Option<Part>, &'static str> {
        let line = str::from_utf8(text).ok().and_then(|text| serde_json::from_str(text).ok());
        let line: Line = line.ok_or("it is no line of a backup")?;
        let visits = line.visits();
        if self.is_complete {
            return Err("it follows the last line of a backup");
        }
        if self.ids.is_empty() != matches!(line, Line::Backup(_)) {
            return Err("a backup begins with its first line, which is there once");
        }
        let part = match line {
            Line::Backup(Header { version, .. }) if version != VERSION => {
                return Err("it is a backup of a version of Footfall that this one does not know");
            }
            Line::Backup(Header { database, .. }) | Line::Import(database) => Some(self.database(database)?),
            Line::Tallies(tallies) => Some(self.tallies(tallies)?),
            Line::Visit(visit) => {
                self.is_next()?;
                // Nothing is imported of the log: its visits are in the tallies.
                if visit.id < 1 || self.last_id.is_some_and(|last| visit.id >= last) {
                    return Err("the visits of the log are not in their order");
                }
                self.last_id = Some(visit.id);
                None
            }
            Line::End(end) => {
                self.is_next()?;
                if end != self.summary.end() {
                    return Err("the lines before it are not those that it tells of");
                }
                self.is_complete = true;
                return Ok(None);
            }
        };
        self.summary.add(text, visits);
        Ok(part)
    }

    /// Begins a database, if the one before has all its tallies.
    fn database(&mut self, database: Database) -> Result<Part, &'static str> {
        self.is_next()?;
        let is_valid = (0..=MAX_VISITS).contains(&database.visits)
            && (0..=MAX_SLOT).contains(&database.coarse_before)
            && database.revision >= 0
            && config::is_replica_name(&database.replica);
        if !is_valid || self.last_id.is_some() || self.ids.contains(&database.id) || self.ids.len() > MAX_IMPORTS {
            return Err("it tells of a database that cannot be");
        }
        self.ids.push(database.id.clone());
        self.left = database.visits;
        Ok(Part::Database(database))
    }

    fn tallies(&mut self, tallies: Tallies) -> Result<Part, &'static str> {
        let is_valid = |(slot, visits): &(i64, i64)| (0..=MAX_SLOT).contains(slot) && (1..=MAX_VISITS).contains(visits);
        if self.last_id.is_some() || !tallies.slots.iter().all(is_valid) {
            return Err("it has tallies that cannot be");
        }
        self.left = self.left.saturating_sub(tallies.visits());
        if self.left < 0 { Err("its database has more visits than it tells of") } else { Ok(Part::Tallies(tallies)) }
    }

    fn is_next(&self) -> Result<(), &'static str> {
        if self.left == 0 { Ok(()) } else { Err("the database before it has fewer visits than it tells of") }
    }
}

#[cfg(test)]
mod tests;
