//! `/count.gif` and `/badge.svg`: pictures within the pages of others.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::Response;
use http::request::Parts;

use super::body::{Body, full};
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::{App, count, ok, visit};
use crate::render::svg::{self, Badge};
use crate::visit::Page;

/// The smallest GIF that shows nothing: one pixel, transparent.
const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

const DEFAULT_LABEL: &str = "visits";

/// Records a visit to the page that shows the picture.
pub async fn gif(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    // What else is in the query keeps caches from answering.
    let query = Query::parse_known(request.uri.query(), &["page"])?;
    let page = query.visited()?.unwrap_or_else(Page::root);
    let outcome = visit::record(app, request, now, &page).await?;
    let mut response = ok(Format::Gif, "no-store", full(GIF));
    outcome.tell(&mut response);
    Ok(response)
}

/// Shows how many visits there were.
pub async fn badge(app: &App, request: &Parts, now: DateTime<Utc>) -> Result<Response<Body>, Problem> {
    let query = Query::parse(request.uri.query(), &["label", "color", "page", "since", "scope"])?;
    let label = query.label()?.unwrap_or_else(|| DEFAULT_LABEL.to_owned());
    let color = query.color()?.unwrap_or_default();
    let (range, page) = (query.range(now)?, query.page()?);
    let message = match query.scope()? {
        Scope::Cluster => {
            let total = count::cluster(app, range, page.as_ref()).await?;
            // A replica that is missing has visits, too.
            format!("{}{}", total.whole.total, if total.complete { "" } else { "+" })
        }
        Scope::Replica => count::replica(app, range, page.as_ref()).await?.visits.to_string(),
    };
    let badge = svg::badge(&Badge { label: &label, message: &message, title: None, color });
    Ok(ok(Format::Svg, "no-cache, max-age=0", full(badge)))
}

/// The picture for an error.
pub fn error(format: Format, detail: &str) -> Bytes {
    match format {
        Format::Svg => {
            let badge = Badge { label: DEFAULT_LABEL, message: "error", title: Some(detail), color: svg::Color::ERROR };
            svg::badge(&badge).into()
        }
        _ => Bytes::from_static(GIF),
    }
}
