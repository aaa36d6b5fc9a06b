//! Which other replicas there are: each keeps in its database who answered, and what, so that it knows them when they
//! are gone.

use std::pin::pin;

use chrono::{DateTime, Utc};
use futures::channel::oneshot;
use futures::future;

use super::app::App;
use crate::limits::{ANNOUNCE_TIMEOUT, DISCOVERY_MARGIN, MAX_RELAYED_REPLICAS, MAX_REMEMBERED_REPLICAS, STALE_AFTER};
use crate::peers::{Peer, Question};
use crate::report::{Id, Known, KnownState, Memory, Own, Status, duplicates};
use crate::store::Error;
use crate::{runtime, stderr};

/// Asks all other replicas who they are, if that was not done for a minute: after the answer, or before it where this
/// replica was away, and what it remembers may be old.
pub async fn discover(app: &App, now: DateTime<Utc>) -> Result<(), Error> {
    if app.peers.is_empty() {
        return Ok(());
    }
    let until = now + app.config.peer_timeout + DISCOVERY_MARGIN;
    let Some(age) = app.store.begin_to_ask(now, until).await? else { return Ok(()) };
    let app = app.clone();
    let (done, is_done) = oneshot::channel();
    runtime::spawn(async move {
        if let Err(error) = ask_all(&app, now).await {
            stderr::line(format_args!("what other replicas answered could not be stored: {error}"));
        }
        // Nobody may wait for it any more.
        _ = done.send(());
    });
    if age > STALE_AFTER {
        future::select(is_done, pin!(runtime::sleep(ANNOUNCE_TIMEOUT))).await;
    }
    Ok(())
}

async fn ask_all(app: &App, now: DateTime<Utc>) -> Result<(), Error> {
    forget_returns(app).await?;
    learn(app, now, &|_| true).await?;
    app.store.end_asking(now).await
}

/// One that returned and is not retired any more may be retired anew.
async fn forget_returns(app: &App) -> Result<(), Error> {
    for known in app.store.memory().await?.known {
        if known.state == KnownState::Returned && !app.config.retired.contains(&known.id) {
            let known = Known { state: KnownState::Answered, ..known };
            app.store.remember(&known, MAX_REMEMBERED_REPLICAS).await?;
        }
    }
    Ok(())
}

/// Asks one replica, by its name. Returns whether it answered. Without a peer that is known by this name all are asked.
pub async fn ask(app: &App, replica: &str, now: DateTime<Utc>) -> Result<bool, Error> {
    let Memory { known, peers, .. } = app.store.memory().await?;
    let is_named = |peer: &Peer| {
        peer.name == replica || known.iter().any(|known| known.replica == replica && known.peer == peer.name)
    };
    let is_known = app.peers.iter().any(is_named);
    let answered = learn(app, now, &|peer| !is_known || is_named(peer)).await?;
    let Some(status) = answered.iter().find(|status| status.reporter.replica == replica) else { return Ok(false) };
    // Another peer had this id. If it still has, the volume of one of them is a copy.
    let is_copied = |peer: &Peer| {
        let mut others = peers.iter().filter(|(_, id, _)| Some(id) == status.reporter.id.as_ref());
        !is_named(peer) && others.any(|(name, ..)| *name == peer.name)
    };
    if is_known && app.peers.iter().any(is_copied) {
        learn(app, now, &|peer| is_named(peer) || is_copied(peer)).await?;
    }
    Ok(true)
}

/// Asks some peers at once who they are, and remembers what they say.
pub async fn learn(app: &App, now: DateTime<Utc>, is_asked: &dyn Fn(&Peer) -> bool) -> Result<Vec<Status>, Error> {
    let before = app.store.identity().await?;
    let known = app.store.memory().await?.known;
    let asked: Vec<_> = app.peers.iter().filter(|peer| is_asked(peer)).collect();
    let answers = future::join_all(asked.iter().map(|peer| learn_from(app, peer, &known, now))).await;
    let answers: Vec<_> = asked.into_iter().zip(answers.into_iter().collect::<Result<Vec<_>, _>>()?).collect();
    let own = Own { replica: &app.config.replica, before: &before, after: app.store.identity().await?.revision };
    let statuses = || answers.iter().filter_map(|(_, status)| status.as_ref());
    for id in duplicates(&own, &known, statuses().map(|status| &status.reporter)) {
        app.store.remember_duplicate(&id).await?;
    }
    // The pages of those that do not answer are fetched from somebody who has them.
    for id in app.store.outdated().await? {
        let memory = app.store.memory().await?;
        let revision = memory.known.iter().find(|known| known.id == id).map_or(0, |known| known.revision);
        let has_them = |status: &Status| status.known.iter().any(|known| known.id == id && known.revision >= revision);
        let source = answers.iter().find(|(_, status)| status.as_ref().is_some_and(has_them));
        if let Some((peer, _)) = source {
            learn_pages(app, peer, &id).await?;
        }
    }
    Ok(answers.into_iter().filter_map(|(_, status)| status).collect())
}

/// Asks a peer, and remembers what it says of itself and of others.
async fn learn_from(app: &App, peer: &Peer, known: &[Known], now: DateTime<Utc>) -> Result<Option<Status>, Error> {
    let Ok(status) = app.peers.ask_one(peer, &Question::status()).await else { return Ok(None) };
    let (Some(id), Some(revision)) = (status.reporter.id.clone(), status.reporter.revision) else { return Ok(None) };
    let is_retired = app.config.retired.contains(&id);
    if is_retired {
        stderr::line(format_args!("{} answers, whose id {} is retired", status.reporter.replica, id.as_str()));
    }
    let itself = Known {
        replica: status.reporter.replica.clone(),
        id: id.clone(),
        peer: peer.name.clone(),
        visits: status.visits,
        revision,
        as_of: now,
        state: match (status.drained, is_retired) {
            (true, _) => KnownState::Drained,
            (false, true) => KnownState::Returned,
            (false, false) => KnownState::Answered,
        },
    };
    app.store.remember(&itself, MAX_REMEMBERED_REPLICAS).await?;
    if app.store.outdated().await?.contains(&id) {
        learn_pages(app, peer, &id).await?;
    }
    for other in status.known.iter().take(MAX_RELAYED_REPLICAS) {
        let other = Known { as_of: other.as_of.min(now), ..other.clone() };
        let is_news = known.iter().find(|known| known.id == other.id).is_none_or(|known| {
            let is_later = other.revision == known.revision && other.as_of > known.as_of;
            let was_imported = known.state == KnownState::Imported && other.state != KnownState::Imported;
            other.revision > known.revision || was_imported || (is_later && other.state != known.state)
        });
        if is_news {
            app.store.remember(&other, MAX_RELAYED_REPLICAS).await?;
        }
    }
    for duplicate in status.duplicates.iter().take(MAX_RELAYED_REPLICAS) {
        app.store.remember_duplicate(duplicate).await?;
    }
    // Only now all is heard that it knows.
    app.store.remember_peer(&peer.name, &id, status.reporter.view.as_ref()).await?;
    Ok(Some(status))
}

async fn learn_pages(app: &App, peer: &Peer, id: &Id) -> Result<(), Error> {
    let status = app.peers.ask_one(peer, &Question::pages_of(id)).await;
    if let Some(pages) = status.ok().and_then(|status| status.pages) {
        app.store.remember_pages(id, &pages).await?;
    }
    Ok(())
}
