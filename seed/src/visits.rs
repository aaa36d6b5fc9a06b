//! Visits as they might have been: more by day than by night, and most of them to a few pages.

/// The number of days that the visits are spread over.
pub const DAYS: i64 = 60;
/// The number of pages.
const PAGES: usize = 1000;

/// An hour in microseconds.
const HOUR: i64 = 3_600_000_000;

/// The relative number of visits in each hour of a day, UTC.
const HOUR_WEIGHTS: [i64; 24] = [4, 3, 2, 1, 1, 2, 4, 7, 10, 13, 15, 16, 15, 15, 16, 15, 14, 13, 14, 16, 17, 14, 9, 6];

/// Generates visits in order of time: the same ones for the same arguments.
///
/// Time is weighted: an hour is as long as its weight says. Visits are uniform in weighted time.
pub struct Visits {
    total: i64,
    generated: i64,
    start: i64,
    /// The hour of the last visit, counted from the start.
    hour: i64,
    /// The weighted time before that hour.
    hour_offset: i64,
    random: SplitMix64,
    pages: Vec<String>,
    /// The weight of each page and of all before it.
    cumulative_weights: Vec<i64>,
}

impl Visits {
    /// Generates `total` visits before `now`, in microseconds since 1970.
    pub fn new(total: i64, now: i64) -> Self {
        let pages = (0..PAGES).map(|rank| if rank == 0 { "/".to_owned() } else { format!("/posts/{rank}") });
        // Zipf's law: the second page has half the visits of the first, the third a third, and so on.
        let cumulative_weights = (1..).take(PAGES).scan(0, |sum, rank| {
            *sum += 1_000_000 / rank;
            Some(*sum)
        });
        Self {
            total,
            generated: 0,
            start: now - DAYS * 24 * HOUR,
            hour: 0,
            hour_offset: 0,
            random: SplitMix64(0),
            pages: pages.collect(),
            cumulative_weights: cumulative_weights.collect(),
        }
    }

    /// Returns the time and the page of the next visit.
    pub fn next(&mut self) -> Option<(i64, &str)> {
        if self.generated == self.total {
            return None;
        }
        // Each visit has an interval of its own and a random place in it: so they are in order.
        let interval = DAYS * HOUR_WEIGHTS.iter().sum::<i64>() * HOUR / self.total;
        let place = self.generated * interval + self.random.below(interval);
        self.generated += 1;
        while place >= self.hour_offset + self.hour_weight() * HOUR {
            self.hour_offset += self.hour_weight() * HOUR;
            self.hour += 1;
        }
        let at = self.start + self.hour * HOUR + (place - self.hour_offset) / self.hour_weight();

        let total_weight = self.cumulative_weights.last().copied().unwrap_or(1);
        let place = self.random.below(total_weight);
        let rank = self.cumulative_weights.partition_point(|weight| *weight <= place);
        Some((at, self.pages.get(rank)?))
    }

    fn hour_weight(&self) -> i64 {
        let hour_of_day = (self.start / HOUR + self.hour).rem_euclid(24);
        usize::try_from(hour_of_day).map_or(1, |hour| HOUR_WEIGHTS[hour])
    }
}

/// The random number generator of that name.
struct SplitMix64(u64);

impl SplitMix64 {
    /// Returns a number from 0 up to, and without, `bound`.
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).cast_signed().rem_euclid(bound)
    }
}
