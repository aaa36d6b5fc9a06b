//! Which replicas did not answer, and what of them is in the numbers.

use maud::{Markup, html};

use super::layout::name;
use crate::render::labels::state_label;
use crate::report::{Cluster, ReplicaCount, State};

/// A sentence about each replica that is missing, and one about each that is gone for good, or there twice.
pub fn notes<T>(cluster: &Cluster<T>, counts: &[&ReplicaCount]) -> Markup {
    let missing = counts.iter().filter(|count| matches!(count.state, State::Unreachable | State::Duplicate));
    let gone = counts.iter().filter(|count| {
        let is_gone = matches!(count.state, State::Ended | State::Retired | State::Imported);
        is_gone || count.state == State::Answered && !count.imported_by.is_empty()
    });
    html! {
        @if missing.clone().next().is_some() || unknown(cluster, counts).next().is_some() {
            div class="missing" role="status" {
                @for count in missing {
                    p {
                        strong { (name(&count.replica)) }
                        @if let Some(reason) = cluster.reasons.get(&count.replica) { " is missing: " (reason) ". It" }
                        " " (sentence(count))
                    }
                }
                @for (replica, reason) in unknown(cluster, counts) {
                    p { strong { (name(replica)) } " is missing: " (reason) ". These numbers may lack visits of it." }
                }
            }
        }
        @for count in gone { p class="note" { (name(&count.replica)) " " (sentence(count)) } }
    }
}

/// The replicas that are missing and whose number is not known, with the reason.
pub fn unknown<'a, T>(
    cluster: &'a Cluster<T>,
    counts: &'a [&ReplicaCount],
) -> impl Iterator<Item = (&'a String, &'a String)> {
    let is_known = |name: &str| {
        let is_silent = |state| !matches!(state, State::Answered | State::Imported);
        let has_number = |count: &&ReplicaCount| count.replica == name && is_silent(count.state);
        counts.iter().any(has_number)
    };
    cluster.reasons.iter().filter(move |(replica, _)| !is_known(replica))
}

fn sentence(count: &ReplicaCount) -> String {
    // The report of a duplicate is in the range, and so is what was imported.
    let is_in_range = count.state == State::Duplicate || !count.imported_by.is_empty();
    let range = if is_in_range { "" } else { ", and not in the range" };
    format!("{}{range}.", state_label(count).unwrap_or_default())
}
