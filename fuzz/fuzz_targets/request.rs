//! Any request, from its first line to the answer.
//!
//! The input is the head of a request, as in `seeds/request`. The app is the real one, but without a database
//! (`src/store/connection.rs`).
#![no_main]

use std::collections::HashMap;

use footfall::config::{Config, Invalid};
use footfall::web::App;
use footfall_fuzz::expected::{self, IGNORED, Setup};
use footfall_fuzz::{answer, head};
use libfuzzer_sys::{Corpus, fuzz_target};

thread_local! {
    static APPS: [(Setup, Result<App, Invalid>); 3] =
        [Setup::Export, Setup::Plain, Setup::Misconfigured].map(|setup| (setup, app(setup)));
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(request) = head::parse(bytes) else { return Corpus::Reject };
    APPS.with(|apps| {
        // Without a token, only what wants one is answered differently.
        let wants_token = expected::wants_token(&request);
        for (setup, app) in apps.iter().filter(|(setup, _)| wants_token || *setup != Setup::Plain) {
            answer::check(app, *setup, &request);
        }
    });
    Corpus::Keep
});

fn app(setup: Setup) -> Result<App, Invalid> {
    let values = HashMap::from([
        ("timezone", if setup == Setup::Misconfigured { "Mars/Olympus" } else { "America/New_York" }.to_owned()),
        ("replica", "footfall-0".to_owned()),
        ("synchronous", "normal".to_owned()),
        ("retain_visits", "1000".to_owned()),
        ("max_storage", "1Gi".to_owned()),
        ("max_pages", "10".to_owned()),
        ("ignore_agents", IGNORED.join("\n")),
        ("strip_parameters", "ref".to_owned()),
        ("pixel_path", "/footfall.gif".to_owned()),
        ("peers", String::new()),
        ("replicas", String::new()),
        ("retired", String::new()),
        ("drain_seconds", "0".to_owned()),
        ("peer_timeout_ms", "500".to_owned()),
        ("read_token", String::new()),
        ("badge", "public".to_owned()),
        ("export_token", if setup == Setup::Export { "token" } else { "" }.to_owned()),
    ]);
    Config::parse(&values).and_then(App::new)
}
