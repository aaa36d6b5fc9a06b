//! Retrying while the database is locked.

use std::time::{Duration, Instant};

use spin_sdk::wasip3::random::insecure::get_insecure_random_u64;

use super::error::Error;
use crate::limits::{LOCK_PAUSE, LOCK_TIMEOUT};

/// Tries again while other connections have the database locked, for at most [`LOCK_TIMEOUT`].
pub async fn retry_while_locked<T>(attempt: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    retry(attempt, async || spin_sdk::time::sleep(jittered_pause()).await, LOCK_TIMEOUT).await
}

/// The same with any pause and any timeout, which begins when the database is first found locked.
async fn retry<T>(
    attempt: impl AsyncFn() -> Result<T, Error>,
    pause: impl AsyncFn(),
    timeout: Duration,
) -> Result<T, Error> {
    let mut deadline = None;
    loop {
        match attempt().await {
            Err(Error::Locked) if Instant::now() < *deadline.get_or_insert_with(|| Instant::now() + timeout) => {
                pause().await;
            }
            result => return result,
        }
    }
}

/// At least [`LOCK_PAUSE`], and less than twice that. The jitter keeps those who wait from all coming back at once.
fn jittered_pause() -> Duration {
    let jitter = get_insecure_random_u64() % u64::from(LOCK_PAUSE.subsec_nanos());
    LOCK_PAUSE + Duration::from_nanos(jitter)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::executor::block_on;

    use super::*;

    const TIMEOUT: Duration = Duration::from_millis(20);

    /// Retries an operation that fails with `error` until it has been tried `successful` times. Returns the result, the
    /// number of attempts, and how long they took.
    fn attempts(error: &Error, successful: u32) -> (Result<(), Error>, u32, Duration) {
        let attempts = Cell::new(0);
        let begin = Instant::now();
        let attempt = async || {
            attempts.set(attempts.get() + 1);
            if attempts.get() < successful { Err(error.clone()) } else { Ok(()) }
        };
        let result = block_on(retry(attempt, async || (), TIMEOUT));
        (result, attempts.get(), begin.elapsed())
    }

    #[test]
    fn a_locked_database_is_tried_again_until_it_is_free() {
        let (result, attempts, _) = attempts(&Error::Locked, 3);
        assert_eq!((result, attempts), (Ok(()), 3));
    }

    #[test]
    fn a_database_that_stays_locked_is_given_up_after_the_timeout() {
        let (result, attempts, elapsed) = attempts(&Error::Locked, u32::MAX);
        assert_eq!(result, Err(Error::Locked));
        assert!(attempts > 1 && elapsed >= TIMEOUT, "{attempts} attempts in {elapsed:?}");
    }

    #[test]
    fn other_errors_are_returned_at_once() {
        for error in [Error::ReadOnly, Error::Refused(String::new()), Error::Failed(String::new())] {
            let (result, attempts, _) = attempts(&error, 2);
            assert_eq!((result, attempts), (Err(error), 1));
        }
    }
}
