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
    buffer: Vec<u8>,
    begun: usize,
    number: usize,
}

impl Lines {
    /// Adds what came.
    pub fn push(&mut self, chunk: &[u8]) {
        self.buffer.drain(..self.begun);
        self.begun = 0;
        self.buffer.extend_from_slice(chunk);
    }

    /// The next line, with its newline; `None` until there is one.
    ///
    /// # Errors
    /// That a line is too long.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, Wrong> {
        let remainder = &self.buffer[self.begun..];
        let length = remainder.iter().position(|byte| *byte == b'\n').map(|position| position + 1);
        if length.unwrap_or(remainder.len()) > MAX_LINE_BYTES {
            return Err(Wrong { line: self.number + 1, what: "it is too long" });
        }
        let Some(length) = length else { return Ok(None) };
        self.begun += length;
        self.number += 1;
        Ok(Some(&self.buffer[self.begun - length..self.begun]))
    }

    /// How many lines there were so far.
    pub fn number(&self) -> usize {
        self.number
    }

    /// What is left at the end: a line without a newline.
    pub fn remainder(&self) -> &[u8] {
        &self.buffer[self.begun..]
    }
}
