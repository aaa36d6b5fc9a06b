//! `/openapi.yaml`: the description of the interface. `scripts/schemathesis` checks whether the rest of it is true.

use std::collections::BTreeSet;

use http::Method;
use serde_yaml_ng::Value;

use super::Site;
use crate::client::Answer;

const FILE: &str = include_str!("../../../openapi.yaml");

fn description() -> Value {
    serde_yaml_ng::from_str(FILE).expect("YAML")
}

/// The keys of a mapping, in order.
fn keys(value: &Value) -> impl Iterator<Item = &str> {
    value.as_mapping().expect("a mapping").keys().map(|key| key.as_str().expect("a text"))
}

/// What a `$ref` refers to, or the value itself.
fn resolve<'a>(description: &'a Value, value: &'a Value) -> &'a Value {
    let path = value["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/"));
    path.map_or(value, |path| path.split('/').fold(description, |value, name| &value[name]))
}

/// The description of an answer to a method, or to one that the path has.
fn described<'a>(description: &'a Value, path: &str, method: &str, answer: &Answer) -> &'a Value {
    let methods = &description["paths"][path];
    let method = [method, "get", "post"].map(|method| &methods[method]).into_iter().find(|method| method.is_mapping());
    let method = method.unwrap_or_else(|| panic!("{path} has no method"));
    let response = &method["responses"][answer.status.to_string()];
    assert!(response.is_mapping(), "{path} is not described to answer {}", answer.status);
    resolve(description, response)
}

/// The paths, without one that would have a server of others drained.
fn paths(description: &Value) -> impl Iterator<Item = &str> {
    keys(&description["paths"]).filter(|path| *path != "/drain")
}

#[test]
fn the_description_is_served_as_it_is_and_of_this_version() {
    let site = Site::find();
    assert_eq!(site.get("/openapi.yaml").text(), FILE);
    let version = site.json("/version");
    assert_eq!(version["name"], "footfall");
    assert_eq!(version["version"].as_str(), description()["info"]["version"].as_str());
}

#[test]
fn the_routes_are_those_that_are_described() {
    let problem = Site::find().get("/nothing").problem(404);
    let detail = problem["detail"].as_str().expect("a detail");
    let paths = detail.strip_prefix("Nothing is here: ask for ").and_then(|paths| paths.strip_suffix('.'));
    let paths: BTreeSet<_> = paths.expect("a list of paths").split(", ").collect();
    assert_eq!(keys(&description()["paths"]).collect::<BTreeSet<_>>(), paths);
}

#[test]
fn the_formats_are_those_that_are_described_and_the_first_is_the_default() {
    let site = Site::find();
    let description = description();
    for path in paths(&description) {
        let answer = site.get(path);
        let formats: Vec<_> = keys(&described(&description, path, "get", &answer)["content"]).collect();
        assert_eq!(formats.first().copied(), Some(answer.header("content-type")), "{path}");
        // An export needs a token.
        if answer.status != 200 {
            continue;
        }
        for format in &formats {
            let head = site.request(&Method::HEAD, path, &[("accept", format)]);
            assert_eq!((head.status, head.header("content-type")), (200, *format), "{path}");
        }
        // The error has none that is left out; a picture of it has no words.
        let answer = site.get_with(path, &[("accept", "image/avif")]);
        if answer.header("content-type").contains("json") {
            let detail = answer.problem(406)["detail"].as_str().expect("a detail").to_owned();
            let formats: Vec<_> = formats.iter().filter_map(|format| format.split(';').next()).collect();
            assert!(detail.ends_with(&format!(": it has {}.", formats.join(", "))), "{path}: {detail}");
        }
    }
}

#[test]
fn every_required_header_is_there_as_described() {
    let site = Site::find();
    let description = description();
    for path in paths(&description) {
        for (method, accept) in [("GET", "*/*"), ("GET", "image/avif"), ("DELETE", "*/*")] {
            let answer = site.request(&method.parse().expect("a method"), path, &[("accept", accept)]);
            let headers = &described(&description, path, &method.to_lowercase(), &answer)["headers"];
            for name in keys(headers) {
                let header = resolve(&description, &headers[name]);
                let value = answer.header(name);
                assert!(header["required"] != true || !value.is_empty(), "{method} {path} has no {name}");
                if let Some(expected) = header["schema"]["const"].as_str() {
                    assert_eq!(value, expected, "{name} of {method} {path} as {accept}");
                }
            }
        }
    }
}
