//! `/pages`: deleting a page.

use http::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::app::App;
use super::authorize::authorize;
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::response::{Body, full, ok};
use crate::render::json;
use crate::render::uri::path_and_query;
use crate::report::{Cluster, Deleted};

/// Deletes all visits to a page, on all replicas unless `scope` is `replica`.
pub async fn delete(app: &App, request: &Parts) -> Result<Response<Body>, Problem> {
    authorize(app, request)?;
    let query = Query::parse(request.uri.query(), &["page", "scope"])?;
    let page = query.page()?.ok_or(Problem::BadParameter { parameter: "page", expected: "given: what to delete" })?;
    let scope = query.scope_or(Scope::Cluster)?;
    // First here: one of the peers may be this replica at another address, and then finds nothing left to delete.
    let deleted = app.store.delete_page(&page).await.map_err(Problem::unavailable("The page could not be deleted"))?;
    let own = Deleted { replica: app.config.replica.clone(), page, deleted };
    let body = match scope {
        Scope::Cluster => {
            let parameters = [("page", Some(own.page.as_str().to_owned())), ("scope", Some("replica".to_owned()))];
            let target = path_and_query("/pages", &parameters);
            let peers = app.peers.delete(&target, request.headers.get(AUTHORIZATION)).await;
            json::line(&Cluster::of_deleted(own, peers))
        }
        Scope::Replica => json::line(&own),
    };
    Ok(ok(Format::Json, "no-store", full(body)))
}
