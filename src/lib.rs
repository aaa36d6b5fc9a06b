//! Footfall counts visits.
//!
//! A request comes in here, at `entry`, and goes to [`web`], which finds its resource, parses its parameters, and
//! answers. A module uses modules below it only, and any may use `limits`, `stderr` and `runtime`:
//!
//! | module      | what it is                                              | uses                                        |
//! |-------------|---------------------------------------------------------|---------------------------------------------|
//! | [`web`]     | routes, formats, errors, resources; reads the clock     | everything below                            |
//! | [`render`]  | a report in a format: a file each; alone escapes text   | report, visit, range, bucket, zone, uri     |
//! | [`store`]   | SQLite: recording by one insert, tallying, reading      | backup, config, and what `render` uses      |
//! | [`peers`]   | asking the other replicas                               | config, and what `render` uses              |
//! | [`backup`]  | the format of a backup: writing, reading and checking   | config, report, visit, zone                 |
//! | [`config`]  | the variables, parsed and checked once an instance      | report, visit, zone                         |
//! | [`report`]  | what is answered, and merging the reports of replicas   | visit, bucket, zone, limits                 |
//! | [`range`]   | ranges that have a name, and what they are compared to  | bucket, zone, limits                        |
//! | [`visit`]   | what is recorded: visits to pages                       | zone, limits                                |
//! | [`bucket`]  | the minutes, hours and days that a histogram counts in  | zone, limits                                |
//! | [`agent`]   | the `User-Agent`s of health checkers and of bots        | nothing                                     |
//! | [`zone`]    | time: zones, slots, `since` and `until`                 | nothing                                     |
//! | [`uri`]     | paths with a query                                      | nothing                                     |
//! | [`runtime`] | how requests of an instance share its time              | nothing                                     |
//! | [`limits`]  | the numbers that tune the program, each with its reason | nothing                                     |
//! | [`stderr`]  | log lines for operators                                 | nothing                                     |
//!
//! Where to look for what often changes:
//!
//! - the schema: `src/store/schema.sql`; the delay of a retry: [`limits`], and `src/store/retry.rs` for how it is used
//! - the buckets of a histogram: [`bucket`]; their default number and the longest ranges: [`limits`]
//! - who is not a visitor: `src/web/visitor.rs`; which `User-Agent`s are not: [`agent`]; the list of crawlers:
//!   `scripts/crawlers`, which makes `src/agent/crawlers.rs`
//! - the format of a backup: [`backup`]; of the CSV that can be imported: `src/backup/numbers.rs`
//! - a header of all answers: `src/web/response.rs`; a path or its formats: `src/web/resource.rs`
//! - the text of a badge: `src/render/svg/badge.rs`; of an error: `src/web/problem.rs`
//!
//! An instance of the component serves up to 16 requests at once, on one thread, and 128 in all. So what is `static`
//! lives from request to request, and a panic ends other requests, too.

#[cfg(all(feature = "wasi-rc", feature = "wasi-final"))]
compile_error!("choose one snapshot of WASI 0.3: --no-default-features --features wasi-final, or the default");

// The same SDK for either snapshot, under one name.
#[cfg(feature = "wasi-rc")]
extern crate spin_sdk_6 as spin_sdk;
#[cfg(feature = "wasi-final")]
extern crate spin_sdk_7 as spin_sdk;

pub mod agent;
pub mod backup;
pub mod bucket;
pub mod config;
pub mod limits;
pub mod peers;
pub mod range;
pub mod render;
pub mod report;
pub mod runtime;
pub mod stderr;
pub mod store;
pub mod uri;
pub mod visit;
pub mod web;
pub mod zone;

/// The entry point that Spin calls. It exports names of WASI 0.3, which does not link natively.
#[cfg(target_family = "wasm")]
mod entry {
    use std::cell::OnceCell;
    use std::error::Error;
    use std::rc::Rc;

    use bytes::Bytes;
    use http_body::Body;
    use spin_sdk::http::{Request, Response};

    use crate::config::{Config, Invalid};
    use crate::runtime;
    use crate::web::{self, App};

    #[spin_sdk::http_service]
    async fn handle(
        request: Request,
    ) -> anyhow::Result<Response<impl Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>>> {
        let (parts, body) = request.into_parts();
        let answer = async move { web::answer(&*app().await, &parts, body).await };
        Ok(runtime::respond(answer).await)
    }

    /// The app of this instance, or why its configuration is invalid.
    async fn app() -> Rc<Result<App, Invalid>> {
        thread_local! {
            static APP: OnceCell<Rc<Result<App, Invalid>>> = const { OnceCell::new() };
        }
        if let Some(app) = APP.with(|app| app.get().cloned()) {
            return app;
        }
        // Several first requests may get here. They read the same variables, and one of the results is kept.
        let config = Config::load().await;
        APP.with(|app| app.get_or_init(|| Rc::new(config.and_then(App::new))).clone())
    }
}
