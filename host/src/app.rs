//! The application: a compiled component, and the configuration of its instances.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use wasmtime::Store;
use wasmtime_wasi_http::p3::bindings::ServicePre;

use super::allowed_hosts::AllowedHost;
use super::clock::FileClock;
use super::component;
use super::guest::Guest;
use super::manifest::Manifest;
use super::memory::MemoryCap;
use super::options::Options;
use super::outbound::Outbound;
use super::runtime_config::{self, Databases};
use super::sqlite::Sqlite;
use super::variables::{ComponentVariables, Variables};

/// An application that is ready to serve.
pub struct App {
    /// The compiled component.
    pub component: ServicePre<Guest>,
    clock: Option<FileClock>,
    databases: Arc<Databases>,
    exit_before: Option<Arc<str>>,
    memory: MemoryCap,
    outbound: Outbound,
    variables: Arc<ComponentVariables>,
}

impl App {
    /// Loads everything that the options name.
    pub fn load(options: &Options) -> Result<Self> {
        let Options { manifest: path, runtime_config, .. } = options;
        let manifest = Manifest::load(path, options.profile.as_deref())?;
        let directory = path.parent().unwrap_or(Path::new(""));
        let clock = options.clock.as_deref().map(FileClock::open).transpose()?;

        let variables = Variables::resolve(&manifest.variables, &options.variables)?;
        let component = &manifest.component;
        let hosts = component.allowed_outbound_hosts.iter();
        let hosts = hosts.map(|host| AllowedHost::parse(&variables.expand(host)?));
        let outbound = Outbound::new(hosts.collect::<Result<_>>()?);
        let values = component.variables.iter();
        let values = values.map(|(name, template)| Ok((name.clone(), variables.expand(template)?)));
        let values = values.collect::<Result<_>>()?;

        let component = component::load(&component.source)?;
        // Last, because it creates directories.
        let databases = runtime_config::databases(runtime_config.as_deref(), &manifest, directory)?;
        let variables = ComponentVariables { id: manifest.id, values };
        Ok(Self {
            component,
            clock,
            databases: Arc::new(databases),
            exit_before: options.exit_before.clone(),
            memory: MemoryCap(options.max_instance_memory),
            outbound,
            variables: Arc::new(variables),
        })
    }

    /// Makes the store of a new instance.
    pub fn new_store(&self) -> Store<Guest> {
        let guest = Guest::new(
            self.clock.as_ref(),
            self.memory,
            self.outbound.clone(),
            Sqlite::new(self.databases.clone(), self.exit_before.clone()),
            self.variables.clone(),
        );
        let mut store = Store::new(self.component.engine(), guest);
        store.limiter(|guest| &mut guest.memory);
        // Without a deadline an instance traps at once. This one, which is Spin's, is never reached.
        store.set_epoch_deadline(u64::MAX / 2);
        store
    }
}
