//! What an owner would see, in target/screenshots.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::browser::{Tab, browse};
use crate::site::{busy_cluster, encode, filled, month, now, setup};

/// Beside what cargo builds.
fn directory() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    fs::create_dir_all(&directory).expect("a directory");
    directory
}

/// Takes a picture of all of a page.
fn shoot(tab: &Tab, name: &str, url: &str) {
    tab.go(url);
    let size = tab.get("[document.documentElement.clientWidth, document.documentElement.scrollHeight]");
    let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
    let shot = tab
        .devtools("Page.captureScreenshot", &json!({ "format": "png", "captureBeyondViewport": true, "clip": clip }));
    let picture = decode(shot["data"].as_str().expect("a picture"));
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 500, "{name}: {} bytes", picture.len());
    fs::write(directory().join(name), picture).expect("a file");
}

/// Decodes base64.
fn decode(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |byte: &u8| DIGITS.iter().position(|digit| digit == byte).and_then(|digit| u32::try_from(digit).ok());
    let digits: Vec<_> =
        text.as_bytes().iter().filter(|byte| **byte != b'=').map(|byte| digit(byte).expect("base64")).collect();
    digits
        .chunks(4)
        .flat_map(|four| {
            let bits = (0..4).fold(0, |bits, index| bits << 6 | four.get(index).copied().unwrap_or(0));
            bits.to_be_bytes().into_iter().skip(1).take(four.len() - 1)
        })
        .collect()
}

#[test]
fn pictures_of_the_pages_are_taken() {
    let servers = busy_cluster(10);
    let empty = setup("footfall-0").start();
    let dead = setup("footfall-0")
        .variable("peers", &format!("{},http://footfall-2.footfall-headless.localhost:1", servers[1].url()));
    let dead = filled(dead, month(1, 20));
    let one = filled(setup("footfall-0"), [(now() - 60_000_000, "/")]);
    let visits = format!("{}/visits", servers[0].url());
    browse(|tab| {
        tab.resize(1280, 800, false);
        shoot(tab, "dashboard-light.png", &visits);
        shoot(tab, "dashboard-page.png", &format!("{visits}?page=/blog/"));
        shoot(tab, "dashboard-replica.png", &format!("{visits}?scope=replica"));
        shoot(tab, "dead-peer.png", &format!("{}/visits", dead.url()));
        shoot(tab, "empty.png", &format!("{}/visits", empty.url()));
        shoot(tab, "one-visit.png", &format!("{}/visits", one.url()));
        shoot(tab, "home.png", servers[0].url());
        tab.prefer("dark");
        shoot(tab, "dashboard-dark.png", &visits);
        shoot(tab, "home-dark.png", servers[0].url());
        tab.resize(360, 740, true);
        shoot(tab, "dashboard-phone-dark.png", &visits);
        tab.prefer("light");
        shoot(tab, "dashboard-phone.png", &visits);
        shoot(tab, "home-phone.png", servers[0].url());
        tab.resize(480, 60, false);
        shoot(tab, "badge.png", &format!("{}/badge.svg?scope=cluster", servers[0].url()));
        shoot(tab, "badge-error.png", &format!("{}/badge.svg?color=nonsense", servers[0].url()));
        tab.resize(800, 400, false);
        for (name, bucket) in [("histogram.png", "hour"), ("histogram-days.png", "day")] {
            let target = format!("/visits/histogram?bucket={bucket}&scope=cluster");
            let picture = servers[0].client().get_with(&target, &[("accept", "image/svg+xml")]);
            shoot(tab, name, &format!("data:image/svg+xml,{}", encode(picture.text())));
        }
    });
}
