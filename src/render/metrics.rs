//! Metrics, in Prometheus' text format and in OpenMetrics 1.0, which are nearly the same.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>,
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>

use std::fmt::Write;

use chrono::{DateTime, Utc};

use crate::report::{Metrics, Version};
use crate::visit::Reason;

/// A metric family: samples with the same name.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    /// Labels, and a value.
    samples: Vec<(String, i64)>,
}

/// The format that every version of Prometheus reads.
pub fn prometheus(metrics: &Metrics, version: &Version) -> String {
    let mut text = String::new();
    for Family { name, kind, help, samples } in families(metrics, version) {
        let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
        // Writing to a string does not fail.
        _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            _ = writeln!(text, "{name}{labels} {value}");
        }
    }
    text
}

/// The format that newer versions prefer.
pub fn openmetrics(metrics: &Metrics, version: &Version) -> String {
    let mut text = String::new();
    for Family { name, kind, help, samples } in families(metrics, version) {
        let suffix = if kind == "counter" { "_total" } else { "" };
        _ = writeln!(text, "# TYPE {name} {kind}");
        // The unit is the suffix of the name.
        if let Some((_, unit @ ("bytes" | "seconds"))) = name.rsplit_once('_') {
            _ = writeln!(text, "# UNIT {name} {unit}");
        }
        _ = writeln!(text, "# HELP {name} {help}");
        for (labels, value) in samples {
            _ = writeln!(text, "{name}{suffix}{labels} {value}");
        }
    }
    text.push_str("# EOF\n");
    text
}

fn families(metrics: &Metrics, version: &Version) -> [Family; 10] {
    let family = |name, kind, help, value| Family { name, kind, help, samples: vec![(String::new(), value)] };
    // Each reason is reported, even while it is 0.
    let ignored = |reason: Reason| {
        let counted = metrics.ignored.iter().find(|(other, _)| other == reason.name());
        (format!("{{reason=\"{}\"}}", reason.name()), counted.map_or(0, |(_, requests)| *requests))
    };
    let oldest =
        |(detail, at): (&str, Option<DateTime<Utc>>)| Some((format!("{{detail=\"{detail}\"}}"), at?.timestamp()));
    [
        family("footfall_visits", "counter", "Visits that were recorded.", metrics.visits),
        family("footfall_imported_visits", "gauge", "Visits that were imported.", metrics.imported_visits),
        Family {
            name: "footfall_ignored_requests",
            kind: "counter",
            help: "Requests that were not visits, by reason.",
            samples: Reason::ALL.map(ignored).into(),
        },
        family("footfall_log_visits", "gauge", "Visits that the log has at present.", metrics.log_visits),
        family("footfall_pages", "gauge", "Pages that are told apart.", metrics.pages),
        family("footfall_storage_bytes", "gauge", "Storage that the database uses.", metrics.storage_bytes),
        family("footfall_storage_budget_bytes", "gauge", "Storage that it may use.", metrics.storage_budget_bytes),
        Family {
            name: "footfall_oldest_timestamp_seconds",
            kind: "gauge",
            help: "When the oldest detail of each kind begins.",
            samples: metrics.oldest.details().into_iter().filter_map(oldest).collect(),
        },
        family("footfall_ready", "gauge", "Whether a visit could be recorded.", i64::from(metrics.ready)),
        Family {
            name: "footfall_build_info",
            kind: "gauge",
            help: "The version that is running.",
            samples: vec![(format!("{{version=\"{}\"}}", version.version), 1)],
        },
    ]
}
