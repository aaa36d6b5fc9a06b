//! The state of one instance of the component: the data of its store.

use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;

use super::bindings;
use super::clock::FileClock;
use super::memory::MemoryCap;
use super::outbound::Outbound;
use super::sqlite::Sqlite;
use super::variables::ComponentVariables;
use crate::engine::{WasiHttpCtxView, WasiHttpView};

/// The state of one instance.
pub struct Guest {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    resources: ResourceTable,
    /// The limit of its memory.
    pub memory: MemoryCap,
    outbound: Outbound,
    sqlite: Sqlite,
    variables: Arc<ComponentVariables>,
}

impl Guest {
    /// Makes a guest without environment, arguments and files. It writes to stdout and stderr of this process.
    pub fn new(
        clock: Option<&FileClock>,
        memory: MemoryCap,
        outbound: Outbound,
        sqlite: Sqlite,
        variables: Arc<ComponentVariables>,
    ) -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stdout().inherit_stderr();
        if let Some(clock) = clock {
            wasi.wall_clock(clock.clone());
        }
        Self {
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            resources: ResourceTable::new(),
            memory,
            outbound,
            sqlite,
            variables,
        }
    }

    /// Links all interfaces that a component may import: WASI 0.2, which Rust's std uses, WASI 0.3 with HTTP, and
    /// Spin's own, which are in `host/wit/host.wit`.
    pub fn link(linker: &mut Linker<Self>) -> wasmtime::Result<()> {
        wasmtime_wasi::p2::add_to_linker_async(linker)?;
        wasmtime_wasi::p3::add_to_linker(linker)?;
        wasmtime_wasi_http::p3::add_to_linker(linker)?;
        bindings::sqlite::add_to_linker::<_, HasSelf<Sqlite>>(linker, |guest| &mut guest.sqlite)?;
        bindings::variables::add_to_linker::<_, HasSelf<Arc<ComponentVariables>>>(linker, |guest| &mut guest.variables)
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.resources }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.resources, hooks: &mut self.outbound }
    }
}
