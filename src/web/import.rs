//! `/import`: takes a backup of another replica, or the numbers of another counter, from clients that have the token.

use std::pin::Pin;
use std::time::Instant;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::Response;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http_body_util::BodyExt;

use super::app::App;
use super::authorize::authorize;
use super::format::Format;
use super::problem::Problem;
use super::query::Query;
use super::response::{Body, full, ok};
use super::{announcing, reports};
use crate::backup::{Backup, Database, Lines, Numbers, Part, Wrong};
use crate::limits::MAX_UPLOAD_FACTOR;
use crate::render::json;
use crate::report::{Id, ImportOutcome, ImportResult, ImportedDatabase};
use crate::store::{Refused, Upload};
use crate::{runtime, stderr};

/// Imports what a request brings: the numbers of another counter if it has a `name`, or else a backup. Either all of it is
/// imported, or nothing.
pub async fn post(
    app: &App,
    request: &Parts,
    now: DateTime<Utc>,
    body: impl http_body::Body<Data = Bytes> + 'static,
) -> Result<Response<Body>, Problem> {
    authorize(app, request)?;
    let name = Query::parse(request.uri.query(), &["name"])?.name()?;
    let mut import = Import::begin(app, now, name).await?;
    let mut body = Box::pin(body);
    if let Err(problem) = import.read(request, body.as_mut()).await {
        // Many clients read no answer before they have sent all.
        runtime::spawn(async move { while let Some(Ok(_)) = body.frame().await {} });
        if let Err(error) = app.store.abandon_upload(&import.upload, now).await {
            stderr::line(format_args!("what is left of an import could not be removed yet: {error}"));
        }
        return Err(problem);
    }
    announcing::announce(app, now).await.map_err(Problem::unavailable("The peers could not be told"))?;
    let result = ImportResult { reporter: reports::reporter(app).await?, imports: import.databases };
    Ok(ok(Format::Json, "no-store", full(json::line(&result))))
}

/// An import that is under way.
struct Import<'a> {
    app: &'a App,
    /// When the request came, by the clock and for how long it takes: an upload may take hours.
    begun: (DateTime<Utc>, Instant),
    upload: Upload,
    format: Reading,
    databases: Vec<ImportedDatabase>,
}

enum Reading {
    Backup(Backup),
    Numbers(Numbers),
}

impl<'a> Import<'a> {
    async fn begin(app: &'a App, now: DateTime<Utc>, name: Option<String>) -> Result<Self, Problem> {
        let upload = app.store.begin_upload().await.map_err(Problem::unavailable(FAILED))?;
        let format = Reading::Backup(Backup::default());
        let mut import = Self { app, begun: (now, Instant::now()), upload, format, databases: Vec::new() };
        if let Some(replica) = name {
            import.format =
                Reading::Numbers(Numbers::new(app.config.timezone.clone(), app.config.strip_parameters.clone()));
            let id = Id::of(&replica);
            let revision = import.upload.revision_after(&id, now.timestamp_micros());
            import.database(Database { id, replica, revision, visits: 0, as_of: now, coarse_before: 0 }).await?;
        }
        Ok(import)
    }

    /// Reads and stages all lines, and then makes them count.
    async fn read(
        &mut self,
        request: &Parts,
        mut body: Pin<&mut impl http_body::Body<Data = Bytes>>,
    ) -> Result<(), Problem> {
        let most = self.app.config.max_storage.saturating_mul(MAX_UPLOAD_FACTOR);
        let told = request.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let (mut lines, mut length) = (Lines::default(), 0);
        if told > Some(most) {
            return Err(Problem::TooLarge);
        }
        while let Some(frame) = body.frame().await {
            let cut_off =
                || Problem::BadUpload(Wrong { line: lines.number() + 1, what: "the upload is cut off there" });
            let data = frame.map_err(|_| cut_off())?.into_data().unwrap_or_default();
            length += i64::try_from(data.len()).unwrap_or(i64::MAX);
            if length > most {
                return Err(Problem::TooLarge);
            }
            lines.push(&data);
            while let Some(line) = lines.next_line().map_err(Problem::BadUpload)? {
                self.line(line).await?;
            }
        }
        if !lines.remainder().is_empty() {
            self.line(lines.remainder()).await?;
        }
        match &self.format {
            Reading::Backup(backup) => backup.end().map_err(Problem::BadUpload)?,
            Reading::Numbers(numbers) => {
                let visits = numbers.end().map_err(Problem::BadUpload)?;
                self.databases.iter_mut().for_each(|database| database.visits = visits);
            }
        }
        let now = self.now();
        self.app.store.finish_upload(&mut self.upload, now).await.map_err(refused)
    }

    async fn line(&mut self, line: &[u8]) -> Result<(), Problem> {
        let part = match &mut self.format {
            Reading::Backup(backup) => backup.line(line).map_err(Problem::BadUpload)?,
            Reading::Numbers(numbers) => numbers.line(line).map_err(Problem::BadUpload)?.map(Part::Tallies),
        };
        match part {
            Some(Part::Database(database)) => self.database(database).await,
            Some(Part::Tallies(tallies)) => {
                let now = self.now();
                self.app.store.stage(&mut self.upload, tallies, now).await.map_err(refused)
            }
            None => Ok(()),
        }
    }

    /// Begins the numbers of a database. Those of the first one have to be new, if not the same; what that one had imported
    /// may be older.
    async fn database(&mut self, database: Database) -> Result<(), Problem> {
        let now = self.now();
        let outcome = self.app.store.begin_import(&mut self.upload, &database, now).await.map_err(refused)?;
        match outcome {
            ImportOutcome::Own if self.databases.is_empty() => return Err(Problem::Conflict(OWN)),
            ImportOutcome::Earlier if self.databases.is_empty() => return Err(Problem::Conflict(EARLIER)),
            _ => {}
        }
        let Database { id, replica, visits, as_of, .. } = database;
        self.databases.push(ImportedDatabase { id, replica, visits, as_of, outcome });
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        let (now, begun) = self.begun;
        now + begun.elapsed()
    }
}

const FAILED: &str = "The upload could not be imported";

const OWN: &str = "This is a backup of this replica itself, which counts these visits: import it on another one.";

const EARLIER: &str = "A later backup of this replica was imported, which has these visits: upload the latest one.";

fn refused(refused: Refused) -> Problem {
    match refused {
        Refused::TooLarge => Problem::TooLarge,
        Refused::TooMany => {
            Problem::Conflict("This replica has as many imports as it can have: import it on another one.")
        }
        Refused::Overtaken => {
            Problem::Conflict("Another upload came between: look at what is counted, and upload again.")
        }
        Refused::Failed(error) => Problem::Unavailable { what: FAILED, error },
    }
}
