//! The visits of this replica, in SQLite on its own volume.
//!
//! A visit is recorded by one insert into the log: with that it is committed, and answered. After every
//! [`MAINTENANCE_INTERVAL`](crate::limits::MAINTENANCE_INTERVAL) visits follows maintenance: tallying what is not tallied
//! yet, pruning the oldest visits of the log, making room within `max_storage`, and a checkpoint. Reads take the tallies
//! and add what is not tallied yet, in one statement, so that they are exact at any time.
//!
//! The requests of an instance share one connection (two with `synchronous=full`). While one request awaits its
//! statement, statements of others run on the same connection. So every change is a single statement, which SQLite
//! makes a transaction of its own; only creating the schema takes several, on a connection of its own.
//! Several instances, and other processes, share the database: SQLite's write lock orders them.
//!
//! All modules below use `error`.
//!
//! | module        | what it is                                                           | uses                              |
//! |---------------|----------------------------------------------------------------------|-----------------------------------|
//! | `record`      | recording a visit or an ignored request, and making a visit durable  | database, parameters, maintenance |
//! | `maintenance` | what is due after some hundred visits                                | discard, tally, room, checkpoint  |
//! | `tally`       | tallying the log, and which pages are counted separately             | database, parameters              |
//! | `room`        | keeping the database within `max_storage`: the oldest detail goes    | checkpoint, parameters, period    |
//! | `checkpoint`  | keeping the write-ahead log short                                    | database                          |
//! | `count`       | counting visits: in all, by range, by bucket                         | imports, parameters               |
//! | `pages`       | listing the pages with their visits in a range                       | count, imports, parameters        |
//! | `log`         | reading the log: its tail, and the export                            | database, parameters              |
//! | `stats`       | the busiest pages, the metrics, and how far back the details go      | imports, parameters               |
//! | `backup`      | backing up all that is counted                                       | log, open, room, tally            |
//! | `import`      | importing the numbers of other databases and counters                | discard, replicas, room           |
//! | `discard`     | removing what is left of imports that do not count                   | checkpoint, parameters            |
//! | `imports`     | what was imported, as reads count it                                 | database, parameters              |
//! | `delete`      | deleting a page                                                      | checkpoint, parameters, tally     |
//! | `identity`    | the identity of this replica, and whether it is about to end         | database, parameters              |
//! | `replicas`    | what is remembered of the other replicas                             | identity, imports, stats          |
//! | `probe`       | finding out whether visits can be recorded                           | database, parameters, checkpoint  |
//! | `database`    | the connections that the requests of an instance share               | open, retry, routine              |
//! | `routine`     | statements that do several things in one                             | connection                        |
//! | `open`        | preparing connections; creating or migrating the database            | connection                        |
//! | `connection`  | a connection, and running one statement on it                        | nothing                           |
//! | `retry`       | retrying while the database is locked                                | nothing                           |
//! | `period`      | the periods that slots of long ago are merged into                   | nothing                           |
//! | `parameters`  | what statements take: ranges, times and pages                        | nothing                           |
//! | `error`       | why a statement failed                                               | nothing                           |

mod backup;
mod checkpoint;
mod connection;
mod count;
mod database;
mod delete;
mod discard;
mod error;
mod identity;
mod import;
mod imports;
mod log;
mod maintenance;
mod open;
mod pages;
mod parameters;
mod period;
mod probe;
mod record;
mod replicas;
mod retry;
mod room;
mod routine;
mod stats;
mod tally;
#[cfg(test)]
mod tests;

pub use backup::Backup;
pub use count::{Counted, Which};
pub use database::Store;
pub use error::Error;
pub use import::{Refused, Upload};
pub use log::{Export, Gone, TailQuery};
pub use pages::Listed;
pub use record::Recorded;
pub use replicas::KnownPage;
