//! Any answers of peers, which are not trusted, from their bytes to the merged report in every format.
//!
//! The input is a line with the report of this replica, and a line with the answer of each peer, as in `seeds/peers`.
//! What an answer to `/replica` says of others is taken for what is remembered of them.
#![no_main]

use std::sync::LazyLock;

use footfall::zone::Zone;
use footfall_fuzz::merged;
use libfuzzer_sys::fuzz_target;

static ZONE: LazyLock<Zone> = LazyLock::new(|| Zone::parse("America/New_York").expect("a zone"));

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let Some(own) = lines.next() else { return };
    let answers: Vec<_> = lines.collect();
    merged::check(own, &answers, &ZONE);
});
