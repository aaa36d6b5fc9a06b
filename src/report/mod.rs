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
    Answer, Cluster, MergedCount, MergedHistogram, MergedSummary, MergedTail, PageTotal, ReplicaCount, ReplicaSummary,
    ReplicaVisit, Report,
};
pub use replica::{BucketCount, Count, Histogram, Home, Metrics, Oldest, PageCount, Summary, Tail, Version};
