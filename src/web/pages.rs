//! `/pages`: listing the pages with their visits, and deleting one.

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
use super::response::{Body, attachment, full, ok};
use crate::limits::{CACHE_COUNTS, DEFAULT_LIST};
use crate::peers::Question;
use crate::range::Named;
use crate::render::html::{self, PagesView};
use crate::render::{csv, json};
use crate::report::{Cluster, Deleted, Others, Paging};

const PARAMETERS: &[&str] = &["range", "since", "until", "search", "sort", "limit", "offset", "tz", "scope", "without"];

/// Lists all pages that were visited in a range. Of one replica, JSON has what replicas ask each other: the whole list.
pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let query = Query::parse_for(format, request.uri.query(), PARAMETERS)?;
    let tz = query.tz()?;
    let zone = tz.as_ref().unwrap_or(&app.config.timezone);
    let (range, named) = query.range_or(Named::All, zone, now)?;
    let (search, without) = (query.search()?, query.without()?);
    let (limit, scope) = (query.limit()?, query.scope_or(Scope::Cluster)?);
    let default = if format == Format::Csv { None } else { Some(DEFAULT_LIST) };
    let paging = Paging { sort: query.sort()?, offset: query.offset()?, limit: limit.or(default) };
    if format == Format::Json && scope == Scope::Replica {
        if let Some(parameter) = query.given(&["sort", "limit", "offset"]) {
            return Err(Problem::BadParameter { parameter, expected: "left out where scope is replica" });
        }
        let list = reports::pages(app, range, &search, &without).await?;
        return Ok(ok(format, CACHE_COUNTS, full(json::line(&list))));
    }
    let pages = match scope {
        Scope::Cluster => reports::merged_pages(app, range, &search, paging, zone, now).await?,
        Scope::Replica => {
            let own = reports::pages(app, range, &search, &without).await?;
            let alone = Others { now, ..Others::default() };
            Cluster::of_pages(own, Vec::new(), &alone, range.local(zone), paging, zone)
        }
    };
    let body = match format {
        Format::Csv => csv::pages(&pages.merged.pages),
        Format::Html => html::pages(&PagesView {
            pages,
            search,
            sort: paging.sort,
            offset: paging.offset,
            limit,
            filter: app.filter(scope, (range, named), tz.as_ref()),
        }),
        _ => json::line(&pages),
    };
    let response = ok(format, CACHE_COUNTS, full(body));
    Ok(match format {
        Format::Csv => attachment(response, "pages", &app.config.replica, "csv"),
        _ => response,
    })
}

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
