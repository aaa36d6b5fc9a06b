//! The chart of a histogram as a file.

use maud::{PreEscaped, html};

use super::chart;
use super::document::{STYLE, document};
use crate::bucket::Bucket;
use crate::limits::MAX_BARS;
use crate::render::labels::{coarse_label, group_thousands};
use crate::report::{BucketCount, Cluster, CoarseBefore, Histogram, MergedHistogram};
use crate::visit::Page;

/// The histogram of one replica. It says if its buckets are coarser than those that were `asked` for.
pub fn histogram(histogram: &Histogram, page: Option<&Page>, asked: Bucket) -> String {
    let title = format!("{} on {}", count(histogram.visits, page), histogram.reporter.replica);
    let notes = notes(histogram.bucket, asked, histogram.coarse_before);
    file(histogram.bucket, &histogram.buckets, &title, &notes)
}

/// The histogram of all replicas. Its title says which are missing in it.
pub fn merged_histogram(cluster: &Cluster<MergedHistogram>, page: Option<&Page>, asked: Bucket) -> String {
    let missing: Vec<_> = cluster.reasons.keys().map(String::as_str).collect();
    let without = if missing.is_empty() { String::new() } else { format!(", without {}", missing.join(", ")) };
    let title = format!("{}{without}", count(cluster.merged.total, page));
    let notes = notes(cluster.merged.bucket, asked, cluster.merged.coarse_before);
    file(cluster.merged.bucket, &cluster.merged.buckets, &title, &notes)
}

fn count(visits: i64, page: Option<&Page>) -> String {
    let to = page.map_or(String::new(), |page| format!(" to {}", page.as_str()));
    format!("{} visits{to}", group_thousands(visits))
}

/// What there is to know of the numbers.
fn notes(bucket: Bucket, asked: Bucket, coarse_before: Option<CoarseBefore>) -> String {
    let coarser = (bucket != asked).then(|| {
        format!("By the {}: by the {} there would be more than {MAX_BARS} bars.", bucket.name(), asked.name())
    });
    let coarse = coarse_before.map(|before| format!("Counted by the day or longer before {}.", coarse_label(before)));
    [coarser, coarse].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn file(bucket: Bucket, counts: &[BucketCount], title: &str, note: &str) -> String {
    let style = html! { style { (PreEscaped(STYLE)) } };
    let note = Some(note).filter(|note| !note.is_empty());
    document(&chart::file(bucket, counts, &style, title, note))
}
