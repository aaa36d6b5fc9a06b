//! `docs/warehouse.md`, as it is written.

// Those of the tests over HTTP, of which these need a part.
#[allow(dead_code)]
#[path = "../http/client.rs"]
mod client;
#[allow(dead_code)]
#[path = "../http/runtime.rs"]
mod runtime;
#[allow(dead_code)]
#[path = "../http/server.rs"]
mod server;
#[allow(dead_code)]
#[path = "../http/volume.rs"]
mod volume;

use std::fs;
use std::path::Path;
use std::process::Command;

use runtime::binary;
use server::{Server, Setup};
use volume::{Volume, prune};

/// How many visits each of three replicas has: a million in all.
const VISITS: [i64; 3] = [333_334, 333_333, 333_333];

const DOCUMENT: &str = include_str!("../../docs/warehouse.md");

/// Runs a command in a directory. What it wrote: to its output, and to its error stream.
fn run(directory: &Path, command: &[&str]) -> (String, String) {
    let output = Command::new(command[0]).args(&command[1..]).current_dir(directory).env("EXPORT_TOKEN", "t").output();
    let output = output.expect(command[0]);
    let [text, errors] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("text"));
    assert!(output.status.success(), "{command:?}: {text}{errors}");
    (text.trim().to_owned(), errors)
}

fn replica(name: &str, visits: i64) -> Server {
    let volume = Volume::new();
    let seeded = Command::new(binary("footfall-seed"))
        .args(["--visits", &visits.to_string(), "--file"])
        .arg(volume.database())
        .output()
        .expect("the seed");
    assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
    Setup::on(&volume).variable("replica", name).variable("export_token", "t").start()
}

#[test]
fn duckdb_has_each_of_a_million_visits_of_three_replicas_once() {
    let replicas = ["a", "b", "c"].into_iter().zip(VISITS).map(|(name, visits)| replica(name, visits));
    let replicas: Vec<_> = replicas.collect();
    let script = DOCUMENT.split("```bash\n").nth(1).and_then(|from| from.split("```").next()).expect("a script");
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("collect"), script).expect("a script");
    let collect = || {
        let urls = replicas.iter().map(Server::url);
        run(directory.path(), &["bash", "collect"].into_iter().chain(urls).collect::<Vec<_>>()).1
    };
    let ask = |sql: &str| run(directory.path(), &["duckdb", "-noheader", "-list", "visits.duckdb", sql]).0;
    let check = || {
        let count = |query: &str| replicas.iter().map(|server| server.client().count(query)).sum::<i64>();
        let rows = "SELECT count(*) || ' ' || count(DISTINCT (database, id)) FROM visits";
        assert_eq!(ask(rows), format!("{0} {0}", count("")));
        assert_eq!(ask("SELECT count(*) FROM visits WHERE page = '/'"), count("page=/").to_string());
        let hour = "2026-11-01T00:00:00Z";
        assert_eq!(
            ask(&format!("SELECT count(*) FROM visits WHERE \"at\" < '{hour}'")),
            count(&format!("until={hour}")).to_string()
        );
    };
    assert_eq!(collect(), "");
    check();
    for (server, visits) in replicas.iter().zip([3, 0, 5]) {
        (0..visits).for_each(|_| _ = server.client().visit());
    }
    assert_eq!([collect(), collect()].concat(), "");
    check();
    // What left the log before it was collected is lost, and said.
    (0..5).for_each(|_| _ = replicas[0].client().visit());
    prune(&replicas[0].volume().open(), 2);
    let url = replicas[0].url();
    assert_eq!(collect(), format!("{url}: the visits {} to {} are lost\n", VISITS[0] + 4, VISITS[0] + 6));
    assert_eq!(ask("SELECT count(*) FROM visits"), (VISITS.iter().sum::<i64>() + 8 + 2).to_string());
}
