use proptest::prelude::*;

use super::*;
use crate::backup::Lines;
use crate::limits::MAX_LINE_BYTES;

/// What was written as a backup: a replica with five visits, and what it has imported.
const LINES: [&str; 7] = [
    r#"{"backup":{"version":1,"schema":7,"tallies":2,"log":2,"last":{"id":5,"at":"2026-11-27T01:10:00+00:00"},"database":{"id":"aaaaaaaaaaaaaaaa","replica":"a","revision":9,"visits":5,"as_of":"2026-11-27T01:10:00+00:00","coarse_before":0}}}"#,
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
        let visits = serde_json::from_str(line).map_or(0, |line: Line| line.visits());
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
    if !lines.remainder().is_empty() {
        parts.extend(backup.line(lines.remainder())?);
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
