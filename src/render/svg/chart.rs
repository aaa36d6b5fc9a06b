//! A bar chart.

use maud::{Markup, html};

use crate::bucket::Bucket;
use crate::render::labels::{abbreviate, bucket_label, group_thousands};
use crate::report::BucketCount;

/// The size of a file, in units of about a pixel.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 200.0;
/// The height of its title.
const TITLE_HEIGHT: f64 = 18.0;
/// The height of the note below its chart.
const NOTE_HEIGHT: f64 = 14.0;
/// The maximum length of its title, in characters.
const MAX_TITLE_LENGTH: usize = 52;

/// The space for the labels of the lines, left of the bars, and for a half of the last label below them.
const LEFT: f64 = 40.0;
const RIGHT: f64 = 24.0;
/// The space above the bars, and for the labels below them.
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;

/// The height of a chart in a page, which is as wide as there is room.
const PAGE_HEIGHT: f64 = 220.0;

/// The share of the distance between two bars that is free, unless there are more of them than this.
const GAP: f64 = 0.2;
const MAX_BARS_WITH_GAPS: usize = 148;

/// The maximum number of lines above the axis.
const MAX_LINES: i64 = 4;

/// A chart in a page, whose style sheet says how wide it is.
pub fn chart(bucket: Bucket, bars: &[BucketCount], title: &str) -> Markup {
    html! {
        svg class="chart" role="img" aria-label=(title) height=(PAGE_HEIGHT) {
            title { (title) }
            desc { (description(bucket, bars)) }
            (plot(bucket, bars, PAGE_HEIGHT))
        }
    }
}

/// A chart that is a file, with its `style`, its title, and a note on its numbers.
pub fn file(bucket: Bucket, bars: &[BucketCount], style: &Markup, title: &str, note: Option<&str>) -> Markup {
    let height = if note.is_some() { HEIGHT + NOTE_HEIGHT } else { HEIGHT };
    // What is read out to those who do not see it.
    let name = note.map_or(title.to_owned(), |note| format!("{title}. {note}"));
    let plot_height = HEIGHT - TITLE_HEIGHT;
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label=(name)
            viewBox={ "0 0 " (WIDTH) " " (height) } {
            title { (name) }
            desc { (description(bucket, bars)) }
            (style)
            text class="title" x=(WIDTH / 2.0) y=(TITLE_HEIGHT - 4.0) text-anchor="middle" { (truncate(title)) }
            svg x=(LEFT) y=(TITLE_HEIGHT) width=(WIDTH - LEFT - RIGHT) height=(plot_height) overflow="visible" {
                (plot(bucket, bars, plot_height))
            }
            @if let Some(note) = note { text x=(WIDTH / 2.0) y=(height - 4.0) text-anchor="middle" { (note) } }
        }
    }
}

/// Draws bars over two axes, as wide as the drawing around it: horizontally, all places are shares of its width.
fn plot(bucket: Bucket, bars: &[BucketCount], height: f64) -> Markup {
    let max = bars.iter().map(|bar| bar.visits).max().unwrap_or_default();
    let step = line_step(max);
    // At least one line, also where all numbers are 0.
    let lines = (max - 1).max(0) / step + 1;
    let axis = height - BOTTOM;
    let length = |visits: i64| (axis - TOP) * ratio(visits, lines * step);
    let distance = 100.0 / ratio(i64::try_from(bars.len().max(1)).unwrap_or(i64::MAX), 1);
    let gap = if bars.len() <= MAX_BARS_WITH_GAPS { GAP * distance } else { 0.0 };
    let left = |bar: usize| distance * f64::from(u32::try_from(bar).unwrap_or(u32::MAX));
    let (label_format, max_labels) = axis_labels(bucket, bars.len());
    let label_every = bars.len().div_ceil(max_labels).max(1);
    html! {
        @for line in 0..=lines {
            @let y = axis - length(line * step);
            line x2="100%" y1=(decimal(y)) y2=(decimal(y)) {}
            text x="-6" y=(decimal(y + 3.5)) text-anchor="end" { (abbreviate(line * step)) }
        }
        @for (index, bar) in bars.iter().enumerate() {
            rect class="bar" x=(percent(left(index) + gap / 2.0)) width=(percent(distance - gap))
                y=(decimal(axis - length(bar.visits))) height=(decimal(length(bar.visits))) {
                title { (bucket_label(bucket, &bar.start)) ": " (group_thousands(bar.visits)) }
            }
            // Counted from the end, so that the latest bar has a label.
            @if (bars.len() - 1 - index).is_multiple_of(label_every) {
                text x=(percent(left(index) + distance / 2.0)) y=(axis + 16.0) text-anchor="middle" {
                    (bar.start.format(label_format))
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

/// A share of the width.
fn percent(number: f64) -> String {
    decimal(number) + "%"
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
