//! A volume that fills.

use std::fs::File;

use super::exports::ndjson;
use super::{assert_unavailable, visit_until_unavailable};
use crate::client::Client;
use crate::disk;

#[test]
fn a_full_disk_is_unavailable_until_there_is_room() {
    let server = disk::start("1m");
    let client = server.client();
    let mut visits = client.visit();
    disk::fill(&server);
    visits += visit_until_unavailable(&client);
    // The last connection that closed gave back the room of the write-ahead log.
    server.wait_until_idle();
    disk::fill(&server);
    assert_unavailable(&server, "database or disk is full");
    disk::free(&server);
    assert_eq!(client.visit(), visits + 1, "a visit without an answer counted");
    assert_eq!(client.get("/readyz").status, 200);
    assert_eq!(disk::copy(&server).audit(), visits + 1);
}

#[test]
fn a_disk_that_is_full_from_the_start_is_unavailable_until_there_is_room() {
    let server = disk::start("256k");
    disk::fill(&server);
    assert_unavailable(&server, "footfall: ");
    // Room for a part of what it takes to begin.
    let file = File::options().write(true).open(disk::filler(&server)).expect("a file");
    for room in [8, 24, 40, 56] {
        file.set_len((256 - room) << 10).expect("a shorter file");
        let answer = server.client().get("/");
        assert!([200, 503].contains(&answer.status), "{}", answer.status);
    }
    drop(file);
    disk::free(&server);
    assert_eq!(server.client().visit(), disk::copy(&server).audit());
}

#[test]
fn a_full_disk_can_be_backed_up_to_the_last_visit_that_is_tallied() {
    let server = disk::start("1m");
    let client = server.client();
    let tallied = client.visit();
    let bearer = ("authorization", "Bearer secret");
    let backup = |client: &Client| ndjson(client.get_with("/backup", &[bearer]).text());
    assert_eq!(backup(&client)[0]["backup"]["last"]["id"], tallied);
    disk::fill(&server);
    visit_until_unavailable(&client);
    let lines = backup(&client);
    let last = lines[0]["backup"]["last"]["id"].as_i64().expect("an id");
    assert!(last >= tallied && lines[lines.len() - 1]["end"]["visits"] == last, "{lines:?}");
}
