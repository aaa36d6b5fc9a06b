//! Footfall counts visits.
//!
//! A request comes in here, at `entry`, and goes to [`web`], which routes it, reads what it asks for, and puts the
//! answer together. Arrows go down only:
//!
//! | module     | what it is                                                    | uses                                |
//! |------------|---------------------------------------------------------------|-------------------------------------|
//! | [`web`]    | routes, formats, errors; one file a resource; reads the clock | everything below                    |
//! | [`render`] | an answer in a format: one file a format; alone escapes       | report, visit, bucket, zone         |
//! | [`store`]  | SQLite: recording by one insert, tallying, reading            | config, report, visit, zone, stderr |
//! | [`peers`]  | asking the other replicas                                     | config, report, stderr              |
//! | [`config`] | the variables, parsed and checked once an instance            | visit, zone, stderr                 |
//! | [`report`] | what is answered, and merging what several replicas answer    | visit, bucket, zone                 |
//! | [`visit`]  | what is recorded: visits to pages                             | zone                                |
//! | [`bucket`] | the hours, days and minutes that a histogram counts in        | zone                                |
//! | [`zone`]   | time: zones, slots, `since` and `until`                       | nothing                             |
//! | [`stderr`] | lines for whoever runs the app                                | nothing                             |
//!
//! An instance of the component serves up to 16 requests at once, on one thread, and 128 in all. So what is `static`
//! lives from request to request, and a panic would take other people's requests down with it.

#[cfg(all(feature = "wasi-rc", feature = "wasi-final"))]
compile_error!("choose one snapshot of WASI 0.3: --no-default-features --features wasi-final, or the default");

// The same SDK for either snapshot, under one name.
#[cfg(feature = "wasi-rc")]
extern crate spin_sdk_6 as spin_sdk;
#[cfg(feature = "wasi-final")]
extern crate spin_sdk_7 as spin_sdk;

pub mod bucket;
pub mod config;
pub mod peers;
pub mod render;
pub mod report;
pub mod stderr;
pub mod store;
pub mod visit;
pub mod web;
pub mod zone;

/// Where Spin calls in. It names WASI 0.3, which does not link natively, and the unit tests do not need it.
#[cfg(target_family = "wasm")]
mod entry {
    use std::cell::OnceCell;
    use std::rc::Rc;

    use spin_sdk::http::{Request, Response};

    use crate::config::{Config, Invalid};
    use crate::web::{self, App, Body};

    #[spin_sdk::http_service]
    async fn handle(request: Request) -> anyhow::Result<Response<Body>> {
        let (parts, _body) = request.into_parts();
        let app = app().await;
        Ok(web::answer(&app, &parts).await)
    }

    /// The app of this instance, or why there is none.
    async fn app() -> Rc<Result<App, Invalid>> {
        thread_local! {
            static APP: OnceCell<Rc<Result<App, Invalid>>> = const { OnceCell::new() };
        }
        if let Some(app) = APP.with(|app| app.get().cloned()) {
            return app;
        }
        // Several first requests may come here; they read the same variables, and one result is kept.
        let config = Config::load().await;
        APP.with(|app| app.get_or_init(|| Rc::new(config.map(App::new))).clone())
    }
}
