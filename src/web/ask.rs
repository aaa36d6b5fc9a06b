//! Asking the peers for their reports, with what is remembered of the replicas that do not answer.

use chrono::{DateTime, Utc};

use super::app::App;
use super::discovery;
use super::problem::Problem;
use crate::peers::Question;
use crate::report::{Answer, Holder, Id, Identity, Imported, Others, Own, Report, Reporter, duplicates, left_out};
use crate::stderr;
use crate::store::Error;

/// Asks the peers that are expected to answer, and those that are known; again if some of them may know of further ones.
pub async fn ask<T: Report>(
    app: &App,
    question: &Question<T>,
    now: DateTime<Utc>,
) -> Result<(Vec<Answer<T>>, Others), Problem> {
    let failed = || Problem::unavailable("The replicas could not be read");
    let mut asked = ask_once(app, question, now).await.map_err(failed())?;
    for _ in 0..2 {
        let with_news = asked.0.iter().filter(|answer| answer.has_news);
        let with_news: Vec<_> = with_news.map(|answer| answer.peer.clone()).collect();
        if with_news.is_empty() {
            break;
        }
        if let Err(error) = discovery::learn(app, now, &|peer| with_news.contains(&peer.name)).await {
            // A volume that is full keeps nobody from reading.
            stderr::line(format_args!("what other replicas answered could not be stored: {error}"));
            break;
        }
        asked = ask_once(app, question, now).await.map_err(failed())?;
    }
    Ok(asked)
}

/// The same for a question that changes something: it is asked once, after it was found out whom to ask.
pub async fn ask_to_change<T: Report>(
    app: &App,
    question: &Question<T>,
    now: DateTime<Utc>,
) -> Result<(Vec<Answer<T>>, Others), Problem> {
    ask(app, &Question::count(None, None, None), now).await?;
    ask_once(app, question, now).await.map_err(Problem::unavailable("The replicas could not be read"))
}

/// What is known is read first: so what the peers answer is never older.
async fn ask_once<T: Report>(
    app: &App,
    question: &Question<T>,
    now: DateTime<Utc>,
) -> Result<(Vec<Answer<T>>, Others), Error> {
    let (before, mut others) = remembered(app, now).await?;
    let mut answers = app.peers.ask(question, &|peer| others.is_asked(peer)).await;
    let reporters: Vec<_> =
        answers.iter().map(|answer| answer.report.as_ref().ok().map(|report| report.reporter().clone())).collect();
    let is_own = recognize(app, &before, &mut others, &reporters).await?;
    for ((answer, is_own), reporter) in answers.iter_mut().zip(is_own).zip(reporters) {
        answer.is_own = is_own;
        answer.has_news = !is_own && reporter.is_some_and(|reporter| others.is_news(&answer.peer, &reporter));
    }
    others.left_out = count_once(app, question, &before.id, &mut answers).await?;
    Ok((answers, others))
}

/// Who this replica is, and what it remembers of the others.
async fn remembered(app: &App, now: DateTime<Utc>) -> Result<(Identity, Others), Error> {
    let identity = app.store.identity().await?;
    let memory = app.store.memory().await?;
    Ok((identity, Others { memory, retired: app.config.retired.clone(), left_out: Vec::new(), now }))
}

/// Has the peers leave out imports that others count, and tells which ones this replica has to leave out.
async fn count_once<T: Report>(
    app: &App,
    question: &Question<T>,
    own: &Id,
    answers: &mut [Answer<T>],
) -> Result<Vec<Id>, Error> {
    let imports = app.store.imports().await?;
    let mut holders = vec![Holder { name: String::new(), id: Some(own.clone()), imports }];
    for answer in answers.iter().filter(|answer| !answer.is_own) {
        if let Ok(report) = &answer.report {
            let (id, imports) = (report.reporter().id.clone(), report.imports().to_vec());
            holders.push(Holder { name: answer.peer.clone(), id, imports });
        }
    }
    let (own, peers) = left_out(&holders);
    let reports = if peers.is_empty() { Vec::new() } else { app.peers.ask_without(question, &peers).await };
    for ((name, ids), report) in peers.iter().zip(reports) {
        if let Some(answer) = answers.iter_mut().find(|answer| answer.peer == *name) {
            let counts_it = report.as_ref().is_ok_and(|report| counts(report.imports(), ids));
            answer.report = if counts_it { Err("it counts what others count, too".to_owned()) } else { report };
        }
    }
    Ok(own)
}

/// Whether some of these imports are counted.
fn counts(imports: &[Imported], ids: &[Id]) -> bool {
    imports.iter().any(|import| import.visits.is_some() && ids.contains(&import.id))
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
        if others.memory.duplicates.insert(id.clone())
            && let Err(error) = app.store.remember_duplicate(&id).await
        {
            stderr::line(format_args!(
                "that there are several with the id {} could not be stored: {error}",
                id.as_str()
            ));
        }
    }
    Ok(reporters.iter().map(|reporter| reporter.as_ref().is_some_and(|reporter| own.is(reporter))).collect())
}
