//! Recording visits, and requests that are none.

use chrono::{DateTime, Utc};
use http::header::REFERER;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, Uri};
use percent_encoding::percent_decode_str;

use super::announcing;
use super::app::App;
use super::problem::Problem;
use super::query::Query;
use super::response::Body;
use super::visitor;
use crate::stderr;
use crate::store::Recorded;
use crate::visit::{Page, Reason};

const X_VISIT: HeaderName = HeaderName::from_static("x-visit");

/// Whether a request was recorded as a visit.
pub enum Outcome {
    /// It was.
    Recorded(Recorded),
    /// It was not, for this reason.
    Ignored(Reason),
}

impl Outcome {
    /// Tells the client, with the header `X-Visit`.
    pub fn add_header(&self, response: &mut Response<Body>) {
        let value = match self {
            Self::Recorded(recorded) => format!("recorded; id={}", recorded.id),
            Self::Ignored(reason) => format!("ignored; reason={}", reason.name()),
        };
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(X_VISIT, value);
        }
    }
}

/// The page that a request of a page of any site visits: the one that it names, or else the path of the `Referer`, or `/`
/// where that has none.
pub fn visited_page(app: &App, request: &Parts) -> Result<Page, Problem> {
    let query = Query::parse_with_unknown(request.uri.query(), &["page"])?;
    if let Some(page) = query.visited_page(&app.config.strip_parameters)? {
        return Ok(page);
    }
    let Some(path) = referer_path(request) else { return Ok(Page::root()) };
    let expected = "given, since the path of the Referer is longer than 512 bytes or has control characters";
    Page::canonical(&path, &app.config.strip_parameters).ok_or(Problem::BadParameter { parameter: "page", expected })
}

/// The path of the `Referer`. Where it is encoded in something else than UTF-8, it stays encoded.
fn referer_path(request: &Parts) -> Option<String> {
    let uri: Uri = request.headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    uri.scheme()?;
    let decoded = percent_decode_str(uri.path()).decode_utf8();
    Some(decoded.map_or_else(|_| uri.path().to_owned(), Into::into))
}

/// Records a visit to a page, or that the request is not a visit.
pub async fn record(app: &App, request: &Parts, now: DateTime<Utc>, page: &Page) -> Result<Outcome, Problem> {
    let Some(reason) = visitor::ignore_reason(&app.config.ignore_agents, request) else {
        let recorded = app.store.record(now, page).await;
        let recorded = recorded.map_err(Problem::unavailable("The visit could not be recorded"))?;
        if recorded.is_news
            && let Err(error) = announcing::announce(app, now).await
        {
            stderr::line(format_args!("the peers could not be told of a visit: {error}"));
        }
        return Ok(Outcome::Recorded(recorded));
    };
    // The client gets its answer in any case: nothing depends on this count.
    if let Err(error) = app.store.record_ignored(now, reason).await {
        stderr::line(format_args!("an ignored request could not be counted: {error}"));
    }
    Ok(Outcome::Ignored(reason))
}
