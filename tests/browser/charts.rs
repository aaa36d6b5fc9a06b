//! The charts: their bars against the numbers.

use serde_json::Value;

use crate::browser::Tab;
use crate::site::{cluster, encode, filled, make_coarse, now, setup};

/// The bars of each figure: the number in the title, the height, and whether it stands on the axis within the picture.
const BARS: &str = r#"[...document.querySelectorAll("figure")].map(figure => {
    const frame = figure.querySelector("svg").getBoundingClientRect();
    const bars = [...figure.querySelectorAll("svg rect.bar")].map(bar => [bar, bar.getBoundingClientRect()]);
    const axis = Math.max(...bars.map(([, box]) => box.bottom));
    return bars.map(([bar, box]) => ({
        visits: Number(bar.querySelector("title").textContent.split(": ")[1].replaceAll(",", "")),
        height: box.height,
        placed: Math.abs(box.bottom - axis) < 1 && box.left >= frame.left && box.right <= frame.right && box.top >= frame.top,
    }));
})"#;

fn assert_chart(bars: &Value, buckets: &[Value]) {
    let bars = bars.as_array().expect("bars");
    let numbers: Vec<_> = bars.iter().map(|bar| &bar["visits"]).collect();
    let expected: Vec<_> = buckets.iter().map(|bucket| &bucket["visits"]).collect();
    assert_eq!(numbers, expected);
    let float = |value: &Value| value.as_f64().expect("a number");
    let most = numbers.into_iter().map(float).fold(0.0, f64::max);
    let tallest = bars.iter().map(|bar| float(&bar["height"])).fold(0.0, f64::max);
    assert!(tallest > 40.0 || most == 0.0, "{tallest} high");
    for bar in bars {
        let height = tallest * float(&bar["visits"]) / most.max(1.0);
        assert!((float(&bar["height"]) - height).abs() <= 1.0 && bar["placed"] == true, "not {height} high: {bar}");
    }
}

#[test]
fn the_bars_are_the_numbers() {
    let (servers, tab) = (cluster(1), Tab::open());
    let client = servers[0].client();
    for query in [
        "scope=cluster",
        "scope=replica&range=today",
        "page=/blog/&scope=cluster&range=7d&tz=Asia/Kathmandu",
        "page=/nowhere&scope=cluster&range=12mo",
        "range=all&scope=cluster",
        "since=2026-11-23T10:00:00Z&until=2026-11-23T11:00:00Z&scope=cluster",
    ] {
        tab.go(&format!("{}/visits?{query}", servers[0].url()));
        let range = if query.contains("range=") || query.contains("since=") { "" } else { "&range=30d" };
        let summary = client.json(&format!("/visits/summary?{query}{range}"));
        assert_chart(&tab.eval(BARS)[0], summary["range"]["buckets"].as_array().expect("buckets"));
    }
}

#[test]
fn light_and_dark_have_colours_of_their_own() {
    let (servers, tab) = (cluster(1), Tab::open());
    let [light, dark] = ["light", "dark"].map(|scheme| {
        tab.emulate(1280, scheme);
        tab.go(&format!("{}/visits", servers[0].url()));
        let style = |selector: &str| format!("getComputedStyle(document.querySelector('{selector}'))");
        [style("body") + ".backgroundColor", style("body") + ".color", style("rect.bar") + ".fill"]
            .map(|colour| tab.eval(&colour))
    });
    assert!(light.iter().zip(&dark).all(|(light, dark)| light != dark), "{light:?} and {dark:?}");
}

#[test]
fn the_note_of_a_histogram_fits_into_it() {
    let (server, tab) = (filled(setup("footfall-0"), [(now() - 1, "/")]), Tab::open());
    make_coarse(&server);
    let target = "/visits/histogram?bucket=day&tz=America/St_Johns";
    let picture = server.client().get_with(target, &[("accept", "image/svg+xml")]);
    tab.go(&format!("data:image/svg+xml,{}", encode(picture.text())));
    let outside = tab.eval(
        "(() => {
            const frame = document.querySelector('svg').getBoundingClientRect();
            const texts = [...document.querySelectorAll('text')].filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom;
            });
            return texts.map(text => text.textContent);
        })()",
    );
    assert_eq!(outside, Value::Array(Vec::new()));
    assert!(picture.text().contains("Counted by the day or longer before 2026-11-13"), "{}", picture.text());
}
