//! Every file in `deploy/chart/ci` under every name of a release: what holds of the chart holds of all of these.

use std::sync::LazyLock;
use std::thread;

use serde_json::Value;

use crate::chart::{Chart, NAMESPACE, Objects, stdout};

/// A plain name that is the chart's own, another one, the longest that Helm takes, and two that are legal and awkward.
const RELEASES: [&str; 5] =
    ["footfall", "my-release", "the-longest-name-of-a-release-has-fifty-three-letters", "true", "with.a-dot"];

/// A file of values, rendered.
pub struct Case {
    /// The name of the file.
    pub file: String,
    /// The name of the release.
    pub release: &'static str,
    /// What Helm made of it.
    pub objects: Objects,
    values: Value,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    thread::scope(|scope| {
        let releases = RELEASES.map(|release| scope.spawn(move || render_all(release)));
        releases.into_iter().flat_map(|cases| cases.join().expect("cases")).collect()
    })
});

static DEFAULTS: LazyLock<Value> = LazyLock::new(|| Chart::new().read_yaml("values.yaml"));

fn render_all(release: &'static str) -> Vec<Case> {
    let chart = Chart::new();
    let render = |file: String| {
        let objects = Objects::parse(&stdout(&mut chart.helm_with(&["template", release], &file)));
        Case { release, objects, values: chart.read_yaml(&file), file }
    };
    chart.ci_files().into_iter().map(render).collect()
}

impl Case {
    /// A value that the case was rendered with, by its JSON pointer.
    pub fn value(&self, pointer: &str) -> &Value {
        let value = self.values.pointer(pointer).or_else(|| DEFAULTS.pointer(pointer));
        value.unwrap_or_else(|| panic!("there is no value {pointer}"))
    }

    /// The domain that the names of its replicas end in: with a dot, so that no search list is tried.
    pub fn peer_domain(&self) -> String {
        let cluster = self.value("/clusterDomain").as_str().expect("a domain");
        format!("{}-headless.{NAMESPACE}.svc.{cluster}.", self.objects.name())
    }
}

/// Runs a check on every case. What a failed test prints ends with the case that failed.
pub fn everywhere(mut check: impl FnMut(&Case)) {
    for case in CASES.iter() {
        println!("{} as {}", case.file, case.release);
        check(case);
    }
}
