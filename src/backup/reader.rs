//! Reading a backup, line by line, and checking all of it: it may come from anywhere.

use super::{Database, Header, Line, Summary, Tallies, VERSION};
use crate::config;
use crate::limits::{MAX_IMPORTS, MAX_LINE_BYTES};
use crate::report::{Id, MAX_VISITS};
use crate::zone::MAX_SLOT;

/// What is wrong with an upload: a sentence without its end.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

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
    pub fn end(self) -> Result<(), Wrong> {
        let what = "it is cut off, since the last line of a backup is missing";
        if self.is_complete { Ok(()) } else { Err(Wrong { line: self.number + 1, what }) }
    }

    fn read(&mut self, text: &[u8]) -> Result<Option<Part>, &'static str> {
        let line = str::from_utf8(text).ok().and_then(|text| serde_json::from_str(text).ok());
        let line = line.ok_or("it is no line of a backup")?;
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
        self.summary.add(text, if let Some(Part::Tallies(tallies)) = &part { tallies.visits() } else { 0 });
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

/// Splits an upload into lines.
#[derive(Debug, Default)]
pub struct Lines {
    rest: Vec<u8>,
    begun: usize,
    number: usize,
}

impl Lines {
    /// Adds what came.
    pub fn push(&mut self, chunk: &[u8]) {
        self.rest.drain(..self.begun);
        self.begun = 0;
        self.rest.extend_from_slice(chunk);
    }

    /// The next line, with its newline; `None` until there is one.
    ///
    /// # Errors
    /// That a line is too long.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, Wrong> {
        let rest = &self.rest[self.begun..];
        let length = rest.iter().position(|byte| *byte == b'\n').map(|position| position + 1);
        if length.unwrap_or(rest.len()) > MAX_LINE_BYTES {
            return Err(Wrong { line: self.number + 1, what: "it is too long" });
        }
        let Some(length) = length else { return Ok(None) };
        self.begun += length;
        self.number += 1;
        Ok(Some(&self.rest[self.begun - length..self.begun]))
    }

    /// How many lines there were so far.
    pub fn number(&self) -> usize {
        self.number
    }

    /// What is left at the end: a line without a newline.
    pub fn rest(&self) -> &[u8] {
        &self.rest[self.begun..]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What was written as a backup: a replica with five visits, and what it has imported.
    const LINES: [&str; 7] = [
        r#"{"backup":{"version":1,"schema":6,"tallies":2,"log":2,"last":{"id":5,"at":"2026-11-27T01:10:00+00:00"},"database":{"id":"aaaaaaaaaaaaaaaa","replica":"a","revision":9,"visits":5,"as_of":"2026-11-27T01:10:00+00:00","coarse_before":0}}}"#,
        r#"{"tallies":{"page":"/","slots":[[100,2],[101,1]]}}"#,
        r#"{"tallies":{"page":"/a","slots":[[100,2]]}}"#,
        r#"{"import":{"id":"bbbbbbbbbbbbbbbb","replica":"b","revision":1,"visits":7,"as_of":"2026-11-26T01:10:00+00:00","coarse_before":3}}"#,
        r#"{"tallies":{"page":"(other)","slots":[[7,7]]}}"#,
        r#"{"visit":{"id":5,"at":"2026-11-27T01:10:00+00:00","page":"/"}}"#,
        r#"{"visit":{"id":4,"at":"2026-11-27T01:09:00+00:00","page":"/a"}}"#,
    ];

    /// Reads lines, with a last line that goes with them.
    fn read(lines: &[&str]) -> Result<Vec<Part>, Wrong> {
        let mut summary = Summary::default();
        let mut text: Vec<_> = lines.iter().map(|line| format!("{line}\n")).collect();
        for line in &text {
            let visits = serde_json::from_str(line).map_or(0, |line| match line {
                Line::Tallies(tallies) => tallies.visits(),
                _ => 0,
            });
            summary.add(line.as_bytes(), visits);
        }
        text.push(format!("{}\n", serde_json::to_string(&Line::End(summary.end())).expect("JSON")));
        read_text(&text.concat())
    }

    fn read_text(text: &str) -> Result<Vec<Part>, Wrong> {
        let (mut lines, mut backup, mut parts) = (Lines::default(), Backup::default(), Vec::new());
        // In chunks that do not end with lines.
        for chunk in text.as_bytes().chunks(100) {
            lines.push(chunk);
            while let Some(line) = lines.next_line()? {
                parts.extend(backup.line(line)?);
            }
        }
        if !lines.rest().is_empty() {
            parts.extend(backup.line(lines.rest())?);
        }
        backup.end().map(|()| parts)
    }

    #[test]
    fn a_backup_is_read_as_it_was_written() {
        let parts = read(&LINES).expect("a backup");
        let told: Vec<_> = parts
            .iter()
            .map(|part| match part {
                Part::Database(database) => format!("{} {}", database.replica, database.visits),
                Part::Tallies(tallies) => format!("{} {:?}", tallies.page.as_str(), tallies.slots),
            })
            .collect();
        assert_eq!(told, ["a 5", "/ [(100, 2), (101, 1)]", "/a [(100, 2)]", "b 7", "(other) [(7, 7)]"]);
    }

    #[test]
    fn a_backup_that_was_changed_is_refused_at_the_line_where_it_is_wrong() {
        let refused = |lines: &[&str]| read(lines).map(|parts| parts.len()).map_err(|wrong| wrong.line);
        let without = |line: usize| [&LINES[..line], &LINES[line + 1..]].concat();
        let with = |line: usize, from: &str, to: &str| {
            let mut lines: Vec<_> = LINES.map(str::to_owned).into();
            lines[line] = lines[line].replacen(from, to, 1);
            assert_ne!(lines[line], LINES[line]);
            refused(&lines.iter().map(String::as_str).collect::<Vec<_>>())
        };
        assert_eq!([0, 1, 3, 4].map(|line| refused(&without(line))), [Err(1), Err(3), Err(4), Err(5)]);
        let mut reordered = LINES;
        reordered.swap(1, 3);
        assert_eq!(refused(&reordered), Err(2));
        reordered = LINES;
        reordered.swap(5, 6);
        assert_eq!(refused(&reordered), Err(7));
        assert_eq!(refused(&[LINES[0], LINES[0]]), Err(2));
        for (line, from, to, expected) in [
            (0, "\"version\":1", "\"version\":2", 1),
            (0, "\"visits\":5", "\"visits\":4", 3),
            (0, "\"visits\":5", "\"visits\":6", 4),
            (0, "\"visits\":5", "\"visits\":-5", 1),
            (0, "\"replica\":\"a\"", "\"replica\":\"\"", 1),
            (0, "\"revision\":9", "\"revision\":-1", 1),
            (0, "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", 4),
            (1, "[100,2]", "[100,-2]", 2),
            (1, "[100,2]", "[100,0]", 2),
            (1, "[100,2]", "[-1,2]", 2),
            (1, "[100,2]", "[281555136,2]", 2),
            (1, "[100,2]", "[100,9223372036854775807],[101,9223372036854775807]", 2),
            (1, "[100,2]", "[100,1.5]", 2),
            (1, "\"/\"", "\"no path\"", 2),
            (5, "\"id\":5", "\"id\":0", 6),
        ] {
            assert_eq!(with(line, from, to), Err(expected), "{to}");
        }
    }

    #[test]
    fn only_a_whole_backup_is_one() {
        let whole = LINES.map(|line| format!("{line}\n")).concat();
        let line = |text: &str| read_text(text).err().map(|wrong| wrong.line);
        assert_eq!([line(""), line(&whole), line("page,visits\n"), line("\n")], [Some(1), Some(8), Some(1), Some(1)]);
        let end = |lines, visits, sha256: &str| {
            line(&format!("{whole}{{\"end\":{{\"lines\":{lines},\"visits\":{visits},\"sha256\":\"{sha256}\"}}}}\n"))
        };
        let mut summary = Summary::default();
        for line in LINES {
            summary.add(format!("{line}\n").as_bytes(), 0);
        }
        let sha256 = summary.end().sha256;
        assert_eq!(end(7, 12, &sha256), None);
        for wrong in [end(8, 12, &sha256), end(7, 11, &sha256), end(7, 12, &sha256.replace('a', "b")), end(7, 12, "")] {
            assert_eq!(wrong, Some(8));
        }
        let twice = format!("{whole}{{\"end\":{{\"lines\":7,\"visits\":12,\"sha256\":\"{sha256}\"}}}}\n").repeat(2);
        assert_eq!(line(&twice), Some(9));
        let long = "x".repeat(MAX_LINE_BYTES + 1);
        assert_eq!(read_text(&long), Err(Wrong { line: 1, what: "it is too long" }));
    }

    proptest! {
        #[test]
        fn any_text_is_a_backup_or_wrong(text in "(?s).{0,300}", at in 0..7_usize, from in 0..200_usize, to in "(?s).{0,9}") {
            prop_assert!(read_text(&text).is_err());
            let mut lines: Vec<_> = LINES.map(str::to_owned).into();
            let from = from.min(lines[at].len() - 1);
            lines[at].replace_range(from..=from, &to);
            // It may be right by chance, such as with another name.
            _ = read(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
