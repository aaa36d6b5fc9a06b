//! Numbers that are brought up to date while somebody reads them.

use serde_json::{Value, json};

use crate::browser::Tab;
use crate::server::Server;
use crate::site::{cluster, filled, now, setup};

/// A dashboard whose minutes pass when `pass` says so.
struct Dashboard {
    tab: Tab,
}

impl Dashboard {
    fn open(server: &Server, query: &str) -> Self {
        let tab = Tab::open();
        tab.before_scripts("window.setInterval = (update, time) => { window.minute = [update, time]; }");
        tab.go(&format!("{}/visits?{query}", server.url()));
        assert_eq!(tab.eval("minute[1]"), 60_000);
        Self { tab }
    }

    /// Lets a minute pass.
    fn pass(&self) {
        self.tab.eval("minute[0]()");
    }

    fn number(&self, selector: &str) -> Value {
        self.tab.eval(&format!("Number(document.querySelector('{selector}')?.textContent.replaceAll(',', ''))"))
    }

    fn all_time(&self) -> Value {
        self.number("#numbers div:last-of-type dd")
    }
}

#[test]
fn each_minute_brings_the_numbers_up_to_date_and_keeps_what_is_open() {
    let server = filled(setup("footfall-0"), [(now() - 1, "/a")]);
    let dashboard = Dashboard::open(&server, "");
    let tab = &dashboard.tab;
    tab.eval("document.querySelectorAll('details').forEach(one => one.open = true); scrollTo(0, 200)");
    server.client().get("/footfall.gif?page=/new");
    server.set_clock("2026-11-23T14:40:00Z");
    dashboard.pass();
    assert_eq!(
        (dashboard.all_time(), dashboard.number("#numbers dd"), dashboard.number("#buckets td")),
        (2.into(), 2.into(), 2.into())
    );
    assert!(tab.text().contains("2026-11-23 14:40:00+00:00 UTC") && tab.text().contains("/new"), "{}", tab.text());
    assert_eq!(tab.eval("[...document.querySelectorAll('details')].map(one => one.open)"), json!([true, true]));
    assert_eq!(tab.eval("scrollY"), 200);
    // Somebody who does not see it needs no numbers.
    server.client().get("/footfall.gif?page=/new");
    tab.eval("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
    dashboard.pass();
    assert_eq!(dashboard.all_time(), 2);
    tab.eval("delete document.hidden");
    dashboard.pass();
    assert_eq!(dashboard.all_time(), 3);
    assert_eq!(tab.complaints(), Vec::<String>::new());
}

#[test]
fn the_first_visit_takes_the_place_of_what_tells_how_to_get_it() {
    let server = setup("footfall-0").start();
    let dashboard = Dashboard::open(&server, "");
    assert!(dashboard.tab.text().contains("No visits yet"), "{}", dashboard.tab.text());
    server.client().visit();
    dashboard.pass();
    assert!(!dashboard.tab.text().contains("No visits yet") && dashboard.all_time() == 1, "{}", dashboard.tab.text());
}

#[test]
fn nothing_changes_that_the_reader_points_at_has_selected_or_types_into() {
    let server = filled(setup("footfall-0"), [(now() - 1, "/a")]);
    let dashboard = Dashboard::open(&server, "");
    let tab = &dashboard.tab;
    let mut visits = 1;
    for (hold, release) in [
        ("document.querySelector('#pages td a').focus()", "document.activeElement.blur()"),
        (
            "document.querySelector('#pages input[type=search]').value = 'x'",
            "document.querySelector('#pages form').reset()",
        ),
        ("getSelection().selectAllChildren(document.querySelector('#pages td'))", "getSelection().removeAllRanges()"),
    ] {
        tab.eval(hold);
        server.client().get("/footfall.gif?page=/a");
        dashboard.pass();
        assert_eq!(
            (dashboard.number("#pages td"), dashboard.all_time()),
            (visits.into(), (visits + 1).into()),
            "{hold}"
        );
        tab.eval(release);
        dashboard.pass();
        visits += 1;
        assert_eq!(dashboard.number("#pages td"), visits, "{release}");
    }
    let place =
        tab.eval("(({ x, y }) => [x + 2, y + 2])(document.querySelector('#pages td a').getBoundingClientRect())");
    tab.point_at(place[0].as_f64().expect("a number"), place[1].as_f64().expect("a number"));
    server.client().get("/footfall.gif?page=/a");
    dashboard.pass();
    assert_eq!((dashboard.number("#pages td"), dashboard.all_time()), (visits.into(), (visits + 1).into()));
    tab.point_at(1.0, 1.0);
    dashboard.pass();
    assert_eq!(dashboard.number("#pages td"), visits + 1);
}

#[test]
fn what_would_move_the_place_that_the_reader_points_at_waits() {
    let ([first, second, third], place) = (cluster(1), "document.activeElement.getBoundingClientRect().top");
    let dashboard = Dashboard::open(&first, "");
    let tab = &dashboard.tab;
    tab.eval("document.querySelector('.snippets summary').focus({ preventScroll: true })");
    let (before, shown) = (tab.eval(place), dashboard.all_time());
    drop((second.kill(), third.kill()));
    first.client().get("/footfall.gif?page=/new/and/longer/than/any/other/page/so/that/its/name/takes/two/lines");
    dashboard.pass();
    // What says that numbers are missing would move it, and without that no number changes.
    assert_eq!((tab.eval(place), dashboard.all_time()), (before, shown));
    assert!(!tab.text().contains("is missing"), "{}", tab.text());
    tab.eval("document.activeElement.blur()");
    dashboard.pass();
    assert!(tab.text().contains("footfall-1 is missing") && tab.text().contains("/new/and"), "{}", tab.text());
}

#[test]
fn a_dashboard_says_since_when_it_could_not_be_brought_up_to_date() {
    let server = filled(setup("footfall-0"), [(now() - 1, "/a")]);
    let dashboard = Dashboard::open(&server, "");
    let says = "2026-11-23 14:37:21+00:00 UTC. The numbers could not be brought up to date since.";
    assert!(!dashboard.tab.text().contains(says), "{}", dashboard.tab.text());
    drop(server.kill());
    dashboard.pass();
    assert!(dashboard.tab.text().contains(says) && dashboard.all_time() == 1, "{}", dashboard.tab.text());
}
