//! `/visits/histogram`: the number of visits in each minute, hour, day, week or month of a range.

use chrono::{DateTime, TimeDelta, Utc};
use http::Response;
use http::request::Parts;

use super::app::App;
use super::format::Format;
use super::problem::Problem;
use super::query::{Query, Scope};
use super::reports::{self, HistogramQuery};
use super::response::{Body, full, ok};
use crate::bucket::Bucket;
use crate::limits::CACHE_COUNTS;
use crate::render::{json, svg, text};
use crate::visit::Page;
use crate::zone::Zone;

const PARAMETERS: &[&str] = &["bucket", "since", "until", "now", "tz", "page", "scope", "without"];

pub async fn get(app: &App, request: &Parts, now: DateTime<Utc>, format: Format) -> Result<Response<Body>, Problem> {
    let query = Query::parse_for(format, request.uri.query(), PARAMETERS)?;
    let now = query.now(now)?;
    let page = query.page(&app.config.strip_parameters)?;
    let mut parsed = histogram_query(&query, &app.config.timezone, page, now)?;
    let asked = parsed.bucket;
    if format == Format::Svg {
        parsed.bucket = parsed.bucket.for_bars(&parsed.zone, parsed.since, parsed.until);
    }
    let (page, without) = (parsed.page.as_ref(), query.without()?);
    let body = match query.scope_or(app.shown_scope())? {
        Scope::Cluster => {
            let histogram = reports::merged_histogram(app, &parsed).await?;
            match format {
                Format::Text => text::merged_histogram(&histogram),
                Format::Svg => svg::merged_histogram(&histogram, page, asked),
                _ => json::line(&histogram),
            }
        }
        Scope::Replica => {
            let histogram = reports::histogram(app, &parsed, &without).await?;
            match format {
                Format::Text => text::histogram(&histogram),
                Format::Svg => svg::histogram(&histogram, page, asked),
                _ => json::line(&histogram),
            }
        }
    };
    Ok(ok(format, CACHE_COUNTS, full(body)))
}

fn histogram_query(
    query: &Query,
    timezone: &Zone,
    page: Option<Page>,
    now: DateTime<Utc>,
) -> Result<HistogramQuery, Problem> {
    let bucket = query.bucket()?.unwrap_or(Bucket::Hour);
    let zone = query.tz()?.unwrap_or_else(|| timezone.clone());
    let range = query.range(&zone, now)?;
    // By default, up to the end of the bucket that now is in, so that a visit at this moment is counted.
    let until = range.until.unwrap_or_else(|| bucket.latest(&zone, 1, now).1);
    let since = range.since.unwrap_or_else(|| {
        let last = range.until.map_or(now, |until| until - TimeDelta::microseconds(1));
        bucket.latest(&zone, bucket.default_number(), last).0
    });
    if since > until {
        return Err(Problem::BadParameter {
            parameter: "since",
            expected: "no later than now where there is no until",
        });
    }
    if range.until.unwrap_or(now) - since > bucket.max_range() {
        let expected = match bucket {
            Bucket::Minute => "within 24 hours of until where bucket is minute",
            Bucket::Hour => "within 366 days of until where bucket is hour",
            Bucket::Day | Bucket::Week | Bucket::Month => "within 10000 days of until",
        };
        return Err(Problem::BadParameter { parameter: "since", expected });
    }
    Ok(HistogramQuery { bucket, range, now, since, until, zone, page })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<HistogramQuery, Problem> {
        let now = DateTime::parse_from_rfc3339("2026-11-23T14:20:30Z").expect("a time").to_utc();
        let query = Query::parse(Some(query), &["bucket", "since", "until", "tz"])?;
        histogram_query(&query, &Zone::UTC, None, now)
    }

    #[test]
    fn by_default_a_range_is_the_latest_buckets() {
        for (query, since, until) in [
            ("", "2026-11-22T15:00:00Z", "2026-11-23T15:00:00Z"),
            ("bucket=minute", "2026-11-23T13:21:00Z", "2026-11-23T14:21:00Z"),
            ("bucket=day", "2026-10-25T00:00:00Z", "2026-11-24T00:00:00Z"),
            ("bucket=week", "2026-06-01T00:00:00Z", "2026-11-30T00:00:00Z"),
            ("bucket=month", "2025-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("bucket=day&tz=Europe/Moscow", "2026-10-24T21:00:00Z", "2026-11-23T21:00:00Z"),
            ("until=2026-11-20T12:00:00Z", "2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("since=90m", "2026-11-23T12:50:30Z", "2026-11-23T15:00:00Z"),
            ("since=90m&until=30m", "2026-11-23T12:50:30Z", "2026-11-23T13:50:30Z"),
        ] {
            let parsed = parse(query).expect(query);
            let time = |time| DateTime::parse_from_rfc3339(time).expect("a time");
            assert_eq!((parsed.since, parsed.until), (time(since).to_utc(), time(until).to_utc()), "{query}");
        }
    }

    #[test]
    fn a_range_has_a_limit_that_its_message_tells() {
        for (bucket, limit) in [
            ("minute", 24 * 3600),
            ("hour", 366 * 86_400),
            ("day", 10_000 * 86_400),
            ("week", 10_000 * 86_400),
            ("month", 10_000 * 86_400),
        ] {
            assert!(parse(&format!("bucket={bucket}&since={limit}s")).is_ok(), "{bucket}");
            let problem = parse(&format!("bucket={bucket}&since={}s", limit + 1)).err();
            let Some(Problem::BadParameter { parameter: "since", expected }) = problem else { panic!("{problem:?}") };
            let number = if bucket == "minute" { limit / 3600 } else { limit / 86_400 };
            assert!(expected.starts_with(&format!("within {number} ")), "{expected}");
        }
    }

    #[test]
    fn a_range_cannot_begin_after_now() {
        assert!(parse("since=2026-11-23T14:20:30Z").is_ok());
        assert!(parse("since=2026-11-23T15:00:01Z").is_err());
    }
}
