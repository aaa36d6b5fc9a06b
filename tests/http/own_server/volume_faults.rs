//! Volumes on which nothing can be recorded, and their cure, which takes no restart.

use std::fs;

use super::{assert_unavailable, visit_until_unavailable};
use crate::server::{Server, Setup};
use crate::volume::{Volume, set_mode};

/// A volume with three visits, whose server is gone.
fn used_volume() -> Volume {
    let server = Server::start();
    let client = server.client();
    for _ in 0..3 {
        client.visit();
    }
    server.kill()
}

#[test]
fn a_read_only_database_is_unavailable_until_it_can_be_written() {
    let volume = used_volume();
    assert_eq!(volume.audit(), 3);
    set_mode(&volume.database(), 0o444);
    let server = Setup::on(&volume).bound().start();
    assert_unavailable(&server, "attempt to write a readonly database");
    volume.make_writable();
    assert_eq!(server.client().visit(), 4);
    assert_eq!(server.client().get("/readyz").status, 200);
    assert_eq!(volume.audit(), 4);
}

#[test]
fn a_read_only_directory_is_unavailable_until_it_can_be_written() {
    let volume = used_volume();
    assert_eq!(volume.audit(), 3);
    set_mode(&volume.data(), 0o555);
    let server = Setup::on(&volume).bound().start();
    assert_unavailable(&server, "footfall: ");
    set_mode(&volume.data(), 0o755);
    assert_eq!(server.client().visit(), 4);
    assert_eq!(volume.audit(), 4);
}

#[test]
fn a_volume_that_turns_read_only_is_unavailable_until_it_can_be_written() {
    let server = Setup::new().bound().start();
    let client = server.client();
    let mut visits = 1;
    assert_eq!(client.visit(), 1);
    set_mode(&server.volume().database(), 0o444);
    visits += visit_until_unavailable(&client);
    assert_unavailable(&server, "footfall: The visit could not be recorded: ");
    server.volume().make_writable();
    visits += 1;
    assert_eq!(client.visit(), visits);
    assert_eq!(server.volume().audit(), visits);
}

#[test]
fn a_volume_that_is_missing_is_unavailable_until_it_is_there() {
    let server = Server::start();
    fs::remove_dir_all(server.volume().data()).expect("the directory, which the host made");
    assert_unavailable(&server, "unable to open database file");
    fs::create_dir(server.volume().data()).expect("a directory");
    assert_eq!(server.client().visit(), 1);
    assert_eq!(server.volume().audit(), 1);
}

#[test]
fn a_volume_that_was_away_comes_back_with_all_its_visits() {
    let server = Server::start();
    let client = server.client();
    let mut visits = 1;
    assert_eq!(client.visit(), 1);
    let (here, away) = (server.volume().data(), server.volume().path().join("away"));
    fs::rename(&here, &away).expect("a move");
    visits += visit_until_unavailable(&client);
    assert_unavailable(&server, "unable to open database file");
    fs::rename(&away, &here).expect("a move");
    visits += 1;
    assert_eq!(client.visit(), visits);
    assert_eq!(server.volume().audit(), visits);
}

#[test]
fn a_volume_that_is_emptied_begins_anew() {
    let server = Server::start();
    let client = server.client();
    client.visit();
    fs::remove_dir_all(server.volume().data()).expect("the directory");
    visit_until_unavailable(&client);
    assert_unavailable(&server, "unable to open database file");
    fs::create_dir(server.volume().data()).expect("a directory");
    assert_eq!(client.visit(), 1);
    assert_eq!(server.volume().audit(), 1);
}

#[test]
fn a_file_that_is_no_database_is_unavailable_until_it_is_gone() {
    let server = Server::start();
    fs::write(server.volume().database(), "no database at all\n".repeat(1000)).expect("a file");
    assert_unavailable(&server, "file is not a database");
    fs::remove_file(server.volume().database()).expect("a file to remove");
    assert_eq!(server.client().visit(), 1);
    assert_eq!(server.volume().audit(), 1);
}

#[test]
fn a_directory_in_place_of_the_database_is_unavailable_until_it_is_gone() {
    let server = Server::start();
    fs::create_dir(server.volume().database()).expect("a directory");
    assert_unavailable(&server, "unable to open database file");
    fs::remove_dir(server.volume().database()).expect("a directory to remove");
    assert_eq!(server.client().visit(), 1);
}

#[test]
fn an_empty_file_is_a_database_that_has_yet_to_be_made() {
    let server = Server::start();
    fs::write(server.volume().database(), "").expect("a file");
    assert_eq!(server.client().visit(), 1);
    assert_eq!(server.volume().audit(), 1);
}
