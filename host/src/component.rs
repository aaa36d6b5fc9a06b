//! Compiles and links the component, with Spin's settings.

use std::path::Path;

use anyhow::{Context, Error, Result, bail, ensure};
use wasmtime::component::{Component, Linker};
use wasmtime::{Cache, CacheConfig, Config, Engine, PoolingAllocationConfig};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use super::guest::Guest;
use super::limits::MAX_INSTANCES;
use crate::engine::OTHER_SNAPSHOT;

/// Compiles the component in a file, and links it with the interfaces of this host.
pub fn load(path: &Path) -> Result<ServicePre<Guest>> {
    let name = path.display();
    ensure!(path.exists(), "{name} is missing: run 'make build'");
    let engine = engine(path)?;
    let component =
        Component::from_file(&engine, path).map_err(Error::from).with_context(|| format!("cannot load {name}"))?;
    if let Some((version, reason)) = OTHER_SNAPSHOT {
        let imports = component.component_type();
        if imports.imports(&engine).any(|(import, _)| import.ends_with(version)) {
            bail!("cannot run {name}: {reason}");
        }
    }
    let mut linker = Linker::new(&engine);
    Guest::link(&mut linker)?;
    let component = linker.instantiate_pre(&component).and_then(ServicePre::new);
    component.map_err(Error::from).with_context(|| format!("cannot run {name}"))
}

fn engine(path: &Path) -> Result<Engine> {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    config.epoch_interruption(true);
    // Compiling takes some seconds. With the cache, tests that start dozens of hosts pay it once. Without room
    // for the cache, each start pays it.
    let mut cache = CacheConfig::new();
    cache.with_directory(std::path::absolute(path.with_extension("cache"))?);
    config.cache(Cache::new(cache).ok());

    let on_demand = config.clone();
    config.allocation_strategy(pool());
    // A pool reserves 6 TB of address space. As in Spin, a process that may not have that runs without a pool.
    Engine::new(&config).or_else(|_| Engine::new(&on_demand)).map_err(Error::from)
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(MAX_INSTANCES)
        .total_memories(MAX_INSTANCES)
        .total_tables(2 * MAX_INSTANCES)
        .total_stacks(MAX_INSTANCES)
        .total_core_instances(4 * MAX_INSTANCES)
        .table_elements(100_000)
        .max_component_instance_size(10 << 20)
        .max_core_instance_size(10 << 20)
        .max_core_instances_per_component(200)
        .max_tables_per_component(64)
        .max_memories_per_component(32)
        .max_tables_per_module(2)
        .max_memories_per_module(2)
        .max_memory_size(4 << 30)
        .linear_memory_keep_resident(2 << 20)
        .table_keep_resident(1 << 19);
    pool
}
