//! `spin:sqlite` for one instance of the component.

mod connection;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::mpsc;
use wasmtime::StoreContextMut;
use wasmtime::component::{
    Accessor, Destination, FutureReader, HasSelf, Resource, ResourceTable, ResourceTableError, StreamProducer,
    StreamReader, StreamResult,
};

use crate::bindings::sqlite::{Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value};
use crate::runtime_config::Databases;

pub use connection::Connection;

/// How many connections an instance may have open: Spin's limit.
const MAX_CONNECTIONS: usize = 256;

/// The databases that the component may open, and its connections.
pub struct Sqlite {
    databases: Arc<Databases>,
    connections: ResourceTable,
}

impl Sqlite {
    /// Nothing is open yet.
    pub fn new(databases: Arc<Databases>) -> Self {
        let mut connections = ResourceTable::new();
        connections.set_max_capacity(MAX_CONNECTIONS);
        Self { databases, connections }
    }

    fn connect(&mut self, label: &str) -> Result<Resource<Connection>, Error> {
        // There is no case for `no-such-database`: without a file for each label of the manifest nothing starts.
        let database = self.databases.get(label).ok_or(Error::AccessDenied)?;
        let connection = Connection::new(database.clone());
        self.connections.push(connection).map_err(|error| match error {
            ResourceTableError::Full => Error::Io("too many connections opened".to_owned()),
            other => Error::Io(other.to_string()),
        })
    }

    fn connection(&self, handle: &Resource<Connection>) -> Result<Connection, Error> {
        self.connections.get(handle).cloned().map_err(|_| Error::InvalidConnection)
    }
}

impl Host for Sqlite {}

impl HostConnection for Sqlite {
    async fn open(&mut self, label: String) -> Result<Resource<Connection>, Error> {
        self.connect(&label)
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        self.connection(&connection)?.query(sql, parameters).await
    }

    async fn last_insert_rowid(&mut self, connection: Resource<Connection>) -> wasmtime::Result<i64> {
        Ok(self.connection(&connection)?.last_insert_rowid().await?)
    }

    async fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self.connection(&connection)?.changes().await?)
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.connections.delete(connection)?;
        Ok(())
    }
}

impl<T: 'static> HostConnectionWithStore<T> for HasSelf<Sqlite> {
    async fn open_async(accessor: &Accessor<T, Self>, label: String) -> Result<Resource<Connection>, Error> {
        accessor.with(|mut access| access.get().connect(&label))
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<(Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>), Error> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        let result = connection.stream(sql, parameters).await?;
        let ends = accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, RowProducer(result.rows))?;
            let end = FutureReader::new(&mut access, result.end)?;
            Ok((rows, end))
        });
        let (rows, end) = ends.map_err(|error: wasmtime::Error| Error::Io(error.to_string()))?;
        Ok((result.columns, rows, end))
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        Ok(connection.last_insert_rowid().await?)
    }

    async fn changes_async(accessor: &Accessor<T, Self>, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        Ok(connection.changes().await?)
    }
}

/// Hands rows to the component one by one, as Spin does.
struct RowProducer(mpsc::Receiver<RowResult>);

impl<T> StreamProducer<T> for RowProducer {
    type Item = RowResult;
    type Buffer = Option<RowResult>;

    fn poll_produce(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<'_, T>,
        mut destination: Destination<'_, RowResult, Option<RowResult>>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        // A read of no rows only asks whether there are any, which cannot be said without taking one.
        if destination.remaining(store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match self.0.poll_recv(context) {
            Poll::Ready(Some(row)) => {
                destination.set_buffer(Some(row));
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Ready(None) => Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => Poll::Pending,
        }
    }
}
