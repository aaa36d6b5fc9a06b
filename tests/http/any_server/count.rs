//! `/visits/count`.

use super::Site;

#[test]
fn a_count_is_a_number_in_a_line() {
    let site = Site::find();
    let answer = site.client().get("/visits/count");
    let number = answer.text().strip_suffix('\n').expect("a line");
    assert!(number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty(), "{number:?}");
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
}

#[test]
fn a_count_in_json_says_whose_it_is() {
    let site = Site::find();
    let client = site.client();
    let home = client.json("/");
    let count = client.json("/visits/count");
    assert_eq!(count["replica"], home["replica"]);
    assert!(count["visits"].as_i64() >= home["visit"].as_i64(), "{count}");
    assert_eq!(count.as_object().map(serde_json::Map::len), Some(2), "{count}");
    assert_eq!(client.json("/visits/count?scope=replica")["replica"], home["replica"]);
}

#[test]
fn a_count_may_be_a_few_seconds_old() {
    assert_eq!(Site::find().client().get("/visits/count").header("cache-control"), "max-age=5");
}

#[test]
fn nothing_is_counted_outside_of_time() {
    let site = Site::find();
    let client = site.client();
    client.visit();
    for nothing in [
        "until=1970-01-01T00:00:00Z",
        "since=9999-12-31T23:59:59Z",
        "since=9999-01-01T00:00:00Z&until=9999-12-31T23:59:59.999999Z",
        "since=2020-01-01T00:00:00Z&until=2020-01-01T00:00:00Z",
        "since=2020-01-01T00:07:00.5Z&until=2020-01-01T00:07:00.5Z",
        "since=0000-01-01T00:00:00Z&until=1960-01-01T00:00:00Z",
        "page=/never/visited",
        "page=/never/visited&since=1d",
    ] {
        assert_eq!(client.count(nothing), 0, "{nothing}");
    }
}

#[test]
fn everything_is_counted_within_all_time() {
    let site = Site::find();
    let client = site.client();
    client.visit();
    for all in [
        "since=1970-01-01T00:00:00Z",
        "until=9999-12-31T23:59:59Z",
        "since=0000-01-01T00:00:00Z&until=9999-12-31T23:59:59Z",
        "since=99999999h",
        // Nearly as far back as a time can be.
        "since=95000000d",
        "since=1960-01-01T00:00:00.000001Z",
    ] {
        let before = client.count("");
        let counted = client.count(all);
        let after = client.count("");
        assert!((before..=after).contains(&counted), "{all}: {counted}, and not from {before} to {after}");
    }
}

#[test]
fn a_time_can_be_written_in_many_ways() {
    let site = Site::find();
    let client = site.client();
    client.visit();
    for since in [
        "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00.123456789Z",
        "2020-01-01T00:00:00%2B05:45",
        // Unescaped, as people write it.
        "2020-01-01T00:00:00+05:45",
        "2020-01-01T00:00:00-03:30",
        "2020-01-01t00:00:00z",
        "2016-12-31T23:59:60Z",
        "3600s",
        "60m",
        "24h",
        "7d",
        "1w",
    ] {
        assert!(client.count(&format!("since={since}")) >= 1, "{since}");
    }
}

#[test]
fn a_visit_is_counted_from_its_own_time_on() {
    let site = Site::find();
    let client = site.client();
    let home = client.json("/");
    let time = home["time"].as_str().expect("a time").replace('+', "%2B");
    assert!(client.count(&format!("since={time}")) >= 1, "{time}");
    assert!(client.count(&format!("since={time}&page=/")) >= 1, "{time}");
    assert_eq!(client.count(&format!("since={time}&until={time}")), 0, "{time}");
}
