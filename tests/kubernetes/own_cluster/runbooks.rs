//! `docs/runbooks.md`, as it is written, while visitors come.

use serde_json::Value;

use super::load::under_load;
use crate::release::{Release, eventually, in_state, stdout};
use crate::shell::Shell;

const DOCUMENT: &str = include_str!("../../../docs/runbooks.md");

/// The commands of a section, each block by itself; those before the first section for no title.
fn blocks(title: &str) -> Vec<&'static str> {
    let mut sections = DOCUMENT.split("\n## ");
    let section = if title.is_empty() { sections.next() } else { sections.find(|section| section.starts_with(title)) };
    let section = section.unwrap_or_else(|| panic!("no section {title}"));
    section.split("```bash\n").skip(1).filter_map(|block| block.split("```").next()).collect()
}

/// Runs commands, after some others and those that all runbooks begin with.
fn run(shell: &Shell, before: &str, commands: &[&str]) {
    shell.run(&format!("{before}\n{}\n{}", blocks("").concat(), commands.join("\n")));
}

/// Checks that each replica counts so many visits, of all time and in the charts, and that nothing is missing.
fn assert_total(release: &Release, replicas: usize, total: i64) -> Value {
    let ask = |replica, target: &str| {
        eventually("a complete answer", || {
            let answer = release.ask(replica, target);
            (answer["complete"] == true).then_some(answer)
        })
    };
    for replica in 0..replicas {
        for target in
            ["/visits/count?scope=cluster", "/visits/histogram?scope=cluster", "/visits/summary?scope=cluster"]
        {
            let answer = ask(replica, target);
            assert_eq!(answer["total"], total, "{target} at {replica}: {answer}");
        }
    }
    ask(0, "/visits/count?scope=cluster")
}

/// Lets visitors come for a while, and then does something; returns how many visits were answered.
fn visited(release: &Release, replicas: usize, work: impl FnOnce() + Send) -> i64 {
    let (answered, failed) = under_load(release, 20, || {
        for replica in 0..replicas {
            release.wait_until_visited(replica);
        }
        work();
    });
    assert_eq!(failed, Vec::<String>::new());
    answered
}

#[test]
fn a_lost_volume_is_restored_from_a_backup() {
    let release = Release::install("-restored", &["exportToken.value=secret"]);
    let shell = Shell::of(&release);
    let mut total = release.total(0, 3) + visited(&release, 3, || ());
    run(&shell, "", &blocks("Back up"));
    stdout(&mut release.kubectl(&["delete", "pvc/visits-footfall-1", "pod/footfall-1"]));
    release.wait_until_ready();
    assert_eq!(release.count(1), 0);
    run(&shell, "", &blocks("Restore after a lost volume"));
    let answer = assert_total(&release, 3, total);
    assert_eq!((in_state(&answer, "answered"), in_state(&answer, "retired")), (3, 1), "{answer}");
    total += visited(&release, 3, || ());
    assert_total(&release, 3, total);
    release.remove();
}

#[test]
fn five_replicas_become_three_for_good_while_visitors_come() {
    let release = Release::install("-for-good", &["exportToken.value=secret"]);
    release.scale(5);
    let shell = Shell::of(&release);
    let before = release.total(0, 5);
    let total = before + visited(&release, 5, || run(&shell, "", &blocks("Scale down for good")));
    let claims = release.get("pvc");
    assert_eq!(claims["items"].as_array().map(Vec::len), Some(3), "{claims}");
    let answer = assert_total(&release, 3, total);
    assert_eq!((in_state(&answer, "answered"), in_state(&answer, "ended")), (3, 2), "{answer}");
    let total = total + visited(&release, 3, || ());
    assert_total(&release, 3, total);
    release.remove();
}

#[test]
fn a_cluster_moves_into_another_namespace() {
    let [old, new] = ["-old", "-new"].map(|suffix| Release::install(suffix, &["exportToken.value=secret"]));
    let shell = Shell::of(&new);
    let options = format!("from='--namespace {}' to='--namespace {}'", old.namespace, new.namespace);
    let [first, second] = blocks("Move to another cluster")[..] else { panic!("not two blocks") };
    let function = first.trim_end().strip_suffix("move").expect("a function, and a call");
    let before = old.total(0, 3) + new.total(0, 3);
    let moved = visited(&old, 3, || run(&shell, &options, &[first]));
    // Nobody comes to the old one any more.
    let answered = visited(&new, 3, || run(&shell, &options, &[function, second]));
    let total = before + moved + answered;
    let answer = assert_total(&new, 3, total);
    assert_eq!((in_state(&answer, "answered"), in_state(&answer, "imported")), (3, 3), "{answer}");
    old.remove();
    new.remove();
}
