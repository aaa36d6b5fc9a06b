//! `/replica`, `/replica/ask` and `/drain`: what replicas, and whoever ends them, ask each other.

use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::query::Query;
use super::response::{Body, full, ok};
use super::{announcing, discovery};
use crate::limits::DRAIN_TIMEOUT;
use crate::render::json;
use crate::report::{Asked, Identity, Memory, Reporter, Status};
use crate::runtime;

/// The version of what replicas tell each other.
const VERSION: u32 = 1;

/// Who this replica is, and whom it knows.
pub async fn get(app: &App, request: &Parts) -> Result<Response<Body>, Problem> {
    let id = Query::parse(request.uri.query(), &["pages_of"])?.pages_of()?;
    let status = async {
        let identity = app.store.identity().await?;
        let pages = match id {
            Some(id) => app.store.pages_of(&id, &identity).await?,
            None => None,
        };
        let Memory { known, duplicates, .. } = app.store.memory().await?;
        let (reporter, Identity { visits, drained, .. }) = (identity.reporter(&app.config.replica), identity);
        let duplicates = duplicates.into_iter().collect();
        Ok(Status { version: VERSION, reporter, visits, drained, known, duplicates, pages })
    };
    let status = status.await.map_err(Problem::unavailable("The replica could not be described"))?;
    Ok(ok(Format::Json, "no-store", full(json::line(&status))))
}

/// Asks another replica now. Numbers come from asking it, and never from this request, so that anybody may make it.
pub async fn ask(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), &["replica"])?;
    let replica =
        query.replica()?.ok_or(Problem::BadParameter { parameter: "replica", expected: "given: whom to ask" })?;
    let failed = || Problem::unavailable("The replica could not be asked");
    if !app.store.lock_asking(now).await.map_err(failed())? {
        return Err(Problem::Busy);
    }
    let answered = discovery::ask(app, &replica, now).await;
    app.store.unlock_asking().await.map_err(failed())?;
    let answered = answered.map_err(failed())?;
    let asked = Asked { reporter: Reporter { replica, id: None, revision: None, view: None }, answered };
    Ok(ok(Format::Json, "no-store", full(json::line(&asked))))
}

/// Prepares the end of this replica: waits until its last visitors are gone, and then has its peers ask for its number,
/// which is final unless it tells them otherwise. Whoever calls this while it is done gets an answer at once.
pub async fn drain(app: &App, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    let failed = || Problem::unavailable("The replica could not be drained");
    let until = now + app.config.drain + DRAIN_TIMEOUT;
    if app.store.begin_to_drain(now, until).await.map_err(failed())? {
        runtime::sleep(app.config.drain.to_std().unwrap_or_default()).await;
        app.store.set_drained(now + app.config.drain).await.map_err(failed())?;
        announcing::tell_peers(app, DRAIN_TIMEOUT).await;
        app.store.end_drain().await.map_err(failed())?;
    }
    Ok(ok(Format::Text, "no-store", full("drained\n")))
}
