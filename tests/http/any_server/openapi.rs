//! `/openapi.yaml`: the description of the interface. Whether the rest of it is true, `scripts/schemathesis` checks.

use std::collections::BTreeSet;

use http::Method;
use serde_yaml_ng::Value;

use super::{PICTURES, Site};
use crate::client::Answer;

const FILE: &str = include_str!("../../../openapi.yaml");

fn description() -> Value {
    serde_yaml_ng::from_str(FILE).expect("YAML")
}

/// The keys of a mapping, in order.
fn keys(value: &Value) -> impl Iterator<Item = &str> {
    value.as_mapping().expect("a mapping").keys().map(|key| key.as_str().expect("a text"))
}

/// What is described of an answer to GET.
fn described<'a>(description: &'a Value, path: &str, answer: &Answer) -> &'a Value {
    let response = &description["paths"][path]["get"]["responses"][answer.status.to_string()];
    assert!(response.is_mapping(), "{path} is not described to answer {}", answer.status);
    match response["$ref"].as_str() {
        Some(reference) => {
            let name = reference.strip_prefix("#/components/responses/").expect("a response");
            &description["components"]["responses"][name]
        }
        None => response,
    }
}

#[test]
fn the_description_is_served_as_it_is() {
    let site = Site::find();
    let answer = site.client().get("/openapi.yaml");
    assert_eq!((answer.status, answer.text()), (200, FILE));
    assert_eq!(answer.header("content-type"), "application/yaml");
    assert_eq!(answer.header("cache-control"), "max-age=3600");
}

#[test]
fn what_there_is_and_what_is_described_are_the_same() {
    let site = Site::find();
    let problem = site.client().get("/nothing").problem(404);
    let detail = problem["detail"].as_str().expect("a detail");
    let paths = detail.strip_prefix("Nothing is here: ask for ").and_then(|paths| paths.strip_suffix('.'));
    let paths: BTreeSet<_> = paths.expect("a list of paths").split(", ").collect();
    assert_eq!(keys(&description()["paths"]).collect::<BTreeSet<_>>(), paths);
}

#[test]
fn the_format_for_those_who_take_any_is_described_first() {
    let site = Site::find();
    let client = site.client();
    let description = description();
    for path in keys(&description["paths"]) {
        let answer = client.get(path);
        let formats: Vec<_> = keys(&described(&description, path, &answer)["content"]).collect();
        assert_eq!(formats.first().copied(), Some(answer.header("content-type")), "{path}");
        // Each of them can be had, and is called what it is described as.
        for format in formats.iter().filter(|_| answer.status == 200) {
            let head = client.request(&Method::HEAD, path, &[("accept", format)]);
            assert_eq!((head.status, head.header("content-type")), (200, *format), "{path}");
        }
    }
}

#[test]
fn no_format_is_left_out() {
    let site = Site::find();
    let description = description();
    for path in keys(&description["paths"]).filter(|path| !PICTURES.contains(path)) {
        let answer = site.client().get_with(path, &[("accept", "image/avif")]);
        // An export that is off has no format.
        if answer.status != 404 {
            let content = &description["paths"][path]["get"]["responses"]["200"]["content"];
            let formats: Vec<_> = keys(content).filter_map(|format| format.split(';').next()).collect();
            let problem = answer.problem(406);
            let detail = problem["detail"].as_str().unwrap_or_default();
            assert!(detail.ends_with(&format!(": it has {}.", formats.join(", "))), "{path}: {detail}");
        }
    }
}

#[test]
fn every_header_that_must_be_there_is() {
    let site = Site::find();
    let client = site.client();
    let description = description();
    for path in keys(&description["paths"]) {
        for (method, accept) in [("GET", "*/*"), ("GET", "image/avif"), ("DELETE", "*/*")] {
            let answer = client.request(&method.parse().expect("a method"), path, &[("accept", accept)]);
            let headers = &described(&description, path, &answer)["headers"];
            for name in keys(headers) {
                let reference = headers[name]["$ref"].as_str().unwrap_or_default();
                let header = match reference.strip_prefix("#/components/headers/") {
                    Some(component) => &description["components"]["headers"][component],
                    None => &headers[name],
                };
                let value = answer.header(name);
                assert!(header["required"] != true || !value.is_empty(), "{method} {path} has no {name}");
                if let Some(expected) = header["schema"]["const"].as_str() {
                    assert_eq!(value, expected, "{name} of {method} {path} as {accept}");
                }
            }
        }
    }
}

#[test]
fn the_description_is_of_this_version() {
    let site = Site::find();
    let version = site.client().json("/version");
    assert_eq!(description()["info"]["version"].as_str(), version["version"].as_str());
}
