use proptest::prelude::*;

use super::*;

/// `User-Agent`s of browsers of all kinds, of those in apps, and of ordinary clients.
const VISITORS: &str = include_str!("tests/visitors.txt");
const BOTS: &str = include_str!("tests/bots.txt");
const HEALTH_CHECKERS: &str = include_str!("tests/health_checkers.txt");

fn is_bot(agent: &[u8]) -> bool {
    Agent::new(agent).is_bot()
}

#[test]
fn browsers_and_ordinary_clients_are_neither_bots_nor_health_checkers() {
    for text in VISITORS.lines().chain([""]) {
        let agent = Agent::new(text.as_bytes());
        assert!(!agent.is_bot() && !agent.is_health_checker(), "{text}");
    }
}

#[test]
fn crawlers_previews_and_monitors_are_bots() {
    for text in BOTS.lines() {
        assert!(is_bot(text.as_bytes()), "{text}");
    }
}

#[test]
fn health_checkers_are_known() {
    for text in HEALTH_CHECKERS.lines() {
        assert!(Agent::new(text.as_bytes()).is_health_checker(), "{text}");
    }
}

#[test]
fn every_name_of_the_list_is_found_in_any_case_and_place() {
    for name in crawlers::NAMES {
        for text in
            [name.to_owned(), name.to_uppercase(), format!("Mozilla/5.0 (compatible;{name}"), format!("é-{name}x")]
        {
            assert!(is_bot(text.as_bytes()), "{text}");
        }
    }
}

#[test]
fn a_name_within_a_word_is_none() {
    assert!(is_bot(b"outbrain/1.0") && !is_bot(b"Nooutbrain/1.0"));
}

#[test]
fn only_the_beginning_of_a_long_agent_is_looked_at() {
    let long = |bytes: usize| format!("{}bot", " ".repeat(bytes - 3));
    assert!(is_bot(long(MAX_AGENT_BYTES).as_bytes()));
    assert!(!is_bot(long(MAX_AGENT_BYTES + 1).as_bytes()));
    assert!(!is_bot(&vec![b'x'; 64 << 10]));
}

#[test]
fn the_list_of_crawlers_has_no_name_that_another_makes_useless() {
    for names in crawlers::NAMES.windows(2) {
        assert!(names[0] < names[1] && !names[1].starts_with(names[0]), "{names:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_can_be_looked_at_and_are_a_bots_if_one_is_among_them(bytes in any::<Vec<u8>>()) {
        let mut text = bytes;
        Agent::new(&text).is_health_checker();
        text.truncate(MAX_AGENT_BYTES - 14);
        text.extend(b" Googlebot/2.1");
        prop_assert!(is_bot(&text));
    }

    #[test]
    fn a_part_is_found_anywhere(before in "[a-z ]{0,40}", after in "[a-z ]{0,40}") {
        let [with, without] = [format!("{before}X, Y{after}"), format!("{before}{after}")];
        prop_assert!(Agent::new(with.as_bytes()).contains("x, y"));
        prop_assert!(!Agent::new(without.as_bytes()).contains("x, y"));
    }
}
