//! Every format of every report, as the files in `snapshots` have it. After a change that is meant,
//! `INSTA_UPDATE=always cargo test --workspace --lib` writes them again, to be reviewed before they are committed.

mod reports;

use insta::{Settings, assert_snapshot};

use super::svg::Color;
use super::{csv, html, json, metrics, svg, text};
use crate::bucket::Bucket;
use crate::report::{Answer, Cluster, Count, Deleted, Histogram, MergedSummary, Metrics, PageCount, Summary, Version};
use crate::visit::{Page, Visit};
use reports::{buckets, coarse, count, histogram, home, now, oldest, page, summary, tail, visits, zone};

/// Text that would be markup if it were not escaped, in an element and in an attribute.
const HOSTILE: &str = "/<b title=\"x\">'&amp;";

/// The answers of a peer, and of one that is unreachable.
fn answers<T>(report: T) -> Vec<Answer<T>> {
    let unreachable = Answer { peer: "footfall-2".to_owned(), report: Err("it is unreachable".to_owned()) };
    vec![Answer { peer: "footfall-1".to_owned(), report: Ok(report) }, unreachable]
}

fn merged_summary() -> Cluster<MergedSummary> {
    Cluster::of_summaries(summary("footfall-0"), answers(summary("footfall-1")), 4, &zone())
}

fn dashboard(summary: Cluster<MergedSummary>, has_peers: bool, page: Option<Page>) -> String {
    let replica = summary.merged.replicas[0].replica.clone();
    let (now, tz) = (zone().local(now()), Some(zone().name().to_owned()));
    let (oldest, zone) = (oldest(), zone());
    let cluster = has_peers;
    html::dashboard(&html::Dashboard {
        summary,
        replica,
        oldest,
        has_peers,
        cluster,
        page,
        now,
        zone,
        tz,
        tail: Some(4),
        earlier: Some(2),
    })
}

/// Compares a text, which must end with a line feed, with its snapshot.
fn check(name: &str, text: &str) {
    assert!(text.ends_with('\n'), "{name} ends with {:?}", text.chars().next_back());
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| assert_snapshot!(name, text));
}

/// The same for HTML and SVG, with an element a line, and without styles.
fn check_markup(name: &str, markup: &str) {
    let mut text = String::new();
    for part in markup.split_inclusive("</style>") {
        text.push_str(part.split_once("<style>").map_or(part, |(before, _)| before));
    }
    check(name, &(text.trim_end().replace("><", ">\n<") + "\n"));
}

#[test]
fn text_is_as_in_the_snapshots() {
    check("home.txt", &text::home(&home("footfall-0", Some(1234))));
    check("home-ignored.txt", &text::home(&home("footfall-0", None)));
    check("tail.txt", &text::tail(&tail("footfall-0")));
    let merged = Cluster::of_tails(tail("footfall-0"), answers(tail("footfall-1")), 4, &zone());
    check("merged-tail.txt", &text::merged_tail(&merged));
    check("count.txt", &text::count(&count("footfall-0")));
    let merged = Cluster::of_counts(count("footfall-0"), answers(count("footfall-1")), &zone());
    check("merged-count.txt", &text::merged_count(&merged));
    check("histogram-hours.txt", &text::histogram(&histogram("footfall-0", Bucket::Hour, 120)));
    check("histogram-days.txt", &text::histogram(&histogram("footfall-0", Bucket::Day, 9)));
    check("histogram-empty.txt", &text::histogram(&histogram("footfall-0", Bucket::Hour, 0)));
    let histogram = |replica| histogram(replica, Bucket::Minute, 70);
    let merged = Cluster::of_histograms(histogram("footfall-0"), answers(histogram("footfall-1")), &zone());
    check("merged-histogram-minutes.txt", &text::merged_histogram(&merged));
}

#[test]
fn json_is_as_in_the_snapshots() {
    check("home.json", &json::line(&home("footfall-0", Some(1234))));
    check("tail.json", &json::line(&tail("footfall-0")));
    let merged = Cluster::of_tails(tail("footfall-0"), answers(tail("footfall-1")), 4, &zone());
    check("merged-tail.json", &json::line(&merged));
    let merged = Cluster::of_counts(count("footfall-0"), answers(count("footfall-1")), &zone());
    check("merged-count.json", &json::line(&merged));
    let histogram = |replica| Histogram { buckets: buckets(Bucket::Hour, 3, 9), ..histogram(replica, Bucket::Hour, 9) };
    check("histogram.json", &json::line(&histogram("footfall-0")));
    let merged = Cluster::of_histograms(histogram("footfall-0"), answers(histogram("footfall-1")), &zone());
    check("merged-histogram.json", &json::line(&merged));
    check("summary.json", &json::line(&summary("footfall-0")));
    check("merged-summary.json", &json::line(&merged_summary()));
    check("export.ndjson", &json::lines(&visits()));
    let deleted = |replica: &str| Deleted { replica: replica.to_owned(), page: page("/spam"), deleted: 3 };
    check("deleted.json", &json::line(&deleted("footfall-0")));
    let merged = Cluster::of_deleted(deleted("footfall-0"), answers(deleted("footfall-1")));
    check("merged-deleted.json", &json::line(&merged));
}

#[test]
fn coarse_times_are_told_as_in_the_snapshots() {
    let count = |replica: &str, days| Count { coarse_before: Some(coarse(days)), ..count(replica) };
    let counts = || Cluster::of_counts(count("footfall-0", 9), answers(count("footfall-1", 8)), &zone());
    let histogram = |replica: &str, days| Histogram {
        coarse_before: Some(coarse(days)),
        buckets: buckets(Bucket::Day, 3, 9),
        ..histogram(replica, Bucket::Day, 9)
    };
    let histograms =
        || Cluster::of_histograms(histogram("footfall-0", 1), answers(histogram("footfall-1", 2)), &zone());
    let summary = |replica: &str, days| Summary { coarse_before: Some(coarse(days)), ..summary(replica) };
    let summaries = || Cluster::of_summaries(summary("footfall-0", 3), answers(summary("footfall-1", 2)), 4, &zone());
    let text = [
        text::count(&count("footfall-0", 9)),
        text::merged_count(&counts()),
        text::histogram(&histogram("footfall-0", 1)),
        text::merged_histogram(&histograms()),
    ];
    check("coarse.txt", &text.join("\n"));
    let json = [
        json::line(&count("footfall-0", 9)),
        json::line(&counts()),
        json::line(&histogram("footfall-0", 1)),
        json::line(&histograms()),
        json::line(&summary("footfall-0", 3)),
        json::line(&summaries()),
    ];
    check("coarse.json", &json.concat());
    check_markup("coarse.svg", &svg::merged_histogram(&histograms(), None));
    let dashboard = dashboard(summaries(), true, None);
    let note = dashboard.split("<p class=\"note\">").nth(1).and_then(|from| from.split("</p>").next());
    check_markup("coarse.html", note.expect("a note"));
}

#[test]
fn csv_is_as_in_the_snapshot() {
    check("export.csv", &(csv::header() + &csv::visits(&visits())));
}

#[test]
fn metrics_are_as_in_the_snapshots() {
    let ignored = vec![("agent".to_owned(), 7), ("prefetch".to_owned(), 2)];
    let report = Metrics {
        visits: 400,
        ignored,
        log_visits: 300,
        pages: 4,
        storage_bytes: 65_536,
        storage_budget_bytes: 1 << 30,
        oldest: oldest(),
    };
    let version = Version { name: "footfall", version: "1.2.3" };
    check("metrics.prometheus", &metrics::prometheus(&report, &version));
    check("metrics.openmetrics", &metrics::openmetrics(&report, &version));
}

#[test]
fn svg_is_as_in_the_snapshots() {
    check_markup("badge.svg", &svg::badge(None, 1234, true, Color::default()));
    let color = Color::parse("green").expect("a color");
    check_markup("badge-label.svg", &svg::badge(Some("blog & readers"), 1234, false, color));
    check_markup("badge-error.svg", &svg::error_badge("The parameter `color` must be a color."));
    let hours = histogram("footfall-0", Bucket::Hour, 120);
    check_markup("histogram-hours.svg", &svg::histogram(&hours, None));
    let days = histogram("footfall-0", Bucket::Day, 1_250_000);
    check_markup("histogram-days.svg", &svg::histogram(&days, Some(&page("/blog/<x>"))));
    check_markup("histogram-empty.svg", &svg::histogram(&histogram("footfall-0", Bucket::Hour, 0), None));
    let histogram = |replica| histogram(replica, Bucket::Minute, 7);
    let merged = Cluster::of_histograms(histogram("footfall-0"), answers(histogram("footfall-1")), &zone());
    check_markup("merged-histogram-minutes.svg", &svg::merged_histogram(&merged, None));
}

#[test]
fn html_is_as_in_the_snapshots() {
    check_markup("home.html", &html::home(&home("footfall-0", Some(1234))));
    check_markup("home-ignored.html", &html::home(&home("footfall-0", None)));
    check_markup("dashboard.html", &dashboard(merged_summary(), true, None));
    let own = Cluster::of_summaries(summary("footfall-0"), Vec::new(), 4, &zone());
    check_markup("dashboard-page.html", &dashboard(own, false, Some(page("/blog/<x>"))));
    let empty = Summary { visits: 0, pages: Vec::new(), latest: Vec::new(), ..summary("footfall-0") };
    let empty = Cluster::of_summaries(empty, Vec::new(), 4, &zone());
    check_markup("dashboard-empty.html", &dashboard(empty, false, None));
}

#[test]
fn hostile_names_are_text_in_html() {
    let hostile = || {
        let pages = vec![PageCount { page: page(HOSTILE), visits: 1 }];
        let latest = vec![Visit { id: 1, at: zone().local(now()), page: page(HOSTILE) }];
        Summary { pages, latest, ..summary(HOSTILE) }
    };
    let missing = Answer { peer: HOSTILE.to_owned(), report: Err(HOSTILE.to_owned()) };
    let summary = || Cluster::of_summaries(hostile(), answers(summary("footfall-1")), 4, &zone());
    let with_missing = Cluster::of_summaries(hostile(), vec![missing], 4, &zone());
    for html in [
        html::home(&home(HOSTILE, Some(1))),
        dashboard(summary(), true, None),
        dashboard(summary(), true, Some(page(HOSTILE))),
        dashboard(with_missing, true, None),
    ] {
        assert!(html.contains("&lt;b title=&quot;x&quot;&gt;'&amp;amp;"), "{html}");
        assert!(!html.contains("<b ") && !html.contains("\"x\"") && !html.contains("'&amp;\""), "{html}");
    }
}

#[test]
fn hostile_names_are_text_in_svg() {
    let histogram = histogram(HOSTILE, Bucket::Hour, 9);
    let missing = vec![Answer { peer: HOSTILE.to_owned(), report: Err(String::new()) }];
    let merged = Cluster::of_histograms(self::histogram("r", Bucket::Hour, 9), missing, &zone());
    for svg in [
        svg::badge(Some(HOSTILE), 1, true, Color::default()),
        svg::error_badge(HOSTILE),
        svg::histogram(&histogram, Some(&page(HOSTILE))),
        svg::merged_histogram(&merged, None),
    ] {
        let document = roxmltree::Document::parse(&svg).expect("XML");
        assert!(document.descendants().all(|node| !node.has_tag_name("b")), "{svg}");
        assert!(document.descendants().any(|node| node.text().is_some_and(|text| text.contains(HOSTILE))), "{svg}");
    }
}
