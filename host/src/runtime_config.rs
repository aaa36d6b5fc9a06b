//! Spin's runtime configuration: the files of the databases.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::manifest::Manifest;
use super::toml_file;

/// The databases that the component may open, by label.
pub type Databases = BTreeMap<String, Arc<Database>>;

/// A database.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    #[serde(rename = "type")]
    _kind: Kind,
    /// The file of the database.
    pub path: PathBuf,
    /// Whether SQL may attach further files.
    #[serde(default)]
    pub allow_attach_file: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Spin,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    state_dir: Option<PathBuf>,
    #[serde(default)]
    sqlite_database: Databases,
}

/// Finds the databases of the manifest's component, and creates their directories.
///
/// A path is relative to the current directory. Without a configuration the default database is in `.spin` beside the
/// manifest.
pub fn databases(config: Option<&Path>, manifest: &Manifest, directory: &Path) -> Result<Databases> {
    let file: File = config.map(toml_file::read).transpose()?.unwrap_or_default();
    let mut defined = file.sqlite_database;
    defined.entry("default".to_owned()).or_insert_with(|| {
        let directory = file.state_dir.unwrap_or_else(|| directory.join(".spin"));
        Arc::new(Database { _kind: Kind::Spin, path: directory.join("sqlite_db.db"), allow_attach_file: false })
    });

    let mut databases = Databases::new();
    for label in &manifest.component.sqlite_databases {
        let Some(database) = defined.remove(label) else {
            let id = &manifest.id;
            bail!("component `{id}` uses database `{label}`, which no runtime configuration defines");
        };
        if let Some(parent) = database.path.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("cannot make the directory {}", parent.display()))?;
        }
        databases.insert(label.clone(), database);
    }
    Ok(databases)
}
