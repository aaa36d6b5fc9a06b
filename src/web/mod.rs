//! From a request to a response.
//!
//! [`answer`] finds the resource of the path, checks the method, negotiates a format, and calls the resource. A
//! resource parses its parameters, gets a report, and renders it. Whatever goes wrong is a `Problem`, which becomes a
//! response in one place. Resources, which come first here, do not use each other. They may use `app`, `query`,
//! `problem`, `format` and `response`, beside what the table says.
//!
//! | module       | what it is                                                 | uses                                |
//! |--------------|------------------------------------------------------------|-------------------------------------|
//! | `home`       | `/`                                                        | record, reports                     |
//! | `gif`        | `/count.gif`                                               | record                              |
//! | `badge`      | `/badge.svg`                                               | reports                             |
//! | `visits`     | `/visits`: the tail of the log, and the dashboard          | reports                             |
//! | `count`      | `/visits/count`                                            | reports                             |
//! | `histogram`  | `/visits/histogram`                                        | reports                             |
//! | `summary`    | `/visits/summary`                                          | reports                             |
//! | `export`     | `/visits/export.ndjson` and `/visits/export.csv`           | authorize                           |
//! | `backup`     | `/backup`                                                  | authorize                           |
//! | `import`     | `/import`                                                  | announcing, authorize, reports      |
//! | `pages`      | `/pages`: deleting a page                                  | announcing, ask, authorize, reports |
//! | `operations` | `/metrics`, the probes, `/version`, `/openapi.yaml`        | announcing, discovery               |
//! | `replica`    | `/replica`, `/replica/ask`, `/drain`: for other replicas   | announcing, discovery               |
//! | `record`     | which requests are visits, and recording them              | announcing, app, problem, response  |
//! | `reports`    | the reports of this replica, and of all replicas           | app, ask, problem                   |
//! | `ask`        | asking the peers for their reports                         | app, discovery, problem             |
//! | `discovery`  | which other replicas there are, and remembering them       | app                                 |
//! | `announcing` | having the peers ask this replica                          | app                                 |
//! | `authorize`  | the resources that want a token                            | app, problem                        |
//! | `app`        | what an instance has for all its requests                  | query                               |
//! | `query`      | the parameters of a request, each checked in one place     | problem                             |
//! | `problem`    | every error that a client can see                          | response, resource, format          |
//! | `response`   | a response: its body, and the headers that responses share | format                              |
//! | `resource`   | the resources: their paths and formats                     | format                              |
//! | `format`     | the formats, and which of them the client accepts          | nothing                             |

mod announcing;
mod app;
mod ask;
mod authorize;
mod backup;
mod badge;
mod count;
mod discovery;
mod export;
mod format;
mod gif;
mod histogram;
mod home;
mod import;
mod operations;
mod pages;
mod problem;
mod query;
mod record;
mod replica;
mod reports;
mod resource;
mod response;
mod summary;
mod visits;

use bytes::Bytes;
use chrono::Utc;
use http::Response;
use http::request::Parts;

use crate::config::Invalid;
use crate::limits::MAX_PATH_AND_QUERY_BYTES;
use problem::Problem;
use resource::Resource;

pub use app::App;
pub use response::Body;

/// Answers a request. With an invalid configuration, only `/healthz` works.
pub async fn answer(
    app: &Result<App, Invalid>,
    request: &Parts,
    body: impl http_body::Body<Data = Bytes> + 'static,
) -> Response<Body> {
    let resource = Resource::at(request.uri.path());
    let image = resource.and_then(Resource::image);
    let response = route(app, request, resource, body).await;
    let mut response = response.unwrap_or_else(|problem| problem.into_response(image));
    response::add_common_headers(&mut response, image.is_some());
    response
}

async fn route(
    app: &Result<App, Invalid>,
    request: &Parts,
    resource: Option<Resource>,
    body: impl http_body::Body<Data = Bytes> + 'static,
) -> Result<Response<Body>, Problem> {
    if request.uri.path_and_query().is_some_and(|text| text.as_str().len() > MAX_PATH_AND_QUERY_BYTES) {
        return Err(Problem::UriTooLong);
    }
    let resource = resource.ok_or(Problem::NotFound)?;
    // Where there is no token, what wants one is not found with any method.
    if resource.wants_token() && app.as_ref().is_ok_and(|app| app.config.export_token.is_none()) {
        return Err(Problem::NoToken);
    }
    if !resource.allow().split(", ").any(|method| method == request.method) {
        return Err(Problem::MethodNotAllowed { allow: resource.allow() });
    }
    let formats = resource.formats();
    let format = format::negotiate(&request.headers, formats).ok_or(Problem::NotAcceptable(formats))?;
    if resource == Resource::Healthz {
        return Ok(operations::healthz());
    }
    let app = app.as_ref().map_err(|invalid| Problem::Misconfigured(invalid.clone()))?;
    let now = Utc::now();
    // The host drops the body of an answer to HEAD.
    match resource {
        Resource::Home => home::get(app, request, now, format).await,
        Resource::CountGif => gif::get(app, request, now).await,
        Resource::Visits => visits::get(app, request, now, format).await,
        Resource::Count => count::get(app, request, now, format).await,
        Resource::Histogram => histogram::get(app, request, now, format).await,
        Resource::Summary => summary::get(app, request, now).await,
        Resource::ExportNdjson | Resource::ExportCsv => export::get(app, request, now, format).await,
        Resource::Backup => backup::get(app, request, now).await,
        Resource::Import => import::post(app, request, now, body).await,
        Resource::Pages => pages::delete(app, request, now).await,
        Resource::Badge => badge::get(app, request, now).await,
        Resource::Replica => replica::get(app, request).await,
        Resource::Ask => replica::ask(app, request, now).await,
        Resource::Drain => replica::drain(app, now).await,
        Resource::Metrics => operations::metrics(app, format).await,
        Resource::Healthz => Ok(operations::healthz()),
        Resource::Readyz => operations::readyz(app, now).await,
        Resource::Version => Ok(operations::version()),
        Resource::OpenApi => Ok(operations::openapi()),
    }
}
