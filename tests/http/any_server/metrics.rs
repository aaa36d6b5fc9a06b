//! `/metrics`.

use openmetrics_parser::{openmetrics, prometheus};

use super::Site;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[test]
fn metrics_come_in_the_format_that_is_asked_for() {
    let site = Site::find();
    for (accept, content_type) in [
        ("*/*", TEXT),
        ("", TEXT),
        ("text/plain", TEXT),
        ("text/plain;version=0.0.4", TEXT),
        ("text/plain;version=0.0.4;q=1,*/*;q=0.1", TEXT),
        ("application/openmetrics-text", OPEN_METRICS),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", OPEN_METRICS),
        ("application/openmetrics-text;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.5", TEXT),
        // What Prometheus 2 and 3 send.
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            OPEN_METRICS,
        ),
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OPEN_METRICS,
        ),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OPEN_METRICS,
        ),
    ] {
        let answer = site.client().get_with("/metrics", &[("accept", accept)]);
        assert_eq!((answer.status, answer.header("content-type")), (200, content_type), "{accept}");
        assert_eq!(answer.header("cache-control"), "no-store", "{accept}");
        assert_eq!(answer.header("x-visit"), "", "{accept}");
        assert_eq!(answer.text().ends_with("\n# EOF\n"), content_type == OPEN_METRICS, "{accept}");
        if content_type == TEXT {
            prometheus::parse_prometheus(answer.text()).expect("metrics");
            assert!(!answer.text().contains("EOF"), "{}", answer.text());
        } else {
            openmetrics::parse_openmetrics(answer.text()).expect("metrics");
        }
    }
    assert_eq!(site.client().get("/metrics").header("content-type"), TEXT);
}

#[test]
fn metrics_have_no_other_format() {
    let site = Site::find();
    for query in ["?x=y", "?", "?scope=cluster&%FF"] {
        assert_eq!(site.client().get(&format!("/metrics{query}")).status, 200, "{query}");
    }
    for accept in ["application/json", "text/html", "image/svg+xml"] {
        let problem = site.client().get_with("/metrics", &[("accept", accept)]).problem(406);
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains("text/plain") && detail.contains("application/openmetrics-text"), "{detail}");
    }
}

#[test]
fn who_scrapes_is_told_of_every_visit() {
    let site = Site::find();
    let client = site.client();
    let visits = || {
        let answer = client.get_with("/metrics", &[("user-agent", "Prometheus/3.5.0")]);
        let line = answer.text().lines().find_map(|line| line.strip_prefix("footfall_visits_total "));
        line.and_then(|number| number.parse::<i64>().ok()).unwrap_or_else(|| panic!("{}", answer.text()))
    };
    let before = visits();
    client.visit();
    client.get("/count.gif");
    let after = visits();
    assert!(after >= before + 2, "{before} and then {after}");
}
