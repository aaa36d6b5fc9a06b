//! Names that somebody with bad intentions would choose.

use super::exports::{BEARER, TOKEN};
use super::{AT, with_visits};
use crate::any_server::escape;
use crate::any_server::picture::{svg, title};
use crate::server::Setup;

/// Markup, quotes, an end of CDATA, what turns the direction of text, and a line of metrics.
const NAME: &str = "<script>alert(1)</script>\"'><svg onload=alert(1)>]]>&amp;&#0;\
    \u{202e}gnp.\u{1f463}}\\\" 1\\nfootfall_pages 9";

#[test]
fn a_name_of_anything_makes_no_broken_answer() {
    let page = format!("/{NAME}");
    let setup = Setup::new().variable("replica", NAME).variable("export_token", TOKEN).at("2026-03-29T01:30:00Z");
    let server = with_visits(setup, [(AT, page.as_str())]);
    let client = server.client();
    let filter = format!("page={}", escape(&page));
    for (target, accept) in [
        (format!("/visits/histogram?{filter}"), "image/svg+xml"),
        (format!("/visits/histogram?{filter}&tz=Asia/Kathmandu&bucket=day"), "image/svg+xml"),
        (format!("/badge.svg?{filter}"), "*/*"),
    ] {
        let answer = client.get_with(&target, &[("accept", accept)]);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        let document = svg(answer.text());
        assert!(target.starts_with("/badge") || title(&document).contains(&page), "{}", title(&document));
    }
    for target in ["/", "/visits/histogram", "/visits/summary", "/visits?tail=1", "/visits/count"] {
        assert_eq!(client.json(target)["replica"], NAME, "{target}");
    }
    assert!(client.get("/").text().ends_with(&format!("\nvisit 3 on {NAME}\n")));
    assert_eq!(client.json("/visits?tail=3")["visits"][0]["page"], page);
    for target in ["/".to_owned(), "/visits".to_owned(), format!("/visits?{filter}")] {
        let html = client.get_with(&target, &[("accept", "text/html")]);
        assert_eq!((html.status, html.header("content-length")), (200, html.body.len().to_string().as_str()));
        for part in ["<script>alert", "<svg onload", "\"'>"] {
            assert!(!html.text().contains(part), "{part} in {}", html.text());
        }
        assert!(html.text().contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;"), "{}", html.text());
    }
    assert!(client.get("/metrics").text().contains("\nfootfall_pages 2\n"));
    // The name of the file has to fit into a header.
    let export = client.get_with("/visits/export.ndjson", &[BEARER]);
    let name = export.header("content-disposition").strip_prefix("attachment; filename=\"visits-").unwrap_or_default();
    let name = name.strip_suffix(".ndjson\"").expect("the end of the name");
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{name}");
}
