//! What is answered, before it has a format.
//!
//! | module    | what it is                                                 | uses             |
//! |-----------|------------------------------------------------------------|------------------|
//! | `merge`   | merging the reports of several replicas                    | cluster, replica |
//! | `cluster` | the merged reports, and which replicas are missing in them | replica          |
//! | `replica` | the reports of one replica                                 | nothing          |

mod cluster;
mod merge;
mod replica;

pub use cluster::{
    Answer, Cluster, MergedCount, MergedDeleted, MergedHistogram, MergedSummary, MergedTail, PageTotal, ReplicaCount,
    ReplicaDeleted, ReplicaSummary, ReplicaVisit, Report,
};
pub use replica::{
    BucketCount, CoarseBefore, Count, Deleted, Histogram, Home, Metrics, Oldest, PageCount, Summary, Tail, Version,
};
