//! Replicas that come and go while visitors come.

use super::load::under_load;
use crate::release::{Release, eventually, in_state};

#[test]
fn scaling_under_load_loses_nothing_from_the_total_of_any_replica() {
    let release = Release::install("-scaled", &[]);
    let before = release.total(0, 3);
    let (answered, failed) = under_load(&release, 20, || {
        release.scale(5);
        for replica in [3, 4] {
            eventually("a new replica is visited", || (release.count(replica) > 100).then_some(()));
        }
        release.scale(1);
        release.scale(3);
    });
    assert_eq!(failed, Vec::<String>::new());
    for asked in 0..3 {
        // Who was away learns within a minute of those that have ended meanwhile.
        let answer = eventually("it knows all", || {
            let answer = release.ask(asked, "/visits/count?scope=cluster");
            (answer["complete"] == true).then_some(answer)
        });
        assert_eq!(answer["total"], before + answered, "{answer}");
        assert_eq!((in_state(&answer, "answered"), in_state(&answer, "ended")), (3, 2), "{answer}");
    }
}
