//! A bar chart.

use maud::{Markup, html};

use crate::bucket::Bucket;
use crate::render::labels::{abbreviate, bucket_label, group_thousands};
use crate::report::BucketCount;

/// The size of the drawing, in units of about a pixel.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 200.0;

/// The area of the bars.
const LEFT: f64 = 40.0;
const RIGHT: f64 = 336.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 176.0;

/// The height of the title.
const TITLE_HEIGHT: f64 = 18.0;
/// The height of the note below the chart.
const NOTE_HEIGHT: f64 = 14.0;
/// The maximum length of the title, in characters.
const MAX_TITLE_LENGTH: usize = 52;

/// The share of the distance between two bars that is free.
const GAP: f64 = 0.2;

/// The maximum number of lines above the axis.
const MAX_LINES: i64 = 4;

/// What a drawing needs that is a file.
pub struct File {
    /// Its style.
    pub style: Markup,
    /// What there is to know of the numbers.
    pub note: Option<String>,
}

/// Draws bars over two axes. A file shows its title, too.
pub fn chart(bucket: Bucket, bars: &[BucketCount], title: &str, file: Option<&File>) -> Markup {
    let max = bars.iter().map(|bar| bar.visits).max().unwrap_or_default();
    let step = line_step(max);
    // At least one line, also where all numbers are 0.
    let lines = (max - 1).max(0) / step + 1;
    let height = |visits: i64| (BOTTOM - TOP) * ratio(visits, lines * step);
    let distance = (RIGHT - LEFT) / ratio(i64::try_from(bars.len().max(1)).unwrap_or(i64::MAX), 1);
    let gap = if distance > 2.0 { GAP * distance } else { 0.0 };
    let left = |bar: usize| LEFT + distance * f64::from(u32::try_from(bar).unwrap_or(u32::MAX));
    let (label_format, max_labels) = axis_labels(bucket, bars.len());
    let label_every = bars.len().div_ceil(max_labels).max(1);
    // Where the title is not shown, the drawing begins below it.
    let top = if file.is_some() { 0.0 } else { TITLE_HEIGHT };
    let note = file.and_then(|file| file.note.as_deref());
    let bottom = if note.is_some() { HEIGHT + NOTE_HEIGHT } else { HEIGHT };
    // What is read out to those who do not see it.
    let name = note.map_or(title.to_owned(), |note| format!("{title}. {note}"));
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label=(name)
            viewBox={ "0 " (top) " " (WIDTH) " " (bottom - top) } {
            title { (name) }
            desc { (description(bucket, bars)) }
            @if let Some(File { style, .. }) = file {
                (style)
                text class="title" x=(WIDTH / 2.0) y=(TITLE_HEIGHT - 4.0) text-anchor="middle" { (truncate(title)) }
            }
            @if let Some(note) = note { text x=(WIDTH / 2.0) y=(bottom - 4.0) text-anchor="middle" { (note) } }
            @for line in 0..=lines {
                @let y = BOTTOM - height(line * step);
                line x1=(LEFT) x2=(RIGHT) y1=(decimal(y)) y2=(decimal(y)) {}
                text x=(LEFT - 6.0) y=(decimal(y + 3.5)) text-anchor="end" { (abbreviate(line * step)) }
            }
            @for (index, bar) in bars.iter().enumerate() {
                rect class="bar" x=(decimal(left(index) + gap / 2.0)) width=(decimal(distance - gap))
                    y=(decimal(BOTTOM - height(bar.visits))) height=(decimal(height(bar.visits))) {
                    title { (bucket_label(bucket, &bar.start)) ": " (group_thousands(bar.visits)) }
                }
                // Counted from the end, so that the latest bar has a label.
                @if (bars.len() - 1 - index).is_multiple_of(label_every) {
                    text x=(decimal(left(index) + distance / 2.0)) y=(BOTTOM + 16.0) text-anchor="middle" {
                        (bar.start.format(label_format))
                    }
                }
            }
        }
    }
}

/// What the bars show, for those who do not see them.
fn description(bucket: Bucket, bars: &[BucketCount]) -> String {
    let label = |bar: &BucketCount| bucket_label(bucket, &bar.start);
    let ([first, ..], Some(most)) = (bars, bars.iter().rev().max_by_key(|bar| bar.visits)) else {
        return "No time at all.".to_owned();
    };
    let last = bars.last().unwrap_or(first);
    let number = group_thousands(most.visits);
    format!(
        "By the {}, from {} to {}. The most: {number}, at {}.",
        bucket.name(),
        label(first),
        label(last),
        label(most)
    )
}

/// A title of at most [`MAX_TITLE_LENGTH`].
fn truncate(title: &str) -> String {
    if title.chars().count() <= MAX_TITLE_LENGTH {
        return title.to_owned();
    }
    title.chars().take(MAX_TITLE_LENGTH - 1).chain(['…']).collect()
}

/// The format of the labels below the bars, and how many of them there is space for.
fn axis_labels(bucket: Bucket, bars: usize) -> (&'static str, usize) {
    match bucket {
        Bucket::Minute => ("%H:%M", 7),
        Bucket::Hour if bars <= 48 => ("%H:%M", 7),
        Bucket::Day if bars > 366 => ("%b %Y", 5),
        Bucket::Week if bars > 53 => ("%b %Y", 5),
        Bucket::Hour | Bucket::Day | Bucket::Week => ("%-d %b", 7),
        Bucket::Month => ("%b %Y", 5),
    }
}

/// The step from line to line: 1, 2 or 5 times a power of ten, so that at most [`MAX_LINES`] reach the largest number.
fn line_step(max: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for step in [power, power.saturating_mul(2), power.saturating_mul(5)] {
            if max <= step.saturating_mul(MAX_LINES) {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a drawing needs no more precision")]
fn ratio(numerator: i64, denominator: i64) -> f64 {
    numerator as f64 / denominator as f64
}

/// A number with at most two decimal places.
fn decimal(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_four_lines_reach_the_largest_number() {
        for (max, expected) in
            [(0, 1), (1, 1), (4, 1), (5, 2), (8, 2), (9, 5), (20, 5), (21, 10), (41, 20), (1_000_000, 500_000)]
        {
            assert_eq!(line_step(max), expected, "{max}");
        }
        assert!(line_step(i64::MAX) > i64::MAX / 5);
    }
}
