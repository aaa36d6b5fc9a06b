//! The manifest, `spin.toml`: the part of Spin's format that this host supports. It refuses the rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::toml_file;

/// An application of one HTTP component.
pub struct Manifest {
    /// The variables that the application declares.
    pub variables: BTreeMap<String, Variable>,
    /// The name of the component.
    pub id: String,
    /// The component.
    pub component: Component,
}

/// A variable of the application.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The value if none is set.
    pub default: Option<String>,
    /// Whether a value must be set.
    #[serde(default)]
    pub required: bool,
    #[serde(rename = "secret")]
    _secret: Option<bool>,
    #[serde(rename = "description")]
    _description: Option<String>,
}

/// A component and its permissions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The file of the component.
    pub source: PathBuf,
    /// The labels of the databases that it may open.
    #[serde(default)]
    pub sqlite_databases: Vec<String>,
    /// Templates of the hosts to which it may send requests.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Templates of its variables, by name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "build")]
    _build: Option<Build>,
    /// What each profile changes.
    #[serde(default)]
    profile: BTreeMap<String, Profile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    source: Option<PathBuf>,
    #[serde(rename = "build")]
    _build: Option<ProfileBuild>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileBuild {
    #[serde(rename = "command")]
    _command: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    #[serde(rename = "command")]
    _command: IgnoredAny,
    #[serde(rename = "workdir")]
    _workdir: Option<String>,
    #[serde(rename = "watch", default)]
    _watch: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    spin_manifest_version: u32,
    #[serde(rename = "application")]
    _application: Application,
    #[serde(default)]
    variables: BTreeMap<String, Variable>,
    trigger: Triggers,
    component: BTreeMap<String, Component>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Application {
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "version")]
    _version: Option<String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "authors", default)]
    _authors: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Triggers {
    http: Vec<HttpTrigger>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpTrigger {
    route: String,
    component: String,
}

impl Manifest {
    /// Reads and checks the manifest, and applies the profile if there is one.
    pub fn load(path: &Path, profile: Option<&str>) -> Result<Self> {
        let file: File = toml_file::read(path)?;
        let directory = path.parent().unwrap_or(Path::new(""));
        Self::check(file, directory, profile).with_context(|| path.display().to_string())
    }

    fn check(file: File, directory: &Path, profile: Option<&str>) -> Result<Self> {
        let version = file.spin_manifest_version;
        ensure!(version == 2, "spin_manifest_version {version} is not supported, only 2");
        let [trigger] = file.trigger.http.as_slice() else {
            bail!("this host wants exactly one [[trigger.http]]");
        };
        let HttpTrigger { route, component: id } = trigger;
        ensure!(route == "/...", "route `{route}` is not supported, only `/...`");
        let mut components = file.component;
        let Some(mut component) = components.remove(id) else {
            bail!("[[trigger.http]] names component `{id}`, which is not there");
        };
        if let Some(other) = components.keys().next() {
            bail!("component `{other}` has no trigger, and this host runs one component");
        }
        for name in file.variables.keys().chain(component.variables.keys()) {
            check_variable_name(name).map_err(|reason| anyhow::anyhow!("variable {reason}"))?;
        }
        for (name, variable) in &file.variables {
            ensure!(
                variable.required != variable.default.is_some(),
                "variable `{name}` must be `required` or have a `default`"
            );
        }
        if let Some(name) = profile {
            let Some(profile) = component.profile.remove(name) else {
                bail!("Profile {name} is not defined in this application");
            };
            component.source = profile.source.unwrap_or(component.source);
        }
        component.source = directory.join(component.source);
        Ok(Self { variables: file.variables, id: id.clone(), component })
    }
}

/// Checks the name of a variable. The error is Spin's, because a component sees it.
pub fn check_variable_name(name: &str) -> Result<(), String> {
    let lower = |c: char| c.is_ascii_lowercase();
    let reason = if name.is_empty() {
        "must not be empty".to_owned()
    } else if let Some(c) = name.chars().find(|&c| !(lower(c) || c.is_ascii_digit() || c == '_')) {
        format!(
            "invalid character {c:?}. Variable names may contain only lower-case letters, numbers, and underscores."
        )
    } else if !name.starts_with(lower) {
        "must start with a lowercase ASCII letter".to_owned()
    } else if name.ends_with('_') {
        "must end with a lowercase ASCII letter or digit".to_owned()
    } else if name.contains("__") {
        "must not contain multiple consecutive underscores".to_owned()
    } else {
        return Ok(());
    };
    Err(format!("{name:?}: {reason}"))
}
