//! Asking the peers for their reports, with what is remembered of the replicas that do not answer.

use chrono::{DateTime, Utc};

use super::app::App;
use super::discovery;
use super::problem::Problem;
use crate::peers::Question;
use crate::report::{Answer, Holder, Id, Identity, Others, Own, Report, Reporter, duplicates, left_out};
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

/// The same with this replica's own report, which `own` makes without what was imported from certain replicas: of what
/// several have, one counts.
pub async fn ask_to_count<T: Report>(
    app: &App,
    question: &Question<T>,
    now: DateTime<Utc>,
    own: impl AsyncFn(&[Id]) -> Result<T, Problem>,
) -> Result<(T, Vec<Answer<T>>, Others), Problem> {
    let (mut answers, others) = ask(app, question, now).await?;
    let mut report = own(&[]).await?;
    // What this replica leaves out, and then each peer.
    let mut without: Vec<Vec<Id>> = vec![Vec::new(); answers.len() + 1];
    // Once is enough, unless something is imported meanwhile.
    for _ in 0..3 {
        let twice = left_out(&holders(&report, &answers));
        let changed: Vec<_> = (0..twice.len()).filter(|place| !twice[*place].is_empty()).collect();
        for (without, twice) in without.iter_mut().zip(twice) {
            without.extend(twice);
        }
        match *changed {
            [] => return Ok((report, answers, others)),
            [0, ..] => report = own(&without[0]).await?,
            [..] => {}
        }
        let peers: Vec<_> = changed.into_iter().filter_map(|place| place.checked_sub(1)).collect();
        let asked = peers.iter().map(|place| (&*answers[*place].peer, &*without[place + 1])).collect::<Vec<_>>();
        let reports = app.peers.ask_without(question, &asked).await;
        for (place, report) in peers.into_iter().zip(reports) {
            answers[place].report = report;
        }
    }
    let failed = Problem::unavailable("The replicas could not be counted");
    Err(failed(Error::Failed("they import again and again".to_owned())))
}

/// This replica and its peers with what each counts of imports.
fn holders<T: Report>(own: &T, answers: &[Answer<T>]) -> Vec<Holder> {
    let holder = |report: Option<&T>| Holder {
        id: report.and_then(|report| report.reporter().id.clone()),
        imports: report.map_or_else(Vec::new, |report| report.imports().to_vec()),
    };
    let reports = answers.iter().map(|answer| answer.report.as_ref().ok().filter(|_| !answer.is_own));
    [Some(own)].into_iter().chain(reports).map(holder).collect()
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
    Ok((answers, others))
}

/// Who this replica is, and what it remembers of the others.
async fn remembered(app: &App, now: DateTime<Utc>) -> Result<(Identity, Others), Error> {
    let identity = app.store.identity().await?;
    let memory = app.store.memory().await?;
    Ok((identity, Others { memory, retired: app.config.retired.clone(), now }))
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
