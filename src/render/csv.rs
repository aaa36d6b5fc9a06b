//! CSV (RFC 4180), for a spreadsheet.

use csv::{Terminator, WriterBuilder};

use crate::report::{ExportedVisit, PageCount};
use crate::visit::Visit;
use crate::zone;

/// What begins a cell that a spreadsheet takes for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The names of the columns.
pub fn header() -> String {
    records([["id", "at", "page", "database"].map(str::to_owned)])
}

/// A record for each visit.
pub fn visits(visits: &[ExportedVisit]) -> String {
    let record = |ExportedVisit { visit: Visit { id, at, page }, database }: &ExportedVisit| {
        [id.to_string(), zone::rfc3339(at), escape_formula(page.as_str()), database.as_str().to_owned()]
    };
    records(visits.iter().map(record))
}

/// The names of the columns, and a record for each page.
pub fn pages(pages: &[PageCount]) -> String {
    let record = |page: &PageCount| [escape_formula(page.page.as_str()), page.visits.to_string()];
    records([["page", "visits"].map(str::to_owned)].into_iter().chain(pages.iter().map(record)))
}

/// A text that no spreadsheet evaluates: <https://owasp.org/www-community/attacks/CSV_Injection>.
fn escape_formula(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

fn records<const N: usize>(records: impl IntoIterator<Item = [String; N]>) -> String {
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
    use crate::report::Id;
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
        let database = Id::parse("0123456789abcdef").expect("an id");
        let expected = "7,1970-01-01T00:00:00.000000+00:00,\"/a,\"\"b\"\"\",0123456789abcdef\r\n";
        assert_eq!(visits(&[ExportedVisit { visit, database }]), expected);
        assert_eq!(header(), "id,at,page,database\r\n");
        let page = PageCount { page: Page::parse("/a,\"b\"").expect("a page"), visits: 7 };
        assert_eq!(pages(&[page]), "page,visits\r\n\"/a,\"\"b\"\"\",7\r\n");
    }
}
