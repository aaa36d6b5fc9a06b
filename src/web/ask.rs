//! Asking the peers for their reports, with what is remembered of the replicas that do not answer.

use chrono::{DateTime, Utc};

use super::app::App;
use super::problem::Problem;
use crate::peers::Question;
use crate::report::{Answer, Identity, Others, Own, Report, Reporter, duplicates};
use crate::store::Error;

/// Asks the peers that are expected to answer, and those that are known. What is known is read first: so what they
/// answer is never older.
pub async fn ask<T: Report>(
    app: &App,
    question: &Question<T>,
    now: DateTime<Utc>,
) -> Result<(Vec<Answer<T>>, Others), Problem> {
    let failed = || Problem::unavailable("The replicas could not be read");
    let (before, mut others) = remembered(app, now).await.map_err(failed())?;
    let mut answers = app.peers.ask(question, &|peer| others.is_asked(peer)).await;
    let reporters: Vec<_> =
        answers.iter().map(|answer| answer.report.as_ref().ok().map(|report| report.reporter().clone())).collect();
    let is_own = recognize(app, &before, &mut others, &reporters).await.map_err(failed())?;
    for (answer, is_own) in answers.iter_mut().zip(is_own) {
        answer.is_own = is_own;
    }
    Ok((answers, others))
}

/// Who this replica is, and what it remembers of the others.
async fn remembered(app: &App, now: DateTime<Utc>) -> Result<(Identity, Others), Error> {
    let identity = app.store.identity().await?;
    Ok((identity, Others { memory: app.store.memory().await?, retired: app.config.retired.clone(), now }))
}

/// Tells which of those that answered is this replica, and remembers of which databases there are several.
async fn recognize(
    app: &App,
    before: &Identity,
    others: &mut Others,
    reporters: &[Option<Reporter>],
) -> Result<Vec<bool>, Error> {
    let own = Own { replica: &app.config.replica, before, after: app.store.identity().await?.revision };
    for id in duplicates(&own, &others.memory.known, reporters.iter().flatten()) {
        if others.memory.duplicates.insert(id.clone()) {
            app.store.remember_duplicate(&id).await?;
        }
    }
    Ok(reporters.iter().map(|reporter| reporter.as_ref().is_some_and(|reporter| own.is(reporter))).collect())
}
