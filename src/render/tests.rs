//! Every format of every report, as the files in `snapshots` have it. After a change that is meant,
//! `INSTA_UPDATE=always cargo test --workspace --lib` writes them again, to be reviewed before they are committed.

use chrono::{DateTime, TimeDelta, Utc};
use insta::{Settings, assert_snapshot};

use super::html::{Filter, PagesView};
use super::svg::{Color, Look, Style};
use super::{csv, html, json, metrics, svg, text};
use crate::bucket::Bucket;
use crate::range::{Named, Range};
use crate::report::{
    Answer, BucketCount, Cluster, CoarseBefore, Count, Deleted, ExportedVisit, Histogram, Home, Id, Imported, InRange,
    Known, KnownState, LeftOut, Memory, MergedCount, MergedHistogram, MergedPages, MergedSummary, MergedTail, Metrics,
    Oldest, Others, PageCount, PageList, Paging, Period, Reporter, Sort, Summary, Tail, Version,
};
use crate::visit::{Page, Visit};
use crate::zone::Zone;

/// Text that would be markup if it were not escaped, in an element and in an attribute.
const HOSTILE: &str = "/<b title=\"x\">'&amp;";

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-23T14:20:30.5Z").expect("a time").to_utc()
}

fn zone() -> Zone {
    Zone::parse("Europe/Moscow").expect("a zone")
}

fn page(name: &str) -> Page {
    Page::parse(name).expect("a page")
}

/// The latest buckets, with numbers that grow from 0 to `max`.
fn buckets(bucket: Bucket, number: usize, max: i64) -> Vec<BucketCount> {
    let (since, until) = bucket.latest(&zone(), number, now());
    let starts = bucket.bounds(&zone(), since, until).into_iter().take(number);
    let last = i64::try_from(number - 1).expect("a number");
    starts
        .zip(0..)
        .map(|(start, index)| BucketCount { start: zone().local(start), visits: max * index / last })
        .collect()
}

fn histogram(replica: &str, bucket: Bucket, max: i64) -> Histogram {
    let buckets = buckets(bucket, bucket.default_number(), max);
    Histogram {
        reporter: reporter(replica),
        timezone: zone().name().to_owned(),
        bucket,
        since: buckets[0].start,
        until: zone().local(now()),
        visits: buckets.iter().map(|bucket| bucket.visits).sum(),
        imports: Vec::new(),
        coarse_before: None,
        buckets,
    }
}

/// Midnight some days ago.
fn coarse(days: i64) -> CoarseBefore {
    let date = zone().local(now() - TimeDelta::days(days)).date_naive();
    CoarseBefore(zone().local(zone().midnight(date)))
}

fn visits() -> Vec<Visit> {
    let pages = ["/", "/blog/<x>", "/a,\"b\"", "/caf\u{e9}", "(other)"];
    let at = |id: i64| zone().local(now() - TimeDelta::minutes((6 - id) * 7));
    (1..).zip(pages).map(|(id, name)| Visit { id, at: at(id), page: page(name) }).collect()
}

fn exported() -> Vec<ExportedVisit> {
    let database = Id::parse("0123456789abcdef").expect("an id");
    visits().into_iter().map(|visit| ExportedVisit { visit, database: database.clone() }).collect()
}

fn tail(replica: &str) -> Tail {
    Tail { reporter: reporter(replica), timezone: zone().name().to_owned(), visits: visits(), before: Some(1) }
}

fn summary(replica: &str) -> Summary {
    Summary {
        reporter: reporter(replica),
        timezone: zone().name().to_owned(),
        visits: 12_345,
        imports: Vec::new(),
        coarse_before: None,
        hours: buckets(Bucket::Hour, 3, 9),
        days: buckets(Bucket::Day, 8, 1200),
        pages: [("/", 12_000), ("/blog/<x>", 345)].map(|(name, visits)| PageCount { page: page(name), visits }).into(),
        range: Some(week()),
        latest: visits(),
        before: Some(1),
    }
}

/// What there is of the last 7 days.
fn week() -> InRange<PageCount> {
    let range = Named::SevenDays.range(&zone(), now());
    let ((since, until), buckets) = (range.local(&zone()), buckets(Bucket::Day, 7, 1200));
    let previous = range.previous(&zone(), now()).map(|(since, until)| Period {
        since: zone().local(since),
        until: zone().local(until),
        visits: 3000,
    });
    let pages = vec![PageCount { page: page("/blog/<x>"), visits: 4200 }];
    InRange { since, until, visits: 4200, previous, bucket: Bucket::Day, buckets, pages }
}

fn count(replica: &str) -> Count {
    Count { reporter: reporter(replica), visits: 42, imports: Vec::new(), coarse_before: None }
}

fn reporter(replica: &str) -> Reporter {
    // The last digit of a name makes an id of its own.
    let digits = replica.chars().next_back().filter(char::is_ascii_digit).unwrap_or('f');
    Reporter {
        replica: replica.to_owned(),
        id: Id::parse(&digits.to_string().repeat(16)),
        revision: Some(42),
        view: None,
    }
}

fn answer<T>(peer: &str, report: Result<T, String>) -> Answer<T> {
    Answer { peer: peer.to_owned(), expected: true, is_own: false, has_news: false, report }
}

/// The answers of a peer, and of one that is unreachable.
fn answers<T>(report: T) -> Vec<Answer<T>> {
    vec![answer("footfall-1", Ok(report)), answer("footfall-2", Err("it is unreachable".to_owned()))]
}

/// What is known of the replicas that do not answer: one is only unreachable, and one has ended.
fn others() -> Others {
    let known = |replica: &str, state| Known {
        replica: replica.to_owned(),
        id: reporter(replica).id.expect("an id"),
        peer: replica.to_owned(),
        visits: 1000,
        revision: 1000,
        as_of: now() - TimeDelta::hours(1),
        state,
    };
    let known = vec![known("footfall-2", KnownState::Answered), known("footfall-3", KnownState::Drained)];
    Others { memory: Memory { known, ..Memory::default() }, now: now(), ..Others::default() }
}

fn merged_count(own: Count, other: Count) -> Cluster<MergedCount> {
    Cluster::of_counts(own, answers(other), &others(), |known| Some(known.visits), &zone())
}

fn merged_histogram(own: Histogram, other: Histogram) -> Cluster<MergedHistogram> {
    Cluster::of_histograms(own, answers(other), &others(), &zone())
}

fn merged_tail() -> Cluster<MergedTail> {
    Cluster::of_tails(tail("footfall-0"), answers(tail("footfall-1")), &others(), 4, &zone())
}

fn alone(summary: Summary) -> Cluster<MergedSummary> {
    Cluster::of_summaries(
        summary,
        Vec::new(),
        &Others { now: now(), ..Others::default() },
        |known| Some(known.visits),
        4,
        &zone(),
    )
}

fn merged_summary() -> Cluster<MergedSummary> {
    Cluster::of_summaries(
        summary("footfall-0"),
        answers(summary("footfall-1")),
        &others(),
        |known| Some(known.visits),
        4,
        &zone(),
    )
}

fn filter(replica: &str, has_peers: bool) -> Filter {
    Filter {
        replica: replica.to_owned(),
        has_peers,
        cluster: has_peers,
        range: Named::SevenDays.range(&zone(), now()),
        named: Some(Named::SevenDays),
        zone: zone(),
        tz: Some(zone().name().to_owned()),
    }
}

fn dashboard(mut summary: Cluster<MergedSummary>, has_peers: bool, page: Option<Page>) -> String {
    html::dashboard(&html::Dashboard {
        filter: filter(&summary.merged.replicas[0].count.replica, has_peers),
        range: summary.merged.range.take().expect("a range"),
        summary,
        address: "https://example.test/stats/".to_owned(),
        pixel_path: "/footfall.gif".to_owned(),
        oldest: oldest(),
        page,
        now: zone().local(now()),
        tail: Some(4),
        earlier: Some(2),
    })
}

/// A year's log, ten years of days before that, and no months.
fn oldest() -> Oldest {
    let ago = |days| Some(now() - TimeDelta::days(days));
    Oldest { visit: ago(365), quarter_hour: ago(366), day: ago(3653), month: None, year: ago(7306) }
}

fn page_list(replica: &str, pages: &[(&str, i64)]) -> PageList {
    let pages: Vec<_> = pages.iter().map(|(name, visits)| (page(name), *visits)).collect();
    let visits = pages.iter().map(|(_, visits)| visits).sum();
    let left_out = LeftOut::default();
    PageList { reporter: reporter(replica), visits, pages, left_out, imports: Vec::new(), coarse_before: None }
}

/// The second part of a list of two replicas since yesterday.
fn merged_pages() -> Cluster<MergedPages> {
    let own = page_list("footfall-0", &[("/", 1200), ("/a b", 30), ("/c", 1)]);
    let other = page_list("footfall-1", &[("/blog/<x>", 34), ("/", 34)]);
    let paging = Paging { sort: Sort::Visits, offset: 1, limit: Some(2) };
    let since = Some(zone().local(now() - TimeDelta::days(1)));
    Cluster::of_pages(own, answers(other), &others(), (since, None), paging, &zone())
}

fn pages_view(pages: Cluster<MergedPages>) -> PagesView {
    let range = Range { since: Some(now() - TimeDelta::days(1)), until: None };
    PagesView {
        filter: Filter { range, named: None, ..filter(&pages.merged.replicas[0].replica, true) },
        pages,
        search: "o & \"".to_owned(),
        sort: Sort::Visits,
        offset: 1,
        limit: Some(2),
    }
}

fn home(replica: &str, visit: Option<i64>) -> Home {
    let (time, timezone) = (zone().local(now()), zone().name().to_owned());
    Home { time, timezone, replica: replica.to_owned(), visit, visits: 1234 }
}

/// Compares a text, which must end with a line feed, with its snapshot.
fn check(name: &str, text: &str) {
    assert!(text.ends_with('\n'), "{name} ends with {:?}", text.chars().next_back());
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| assert_snapshot!(name, text));
}

/// The same for HTML and SVG, with an element a line, and without the styles and the script of the page.
fn check_markup(name: &str, markup: &str) {
    let mut text = String::new();
    for part in markup.split_inclusive("</style>") {
        text.push_str(part.split_once("<style>").map_or(part, |(before, _)| before));
    }
    if let Some((before, script)) = text.split_once("<script>") {
        text = before.to_owned() + script.split_once("</script>").map_or("", |(_, after)| after);
    }
    check(name, &(text.trim_end().replace("><", ">\n<") + "\n"));
}

#[test]
fn text_is_as_in_the_snapshots() {
    check("home.txt", &text::home(&home("footfall-0", Some(1234))));
    check("home-ignored.txt", &text::home(&home("footfall-0", None)));
    check("tail.txt", &text::tail(&tail("footfall-0")));
    let merged = merged_tail();
    check("merged-tail.txt", &text::merged_tail(&merged));
    check("count.txt", &text::count(&count("footfall-0")));
    let merged = merged_count(count("footfall-0"), count("footfall-1"));
    check("merged-count.txt", &text::merged_count(&merged));
    check("histogram-hours.txt", &text::histogram(&histogram("footfall-0", Bucket::Hour, 120)));
    check("histogram-days.txt", &text::histogram(&histogram("footfall-0", Bucket::Day, 9)));
    check("histogram-empty.txt", &text::histogram(&histogram("footfall-0", Bucket::Hour, 0)));
    let histogram = |replica| histogram(replica, Bucket::Minute, 70);
    let merged = merged_histogram(histogram("footfall-0"), histogram("footfall-1"));
    check("merged-histogram-minutes.txt", &text::merged_histogram(&merged));
}

#[test]
fn json_is_as_in_the_snapshots() {
    check("home.json", &json::line(&home("footfall-0", Some(1234))));
    check("tail.json", &json::line(&tail("footfall-0")));
    let merged = merged_tail();
    check("merged-tail.json", &json::line(&merged));
    let merged = merged_count(count("footfall-0"), count("footfall-1"));
    check("merged-count.json", &json::line(&merged));
    let histogram = |replica| Histogram { buckets: buckets(Bucket::Hour, 3, 9), ..histogram(replica, Bucket::Hour, 9) };
    check("histogram.json", &json::line(&histogram("footfall-0")));
    let merged = merged_histogram(histogram("footfall-0"), histogram("footfall-1"));
    check("merged-histogram.json", &json::line(&merged));
    check("summary.json", &json::line(&summary("footfall-0")));
    check("merged-summary.json", &json::line(&merged_summary()));
    check("export.ndjson", &json::lines(&exported()));
    let deleted = |replica: &str| Deleted { reporter: reporter(replica), page: page("/spam"), deleted: 3 };
    check("deleted.json", &json::line(&deleted("footfall-0")));
    let merged = Cluster::of_deleted(deleted("footfall-0"), answers(deleted("footfall-1")), &others());
    check("merged-deleted.json", &json::line(&merged));
    check("pages.json", &json::line(&page_list("footfall-0", &[("/", 1200), ("/blog/<x>", 34)])));
    check("merged-pages.json", &json::line(&merged_pages()));
}

#[test]
fn coarse_times_are_told_as_in_the_snapshots() {
    let count = |replica: &str, days| Count { coarse_before: Some(coarse(days)), ..count(replica) };
    let counts = || merged_count(count("footfall-0", 9), count("footfall-1", 8));
    let histogram = |replica: &str, days| Histogram {
        coarse_before: Some(coarse(days)),
        buckets: buckets(Bucket::Day, 3, 9),
        ..histogram(replica, Bucket::Day, 9)
    };
    let histograms = || merged_histogram(histogram("footfall-0", 1), histogram("footfall-1", 2));
    let summary = |replica: &str, days| Summary { coarse_before: Some(coarse(days)), ..summary(replica) };
    let summaries = || {
        Cluster::of_summaries(
            summary("footfall-0", 3),
            answers(summary("footfall-1", 2)),
            &others(),
            |known| Some(known.visits),
            4,
            &zone(),
        )
    };
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
    check_markup("coarse.svg", &svg::merged_histogram(&histograms(), None, Bucket::Day));
    let dashboard = dashboard(summaries(), true, None);
    let note = dashboard.split("<p class=\"note\">Before").nth(1).and_then(|from| from.split("</p>").next());
    check_markup("coarse.html", note.expect("a note"));
}

#[test]
fn the_states_of_replicas_are_told_as_in_the_snapshots() {
    let mut others = others();
    let id = reporter("footfall-4").id.expect("an id");
    others.retired.push(id.clone());
    let known = Known { replica: "footfall-4".to_owned(), id, ..others.memory.known[0].clone() };
    others.memory.known.push(known);
    // One was imported; so was less than what is known of one that is silent, and what another one counts itself.
    let imported = |replica: &str, visits| Imported {
        id: reporter(replica).id.expect("an id"),
        replica: replica.to_owned(),
        revision: 900,
        as_of: now() - TimeDelta::days(1),
        visits,
    };
    let imports =
        || vec![imported("footfall-7", Some(7)), imported("footfall-3", Some(5)), imported("footfall-1", None)];
    // The volume of one is a copy of another's, and of one that is silent nothing is known.
    let copy = || Reporter { replica: "footfall-5".to_owned(), revision: Some(43), ..reporter("footfall-1") };
    let count = |reporter| Count { reporter, ..count("footfall-0") };
    let counts = |share: fn(&Known) -> Option<i64>| {
        let mut answers = answers(count(reporter("footfall-1")));
        answers.extend([
            answer("footfall-5", Ok(count(copy()))),
            answer("footfall-6", Err("it is unreachable".to_owned())),
        ]);
        let own = Count { imports: imports(), ..count(reporter("footfall-0")) };
        Cluster::of_counts(own, answers, &others, share, &zone())
    };
    let (all, none) = (counts(|known| Some(known.visits)), counts(|_| None));
    check("states.txt", &format!("{}\n{}", text::merged_count(&all), text::merged_count(&none)));
    check("states.json", &(json::line(&all) + &json::line(&none)));
    let summary = |reporter| Summary { reporter, ..summary("footfall-0") };
    let part = |share: fn(&Known) -> Option<i64>| {
        let mut answers = answers(summary(reporter("footfall-1")));
        answers.extend([
            answer("footfall-5", Ok(summary(copy()))),
            answer("footfall-6", Err("it is unreachable".to_owned())),
        ]);
        let own = Summary { imports: imports(), ..summary(reporter("footfall-0")) };
        let html = dashboard(Cluster::of_summaries(own, answers, &others, share, 4, &zone()), true, None);
        let between = |start, end| html.split(start).nth(1).and_then(|from| from.split(end).next()).expect("a part");
        between("<main>", "<dl").to_owned() + between("<h2 id=\"replicas-title\">", "</section>")
    };
    check_markup("states.html", &(part(|known| Some(known.visits)) + &part(|_| None)));
}

#[test]
fn csv_is_as_in_the_snapshots() {
    check("export.csv", &(csv::header() + &csv::visits(&exported())));
    check("pages.csv", &csv::pages(&merged_pages().merged.pages));
}

#[test]
fn metrics_are_as_in_the_snapshots() {
    // A newer version had a reason that this one does not know.
    let ignored =
        [("agent", 7), ("novel", 1), ("prerender", 2)].map(|(reason, requests)| (reason.to_owned(), requests));
    let report = Metrics {
        visits: 400,
        imported_visits: 1204,
        ignored: ignored.into(),
        log_visits: 300,
        pages: 4,
        storage_bytes: 65_536,
        storage_budget_bytes: 1 << 30,
        oldest: oldest(),
        ready: true,
    };
    let version = Version { name: "footfall", version: "1.2.3" };
    check("metrics.prometheus", &metrics::prometheus(&report, &version));
    check("metrics.openmetrics", &metrics::openmetrics(&report, &version));
}

#[test]
fn svg_is_as_in_the_snapshots() {
    check_markup("badge.svg", &svg::badge(&Look::default(), 1234, true));
    let look = Look {
        label: "blog & readers".to_owned(),
        label_color: Color::parse("pink").expect("a color"),
        color: Color::parse("green").expect("a color"),
        style: Style::FlatSquare,
    };
    check_markup("badge-look.svg", &svg::badge(&look, 12_345, false));
    check_markup("badge-error.svg", &svg::error_badge("The parameter `color` must be a color."));
    let hours = histogram("footfall-0", Bucket::Hour, 120);
    check_markup("histogram-hours.svg", &svg::histogram(&hours, None, Bucket::Hour));
    let days = histogram("footfall-0", Bucket::Day, 1_250_000);
    check_markup("histogram-days.svg", &svg::histogram(&days, Some(&page("/blog/<x>")), Bucket::Hour));
    check_markup("histogram-empty.svg", &svg::histogram(&histogram("footfall-0", Bucket::Hour, 0), None, Bucket::Hour));
    let histogram = |replica| histogram(replica, Bucket::Minute, 7);
    let merged = merged_histogram(histogram("footfall-0"), histogram("footfall-1"));
    check_markup("merged-histogram-minutes.svg", &svg::merged_histogram(&merged, None, Bucket::Minute));
}

#[test]
fn html_is_as_in_the_snapshots() {
    check_markup("home.html", &html::home(&home("footfall-0", Some(1234))));
    check_markup("home-ignored.html", &html::home(&home("footfall-0", None)));
    check_markup("dashboard.html", &dashboard(merged_summary(), true, None));
    let own = alone(summary("footfall-0"));
    check_markup("dashboard-page.html", &dashboard(own, false, Some(page("/blog/<x>"))));
    let range = Some(InRange { visits: 0, buckets: buckets(Bucket::Day, 7, 0), pages: Vec::new(), ..week() });
    let empty = Summary { visits: 0, pages: Vec::new(), range, latest: Vec::new(), ..summary("footfall-0") };
    let empty = alone(empty);
    check_markup("dashboard-empty.html", &dashboard(empty, false, None));
    check_markup("pages.html", &html::pages(&pages_view(merged_pages())));
    let (own, alone) = (page_list("footfall-0", &[]), Others { now: now(), ..Others::default() });
    let paging = Paging { sort: Sort::Name, offset: 0, limit: None };
    let empty = Cluster::of_pages(own, Vec::new(), &alone, (None, None), paging, &zone());
    let filter = Filter { named: Some(Named::All), range: Range::default(), tz: None, ..filter("footfall-0", false) };
    let list = pages_view(empty);
    let view = PagesView { filter, search: String::new(), sort: Sort::Name, offset: 0, limit: None, ..list };
    check_markup("pages-empty.html", &html::pages(&view));
}

#[test]
fn hostile_names_are_text_in_html() {
    let hostile = || {
        let pages = vec![PageCount { page: page(HOSTILE), visits: 1 }];
        let latest = vec![Visit { id: 1, at: zone().local(now()), page: page(HOSTILE) }];
        let range = Some(InRange { pages: pages.clone(), ..week() });
        Summary { pages, range, latest, ..summary(HOSTILE) }
    };
    let merged = |answers| Cluster::of_summaries(hostile(), answers, &others(), |known| Some(known.visits), 4, &zone());
    let summary = || merged(answers(summary("footfall-1")));
    let with_missing = merged(vec![answer(HOSTILE, Err(HOSTILE.to_owned()))]);
    for html in [
        html::home(&home(HOSTILE, Some(1))),
        dashboard(summary(), true, None),
        dashboard(summary(), true, Some(page(HOSTILE))),
        dashboard(with_missing, true, None),
        html::pages(&PagesView { search: HOSTILE.to_owned(), ..pages_view(merged_pages()) }),
        html::pages(&pages_view(Cluster::of_pages(
            page_list(HOSTILE, &[(HOSTILE, 1)]),
            vec![answer(HOSTILE, Err(HOSTILE.to_owned()))],
            &others(),
            (None, None),
            Paging { sort: Sort::Visits, offset: 0, limit: None },
            &zone(),
        ))),
    ] {
        assert!(html.contains("&lt;b title=&quot;x&quot;&gt;'&amp;amp;"), "{html}");
        assert!(!html.contains("<b ") && !html.contains("\"x\"") && !html.contains("'&amp;\""), "{html}");
    }
}

#[test]
fn hostile_names_are_text_in_svg() {
    let histogram = histogram(HOSTILE, Bucket::Hour, 9);
    let missing = vec![answer(HOSTILE, Err(String::new()))];
    let merged = Cluster::of_histograms(self::histogram("r", Bucket::Hour, 9), missing, &others(), &zone());
    for svg in [
        svg::badge(&Look { label: HOSTILE.to_owned(), ..Look::default() }, 1, true),
        svg::error_badge(HOSTILE),
        svg::histogram(&histogram, Some(&page(HOSTILE)), Bucket::Hour),
        svg::merged_histogram(&merged, None, Bucket::Hour),
    ] {
        let document = roxmltree::Document::parse(&svg).expect("XML");
        assert!(document.descendants().all(|node| !node.has_tag_name("b")), "{svg}");
        assert!(document.descendants().any(|node| node.text().is_some_and(|text| text.contains(HOSTILE))), "{svg}");
    }
}
