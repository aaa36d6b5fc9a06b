//! What is answered, before it has a format. Any module here may use `id`.
//!
//! | module       | what it is                                                 | uses                               |
//! |--------------|------------------------------------------------------------|------------------------------------|
//! | `pages`      | listing pages: of one replica, and merged                  | merge, and what that uses          |
//! | `merge`      | merging the reports of several replicas                    | sums, partition, and their uses    |
//! | `sums`       | adding up the buckets and the pages of several replicas    | cluster, replica                   |
//! | `partition`  | which replicas answered, and which are silent or missing   | lacking, plausible, and their uses |
//! | `lacking`    | which replicas lack in the merged reports, or may          | cluster, known, imported           |
//! | `duplicates` | which databases there are several of                       | known, replica                     |
//! | `holders`    | who counts what several have                               | imported                           |
//! | `plausible`  | what a report of a peer has to be like: it is not trusted  | known, replica                     |
//! | `cluster`    | the merged reports, and which replicas are missing in them | known, replica                     |
//! | `known`      | what replicas know of each other                           | replica                            |
//! | `replica`    | the reports of one replica                                 | imported                           |
//! | `metrics`    | the numbers of a replica for operators                     | nothing                            |
//! | `imported`   | what was imported                                          | id                                 |
//! | `id`         | the ids of databases                                       | nothing                            |

mod cluster;
mod duplicates;
mod holders;
mod id;
mod imported;
mod known;
mod lacking;
mod merge;
mod metrics;
mod pages;
mod partition;
mod plausible;
mod replica;
mod sums;

pub use cluster::{
    Answer, Cluster, MergedCount, MergedDeleted, MergedHistogram, MergedSummary, MergedTail, Others, PageTotal,
    ReplicaCount, ReplicaDeleted, ReplicaSummary, ReplicaVisit, State,
};
pub use duplicates::{Own, duplicates};
pub use holders::{Holder, left_out};
pub use id::Id;
pub use imported::{ImportOutcome, Imported, ImportedDatabase};
pub use known::{Asked, Identity, Known, KnownState, Memory, Pages, Status};
pub use metrics::{Metrics, Oldest};
pub use pages::{LeftOut, MergedPages, PageList, Paging, Sort};
pub use plausible::{MAX_VISITS, Report};
pub use replica::{
    BucketCount, CoarseBefore, Count, Deleted, ExportedVisit, Histogram, Home, ImportResult, InRange, PageCount,
    Period, Reporter, Summary, Tail, Version,
};
