//! The charts: their bars, their titles and the tables behind them, against the numbers.

use serde_json::{Value, json};

use crate::browser::{Tab, browse};
use crate::client::Client;
use crate::site::{cluster, encode, filled, month, now, setup};

/// Each figure: its caption, its bars, and the table behind it.
const FIGURES: &str = r#"return [...document.querySelectorAll("figure")].map(figure => {
    const picture = figure.querySelector("svg").getBoundingClientRect();
    return {
        caption: figure.querySelector("figcaption")?.innerText ?? "",
        bars: [...figure.querySelectorAll("svg rect.bar")].map(bar => {
            const { left, right, top, bottom, width, height } = bar.getBoundingClientRect();
            const inside = left >= picture.left - 1 && right <= picture.right + 1 && top >= picture.top - 1 && bottom <= picture.bottom + 1;
            return { left, width, height, bottom, inside, title: bar.querySelector("title")?.textContent ?? "" };
        }),
        rows: [...figure.querySelectorAll("details tbody tr")].map(row => [...row.cells].map(cell => cell.textContent.trim())),
    };
});"#;

fn float(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn array(value: &Value) -> &[Value] {
    value.as_array().expect("an array")
}

/// Numbers as they stand in text, whatever sets their thousands apart.
fn has_number(text: &str, number: i64) -> bool {
    let plain: String =
        text.chars().filter(|character| !matches!(character, ',' | '\u{202f}' | '\u{a0}' | '\'')).collect();
    plain.split(|character: char| !character.is_ascii_digit()).any(|found| found == number.to_string())
}

fn assert_chart(figure: &Value, buckets: &[Value]) {
    let (bars, rows) = (array(&figure["bars"]), array(&figure["rows"]));
    assert_eq!((bars.len(), rows.len()), (buckets.len(), buckets.len()), "{}", figure["caption"]);
    let visits: Vec<_> = buckets.iter().map(|bucket| bucket["visits"].as_i64().expect("a number")).collect();
    let largest = *visits.iter().max().expect("a bucket");
    let tallest = bars.iter().map(|bar| float(&bar["height"])).fold(0.0, f64::max);
    let bottom = float(&bars[0]["bottom"]);
    let cells = rows.iter().map(|row| row[array(row).len() - 1].as_str().expect("a cell"));
    // The table may have the latest first.
    let counts = |mut cells: Box<dyn Iterator<Item = &str>>| {
        visits.iter().all(|visits| cells.next().is_some_and(|cell| has_number(cell, *visits)))
    };
    assert!(counts(Box::new(cells.clone())) || counts(Box::new(cells.rev())), "{rows:?} are not {visits:?}");
    for (bar, visits) in bars.iter().zip(&visits) {
        let title = bar["title"].as_str().expect("a title");
        assert!(has_number(title, *visits), "{title}: {visits}");
        assert_eq!(bar["inside"], true, "{bar}");
        #[expect(clippy::cast_precision_loss, reason = "they are small")]
        let height = if largest == 0 { 0.0 } else { tallest * *visits as f64 / largest as f64 };
        assert!((float(&bar["height"]) - height).abs() <= 1.0, "{title} is {} high, not {height}", bar["height"]);
        // What is not there has no height to stand on.
        assert!(*visits == 0 || (float(&bar["bottom"]) - bottom).abs() < 1.0, "{title}: {bar}");
    }
    assert!(largest == 0 || tallest > 40.0, "{tallest} high");
    assert!(bars.is_sorted_by(|one, next| float(&one["left"]) < float(&next["left"])));
    let starts: Vec<_> = buckets.iter().map(|bucket| bucket["start"].as_str().expect("a start")).collect();
    let (first, last) = (bars[0]["title"].as_str(), bars[bars.len() - 1]["title"].as_str());
    for (title, start) in [(first, starts[0]), (last, starts[starts.len() - 1])] {
        let (title, day) = (title.expect("a title"), start[8..10].trim_start_matches('0'));
        let hour = &start[11..13];
        assert!(title.contains(day) || buckets.len() == 24 && title.contains(hour), "{title}: {start}");
    }
}

fn assert_charts(tab: &Tab, client: &Client, query: &str, scope: &str) {
    let summary = client.json(&format!("/visits/summary?{query}&scope={scope}"));
    let figures = tab.run(FIGURES, &Value::Null);
    let (hours, days) = (array(&summary["hours"]), array(&summary["days"]));
    let [first, second, third] = array(&figures) else { panic!("not three charts: {figures}") };
    assert_chart(first, hours);
    assert_chart(second, &days[23..]);
    assert_chart(third, days);
    for (figure, caption) in [(first, "24 hours"), (second, "7 days"), (third, "30 days")] {
        assert!(figure["caption"].as_str().is_some_and(|text| text.contains(caption)), "{}", figure["caption"]);
    }
}

#[test]
fn the_bars_are_the_numbers() {
    let servers = cluster();
    let client = servers[0].client();
    browse(|tab| {
        for (query, scope) in [
            ("", "cluster"),
            ("scope=replica", "replica"),
            ("page=/blog/&", "cluster"),
            ("tz=Asia/Kathmandu&", "cluster"),
            ("page=/nowhere&", "cluster"),
        ] {
            tab.go(&format!("{}/visits?{query}", servers[0].url()));
            let query = if query.starts_with("scope") { "" } else { query };
            assert_charts(tab, &client, query.trim_end_matches('&'), scope);
        }
    });
}

#[test]
fn the_bars_are_those_of_a_day_on_which_the_clocks_change() {
    let server = setup("footfall-0").variable("timezone", "Europe/Berlin").at("2026-10-25T21:30:00Z");
    let server = filled(server, month(5, 9));
    browse(|tab| {
        tab.go(&format!("{}/visits", server.url()));
        assert_charts(tab, &server.client(), "", "cluster");
    });
}

#[test]
fn one_visit_is_one_bar() {
    let server = filled(setup("footfall-0"), [(now() - 1, "/")]);
    browse(|tab| {
        tab.go(&format!("{}/visits", server.url()));
        assert_charts(tab, &server.client(), "", "cluster");
        let heights = tab.get(
            "[...document.querySelectorAll('rect.bar')].filter(bar => bar.getBoundingClientRect().height > 1).length",
        );
        assert_eq!(heights, 3);
    });
}

#[test]
fn the_tables_are_behind_and_can_be_opened() {
    let servers = cluster();
    browse(|tab| {
        tab.go(&format!("{}/visits", servers[0].url()));
        let open = "[...document.querySelectorAll('figure details')].map(one => [one.open, one.querySelector('table').checkVisibility()])";
        assert_eq!(tab.get(open), json!([[false, false], [false, false], [false, false]]));
        tab.run("document.querySelector('figure summary').click()", &Value::Null);
        assert_eq!(tab.get(open), json!([[true, true], [false, false], [false, false]]));
    });
}

#[test]
fn a_picture_of_a_histogram_is_shown_by_itself() {
    let servers = cluster();
    browse(|tab| {
        // As somebody sees it who asks for a picture: a browser's address bar takes JSON as well.
        let target = "/visits/histogram?bucket=day&scope=cluster";
        let picture = servers[0].client().get_with(target, &[("accept", "image/svg+xml")]);
        tab.go(&format!("data:image/svg+xml,{}", encode(picture.text())));
        let bars = tab.get(
            "[...document.querySelectorAll('rect.bar')].map(bar => [bar.getBoundingClientRect().height, bar.querySelector('title').textContent])",
        );
        let histogram = servers[0].client().json(target);
        assert_eq!(array(&bars).len(), 30, "{bars}");
        for (bar, bucket) in array(&bars).iter().zip(array(&histogram["buckets"])) {
            let title = bar[1].as_str().expect("a title");
            assert!(has_number(title, bucket["visits"].as_i64().expect("a number")), "{title}: {bucket}");
        }
        assert_eq!(tab.complaints(), Vec::<String>::new());
    });
}
