//! What the documents say of values: the table in the chart's README, which `INSTA_UPDATE=always` writes anew, and examples.

use std::env;
use std::fmt::Write;
use std::fs;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::chart::{Chart, ROOT, stdout};

/// A default as the table shows it; one that would make the table too wide is left to values.yaml.
fn default(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.as_str() {
        "" | "[]" | "{}" | "null" => String::new(),
        _ if value.is_object() || value.is_array() => "see values.yaml".to_owned(),
        text => format!("`{text}`"),
    }
}

/// A row for each value: its name, its default, and its description in the schema. One with inner values has none.
fn rows(schema: &Value, values: &Value, prefix: &str, table: &mut String) {
    for (name, value) in values.as_object().expect("values") {
        let (name, schema) = (format!("{prefix}{name}"), &schema["properties"][name]);
        if schema["properties"].is_object() {
            rows(schema, value, &(name + "."), table);
        } else {
            let description = schema["description"].as_str().unwrap_or_else(|| panic!("{name} is not described"));
            writeln!(table, "| `{name}` | {} | {description} |", default(value)).expect("text");
        }
    }
}

#[test]
fn the_table_in_the_readme_has_every_value_with_its_default_and_what_the_schema_says_of_it() {
    let chart = Chart::new();
    let (schema, mut values) = (chart.read_yaml("values.schema.json"), chart.read_yaml("values.yaml"));
    // It can be set, and has no default.
    values["global"] = serde_json::json!({ "imageRegistry": "", "imagePullSecrets": [] });
    let mut table = String::new();
    rows(&schema, &values, "", &mut table);
    let readme = chart.read("README.md");
    let (before, rest) = readme.split_once("| Value | Default | |\n|---|---|---|\n").expect("a table");
    let (found, after) = rest.split_at(rest.find("\n\n").expect("text behind it") + 1);
    if found != table && env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        let readme = format!("{before}| Value | Default | |\n|---|---|---|\n{table}{after}");
        fs::write(chart.path().join("README.md"), readme).expect("written");
    } else {
        assert_eq!(found, table, "INSTA_UPDATE=always writes it");
    }
}

/// The schema is what an editor shows while somebody writes values.
#[test]
fn everything_in_the_schema_is_described_in_a_sentence() {
    fn check(schema: &Value, name: &str) {
        let description = schema["description"].as_str().unwrap_or_else(|| panic!("{name} is not described"));
        assert!(description.ends_with('.'), "{name}: {description}");
        for (inner, schema) in schema["properties"].as_object().into_iter().flatten() {
            check(schema, &format!("{name}.{inner}"));
        }
    }
    let schema = Chart::new().read_yaml("values.schema.json");
    for (name, schema) in schema["properties"].as_object().expect("properties") {
        check(schema, name);
    }
}

#[test]
fn values_that_the_documents_show_are_taken() {
    let chart = Chart::new();
    let nodes = fs::read_to_string(format!("{ROOT}/docs/nodes.md")).expect("a document");
    let mut shown = 0;
    for document in [chart.read("README.md"), nodes] {
        for block in document.split("\n```yaml\n").skip(1) {
            let values = NamedTempFile::with_suffix(".yaml").expect("a file");
            fs::write(&values, block.split("\n```").next().expect("a block")).expect("written");
            stdout(chart.helm(&["template", "footfall"]).arg("--values").arg(values.path()));
            shown += 1;
        }
    }
    assert!(shown >= 4, "only {shown} blocks");
}
