//! What is said of the components.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::project::{SHARED, parse, stdout};

/// A component, and what is said of it.
fn both() -> [(Vec<u8>, Value); 2] {
    ["", "-final"].map(|suffix| {
        let name = format!("footfall-{}{suffix}", SHARED.version());
        (fs::read(SHARED.file(&(name.clone() + ".wasm"))).expect("Wasm"), parse(&SHARED.file(&(name + ".spdx.json"))))
    })
}

fn packages(sbom: &Value) -> BTreeSet<String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let packages = sbom["packages"].as_array().expect("packages").iter();
    packages.map(|package| text(&package["name"]) + "-" + &text(&package["versionInfo"])).collect()
}

/// The crates of which a component has paths, for its panics: not all of those in it. Those of std are below another directory.
fn crates(component: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(component);
    let paths = text.match_indices("registry/src/").filter(|(place, _)| !text[..*place].ends_with("std/"));
    paths.filter_map(|(place, _)| Some(text[place..].split('/').nth(3)?.to_owned())).collect()
}

#[test]
fn it_is_spdx() {
    let python = stdout(Command::new("scripts/python-package").arg("spdx-tools==0.8.5"));
    for suffix in ["", "-final"] {
        let mut check = Command::new("python3");
        check.env("PYTHONPATH", python.trim()).args(["-m", "spdx_tools.spdx.clitools.pyspdxtools", "--infile"]);
        stdout(check.arg(SHARED.file(&format!("footfall-{}{suffix}.spdx.json", SHARED.version()))));
    }
}

#[test]
fn it_names_every_crate_in_the_component_and_none_that_only_builds_or_tests_it() {
    let lock: toml::Table = fs::read_to_string(SHARED.path("Cargo.lock")).expect("text").parse().expect("TOML");
    let all: BTreeSet<_> = lock["package"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| {
            format!("{}-{}", package["name"].as_str().expect("a name"), package["version"].as_str().expect("a version"))
        })
        .collect();
    for ((component, sbom), sdk) in both().iter().zip(["spin-sdk-6.", "spin-sdk-7."]) {
        let (named, found) = (packages(sbom), crates(component));
        assert!(found.len() > 15, "{found:?}");
        assert_eq!(found.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new());
        let sdks = named.iter().filter(|name| name.starts_with("spin-sdk-"));
        assert!(sdks.eq(found.iter().filter(|name| name.starts_with(sdk))), "{named:?}");
        let beyond: Vec<_> = named.difference(&all).filter(|name| !name.starts_with("rust-std-")).collect();
        assert!(beyond.is_empty() && named.iter().any(|name| name.starts_with("rust-std-1.")), "{beyond:?}");
        for other in ["proptest", "insta", "syn", "quote", "serde_derive", "wasmtime", "rusqlite", "libc"] {
            assert!(!named.iter().any(|name| name.starts_with(&format!("{other}-"))), "{other}");
        }
    }
}

#[test]
fn it_is_of_the_very_component_with_checksums_and_licences() {
    for (component, sbom) in both() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(&file, component).expect("written");
        let sum = stdout(Command::new("sha256sum").arg(file.path()));
        let root = sbom["relationships"].as_array().expect("relations").iter();
        let root: Vec<_> = root.filter(|relation| relation["relationshipType"] == "DESCRIBES").collect();
        for package in sbom["packages"].as_array().expect("packages") {
            if package["SPDXID"] == root[0]["relatedSpdxElement"] {
                assert_eq!(package["checksums"][0]["checksumValue"], sum[..64]);
            }
            assert!(package["name"] == "rust-std" || package["checksums"][0]["algorithm"] == "SHA256", "{package}");
            assert_ne!(package["licenseDeclared"], "NOASSERTION", "{package}");
        }
        assert_eq!(root.len(), 1);
    }
}
