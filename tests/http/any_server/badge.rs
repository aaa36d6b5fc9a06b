//! `/badge.svg`.

use http::Method;

use super::picture::{assert_refused, svg, texts, title};
use super::{Site, escape};
use crate::client::Client;

/// The number and the label on a badge.
fn read(client: &Client, query: &str) -> (String, i64) {
    let answer = client.get(&format!("/badge.svg?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let document = svg(answer.text());
    let texts = texts(&document);
    // A shadow may say it once more.
    let number = texts.iter().find_map(|text| text.parse().ok()).unwrap_or_else(|| panic!("no number in {texts:?}"));
    let label = texts.iter().find(|text| text.parse::<i64>().is_err()).expect("a label");
    ((*label).to_owned(), number)
}

#[test]
fn a_badge_has_the_number_of_visits_on_it() {
    let site = Site::find();
    let client = site.client();
    client.visit();
    for query in ["", "page=/", "since=1h", "since=1970-01-01T00:00:00Z&page=/", "page=/never/visited"] {
        let counted = format!("{}&scope=replica", query.replace("&scope=replica", ""));
        let before = client.count(&counted);
        let (label, number) = read(&client, query);
        let after = client.count(&counted);
        assert_eq!(label, "visits", "{query}");
        assert!((before..=after).contains(&number), "{query}: {number}, and not from {before} to {after}");
    }
    assert_eq!(read(&client, "since=9999-12-31T23:59:59Z&scope=replica").1, 0);
}

#[test]
fn a_badge_may_be_shown_anywhere_and_is_asked_for_anew() {
    let answer = Site::find().client().get("/badge.svg");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "image/svg+xml");
    assert_eq!(answer.header("cache-control"), "no-cache, max-age=0");
    assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(answer.header("x-visit"), "", "a badge is no visit");
    assert!(title(&svg(answer.text())).contains("visits"), "{}", answer.text());
}

#[test]
fn a_badge_says_what_it_is_told_to() {
    let site = Site::find();
    let client = site.client();
    let longest = "\u{1f463}".repeat(64);
    for label in [
        "readers",
        "a b",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onload='alert(1)",
        "]]>",
        "&amp;",
        "&#60;",
        "--><x>",
        "100%",
        "\u{645}\u{631}\u{62d}\u{628}\u{627}",
        &longest,
    ] {
        assert_eq!(read(&client, &format!("label={}", escape(label))).0, label);
    }
}

#[test]
fn a_badge_has_the_color_that_it_is_told_to() {
    let site = Site::find();
    let client = site.client();
    let body = |color: &str| {
        let answer = client.get(&format!("/badge.svg?page=/never/visited&color={color}"));
        assert_eq!(answer.status, 200, "{color}");
        svg(answer.text());
        answer.text().to_owned()
    };
    let plain = client.get("/badge.svg?page=/never/visited").text().to_owned();
    assert_eq!(body("blue"), plain);
    for (color, written) in
        [("123456", "#123456"), ("abc", "#abc"), ("%23abc", "#abc"), ("ABCDEF", "#abcdef"), ("0aF", "#0af")]
    {
        let doubled: String = written.chars().flat_map(|c| [c, c]).skip(1).collect();
        let body = body(color).to_lowercase();
        assert!(body.contains(written) || body.contains(&doubled), "{color}: {body}");
    }
    assert_eq!(body("%23123456"), body("123456"));
    let named = ["green", "blue", "red", "orange", "yellow", "grey"].map(body);
    assert!(named.iter().enumerate().all(|(place, one)| !named[..place].contains(one)), "two colors are one");
}

#[test]
fn a_badge_of_an_error_says_so() {
    let site = Site::find();
    let client = site.client();
    let long = format!("label={}", "x".repeat(65));
    for (parameter, query) in [
        ("label", "label="),
        ("label", "label"),
        ("label", &long),
        ("label", "label=a%00"),
        ("label", "label=a%0Ab"),
        ("label", "label=%1B%5B0m"),
        ("label", "label=%7F"),
        ("label", "label=%C2%9F"),
        ("label", "label=%FF"),
        ("label", "label=%EF%BF%BE"),
        ("label", "label=a%EF%BF%BFb"),
        ("label", "label=a&label=a"),
        ("color", "color="),
        ("color", "color=%23"),
        ("color", "color=ff"),
        ("color", "color=ffff"),
        ("color", "color=fffffff"),
        ("color", "color=ggg"),
        ("color", "color=%23%23fff"),
        ("color", "color=pink"),
        ("color", "color=red;"),
        ("color", "color=url(%23x)"),
        ("color", "color=%22/%3E%3Cscript%3Ealert(1)%3C/script%3E"),
        ("color", "color=%EF%BD%86%EF%BD%86%EF%BD%86"),
        ("color", "color=red&color=red"),
        ("page", "page=blog"),
        ("page", "page=/%EF%BF%BF"),
        ("page", "page=%3Cscript%3E"),
        ("since", "since=yesterday"),
        ("since", "since=%3C/title%3E%3Cscript%3E"),
        ("scope", "scope=world"),
    ] {
        let answer = client.get(&format!("/badge.svg?{query}"));
        assert_refused("/badge.svg", &answer, 400);
        let document = svg(answer.text());
        assert!(title(&document).contains(parameter), "{query}: {}", title(&document));
    }
    for query in ["until=1h", "tz=UTC", "Label=x", "x", "%FF=1"] {
        let answer = client.get(&format!("/badge.svg?{query}"));
        assert_refused("/badge.svg", &answer, 400);
        assert!(title(&svg(answer.text())).contains("label"), "{query}: {}", answer.text());
    }
}

#[test]
fn other_errors_of_the_badge_are_badges_as_well() {
    let site = Site::find();
    let client = site.client();
    for accept in ["text/html", "image/png", "image/svg+xml;q=0", "application/json"] {
        assert_refused("/badge.svg", &client.get_with("/badge.svg", &[("accept", accept)]), 406);
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let answer = client.request(&method, "/badge.svg", &[]);
        assert_refused("/badge.svg", &answer, 405);
        assert_eq!(answer.header("allow"), "GET, HEAD");
    }
    let long = format!("/badge.svg?label={}", "x".repeat(8000));
    assert_refused("/badge.svg", &client.get(&long), 414);
    for accept in ["image/*", "image/svg+xml", "image/avif,image/webp,image/*,*/*;q=0.8", "*/*"] {
        let answer = client.get_with("/badge.svg", &[("accept", accept)]);
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/svg+xml"), "{accept}");
    }
}
