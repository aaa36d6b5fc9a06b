//! Pictures of the dashboard, compared with those that were looked at before: tests/browser/screenshots. After a change
//! that is meant, `SCREENSHOTS=keep cargo test --workspace --test browser screenshots` writes them anew, to be looked at.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::{env, fs};

use crate::browser::Tab;
use crate::server::Server;
use crate::site::{cluster, large, setup};

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/screenshots");

/// The width and the height of a part of a picture, in pixels.
const PART: usize = 8;

/// How much the mean color of a part may change, of 255: each browser draws letters a little differently.
const MAX_CHANGE: usize = 24;

/// How many parts may change more than that, of each thousand.
const MAX_DIFFERENCE: usize = 10;

fn compare(tab: &Tab, name: &str, width: i64, scheme: &str, server: &Server, query: &str) {
    tab.emulate(width, scheme);
    // The port is another one each time.
    tab.send_header("x-forwarded-host", "footfall.example.com");
    tab.go(&format!("{}/visits?{query}", server.url()));
    let (taken, kept) = (tab.save_screenshot(name), format!("{KEPT}/{name}.png"));
    if env::var("SCREENSHOTS").is_ok_and(|value| value == "keep") {
        fs::create_dir_all(KEPT).expect("a directory");
        fs::copy(&taken, &kept).expect("a copy");
        return;
    }
    let difference = Picture::open(&taken).difference(&Picture::open(Path::new(&kept)));
    assert!(difference <= MAX_DIFFERENCE, "{difference} of 1000 parts of {} are not as in {kept}", taken.display());
}

/// A picture: the bytes of its pixels, row by row.
struct Picture {
    width: usize,
    height: usize,
    channels: usize,
    bytes: Vec<u8>,
}

impl Picture {
    fn open(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut png = png::Decoder::new(BufReader::new(file)).read_info().expect("a picture");
        let mut bytes = vec![0; png.output_buffer_size().expect("a size")];
        let frame = png.next_frame(&mut bytes).expect("a picture");
        let [width, height] = [frame.width, frame.height].map(|size| usize::try_from(size).expect("a size"));
        Self { width, height, channels: frame.color_type.samples(), bytes }
    }

    /// The mean red, green and blue of a part.
    fn mean(&self, column: usize, row: usize) -> [usize; 3] {
        let pixels = (0..PART * PART).map(|pixel| (column * PART + pixel % PART, row * PART + pixel / PART));
        let mut sums = [0; 3];
        for start in pixels.map(|(x, y)| (y * self.width + x) * self.channels) {
            for (sum, byte) in sums.iter_mut().zip(&self.bytes[start..start + 3]) {
                *sum += usize::from(*byte);
            }
        }
        sums.map(|sum| sum / (PART * PART))
    }

    /// How many parts are not as in another picture, of each thousand.
    fn difference(&self, other: &Self) -> usize {
        // A line of text is higher.
        if self.width != other.width || self.height.abs_diff(other.height) > PART {
            return 1000;
        }
        let (columns, rows) = (self.width / PART, self.height.min(other.height) / PART);
        let is_other = |(column, row)| {
            let (one, other) = (self.mean(column, row), other.mean(column, row));
            one.into_iter().zip(other).any(|(one, other)| one.abs_diff(other) > MAX_CHANGE)
        };
        let parts = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        (parts.filter(|part| is_other(*part)).count() * 1000).div_ceil(columns * rows)
    }
}

#[test]
fn the_dashboard_looks_as_it_did() {
    let (servers, tab) = (cluster(20), Tab::open());
    for (name, width, scheme) in [("wide", 1280, "light"), ("dark", 1280, "dark"), ("phone", 360, "light")] {
        compare(&tab, name, width, scheme, &servers[0], "range=7d");
    }
    let [first, second, third] = servers;
    drop(third);
    first.set_clock("2026-11-23T14:37:22.5Z");
    assert_eq!(first.client().json("/replica/ask?replica=footfall-1")["answered"], true);
    drop(second.kill());
    compare(&tab, "silent", 1280, "light", &first, "range=30d");
}

#[test]
fn the_dashboard_without_visits_looks_as_it_did() {
    let server = setup("footfall-0").start();
    compare(&Tab::open(), "empty", 1280, "light", &server, "");
}

#[test]
fn the_dashboard_of_ten_million_visits_to_ten_thousand_pages_looks_as_it_did() {
    let (server, tab) = (large(), Tab::open());
    assert_eq!(server.client().count(""), 10_000_000);
    compare(&tab, "large", 1280, "light", &server, "range=12mo");
}

#[test]
fn pictures_that_differ_are_told_apart() {
    let picture = |width: usize, height: usize, left: usize| {
        let is_blue = |pixel: usize| (left..left + 80).contains(&(pixel % width)) && pixel / width < 24;
        let bytes = (0..width * height).flat_map(|pixel| if is_blue(pixel) { [0, 0, 200] } else { [255; 3] }).collect();
        Picture { width, height, channels: 3, bytes }
    };
    let one = picture(400, 400, 0);
    for (other, differs) in [
        (picture(400, 400, 0), false),
        (picture(400, 404, 0), false),
        (picture(400, 400, 80), true),
        (picture(400, 420, 0), true),
        (picture(408, 400, 0), true),
    ] {
        assert_eq!(one.difference(&other) > MAX_DIFFERENCE, differs);
    }
}
