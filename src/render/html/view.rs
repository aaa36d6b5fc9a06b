//! What a dashboard shows, and links to others.

use chrono::{DateTime, FixedOffset};

use super::filter::{Filter, Parameter, link, named_range};
use crate::range::Named;
use crate::report::{Cluster, InRange, MergedSummary, Oldest, PageTotal, ReplicaCount};
use crate::visit::Page;

/// What a dashboard shows, and the parameters of its request.
pub struct Dashboard {
    /// Which replicas and which range.
    pub filter: Filter,
    /// The numbers.
    pub summary: Cluster<MergedSummary>,
    /// Those of the range.
    pub range: InRange<PageTotal>,
    /// The URL at which clients see this replica, with a slash at the end.
    pub address: String,
    /// The path of the picture that counts visits.
    pub pixel_path: String,
    /// How far back its details go.
    pub oldest: Oldest,
    /// The only page that is counted; `None` for all pages.
    pub page: Option<Page>,
    /// When the request came, in the zone of the dashboard.
    pub now: DateTime<FixedOffset>,
    /// The number of latest visits, if the request has one.
    pub tail: Option<u32>,
    /// The id before which the log has earlier visits.
    pub earlier: Option<i64>,
}

impl Dashboard {
    /// Whether the numbers are those of several replicas.
    pub(super) fn shows_several_replicas(&self) -> bool {
        self.filter.cluster && self.filter.has_peers
    }

    /// The parameters that show the same.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let tail = ("tail", self.tail.map(|tail| tail.to_string()));
        self.filter.parameters().into_iter().chain([page_parameter(self.page.as_ref()), tail]).collect()
    }

    /// A link to a dashboard that differs in these parameters only.
    pub(super) fn link(&self, changed: &[Parameter]) -> String {
        link("visits", &self.parameters(), changed)
    }

    /// A link to the dashboard of a page, or of all pages.
    pub(super) fn page_link(&self, page: Option<&Page>) -> String {
        self.link(&[page_parameter(page)])
    }

    /// A link to the list of all pages of the range.
    pub(super) fn pages_link(&self) -> String {
        link("pages", &self.filter.parameters(), &[])
    }

    /// A link to the same numbers as JSON.
    pub(super) fn json_link(&self) -> String {
        // Each resource has its own default.
        let scope = if self.filter.cluster { "cluster" } else { "replica" };
        link("visits/summary", &self.parameters(), &[("scope", Some(scope.to_owned()))])
    }

    /// A link to what a replica has, of the range or of all time: its dashboard, or of another one the numbers as JSON.
    pub(super) fn replica_link(&self, is_own: bool, in_range: bool) -> String {
        if !is_own {
            return self.json_link();
        }
        let own = ("scope", self.filter.has_peers.then(|| "replica".to_owned()));
        let range = named_range(Named::All).into_iter().filter(|_| !in_range);
        self.link(&range.chain([own]).collect::<Vec<_>>())
    }

    /// The number of each replica.
    pub(super) fn counts(&self) -> Vec<&ReplicaCount> {
        self.summary.merged.replicas.iter().map(|replica| &replica.count).collect()
    }
}

fn page_parameter(page: Option<&Page>) -> Parameter {
    ("page", page.map(|page| page.as_str().to_owned()))
}
