use proptest::prelude::*;

use super::*;
use crate::report::{Count, Histogram, Id, PageList, Reporter, Status, Summary, Tail};

#[test]
fn a_peer_is_called_like_its_pod_or_by_its_address() {
    let peers = [
        ("http://footfall-1.footfall-headless.default.svc:5000", "footfall-1"),
        ("http://footfall-2:5000/", "footfall-2"),
        ("http://127.0.0.1:3001", "127.0.0.1:3001"),
        ("http://10.0.0.7", "10.0.0.7"),
        ("http://[fd00::1]:5000", "[fd00::1]:5000"),
        ("http://localhost:3001", "localhost:3001"),
        ("http://localhost:3002", "localhost:3002"),
    ];
    let urls = peers.map(|(url, _)| url.parse().expect("a URL"));
    assert_eq!(urls.each_ref().map(|url| peer_name(url, &urls)), peers.map(|(_, name)| name));
}

proptest! {
    #[test]
    fn a_report_is_parsed_as_it_was_sent(replica in "\\PC{1,60}", visits in 0..=1_i64 << 53) {
        let reporter = Reporter { replica: replica.clone(), id: Id::parse("0123456789abcdef"), revision: Some(visits), view: None };
        let sent = Count { reporter: reporter.clone(), visits, imports: Vec::new(), coarse_before: None };
        let parsed = parse::<Count>(&serde_json::to_vec(&sent).expect("JSON"));
        if config::is_replica_name(&replica) {
            prop_assert_eq!(parsed.map(|count| (count.reporter, count.visits)), Ok((reporter, visits)));
        } else {
            prop_assert!(parsed.is_err());
        }
    }

    #[test]
    fn any_answer_is_a_plausible_report_or_a_reason(
        bytes in prop::collection::vec(any::<u8>(), 0..100),
        replica in "(?s).{0,9}",
        visits in prop_oneof![any::<i64>(), 0..=1_i64 << 53],
    ) {
        let count = serde_json::json!({ "replica": replica, "visits": visits }).to_string().into_bytes();
        for answer in [bytes, count] {
            let is_reason = |reason: String| reason.contains(' ');
            prop_assert!(parse::<Tail>(&answer).err().is_some_and(is_reason));
            prop_assert!(parse::<Histogram>(&answer).err().is_some_and(is_reason));
            prop_assert!(parse::<Summary>(&answer).err().is_some_and(is_reason));
            prop_assert!(parse::<Status>(&answer).err().is_some_and(is_reason));
            prop_assert!(parse::<PageList>(&answer).err().is_some_and(is_reason));
            match parse::<Count>(&answer) {
                Ok(count) => {
                    prop_assert!((0..=1 << 53).contains(&count.visits) && config::is_replica_name(&count.reporter.replica));
                }
                Err(reason) => prop_assert!(is_reason(reason)),
            }
        }
    }
}
