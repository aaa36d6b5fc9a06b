//! `spin:sqlite` for one instance of the component.

mod statement;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::mpsc;
use wasmtime::StoreContextMut;
use wasmtime::component::{
    Accessor, Destination, FutureReader, HasSelf, Resource, ResourceTable, ResourceTableError, StreamProducer,
    StreamReader, StreamResult,
};

use super::bindings::sqlite::{Error, Host, HostConnection, QueryResult, RowResult, Value};
use super::database::Connection;
use super::runtime_config::Databases;
use statement::StreamedResult;

/// The result of `execute-async`: the columns, the rows, and whether the statement succeeded.
pub type Rows = (Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>);

/// The largest number of open connections of an instance: Spin's limit.
const MAX_CONNECTIONS: usize = 256;

/// The databases that the component may open, and its open connections.
pub struct Sqlite {
    databases: Arc<Databases>,
    exit_before: Option<Arc<str>>,
    connections: ResourceTable,
}

impl Sqlite {
    /// Makes one without connections.
    pub fn new(databases: Arc<Databases>, exit_before: Option<Arc<str>>) -> Self {
        let mut connections = ResourceTable::new();
        connections.set_max_capacity(MAX_CONNECTIONS);
        Self { databases, exit_before, connections }
    }

    fn connect(&mut self, label: &str) -> Result<Resource<Connection>, Error> {
        // `no-such-database` cannot happen: the host starts only if each label of the manifest has a file.
        let database = self.databases.get(label).ok_or(Error::AccessDenied)?;
        let connection = Connection::new(database.clone(), self.exit_before.clone());
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
        statement::query(self.connection(&connection)?, sql, parameters).await
    }

    async fn last_insert_rowid(&mut self, connection: Resource<Connection>) -> wasmtime::Result<i64> {
        Ok(self.connection(&connection)?.lock()?.last_insert_rowid())
    }

    async fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self.connection(&connection)?.lock()?.changes())
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.connections.delete(connection)?;
        Ok(())
    }
}

/// `open-async`.
pub fn open<T>(store: &Accessor<T, HasSelf<Sqlite>>, label: &str) -> Result<Resource<Connection>, Error> {
    store.with(|mut store| store.get().connect(label))
}

/// `execute-async`.
pub async fn execute<T>(
    store: &Accessor<T, HasSelf<Sqlite>>,
    connection: Resource<Connection>,
    sql: String,
    parameters: Vec<Value>,
) -> Result<Rows, Error> {
    let StreamedResult { columns, rows, end } = statement::stream(find(store, &connection)?, sql, parameters).await?;
    let ends = store.with(|mut store| {
        let rows = StreamReader::new(&mut store, RowProducer(rows))?;
        let end = FutureReader::new(&mut store, end)?;
        Ok((rows, end))
    });
    let (rows, end) = ends.map_err(|error: wasmtime::Error| Error::Io(error.to_string()))?;
    Ok((columns, rows, end))
}

/// `last-insert-rowid-async`.
pub fn last_insert_rowid<T>(
    store: &Accessor<T, HasSelf<Sqlite>>,
    connection: &Resource<Connection>,
) -> wasmtime::Result<i64> {
    Ok(find(store, connection)?.lock()?.last_insert_rowid())
}

/// `changes-async`.
pub fn changes<T>(store: &Accessor<T, HasSelf<Sqlite>>, connection: &Resource<Connection>) -> wasmtime::Result<u64> {
    Ok(find(store, connection)?.lock()?.changes())
}

fn find<T>(store: &Accessor<T, HasSelf<Sqlite>>, handle: &Resource<Connection>) -> Result<Connection, Error> {
    store.with(|mut store| store.get().connection(handle))
}

/// Passes rows to the component one by one, as Spin does.
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
        // A read of no rows asks whether there are any. That is known only after a row was received.
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
