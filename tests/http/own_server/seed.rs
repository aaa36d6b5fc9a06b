//! `make seed`: visits that nobody made, in a database that the app takes for its own.

use std::process::Command;

use crate::runtime::binary;
use crate::server::Setup;
use crate::volume::Volume;

#[test]
fn an_empty_log_is_seeded_with_visits_that_are_counted_on_from() {
    let volume = Volume::new();
    let seed = |visits: &str| {
        let mut command = Command::new(binary("footfall-seed"));
        command.args(["--visits", visits, "--file"]).arg(volume.database()).output().expect("the seed")
    };
    let output = seed("3000");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("text");
    assert_eq!(lines.lines().count(), 1 + 3, "{lines}");
    assert_eq!(volume.audit(), 3000);

    let server = Setup::on(&volume).start();
    let client = server.client();
    assert_eq!(client.count("since=61d"), 3000);
    assert!((1..3000).contains(&client.count("since=30d")));
    assert!((1..3000).contains(&client.count("page=/")));
    assert_eq!(client.visit(), 3001);

    let output = seed("10");
    assert!(!output.status.success());
    let reason = String::from_utf8(output.stderr).expect("text");
    assert!(reason.contains("it has visits already") && reason.lines().count() == 1, "{reason}");
    assert_eq!(volume.audit(), 3001);
}
