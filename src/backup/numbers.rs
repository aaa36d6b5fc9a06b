//! Reading the numbers of another counter: CSV with the columns page, number of visits and, if it is known, time.

use chrono::{DateTime, NaiveDate};
use csv::{ReaderBuilder, StringRecord, Trim};

use super::{Tallies, Wrong};
use crate::report::MAX_VISITS;
use crate::visit::Page;
use crate::zone::{MAX_SLOT, SLOT, Zone};

/// Numbers that are being read.
#[derive(Debug)]
pub struct Numbers {
    zone: Zone,
    strip_parameters: Vec<String>,
    line: usize,
    visits: i64,
}

impl Numbers {
    /// Numbers whose dates are those of a zone, of pages that lack these parameters here.
    pub fn new(zone: Zone, strip_parameters: Vec<String>) -> Self {
        Self { zone, strip_parameters, line: 0, visits: 0 }
    }

    /// Reads a line. Visits whose time is not known are those of the slot 0, long before any other.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Tallies>, Wrong> {
        self.line += 1;
        self.read(line).map_err(|what| Wrong { line: self.line, what })
    }

    /// The number of visits of all lines.
    ///
    /// # Errors
    /// That there was no line.
    pub fn end(&self) -> Result<i64, Wrong> {
        if self.line > 0 { Ok(self.visits) } else { Err(Wrong { line: 1, what: "the upload is empty" }) }
    }

    fn read(&mut self, line: &[u8]) -> Result<Option<Tallies>, &'static str> {
        let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(line);
        let mut record = StringRecord::new();
        if !reader.read_record(&mut record).map_err(|_| "it is not in UTF-8")? {
            return Ok(None);
        }
        let fields: Vec<_> = record.iter().collect();
        let (page, visits, at) = match *fields {
            ["page", "visits"] | ["page", "visits", "at"] if self.line == 1 => return Ok(None),
            [page, visits] => (page, visits, ""),
            [page, visits, at] => (page, visits, at),
            _ => return Err("it is not `page,visits` or `page,visits,at`"),
        };
        let page = Page::canonical(page, &self.strip_parameters)
            .ok_or("its page is no path of at most 512 bytes that begins with a slash")?;
        let visits = visits.parse().ok().filter(|visits| (0..=MAX_VISITS).contains(visits));
        let visits = visits.ok_or("its number of visits is none")?;
        let slot = self.slot(at).ok_or("its time is neither in RFC 3339 nor a date such as 2026-03-29")?;
        self.visits = self.visits.saturating_add(visits);
        if self.visits > MAX_VISITS {
            return Err("there are more visits than can be counted");
        }
        Ok((visits > 0).then(|| Tallies { page, slots: vec![(slot, visits)] }))
    }

    fn slot(&self, at: &str) -> Option<i64> {
        if at.is_empty() {
            return Some(0);
        }
        let date = || Some(self.zone.midnight(date(at)?));
        let at = DateTime::parse_from_rfc3339(at).ok().map(|at| at.to_utc()).or_else(date)?;
        Some(at.timestamp_micros().div_euclid(SLOT)).filter(|slot| (0..=MAX_SLOT).contains(slot))
    }
}

/// Parses a date such as `2026-03-29`.
fn date(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<Vec<(String, i64, i64)>, Wrong> {
        let mut numbers = Numbers::new(Zone::parse("Europe/Moscow").expect("a zone"), vec!["ref".to_owned()]);
        let mut found = Vec::new();
        for line in lines {
            if let Some(Tallies { page, slots }) = numbers.line(line.as_bytes())? {
                found.extend(slots.into_iter().map(|(slot, visits)| (page.as_str().to_owned(), slot, visits)));
            }
        }
        assert_eq!(numbers.end()?, found.iter().map(|(_, _, visits)| visits).sum::<i64>());
        Ok(found)
    }

    #[test]
    fn a_line_is_a_page_a_number_and_maybe_a_time() {
        let midnight = DateTime::parse_from_rfc3339("2026-03-28T21:00:00Z").expect("a time").timestamp_micros() / SLOT;
        let row = |page: &str, slot, visits| (page.to_owned(), slot, visits);
        for (lines, expected) in [
            (&["page,visits\r\n", "/a,3\r\n", "/b,4"][..], vec![row("/a", 0, 3), row("/b", 0, 4)]),
            (&["\u{feff}page,visits,at\n", "/a,3,\n"], vec![row("/a", 0, 3)]),
            (&["/a/?utm_id=x,3\n", "/a/index.html?ref=y,4\n"], vec![row("/a", 0, 3), row("/a", 0, 4)]),
            (&["/a,3,2026-03-29\n", "/a,3,2026-03-29T00:14:59.9+03:00"], vec![row("/a", midnight, 3); 2]),
            (&["\"/a,\"\"b\"\"\", 3 ,2026-03-28T21:15:00Z\n"], vec![row("/a,\"b\"", midnight + 1, 3)]),
            (&["/a,0\n", "\n", "/\u{e9},1\n"], vec![row("/\u{e9}", 0, 1)]),
            (&["page,visits\n"], vec![]),
        ] {
            assert_eq!(read(lines), Ok(expected), "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_such_line_is_refused() {
        for line in [
            "page,visits\n",
            "/a\n",
            "/a,1,2026-03-29,x\n",
            "a,1\n",
            "/a,-1\n",
            "/a,1.5\n",
            "/a,\n",
            "/a,9007199254740993\n",
            "/a,1,yesterday\n",
            "/a,1,2026-02-30\n",
            "/a,1,1969-12-31\n",
            "/a,1,99999-01-01\n",
            "\"/a,1\n",
        ] {
            let wrong = read(&["/ok,1\n", line]).expect_err(line);
            assert_eq!(wrong.line, 2, "{line}");
        }
        assert_eq!(read(&[]).map_err(|wrong| wrong.line), Err(1));
        assert!(Numbers::new(Zone::UTC, Vec::new()).line(b"/\xff,1\n").is_err());
        assert!(read(&["/a,9007199254740992\n", "/a,1\n"]).is_err(), "more than can be counted");
    }
}
