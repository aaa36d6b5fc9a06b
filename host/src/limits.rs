//! Spin's default limits for the instances of a component.

use std::time::Duration;

/// The largest number of requests that an instance serves at once.
pub const MAX_CONCURRENT_REQUESTS: usize = 16;
/// The number of requests after which an instance is replaced.
pub const MAX_REQUESTS: usize = 128;
/// The time without requests after which an instance ends.
pub const MAX_IDLE: Duration = Duration::from_secs(1);
/// The largest number of instances.
pub const MAX_INSTANCES: u32 = 1_000;
