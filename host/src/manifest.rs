//! The manifest, `spin.toml`: as much of Spin's format as this host can honour, and a refusal of the rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{toml_file, variables};

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
    /// The value where nothing else gives one.
    pub default: Option<String>,
    /// Whether something else has to.
    #[serde(default)]
    pub required: bool,
    #[serde(rename = "secret")]
    _secret: Option<bool>,
    #[serde(rename = "description")]
    _description: Option<String>,
}

/// A component, and what it may use.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its file.
    pub source: PathBuf,
    /// The labels of its databases.
    #[serde(default)]
    pub sqlite_databases: Vec<String>,
    /// Templates of the hosts that it may reach.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Templates of its variables.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "build")]
    _build: Option<Build>,
    /// What is different in each profile.
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
    /// Reads and checks the manifest, in one of its profiles if that is not the anonymous one.
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
            variables::check_name(name).map_err(|reason| anyhow::anyhow!("variable {reason}"))?;
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
