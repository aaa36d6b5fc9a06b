//! From a request to a response.
//!
//! [`answer`] finds the resource of the path, checks the method, negotiates a format, and calls the resource. A
//! resource parses its parameters, gets a report, and renders it. Whatever goes wrong is a `Problem`, which becomes a
//! response in one place. Resources, which come first here, do not use each other. They may use `app`, `query`,
//! `problem`, `format` and `response`, beside what the table says.
//!
//! | module       | what it is                                                 | uses                                               |
//! |--------------|------------------------------------------------------------|----------------------------------------------------|
//! | `home`       | `/`                                                        | record, reports                                    |
//! | `pixel`      | `/footfall.gif`, or where the variable `pixel_path` has it | record                                             |
//! | `visit`      | `/visit`: records a visit for a script                     | record                                             |
//! | `script`     | `/footfall.js`                                             | nothing                                            |
//! | `badge`      | `/badge.svg`                                               | reports                                            |
//! | `visits`     | `/visits`: the tail of the log, and the dashboard          | address, reports, summaries                        |
//! | `count`      | `/visits/count`                                            | reports                                            |
//! | `histogram`  | `/visits/histogram`                                        | reports                                            |
//! | `summary`    | `/visits/summary`                                          | summaries                                          |
//! | `export`     | `/visits/export.ndjson` and `/visits/export.csv`           | authorize                                          |
//! | `backup`     | `/backup`                                                  | authorize                                          |
//! | `import`     | `/import`                                                  | announcing, authorize, reports                     |
//! | `pages`      | `/pages`: listing all pages, and deleting one              | announcing, ask, authorize, reports                |
//! | `operations` | `/metrics`, the probes, `/version`, files for tools        | announcing, discovery                              |
//! | `replica`    | `/replica`, `/replica/ask`, `/drain`: for other replicas   | announcing, discovery                              |
//! | `record`     | recording visits, and requests that are none               | announcing, app, problem, query, response, visitor |
//! | `visitor`    | which requests are of visitors                             | nothing                                            |
//! | `summaries`  | the numbers of the dashboard                               | app, ask, problem, reports                         |
//! | `reports`    | the reports of this replica, and of all replicas           | app, ask, problem                                  |
//! | `ask`        | asking the peers for their reports                         | app, discovery, problem                            |
//! | `discovery`  | which other replicas there are, and remembering them       | app                                                |
//! | `announcing` | having the peers ask this replica                          | app                                                |
//! | `authorize`  | the resources that want a token                            | app, problem                                       |
//! | `address`    | at which address clients see this server                   | nothing                                            |
//! | `app`        | what an instance has for all its requests                  | query, resource                                    |
//! | `query`      | the parameters of a request, each checked in one place     | problem, format                                    |
//! | `problem`    | every error that a client can see                          | response, resource, format                         |
//! | `response`   | a response: its body, and the headers that responses share | resource, format                                   |
//! | `resource`   | the resources: their paths and formats                     | format                                             |
//! | `format`     | the formats, and which of them the client accepts          | nothing                                            |

mod address;
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
mod histogram;
mod home;
mod import;
mod operations;
mod pages;
mod pixel;
mod problem;
mod query;
mod record;
mod replica;
mod reports;
mod resource;
mod response;
mod script;
mod summaries;
mod summary;
mod visit;
mod visitor;
mod visits;

use bytes::Bytes;
use chrono::Utc;
use http::Response;
use http::request::Parts;

use crate::config::Invalid;
use crate::limits::MAX_PATH_AND_QUERY_BYTES;
use format::Format;
use problem::Problem;
use resource::{DEFAULT_PIXEL_PATH, Resource};
use response::Body;

pub use app::App;

/// Answers a request. With an invalid configuration, only `/healthz` works.
pub async fn answer(
    app: &Result<App, Invalid>,
    request: &Parts,
    body: impl http_body::Body<Data = Bytes> + 'static,
) -> Response<Body> {
    let pixel_path = app.as_ref().map_or(DEFAULT_PIXEL_PATH, |app| &app.config.pixel_path);
    let resource = Resource::at(request.uri.path(), pixel_path).map(|found| found.asked_with(&request.method));
    let response = match resource {
        _ if is_too_long(request) => Err(Problem::UriTooLong),
        Some(resource) => route(app, request, resource, body).await,
        None => redirect(request, pixel_path).ok_or_else(|| Problem::NotFound { paths: Resource::paths(pixel_path) }),
    };
    let mut response = response.unwrap_or_else(|problem| problem.into_response(error_format(request, resource)));
    response::add_common_headers(&mut response, resource);
    response
}

fn is_too_long(request: &Parts) -> bool {
    request.uri.path_and_query().is_some_and(|text| text.as_str().len() > MAX_PATH_AND_QUERY_BYTES)
}

/// Redirects a path with a slash too much at its end. The new one is relative, since a proxy may have taken a prefix from
/// the path.
fn redirect(request: &Parts, pixel_path: &str) -> Option<Response<Body>> {
    let path = request.uri.path().strip_suffix('/')?;
    Resource::at(path, pixel_path).filter(|resource| *resource != Resource::Home)?;
    let (_, last) = path.rsplit_once('/')?;
    let query = request.uri.query().map_or(String::new(), |query| format!("?{query}"));
    response::moved(&format!("../{last}{query}"))
}

/// The format of an error: an image where one was asked for, and a page for a browser.
fn error_format(request: &Parts, resource: Option<Resource>) -> Format {
    let negotiate = || format::negotiate(&request.headers, &[Format::Problem, Format::Html]);
    resource.and_then(Resource::image).or_else(negotiate).unwrap_or(Format::Problem)
}

async fn route(
    app: &Result<App, Invalid>,
    request: &Parts,
    resource: Resource,
    body: impl http_body::Body<Data = Bytes> + 'static,
) -> Result<Response<Body>, Problem> {
    // Where there is no token, what wants one is not found with any method.
    if resource.wants_token() && app.as_ref().is_ok_and(|app| app.config.export_token.is_none()) {
        return Err(Problem::NoToken);
    }
    if !resource.allow().split(", ").any(|method| method == request.method) {
        return Err(Problem::MethodNotAllowed { allow: resource.allow() });
    }
    let formats = resource.formats();
    let format = match format::negotiate(&request.headers, formats) {
        Some(format) => format,
        None if resource.ignores_accept() => formats[0],
        None => return Err(Problem::NotAcceptable(formats)),
    };
    if resource == Resource::Healthz {
        return Ok(operations::healthz());
    }
    let app = app.as_ref().map_err(|invalid| Problem::Misconfigured(invalid.clone()))?;
    if resource.is_for_readers() || resource == Resource::Badge && app.config.badge_is_private {
        authorize::authorize_reader(app, request)?;
    }
    let now = Utc::now();
    // The host drops the body of an answer to HEAD.
    match resource {
        Resource::Home => home::get(app, request, now, format).await,
        Resource::Pixel => pixel::get(app, request, now).await,
        Resource::Visit => visit::answer(app, request, now, body).await,
        Resource::Script => Ok(script::get(app)),
        Resource::Visits => visits::get(app, request, now, format).await,
        Resource::Count => count::get(app, request, now, format).await,
        Resource::Histogram => histogram::get(app, request, now, format).await,
        Resource::Summary => summary::get(app, request, now).await,
        Resource::ExportNdjson | Resource::ExportCsv => export::get(app, request, now, format).await,
        Resource::Backup => backup::get(app, request, now).await,
        Resource::Import => import::post(app, request, now, body).await,
        Resource::Pages => pages::get(app, request, now, format).await,
        Resource::DeletedPage => pages::delete(app, request, now).await,
        Resource::Badge => badge::get(app, request, now).await,
        Resource::Replica => replica::get(app, request).await,
        Resource::Ask => replica::ask(app, request, now).await,
        Resource::Drain => replica::drain(app, now).await,
        Resource::Metrics => operations::metrics(app, now, format).await,
        Resource::Healthz => Ok(operations::healthz()),
        Resource::Readyz => operations::readyz(app, now).await,
        Resource::Version => Ok(operations::version()),
        Resource::OpenApi => Ok(operations::openapi()),
        Resource::Robots => Ok(operations::robots()),
    }
}
