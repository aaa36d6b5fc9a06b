//! Spin's interfaces, generated from the WIT in `host/wit`.

#[allow(missing_docs, clippy::pedantic, reason = "generated")]
mod generated {
    wasmtime::component::bindgen!({
        path: "../wit",
        imports: {
            // These have no error type: a failure traps.
            "spin:sqlite/sqlite@3.1.0.[method]connection.changes": async | trappable,
            "spin:sqlite/sqlite@3.1.0.[method]connection.changes-async": async | trappable,
            "spin:sqlite/sqlite@3.1.0.[method]connection.last-insert-rowid": async | trappable,
            "spin:sqlite/sqlite@3.1.0.[method]connection.last-insert-rowid-async": async | trappable,
            default: async,
        },
        with: { "spin:sqlite/sqlite.connection": crate::host::database::Connection },
    });
}

pub use generated::spin::sqlite::sqlite;
pub use generated::spin::variables::variables;
