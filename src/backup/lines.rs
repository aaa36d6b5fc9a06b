//! Splitting an upload into lines.

use crate::limits::MAX_LINE_BYTES;

/// What is wrong with an upload: a sentence without its end.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
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
