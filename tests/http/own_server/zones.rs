//! Time as people see it: zones, and the days on which their clocks change.

use http::Method;

use crate::server::Setup;

/// A moment, a zone, and what a clock there shows.
const SHOWN: [(&str, &str, &str); 20] = [
    ("2026-03-29T00:59:59.999999Z", "Europe/Berlin", "2026-03-29T01:59:59.999999+01:00"),
    ("2026-03-29T01:00:00Z", "Europe/Berlin", "2026-03-29T03:00:00.000000+02:00"),
    ("2026-10-25T00:59:59Z", "Europe/Berlin", "2026-10-25T02:59:59.000000+02:00"),
    ("2026-10-25T01:00:00Z", "Europe/Berlin", "2026-10-25T02:00:00.000000+01:00"),
    ("2026-03-08T06:59:59Z", "America/New_York", "2026-03-08T01:59:59.000000-05:00"),
    ("2026-03-08T07:00:00Z", "America/New_York", "2026-03-08T03:00:00.000000-04:00"),
    ("2026-11-01T05:59:59Z", "America/New_York", "2026-11-01T01:59:59.000000-04:00"),
    ("2026-11-01T06:00:00Z", "America/New_York", "2026-11-01T01:00:00.000000-05:00"),
    ("2026-01-01T18:14:59Z", "Asia/Kathmandu", "2026-01-01T23:59:59.000000+05:45"),
    ("2026-01-01T18:15:00Z", "Asia/Kathmandu", "2026-01-02T00:00:00.000000+05:45"),
    ("2026-04-04T14:59:59Z", "Australia/Lord_Howe", "2026-04-05T01:59:59.000000+11:00"),
    ("2026-04-04T15:00:00Z", "Australia/Lord_Howe", "2026-04-05T01:30:00.000000+10:30"),
    ("2026-12-31T23:59:59Z", "UTC", "2026-12-31T23:59:59.000000+00:00"),
    ("2027-01-01T00:00:00Z", "UTC", "2027-01-01T00:00:00.000000+00:00"),
    ("2026-12-31T09:59:59Z", "Pacific/Kiritimati", "2026-12-31T23:59:59.000000+14:00"),
    ("2026-12-31T10:00:00Z", "Pacific/Kiritimati", "2027-01-01T00:00:00.000000+14:00"),
    ("2028-02-29T23:59:59Z", "Europe/London", "2028-02-29T23:59:59.000000+00:00"),
    ("2026-07-01T02:29:59Z", "America/St_Johns", "2026-06-30T23:59:59.000000-02:30"),
    ("2026-07-01T12:00:00.000001Z", "Europe/Moscow", "2026-07-01T15:00:00.000001+03:00"),
    ("1970-01-01T00:00:00Z", "Asia/Kolkata", "1970-01-01T05:30:00.000000+05:30"),
];

#[test]
fn the_log_is_shown_in_the_zone_that_is_asked_for() {
    let server = Setup::new().at("2026-01-01T00:00:00Z").start();
    let client = server.client();
    for (moment, zone, shown) in SHOWN {
        server.set_clock(moment);
        client.visit();
        let target = format!("/visits?tail=1&tz={zone}");
        let tail = client.json(&target);
        assert_eq!((&tail["visits"][0]["at"], &tail["timezone"]), (&shown.into(), &zone.into()), "{moment}");
        assert_eq!(client.get(&target).text(), format!("{}\n", &shown[11..19]), "{moment} in {zone}");
    }
}

#[test]
fn a_visit_is_answered_in_the_zone_of_the_replica() {
    for zone in ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"] {
        let server = Setup::new().variable("timezone", zone).at("2026-01-01T00:00:00Z").start();
        let client = server.client();
        for (moment, _, shown) in SHOWN.into_iter().filter(|(_, other, _)| *other == zone) {
            server.set_clock(moment);
            let (day, clock, offset) = (&shown[..10], &shown[11..19], &shown[26..]);
            let human = format!("{day} {clock}{offset} {zone}");
            let text = client.get("/");
            assert_eq!(text.text().lines().next(), Some(human.as_str()), "{moment}");
            let home = client.json("/");
            assert_eq!((&home["time"], &home["timezone"]), (&shown.into(), &zone.into()), "{moment}");
            let page = client.get_with("/", &[("accept", "text/html")]);
            assert!(page.text().contains(&format!("datetime=\"{shown}\"")), "{}", page.text());
            assert!(page.text().contains(&human), "{}", page.text());
            let tail = client.json("/visits?tail=1");
            assert_eq!((&tail["visits"][0]["at"], &tail["timezone"]), (&shown.into(), &zone.into()), "{moment}");
            let ignored = client.request(&Method::GET, "/", &[("purpose", "prefetch")]);
            assert_eq!(ignored.text().lines().next(), Some(human.as_str()), "{moment}");
        }
    }
}

#[test]
fn an_hour_that_comes_twice_is_counted_by_its_offset() {
    let server = Setup::new().variable("timezone", "Europe/Berlin").at("2026-10-25T00:30:00Z").start();
    let client = server.client();
    // Twice half past two, an hour apart.
    client.visit();
    server.set_clock("2026-10-25T01:30:00Z");
    client.visit();
    assert_eq!(client.get("/visits").text(), "02:30:00\n02:30:00\n");
    for (query, visits) in [
        ("since=2026-10-25T02:30:00%2B02:00", 2),
        ("since=2026-10-25T02:30:00%2B01:00", 1),
        ("until=2026-10-25T02:30:00%2B02:00", 0),
        ("until=2026-10-25T02:30:00%2B01:00", 1),
        ("since=2026-10-25T02:30:00.000001%2B02:00&until=2026-10-25T02:30:00.000001%2B01:00", 1),
        ("since=60m", 2),
        ("since=3599s", 1),
        ("until=0s", 1),
    ] {
        assert_eq!(client.count(query), visits, "{query}");
    }
}

#[test]
fn the_clock_is_looked_at_for_each_visit() {
    let server = Setup::new().at("2026-05-01T12:00:00Z").start();
    let client = server.client();
    for second in 0..30 {
        server.set_clock(&format!("2026-05-01T12:00:{second:02}.5Z"));
        let text = client.get("/");
        assert!(text.text().starts_with(&format!("2026-05-01 12:00:{second:02}+00:00 UTC\n")), "{}", text.text());
    }
}
