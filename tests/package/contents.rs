//! What is in a package, and that a commit makes the same one anywhere.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::project::{Project, REPOSITORY, ROOT, SHARED, attempt, parse, stdout, tamper};

/// The names of the files of a package.
fn names(version: &str) -> Vec<String> {
    let suffixes = ["-final.spdx.json", "-final.wasm", "-images.tar", ".spdx.json", ".tgz", ".wasm"];
    suffixes.map(|suffix| format!("footfall-{version}{suffix}")).into()
}

/// The OCI layout with the images.
fn layout() -> TempDir {
    let layout = TempDir::new().expect("a directory");
    let images = SHARED.file(&format!("footfall-{}-images.tar", SHARED.version()));
    stdout(Command::new("tar").arg("-xf").arg(images).arg("-C").arg(layout.path()));
    layout
}

/// What a descriptor is of.
fn blob(layout: &Path, descriptor: &Value) -> Value {
    parse(&layout.join("blobs").join(descriptor["digest"].as_str().expect("a digest").replace(':', "/")))
}

/// The container's image, as the packaged chart renders it.
fn rendered(values: &[&str]) -> String {
    let mut helm = Command::new("target/tools/helm");
    helm.args(["template", "footfall"]).arg(SHARED.file(&format!("footfall-{}.tgz", SHARED.version())));
    let objects = stdout(helm.args(["--show-only", "templates/statefulset.yaml"]).args(values));
    let set: Value = serde_yaml_ng::from_str(&objects).expect("YAML");
    set["spec"]["template"]["spec"]["containers"][0]["image"].as_str().expect("an image").to_owned()
}

#[test]
fn it_has_the_components_their_sboms_the_images_the_chart_and_the_checksums_of_them() {
    let sums = SHARED.sums();
    let named: Vec<_> = sums.lines().map(|line| line.split_once("  ").expect("a sum and a name").1).collect();
    assert_eq!(named, names(&SHARED.version()));
    let found = fs::read_dir(SHARED.path("target/package")).expect("a directory").count();
    assert_eq!(found, named.len() + 1, "there is more than what has a checksum");
    for suffix in ["", "-final"] {
        let component = fs::read(SHARED.file(&format!("footfall-{}{suffix}.wasm", SHARED.version())));
        let built = fs::read(format!("{ROOT}/target/footfall{suffix}.wasm"));
        assert!(component.expect("a component") == built.expect("a component"), "{suffix}");
    }
}

#[test]
fn a_changed_byte_in_any_file_is_refused() {
    let project = Project::new();
    project.package(REPOSITORY);
    let check = || {
        attempt(project.command("sha256sum", &["--check", "SHA256SUMS"]).current_dir(project.path("target/package")))
    };
    check().expect("nothing was changed");
    for name in names(&project.version()) {
        let before = fs::read(project.file(&name)).expect("a file");
        tamper(&project.file(&name));
        assert!(check().is_err(), "{name}");
        fs::write(project.file(&name), before).expect("written");
    }
    tamper(&project.file(&format!("footfall-{}.tgz", project.version())));
    let refusal = attempt(&mut project.command("scripts/publish", &[])).expect_err("it was published");
    assert!(refusal.contains("checksum did NOT match"), "{refusal}");
}

#[test]
fn each_image_is_for_amd64_and_arm64_with_the_same_bytes() {
    let layout = layout();
    let index = parse(&layout.path().join("index.json"));
    let images = index["manifests"].as_array().expect("images");
    assert_eq!(images.len(), 2);
    let mut layers = Vec::new();
    for (image, suffix) in images.iter().zip(["", "-final"]) {
        let name = format!("{REPOSITORY}:{}{suffix}", SHARED.version());
        assert_eq!(image["annotations"]["org.opencontainers.image.ref.name"], name);
        let platforms = blob(layout.path(), image)["manifests"].as_array().expect("platforms").clone();
        let platforms = ["amd64", "arm64"].map(|architecture| {
            let of = |platform: &&Value| platform["platform"]["architecture"] == architecture;
            let platform = platforms.iter().find(of).unwrap_or_else(|| panic!("none for {architecture}"));
            let manifest = blob(layout.path(), platform);
            assert_eq!(blob(layout.path(), &manifest["config"])["architecture"], architecture);
            manifest["layers"].clone()
        });
        assert_eq!(platforms[0], platforms[1], "{name}");
        layers.push(platforms[0].clone());
    }
    assert_ne!(layers[0], layers[1], "both images have the same component");
}

#[test]
fn the_chart_has_the_repository_and_the_digest_of_each_variant_and_a_user_may_name_another_image() {
    let index = parse(&layout().path().join("index.json"));
    for (place, variant) in ["rc", "final"].into_iter().enumerate() {
        let digest = index["manifests"][place]["digest"].as_str().expect("a digest");
        assert_eq!(rendered(&["--set", &format!("image.variant={variant}")]), format!("{REPOSITORY}@{digest}"));
        if variant == "rc" {
            assert_eq!(rendered(&[]), format!("{REPOSITORY}@{digest}"));
        }
    }
    assert_eq!(rendered(&["--set", "image.tag=mine"]), format!("{REPOSITORY}:mine"));
}

#[test]
fn a_repository_that_is_none_is_refused() {
    for repository in
        ["", "footfall", "ghcr.io/Somebody/footfall", "https://ghcr.io/somebody/footfall", "ghcr.io/a/footfall:1"]
    {
        let refusal = attempt(&mut Project::command(&SHARED, "scripts/package", &[repository]));
        let refusal = refusal.expect_err(repository);
        assert!(refusal.contains(&format!("and not '{repository}'")), "{refusal}");
    }
}

/// The component with another path, built by another cargo; the files with other times, and nobody else's to read.
#[test]
fn one_commit_makes_the_same_package_in_another_directory() {
    let elsewhere = Project::elsewhere();
    let make = format!("umask 077 && make --no-print-directory package REPOSITORY={REPOSITORY}");
    stdout(elsewhere.command("bash", &["-c", &make]).env_remove("CARGO_TARGET_DIR").env("TZ", "Asia/Kathmandu"));
    assert_eq!(elsewhere.sums(), SHARED.sums());
}
