//! `/pages`: deleting a page.

use chrono::{DateTime, Utc};
use http::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::announcing;
use super::app::App;
use super::ask::ask_to_change;
use super::authorize::authorize;
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::reports;
use super::response::{Body, full, ok};
use crate::peers::Question;
use crate::render::json;
use crate::report::{Cluster, Deleted};

/// Deletes all visits to a page, on all replicas unless `scope` is `replica`.
pub async fn delete(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    authorize(app, request)?;
    let query = Query::parse(request.uri.query(), &["page", "scope"])?;
    let page = query.deleted_page()?;
    let scope = query.scope_or(Scope::Cluster)?;
    // First here: one of the peers may be this replica at another address, and then finds nothing left to delete.
    let deleted = app.store.delete_page(&page).await.map_err(Problem::unavailable("The page could not be deleted"))?;
    announcing::announce(app, now).await.map_err(Problem::unavailable("The peers could not be told"))?;
    let own = Deleted { reporter: reports::reporter(app).await?, page, deleted };
    let body = match scope {
        Scope::Cluster => {
            let question = Question::delete(&own.page, request.headers.get(AUTHORIZATION));
            let (answers, others) = ask_to_change(app, &question, now).await?;
            json::line(&Cluster::of_deleted(own, answers, &others))
        }
        Scope::Replica => json::line(&own),
    };
    Ok(ok(Format::Json, "no-store", full(body)))
}
