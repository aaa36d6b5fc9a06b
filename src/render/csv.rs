//! CSV (RFC 4180), for a spreadsheet.

use csv::{Terminator, WriterBuilder};

use crate::visit::Visit;
use crate::zone;

/// What begins a cell that a spreadsheet takes for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The names of the columns.
pub fn header() -> String {
    records([["id", "at", "page"].map(str::to_owned)])
}

/// A record for each visit.
pub fn visits(visits: &[Visit]) -> String {
    records(
        visits
            .iter()
            .map(|visit| [visit.id.to_string(), zone::rfc3339(&visit.at), escape_formula(visit.page.as_str())]),
    )
}

/// A text that no spreadsheet evaluates: <https://owasp.org/www-community/attacks/CSV_Injection>.
fn escape_formula(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

fn records(records: impl IntoIterator<Item = [String; 3]>) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for record in records {
        // Writing to memory does not fail.
        _ = writer.write_record(record);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::visit::Page;

    #[test]
    fn a_formula_is_escaped() {
        for text in ["=1+1", "+1", "-1", "@a", "\ta", "\ra"] {
            assert_eq!(escape_formula(text), format!("'{text}"));
        }
        assert_eq!(escape_formula("/=1"), "/=1");
    }

    #[test]
    fn quotes_and_commas_are_quoted() {
        let at = DateTime::UNIX_EPOCH.fixed_offset();
        let visit = Visit { id: 7, at, page: Page::parse("/a,\"b\"").expect("a page") };
        assert_eq!(visits(&[visit]), "7,1970-01-01T00:00:00.000000+00:00,\"/a,\"\"b\"\"\"\r\n");
        assert_eq!(header(), "id,at,page\r\n");
    }
}
