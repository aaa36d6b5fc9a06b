//! A clock that jumps.

use chrono::{DateTime, SecondsFormat};

use super::load::Load;
use super::{few_pages, say, scaled};
use crate::server::Setup;

/// 2026-03-29T01:00:00Z, which begins a slot.
const START: i64 = 1_774_746_000;

/// The time at a step: on by some minutes, but for every second one, which is an hour back, and every fifth, which is
/// an hour ahead.
fn time(step: i64) -> String {
    let jump = match step {
        step if step % 5 == 0 => 3600,
        step if step % 2 == 0 => -3600,
        _ => 0,
    };
    let time = DateTime::from_timestamp(START + 137 * step + jump, 0).expect("a time");
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[test]
fn a_clock_that_is_set_back_and_forward_again_and_again_makes_no_count_wrong() {
    let jumps = scaled(12, 150);
    let server = Setup::new().at(&time(0)).start();
    let load = Load::on(&server, 32, few_pages);
    for jump in 1..=jumps {
        load.wait_for_answers(100);
        server.set_clock(&time(jump));
    }
    let ledger = load.stop();
    let client = server.client();
    assert_eq!(server.volume().audit(), ledger.answered());
    ledger.assert_all_of(&server.volume().log(), few_pages);

    let database = server.volume().open();
    let recorded = |sql: &str, at: i64| -> i64 { database.query_row(sql, [at], |row| row.get(0)).expect(sql) };
    for step in 0..=jumps {
        let now = time(step);
        let at = DateTime::parse_from_rfc3339(&now).expect("a time").timestamp_micros();
        let before = recorded("SELECT count(*) FROM visits WHERE at < ?1", at);
        assert_eq!(client.count(&format!("until={now}")), before, "{now}");
        assert_eq!(client.count(&format!("since={now}")), ledger.answered() - before, "{now}");
        let of_page = recorded("SELECT count(*) FROM visits WHERE at >= ?1 AND page = '/a'", at);
        assert_eq!(client.count(&format!("since={now}&page=/a")), of_page, "{now}");
    }
    let histogram = client.json("/visits/histogram?bucket=hour&since=2026-03-29T00:00:00Z&until=2026-03-30T00:00:00Z");
    let buckets = histogram["buckets"].as_array().expect("buckets");
    let sum: i64 = buckets.iter().map(|bucket| bucket["visits"].as_i64().expect("a number")).sum();
    assert_eq!(sum, ledger.answered());
    say(format_args!("the clock jumped {jumps} times under {} visits: each count is exact", ledger.answered()));
}
