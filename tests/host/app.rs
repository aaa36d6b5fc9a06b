//! The application: a compiled component, and all that an instance of it is made from.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use wasmtime::component::{Component, Linker};
use wasmtime::{Cache, CacheConfig, Config, Engine, Store};
use wasmtime_wasi_http::handler::Proxy;
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::allowed_hosts::AllowedHost;
use crate::clock::FileClock;
use crate::guest::Guest;
use crate::manifest::Manifest;
use crate::memory::MemoryCap;
use crate::options::Options;
use crate::outbound::Outbound;
use crate::runtime_config::{self, Databases};
use crate::sqlite::Sqlite;
use crate::variables::{ComponentVariables, Variables};

/// An application that is ready to serve.
pub struct App {
    component: ServicePre<Guest>,
    clock: Option<FileClock>,
    databases: Arc<Databases>,
    memory: MemoryCap,
    outbound: Outbound,
    variables: Arc<ComponentVariables>,
}

impl App {
    /// Loads everything that the options name.
    pub fn load(options: &Options) -> Result<Self> {
        let Options { manifest: path, runtime_config, .. } = options;
        let manifest = Manifest::load(path)?;
        let directory = path.parent().unwrap_or(Path::new(""));
        let clock = options.clock.as_deref().map(FileClock::open).transpose()?;

        let variables = Variables::resolve(&manifest.variables, &options.variables)?;
        let component = &manifest.component;
        let hosts = component.allowed_outbound_hosts.iter();
        let hosts = hosts.map(|host| AllowedHost::parse(&variables.expand(host)?));
        let outbound = Outbound(hosts.collect::<Result<_>>()?);
        let values = component.variables.iter();
        let values = values.map(|(name, template)| Ok((name.clone(), variables.expand(template)?)));
        let values = values.collect::<Result<_>>()?;

        let component = compile(&component.source)?;
        // Last, for it makes directories.
        let databases = runtime_config::databases(runtime_config.as_deref(), &manifest, directory)?;
        let variables = ComponentVariables { id: manifest.id, values };
        Ok(Self {
            component,
            clock,
            databases: Arc::new(databases),
            memory: MemoryCap(options.max_instance_memory),
            outbound,
            variables: Arc::new(variables),
        })
    }

    /// Makes a fresh instance.
    pub async fn new_instance(&self) -> wasmtime::Result<(Store<Guest>, Proxy)> {
        let guest = Guest::new(
            self.clock.as_ref(),
            self.memory,
            self.outbound.clone(),
            Sqlite::new(self.databases.clone()),
            self.variables.clone(),
        );
        let mut store = Store::new(self.component.engine(), guest);
        store.limiter(|guest| &mut guest.memory);
        let service = self.component.instantiate_async(&mut store).await?;
        Ok((store, Proxy::P3(service)))
    }
}

fn compile(path: &Path) -> Result<ServicePre<Guest>> {
    let name = path.display();
    ensure!(path.exists(), "{name} is missing: run 'make build'");
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    // Compiling takes about half a second, which tests that start dozens of hosts pay once. Where there is no room
    // for a cache it takes that each time.
    let mut cache = CacheConfig::new();
    cache.with_directory(std::path::absolute(path.with_extension("cache"))?);
    config.cache(Cache::new(cache).ok());
    let engine = Engine::new(&config)?;
    let component = Component::from_file(&engine, path)
        .map_err(anyhow::Error::from)
        .with_context(|| format!("cannot load {name}"))?;
    let mut linker = Linker::new(&engine);
    Guest::link(&mut linker)?;
    let component = linker.instantiate_pre(&component).and_then(ServicePre::new);
    component.map_err(anyhow::Error::from).with_context(|| format!("cannot run {name}"))
}
