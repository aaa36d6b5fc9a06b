//! Every file in `deploy/chart/ci` under every name of a release: what holds of the chart holds of all of these.

use std::panic::resume_unwind;
use std::sync::{LazyLock, OnceLock};
use std::thread;

use serde_json::Value;

use crate::chart::Chart;
use crate::objects::Objects;

/// A plain name that is the chart's own, another one, the longest that Helm takes, and two that are legal and awkward.
const RELEASES: [&str; 5] =
    ["footfall", "my-release", "the-longest-name-of-a-release-has-fifty-three-letters", "true", "with.a-dot"];

/// A file of values, rendered.
pub struct Case {
    /// Its name in `ci/`.
    pub file: String,
    /// The name of the release.
    pub release: &'static str,
    /// What Helm made of it.
    pub objects: Objects,
    values: Value,
}

// Not a LazyLock: when the chart cannot be rendered, every test says so, and not that another one has failed.
static CASES: OnceLock<Vec<Case>> = OnceLock::new();

fn cases() -> &'static [Case] {
    CASES.get_or_init(|| {
        thread::scope(|scope| {
            let releases = RELEASES.map(|release| scope.spawn(move || render_all(release)));
            releases.into_iter().flat_map(|cases| cases.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    })
}

fn render_all(release: &'static str) -> Vec<Case> {
    let chart = Chart::new();
    let render = |file: String| {
        let values = serde_yaml_ng::from_str(&chart.read(&format!("ci/{file}"))).expect("YAML");
        let objects = chart.render_ci(release, &file);
        Case { file, release, objects, values }
    };
    chart.ci_files().into_iter().map(render).collect()
}

static DEFAULTS: LazyLock<Value> =
    LazyLock::new(|| serde_yaml_ng::from_str(&Chart::new().read("values.yaml")).expect("YAML"));

impl Case {
    /// A value that the case was rendered with, by its JSON pointer.
    pub fn value(&self, pointer: &str) -> &Value {
        let value = self.values.pointer(pointer).or_else(|| DEFAULTS.pointer(pointer));
        value.unwrap_or_else(|| panic!("there is no value {pointer}"))
    }

    /// Such a value that is text, unless it is empty.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.value(pointer).as_str().filter(|text| !text.is_empty())
    }
}

/// Runs a check on every case. What a failed test prints ends with the case that failed.
pub fn everywhere(mut check: impl FnMut(&Case)) {
    for case in cases() {
        println!("{} as {}", case.file, case.release);
        check(case);
    }
}

/// The objects that a file in `ci/` gives to a release that is called like the chart.
pub fn objects(file: &str) -> &'static Objects {
    let case = cases().iter().find(|case| case.file == file && case.release == "footfall");
    &case.unwrap_or_else(|| panic!("there is no {file}")).objects
}
