//! Any upload, whose lines are read as a backup and as the numbers of another counter.
#![no_main]

use footfall::backup::{Backup, Lines, Numbers, Part};
use footfall::zone::Zone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (mut lines, mut numbers) = (Lines::default(), Numbers::new(Zone::UTC, Vec::new()));
    // The backup, as long as no line was wrong, and how many visits its database has yet to bring.
    let (mut backup, mut left) = (Some(Backup::default()), 0);
    lines.push(bytes);
    while let Ok(Some(line)) = lines.next_line() {
        if let Ok(Some(tallies)) = numbers.line(line) {
            assert!(tallies.visits() > 0, "{tallies:?}");
        }
        match backup.as_mut().map(|backup| backup.line(line)) {
            Some(Ok(Some(Part::Database(database)))) => {
                assert_eq!(left, 0, "before {database:?}");
                left = database.visits;
            }
            Some(Ok(Some(Part::Tallies(tallies)))) => {
                left -= tallies.visits();
                assert!(left >= 0, "{tallies:?}");
            }
            Some(Ok(None)) | None => {}
            Some(Err(_)) => backup = None,
        }
    }
    assert!(left == 0 || backup.is_none_or(|backup| backup.end().is_err()), "{left} visits are missing");
});
