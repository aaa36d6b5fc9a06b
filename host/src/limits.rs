//! What Spin allows the instances of a component by default.

use std::time::Duration;

/// How many requests an instance serves at once.
pub const MAX_CONCURRENT_REQUESTS: usize = 16;
/// How many requests an instance serves before a fresh one takes over.
pub const MAX_REQUESTS: usize = 128;
/// How long an instance waits for its next request.
pub const MAX_IDLE: Duration = Duration::from_secs(1);
/// How many instances there may be.
pub const MAX_INSTANCES: u32 = 1_000;
