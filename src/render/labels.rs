//! Numbers and buckets as people read them.

use chrono::{DateTime, FixedOffset};

use crate::bucket::Bucket;
use crate::report::CoarseBefore;

/// The label of a bucket: its start.
pub fn bucket_label(bucket: Bucket, start: &DateTime<FixedOffset>) -> String {
    let format = match bucket {
        Bucket::Minute | Bucket::Hour => "%Y-%m-%d %H:%M%:z",
        Bucket::Day => "%Y-%m-%d",
    };
    start.format(format).to_string()
}

/// The end of coarse times, which is a bound of slots.
pub fn coarse_label(CoarseBefore(at): CoarseBefore) -> String {
    bucket_label(Bucket::Minute, &at)
}

/// A number with a comma between thousands.
pub fn group_thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (123_456, "123,456"), (1_000_000, "1,000,000")]
        {
            assert_eq!(group_thousands(number), text);
        }
    }
}
