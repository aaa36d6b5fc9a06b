//! The chart of a histogram as a file.

use maud::{PreEscaped, html};

use super::chart::{File, chart};
use super::document::{STYLE, document};
use crate::bucket::Bucket;
use crate::render::labels::{coarse_label, group_thousands};
use crate::report::{BucketCount, Cluster, CoarseBefore, Histogram, MergedHistogram};
use crate::visit::Page;

/// The histogram of one replica.
pub fn histogram(histogram: &Histogram, page: Option<&Page>) -> String {
    let title = format!("{} on {}", count(histogram.visits, page), histogram.reporter.replica);
    file(histogram.bucket, &histogram.buckets, &title, histogram.coarse_before)
}

/// The histogram of all replicas. Its title says which are missing in it.
pub fn merged_histogram(cluster: &Cluster<MergedHistogram>, page: Option<&Page>) -> String {
    let missing: Vec<_> = cluster.reasons.keys().map(String::as_str).collect();
    let without = if missing.is_empty() { String::new() } else { format!(", without {}", missing.join(", ")) };
    let title = format!("{}{without}", count(cluster.merged.total, page));
    file(cluster.merged.bucket, &cluster.merged.buckets, &title, cluster.merged.coarse_before)
}

fn count(visits: i64, page: Option<&Page>) -> String {
    let to = page.map_or(String::new(), |page| format!(" to {}", page.as_str()));
    format!("{} visits{to}", group_thousands(visits))
}

fn file(bucket: Bucket, counts: &[BucketCount], title: &str, coarse_before: Option<CoarseBefore>) -> String {
    let style = html! { style { (PreEscaped(STYLE)) } };
    let note = coarse_before.map(|before| format!("Counted by the day or longer before {}", coarse_label(before)));
    document(&chart(bucket, counts, title, Some(&File { style, note })))
}
