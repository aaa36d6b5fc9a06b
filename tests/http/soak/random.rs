//! Moments nobody chose, which can be had again.

use std::env;
use std::time::{Duration, UNIX_EPOCH};

/// Numbers by `SplitMix64`.
pub struct Random(u64);

impl Random {
    /// Those of the seed in `FOOTFALL_SOAK_SEED`, or others each time. Says which.
    pub fn new() -> Self {
        let seed = env::var("FOOTFALL_SOAK_SEED").map_or_else(
            |_| UNIX_EPOCH.elapsed().unwrap_or_default().subsec_nanos().into(),
            |seed| seed.parse().expect("FOOTFALL_SOAK_SEED is a number"),
        );
        super::say(format_args!("FOOTFALL_SOAK_SEED={seed} chooses the same moments"));
        Self(seed)
    }

    /// A duration that is shorter than this one.
    pub fn less_than(&mut self, limit: Duration) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit.as_micros()).expect("a short time");
        Duration::from_micros(mixed % limit)
    }
}
