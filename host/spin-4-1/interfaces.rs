//! The async functions of Spin's interfaces, with the signatures that Wasmtime 48 generates.

use std::sync::Arc;

use wasmtime::component::{Accessor, HasSelf, Resource};

use crate::host::bindings::sqlite::{self, HostConnectionWithStore, Value};
use crate::host::bindings::variables::{self, HostWithStore};
use crate::host::database::Connection;
use crate::host::sqlite::{Rows, Sqlite, changes, execute, last_insert_rowid, open};
use crate::host::variables::ComponentVariables;

impl<T: 'static> HostConnectionWithStore<T> for HasSelf<Sqlite> {
    async fn open_async(store: &Accessor<T, Self>, label: String) -> Result<Resource<Connection>, sqlite::Error> {
        open(store, &label)
    }

    async fn execute_async(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Rows, sqlite::Error> {
        execute(store, connection, sql, parameters).await
    }

    async fn last_insert_rowid_async(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        last_insert_rowid(store, &connection)
    }

    async fn changes_async(store: &Accessor<T, Self>, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        changes(store, &connection)
    }
}

impl<T: Send> HostWithStore<T> for HasSelf<Arc<ComponentVariables>> {
    async fn get(store: &Accessor<T, Self>, name: String) -> Result<String, variables::Error> {
        store.with(|mut store| store.get().get(&name))
    }
}
