//! What a dashboard shows, and links to others.

use chrono::{DateTime, FixedOffset};

use crate::report::{Cluster, MergedSummary, Oldest, ReplicaCount};
use crate::uri::path_and_query;
use crate::visit::Page;
use crate::zone::Zone;

/// What a dashboard shows, and the parameters of its request.
pub struct Dashboard {
    /// The numbers.
    pub summary: Cluster<MergedSummary>,
    /// The replica that answers.
    pub replica: String,
    /// The URL at which clients see it, with a slash at the end.
    pub address: String,
    /// The path of the picture that counts visits.
    pub pixel_path: String,
    /// How far back its details go.
    pub oldest: Oldest,
    /// Whether it has peers.
    pub has_peers: bool,
    /// Whether the numbers are those of all replicas.
    pub cluster: bool,
    /// The only page that is counted; `None` for all pages.
    pub page: Option<Page>,
    /// When the request came, in the zone of the dashboard.
    pub now: DateTime<FixedOffset>,
    /// The zone of its times.
    pub zone: Zone,
    /// The name of the zone, if the request has one.
    pub tz: Option<String>,
    /// The number of latest visits, if the request has one.
    pub tail: Option<u32>,
    /// The id before which the log has earlier visits.
    pub earlier: Option<i64>,
}

impl Dashboard {
    /// Whether the numbers are those of several replicas.
    pub(super) fn shows_several_replicas(&self) -> bool {
        self.cluster && self.has_peers
    }

    /// A link to a dashboard that differs in these parameters only. All links are relative, since a proxy may have taken a
    /// prefix from the path.
    pub(super) fn link(&self, cluster: bool, page: Option<&Page>, before: Option<i64>) -> String {
        let scope = if cluster { None } else { Some("replica".to_owned()) };
        path_and_query(
            "visits",
            &[
                ("scope", scope),
                ("page", page.map(|page| page.as_str().to_owned())),
                ("tz", self.tz.clone()),
                ("tail", self.tail.map(|tail| tail.to_string())),
                ("before", before.map(|before| before.to_string())),
            ],
        )
    }

    /// A link to the list of all pages.
    pub(super) fn pages_link(&self) -> String {
        let scope = if self.cluster { None } else { Some("replica".to_owned()) };
        path_and_query("pages", &[("scope", scope), ("tz", self.tz.clone())])
    }

    /// The number of each replica.
    pub(super) fn counts(&self) -> Vec<&ReplicaCount> {
        self.summary.merged.replicas.iter().map(|replica| &replica.count).collect()
    }

    /// A link to the same numbers as JSON.
    pub(super) fn json_link(&self) -> String {
        path_and_query(
            "visits/summary",
            &[
                ("scope", self.cluster.then(|| "cluster".to_owned())),
                ("page", self.page.as_ref().map(|page| page.as_str().to_owned())),
                ("tz", self.tz.clone()),
            ],
        )
    }
}
