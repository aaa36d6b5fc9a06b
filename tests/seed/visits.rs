//! Visits as they might have been: more by day than by night, and a few pages with most of them.

/// How many days they go back.
pub const DAYS: i64 = 60;
/// How many pages they are to, where there are enough of them.
const PAGES: usize = 1000;

const HOUR: i64 = 3_600_000_000;
const HOURS: i64 = DAYS * 24;

/// The share of each hour of a day, UTC.
const RHYTHM: [i64; 24] = [4, 3, 2, 1, 1, 2, 4, 7, 10, 13, 15, 16, 15, 15, 16, 15, 14, 13, 14, 16, 17, 14, 9, 6];

/// The visits in order of time; the same for the same number and time.
pub struct Visits {
    number: i64,
    done: i64,
    /// The hour that the last one was in, when it began, and what share of all time lies before it.
    hour: i64,
    start: i64,
    before: i64,
    random: Random,
    pages: Vec<String>,
    /// The shares of the pages, each with those before it.
    shares: Vec<i64>,
}

impl Visits {
    /// This many visits before this time, in microseconds since 1970.
    pub fn new(number: i64, now: i64) -> Self {
        let pages = (0..PAGES).map(|rank| if rank == 0 { "/".to_owned() } else { format!("/posts/{rank}") });
        // The second page has half the visits of the first, the third a third, and so on.
        let shares = (1..).take(PAGES).scan(0, |sum, rank| {
            *sum += 1_000_000 / rank;
            Some(*sum)
        });
        Self {
            number,
            done: 0,
            hour: 0,
            start: now - HOURS * HOUR,
            before: 0,
            random: Random(0),
            pages: pages.collect(),
            shares: shares.collect(),
        }
    }

    /// The next one: when it was, and which page it was to.
    pub fn next(&mut self) -> Option<(i64, &str)> {
        if self.done == self.number {
            return None;
        }
        // Each has a part of the whole to itself, and is somewhere in that: so they are in order.
        let part = DAYS * RHYTHM.iter().sum::<i64>() * HOUR / self.number;
        let place = self.done * part + self.random.below(part);
        self.done += 1;
        while place >= self.before + self.share() * HOUR {
            self.before += self.share() * HOUR;
            self.hour += 1;
        }
        let at = self.start + self.hour * HOUR + (place - self.before) / self.share();

        let all = self.shares.last().copied().unwrap_or(1);
        let place = self.random.below(all);
        let rank = self.shares.partition_point(|share| *share <= place);
        Some((at, self.pages.get(rank)?))
    }

    fn share(&self) -> i64 {
        let hour_of_day = (self.start / HOUR + self.hour).rem_euclid(24);
        usize::try_from(hour_of_day).map_or(1, |hour| RHYTHM[hour])
    }
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    /// A number from 0 up to this bound, which it is not.
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).cast_signed().rem_euclid(bound)
    }
}
