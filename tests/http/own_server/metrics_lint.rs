//! What `promtool check metrics` would say, and a bit more.

use std::collections::BTreeSet;

use openmetrics_parser::{openmetrics, prometheus};

/// Units that are not the base units, as parts of a name.
const SCALED: [&str; 14] = [
    "milliseconds",
    "microseconds",
    "nanoseconds",
    "minutes",
    "hours",
    "days",
    "weeks",
    "kilobytes",
    "kibibytes",
    "megabytes",
    "mebibytes",
    "bits",
    "percent",
    "ms",
];

/// A family of metrics: its name, its type, and the names of its samples with their labels.
#[derive(Default)]
struct Family<'a> {
    name: &'a str,
    helped: bool,
    kind: &'a str,
    samples: Vec<&'a str>,
}

/// The family that the last lines were of, or a new one; to none of those before can anything be added.
fn family<'a, 'b>(families: &'b mut Vec<Family<'a>>, name: &'a str) -> &'b mut Family<'a> {
    if families.last().is_none_or(|family| family.name != name) {
        assert!(families.iter().all(|family| family.name != name), "{name} is there twice");
        families.push(Family { name, ..Family::default() });
    }
    families.last_mut().expect("a family")
}

/// Reads families line by line: HELP and TYPE once each, in any order, before the samples, which follow each other.
fn families(text: &str) -> Vec<Family<'_>> {
    assert!(text.ends_with('\n') && !text.contains("\n\n") && !text.contains('\r'), "{text:?}");
    let mut families: Vec<Family> = Vec::new();
    for line in text.lines().filter(|line| *line != "# EOF") {
        assert_eq!(line, line.trim(), "blanks at an end");
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, words) = rest.split_once(' ').expect("a text that helps");
            assert!(words.contains(' ') && words.ends_with('.'), "no sentence: {words}");
            let family = family(&mut families, name);
            assert!(!std::mem::replace(&mut family.helped, true), "{name} has two texts that help");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            let family = family(&mut families, name);
            assert_eq!(std::mem::replace(&mut family.kind, kind), "", "{name} has two types");
        } else if let Some(rest) = line.strip_prefix("# UNIT ") {
            let (name, unit) = rest.split_once(' ').expect("a unit");
            assert!(name.ends_with(&format!("_{unit}")), "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').expect("a sample");
            assert!(value.parse::<u64>().is_ok_and(|value| value < 1 << 53), "{line}");
            let family = families.last_mut().expect("a family");
            assert!(family.helped && !family.kind.is_empty(), "{line} is before what explains it");
            assert!(sample.split('{').next().is_some_and(|name| name.starts_with(family.name)), "{line}");
            family.samples.push(sample);
        }
    }
    families
}

fn check(families: &[Family]) {
    let mut samples = BTreeSet::new();
    for Family { name, kind, samples: own, .. } in families {
        let letters = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(name.starts_with("footfall_") && name.chars().all(letters), "{name}");
        assert!(!name.contains("__") && !name.ends_with('_'), "{name}");
        for part in name.split('_') {
            assert!(!SCALED.contains(&part), "{name} is in a unit that is no base unit");
            assert!(!["counter", "gauge", "metric", "count", "sum", "bucket"].contains(&part), "{name} tells its type");
        }
        assert!(["counter", "gauge"].contains(kind), "{name} is a {kind}");
        assert!(!own.is_empty(), "{name} has no samples");
        for sample in own {
            assert!(samples.insert(*sample), "{sample} is there twice");
            let stem = sample.split('{').next().unwrap_or_default();
            let expected = if *kind == "counter" {
                format!("{}_total", name.trim_end_matches("_total"))
            } else {
                (*name).to_owned()
            };
            assert_eq!(stem, expected);
        }
    }
}

/// Checks metrics in the text format of Prometheus.
pub fn lint(text: &str) {
    let parsed = prometheus::parse_prometheus(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let families = families(text);
    assert_eq!(parsed.families.len(), families.len(), "{text}");
    check(&families);
    for Family { name, kind, .. } in families {
        assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
        assert_eq!(parsed.families[name].family_type.to_string(), kind);
    }
    assert!(!text.contains("# UNIT") && !text.contains("# EOF"), "{text}");
}

/// Checks metrics in the format of OpenMetrics.
pub fn lint_open_metrics(text: &str) {
    let parsed = openmetrics::parse_openmetrics(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(text.ends_with("\n# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
    let families = families(text);
    assert_eq!(parsed.families.len(), families.len(), "{text}");
    check(&families);
    for Family { name, kind, .. } in families {
        assert!(!name.ends_with("_total"), "the family of {name}_total is {name}");
        assert_eq!(parsed.families[name].family_type.to_string(), kind);
    }
}
