//! What the runtime does for a request beside answering it.

use std::time::Duration;

/// Continues after the answer. Spin 4.0 drops what still runs in an instance with its 128th answer, and after a second
/// without requests: so what is worth keeping has to be stored as it comes.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    spin_sdk::wasip3::spawn(task);
}

/// Waits, while other requests go on.
pub async fn sleep(duration: Duration) {
    spin_sdk::time::sleep(duration).await;
}
