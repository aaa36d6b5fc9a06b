//! A bar chart.

use maud::{Markup, html};

use crate::bucket::Bucket;
use crate::render::{grouped, label};
use crate::report::Bar;

/// The drawing, in units of its own that are about a pixel each.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 200.0;

/// Where the bars are.
const LEFT: f64 = 40.0;
const RIGHT: f64 = 336.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 176.0;

/// How much room the title takes above.
const TITLE: f64 = 18.0;
/// How long it is at most, in characters.
const TITLE_LENGTH: usize = 52;

/// How much of its place a bar leaves free.
const GAP: f64 = 0.2;

/// How many lines there are above the axis at most.
const LINES: i64 = 4;

/// Draws the bars over two axes. `style` is for a drawing that is not within a page; it shows its title, too.
pub fn chart(bucket: Bucket, bars: &[Bar], title: &str, style: Option<&Markup>) -> Markup {
    let most = bars.iter().map(|bar| bar.visits).max().unwrap_or_default();
    let step = step(most);
    // One at least, where there is nothing to show.
    let lines = (most - 1).max(0) / step + 1;
    let height = |visits: i64| (BOTTOM - TOP) * ratio(visits, lines * step);
    let place = (RIGHT - LEFT) / ratio(i64::try_from(bars.len().max(1)).unwrap_or(i64::MAX), 1);
    let gap = if place > 2.0 { GAP * place } else { 0.0 };
    let left = |bar: usize| LEFT + place * f64::from(u32::try_from(bar).unwrap_or(u32::MAX));
    let (format, labels) = labels(bucket, bars.len());
    let every = bars.len().div_ceil(labels).max(1);
    // The place of the title is left out where it is not shown.
    let above = if style.is_some() { 0.0 } else { TITLE };
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label=(title)
            viewBox={ "0 " (above) " " (WIDTH) " " (HEIGHT - above) } {
            title { (title) }
            @if let Some(style) = style {
                (style)
                text class="title" x=(WIDTH / 2.0) y=(TITLE - 4.0) text-anchor="middle" { (shown(title)) }
            }
            @for line in 0..=lines {
                @let y = BOTTOM - height(line * step);
                line x1=(LEFT) x2=(RIGHT) y1=(unit(y)) y2=(unit(y)) {}
                text x=(LEFT - 6.0) y=(unit(y + 3.5)) text-anchor="end" { (short(line * step)) }
            }
            @for (number, bar) in bars.iter().enumerate() {
                rect class="bar" x=(unit(left(number) + gap / 2.0)) width=(unit(place - gap))
                    y=(unit(BOTTOM - height(bar.visits))) height=(unit(height(bar.visits))) {
                    title { (label(bucket, &bar.start)) ": " (grouped(bar.visits)) }
                }
                // Counted from the end, so that the latest has its label.
                @if (bars.len() - 1 - number).is_multiple_of(every) {
                    text x=(unit(left(number) + place / 2.0)) y=(BOTTOM + 16.0) text-anchor="middle" {
                        (bar.start.format(format))
                    }
                }
            }
        }
    }
}

/// As much of a title as there is room for.
fn shown(title: &str) -> String {
    if title.chars().count() <= TITLE_LENGTH {
        return title.to_owned();
    }
    title.chars().take(TITLE_LENGTH - 1).chain(['…']).collect()
}

/// What stands under the bars, and how often there is room for it.
fn labels(bucket: Bucket, bars: usize) -> (&'static str, usize) {
    match bucket {
        Bucket::Minute => ("%H:%M", 7),
        Bucket::Hour if bars <= 48 => ("%H:%M", 7),
        Bucket::Day if bars > 366 => ("%b %Y", 5),
        Bucket::Hour | Bucket::Day => ("%-d %b", 7),
    }
}

/// The distance of the lines: 1, 2 or 5 times a power of ten, so that a few of them reach the largest number.
fn step(most: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for step in [power, power.saturating_mul(2), power.saturating_mul(5)] {
            if most <= step.saturating_mul(LINES) {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A part of a whole. Numbers of visits are small enough for a float to hold.
#[expect(clippy::cast_precision_loss, reason = "a drawing needs no more")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

/// A length as it is written.
fn unit(length: f64) -> String {
    let text = format!("{length:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number of the axis, which is round: 250, 2,500, 25k, 2.5M.
fn short(number: i64) -> String {
    for (unit, letter) in [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")] {
        if number >= unit && number >= 10_000 {
            let tenths = number / (unit / 10);
            let (whole, tenth) = (grouped(tenths / 10), tenths % 10);
            return if tenth == 0 { format!("{whole}{letter}") } else { format!("{whole}.{tenth}{letter}") };
        }
    }
    grouped(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lines_reach_the_largest_number() {
        for (most, expected) in
            [(0, 1), (1, 1), (4, 1), (5, 2), (8, 2), (9, 5), (20, 5), (21, 10), (41, 20), (1_000_000, 500_000)]
        {
            assert_eq!(step(most), expected, "{most}");
        }
        assert!(step(i64::MAX) > i64::MAX / 5);
    }

    #[test]
    fn numbers_of_the_axis_are_short() {
        for (number, text) in
            [(0, "0"), (2500, "2,500"), (25_000, "25k"), (150_000, "150k"), (2_500_000, "2.5M"), (1 << 53, "9,007.1T")]
        {
            assert_eq!(short(number), text);
        }
    }
}
