//! What is answered, before it has a format.

use chrono::DateTime;
use chrono_tz::Tz;
use serde::Serialize;

use crate::visit::Visit;

/// The answer to a visitor of `/`.
#[derive(Debug, Serialize)]
pub struct Home {
    /// When the request came, in the zone that the variable `timezone` names.
    #[serde(serialize_with = "crate::zone::serialize")]
    pub time: DateTime<Tz>,
    /// That zone's name in the IANA database.
    pub timezone: &'static str,
    /// The replica that answers.
    pub replica: String,
    /// The id of this visit; `None` when the request was not recorded.
    pub visit: Option<i64>,
    /// How many visits the replica has recorded, this one among them.
    pub visits: i64,
}

/// The latest visits of a replica, oldest first.
#[derive(Debug, Serialize)]
pub struct Tail {
    /// The replica whose log this is.
    pub replica: String,
    /// The zone that the times are shown in.
    pub timezone: &'static str,
    /// The visits.
    pub visits: Vec<Visit>,
    /// What to ask as `before` for the visits that came earlier; `None` when the log has none.
    pub before: Option<i64>,
}

/// How many visits a replica has recorded.
#[derive(Debug, Serialize)]
pub struct Count {
    /// The replica that counted.
    pub replica: String,
    /// The number of visits.
    pub visits: i64,
}

/// What is running.
#[derive(Debug, Serialize)]
pub struct Version {
    /// The name of the app.
    pub name: &'static str,
    /// Its version, as in semver.org.
    pub version: &'static str,
}
