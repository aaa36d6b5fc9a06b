//! Having the peers ask this replica, so that they know it, and its last number.

use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future;

use super::app::App;
use crate::limits::{ANNOUNCE_TIMEOUT, BUSY_PAUSE};
use crate::peers::{Failure, Peer, Question};
use crate::report::Asked;
use crate::runtime;
use crate::store::Error;

/// Has the peers ask this replica if they do not know what it is now: it is new, has another name, or had drained. Only
/// then it may answer a visit; or else they would take an old number for its last one.
pub async fn announce(app: &App, now: DateTime<Utc>) -> Result<(), Error> {
    if app.peers.is_empty() {
        return Ok(());
    }
    if app.store.begin_to_announce(now, now + ANNOUNCE_TIMEOUT).await? {
        tell_peers(app, ANNOUNCE_TIMEOUT).await;
        return app.store.end_announcement().await;
    }
    let announced = pin!(async {
        while !app.store.is_announced().await? {
            runtime::sleep(BUSY_PAUSE).await;
        }
        Ok(())
    });
    match future::select(announced, pin!(runtime::sleep(ANNOUNCE_TIMEOUT))).await {
        future::Either::Left((announced, _)) => announced,
        future::Either::Right(_) => Ok(()),
    }
}

/// The same for a readiness probe.
pub async fn announce_to_be_ready(app: &App, now: DateTime<Utc>) -> Result<(), Error> {
    if !app.peers.is_empty() && app.store.is_probe_to_announce(now).await? {
        announce(app, now).await?;
    }
    Ok(())
}

/// Has all peers ask this replica now, and waits for them no longer than the timeout.
pub async fn tell_peers(app: &App, timeout: Duration) {
    let told = app.peers.iter().filter(|peer| !peer.is_own()).map(|peer| tell(app, peer));
    future::select(pin!(future::join_all(told)), pin!(runtime::sleep(timeout))).await;
}

/// Has a peer ask this replica, again if it is busy with another one, or got no answer.
async fn tell(app: &App, peer: &Peer) {
    let question = Question::ask(&app.config.replica);
    let mut unanswered = 0;
    while unanswered < 3 {
        match app.peers.ask_one(peer, &question).await {
            Ok(Asked { answered: false, .. }) => unanswered += 1,
            Err(Failure::Status(status)) if status == http::StatusCode::SERVICE_UNAVAILABLE => {}
            Ok(_) | Err(_) => return,
        }
        runtime::sleep(BUSY_PAUSE).await;
    }
}
