//! `/visits/export.ndjson` and `.csv`, by those who have no token. Whether the server has one, nobody here knows.

use http::Method;

use super::Site;

const EXPORTS: [&str; 2] = ["/visits/export.ndjson", "/visits/export.csv"];

#[test]
fn an_export_is_for_those_who_have_the_token() {
    let site = Site::find();
    let client = site.client();
    client.visit();
    for target in EXPORTS {
        for headers in [
            &[][..],
            &[("authorization", "Bearer ")],
            &[("authorization", "Bearer no-such-token")],
            &[("authorization", "Basic dXNlcjpwYXNz")],
            &[("authorization", "nonsense")],
        ] {
            let answer = client.get_with(target, headers);
            match answer.status {
                404 => assert_eq!(answer.header("www-authenticate"), ""),
                _ => assert!(answer.header("www-authenticate").starts_with("Bearer realm=\"footfall\""), "{headers:?}"),
            }
            answer.problem(if answer.status == 404 { 404 } else { 401 });
            let head = client.request(&Method::HEAD, target, headers);
            assert_eq!((head.status, head.body.len()), (answer.status, 0), "{headers:?}");
        }
    }
}

#[test]
fn an_export_that_is_off_is_not_there_at_all() {
    let site = Site::find();
    let client = site.client();
    for target in EXPORTS {
        if client.get(target).status != 404 {
            eprintln!("not tested: the server has a token");
            return;
        }
        for query in ["", "?page=/", "?since=nonsense", "?x=y"] {
            for accept in ["*/*", "text/csv", "application/x-ndjson"] {
                client.get_with(&format!("{target}{query}"), &[("accept", accept)]).problem(404);
            }
        }
        client.get(&format!("{target}x")).problem(404);
    }
}
