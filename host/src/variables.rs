//! Variables: those of the application, and those of the component, which are templates that contain them.

use std::collections::BTreeMap;
use std::env::{self, VarError};
use std::sync::Arc;

use anyhow::{Result, anyhow, bail, ensure};

use super::bindings::variables::{Error, Host};
use super::manifest;

/// The values of the application's variables.
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Takes each value from the command line, or else from the environment, or else from the manifest.
    pub fn resolve(declared: &BTreeMap<String, manifest::Variable>, given: &[(String, String)]) -> Result<Self> {
        for (name, _) in given {
            ensure!(declared.contains_key(name), "--variable {name}: the application has no such variable");
        }
        let mut values = BTreeMap::new();
        for (name, variable) in declared {
            let given = given.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.clone());
            let value = match given {
                Some(value) => Some(value),
                None => from_env(name)?.or_else(|| variable.default.clone()),
            };
            let Some(value) = value else {
                bail!("variable `{name}` is required: set it with --variable {name}=VALUE");
            };
            values.insert(name.clone(), value);
        }
        Ok(Self(values))
    }

    /// Replaces each `{{ name }}` with the value of that variable.
    pub fn expand(&self, template: &str) -> Result<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some((literal, tail)) = rest.split_once("{{") {
            let Some((name, tail)) = tail.split_once("}}") else {
                bail!("`{template}` has a `{{{{` without its `}}}}`");
            };
            let name = name.trim();
            let value = self
                .0
                .get(name)
                .ok_or_else(|| anyhow!("`{template}` names variable `{name}`, which is not declared"))?;
            text.push_str(literal);
            text.push_str(value);
            rest = tail;
        }
        text.push_str(rest);
        Ok(text)
    }
}

fn from_env(name: &str) -> Result<Option<String>> {
    let key = format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
    match env::var(&key) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => bail!("environment variable {key} is not UTF-8"),
    }
}

/// `spin:variables` for one component.
pub struct ComponentVariables {
    /// The name of the component.
    pub id: String,
    /// The values of its variables.
    pub values: BTreeMap<String, String>,
}

impl ComponentVariables {
    /// `get`.
    pub fn get(&self, name: &str) -> Result<String, Error> {
        manifest::check_variable_name(name).map_err(Error::InvalidName)?;
        let missing = || Error::Undefined(format!("no variable for {:?}.{name:?}", self.id));
        self.values.get(name).cloned().ok_or_else(missing)
    }
}

impl Host for Arc<ComponentVariables> {}
