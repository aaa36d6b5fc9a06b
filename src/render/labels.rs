//! Numbers, buckets and the states of replicas as people read them.

use chrono::{DateTime, FixedOffset};

use crate::bucket::Bucket;
use crate::report::{CoarseBefore, ReplicaCount, State};

/// The label of a bucket: its start, or the name of the week (ISO 8601) or month.
pub fn bucket_label(bucket: Bucket, start: &DateTime<FixedOffset>) -> String {
    let format = match bucket {
        Bucket::Minute | Bucket::Hour => "%Y-%m-%d %H:%M%:z",
        Bucket::Day => "%Y-%m-%d",
        Bucket::Week => "%G-W%V",
        Bucket::Month => "%Y-%m",
    };
    start.format(format).to_string()
}

/// What a bucket is called in a heading.
pub fn bucket_title(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Minute => "Minute",
        Bucket::Hour => "Hour",
        Bucket::Day => "Day",
        Bucket::Week => "Week",
        Bucket::Month => "Month",
    }
}

/// The end of coarse times, which is a bound of slots.
pub fn coarse_label(CoarseBefore(at): CoarseBefore) -> String {
    bucket_label(Bucket::Minute, &at)
}

/// What there is to say of a replica beside its number: what follows its name.
pub fn state_label(count: &ReplicaCount) -> Option<String> {
    let (visits, as_of) = (group_thousands(count.visits), bucket_label(Bucket::Minute, &count.as_of));
    let imported_by = count.imported_by.join(" and ");
    let label = match count.state {
        State::Answered if imported_by.is_empty() => return None,
        State::Answered => return Some(format!("is there twice: what {imported_by} imported of it is not counted")),
        State::Ended => format!("ended by {as_of} with {visits} visits, which are in the total"),
        State::Unreachable => format!("had {visits} visits at {as_of}, which are in the total"),
        State::Retired => format!("is retired; it had {visits} visits at {as_of}, which are in the total"),
        State::Imported => {
            let by = if imported_by.is_empty() { String::new() } else { format!(" by {imported_by}") };
            return Some(format!("was imported{by}, with {visits} visits up to {as_of}, which are in the total"));
        }
        State::Duplicate => {
            return Some("is a duplicate: of the numbers that its id has, only one is in the total".to_owned());
        }
    };
    let holders =
        if imported_by.is_empty() { String::new() } else { format!("; {imported_by} imported a backup of it") };
    Some(label + &holders)
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

/// A number where there is little room, rounded down: 250, 2,500, 25k, 2.5M.
pub fn abbreviate(number: i64) -> String {
    for (unit, letter) in [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")] {
        if number >= unit && number >= 10_000 {
            let tenths = number / (unit / 10);
            let (integer, tenth) = (group_thousands(tenths / 10), tenths % 10);
            return if tenth == 0 { format!("{integer}{letter}") } else { format!("{integer}.{tenth}{letter}") };
        }
    }
    group_thousands(number)
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
    #[test]
    fn numbers_from_ten_thousand_on_are_abbreviated() {
        for (number, text) in [
            (0, "0"),
            (2500, "2,500"),
            (9999, "9,999"),
            (10_000, "10k"),
            (25_000, "25k"),
            (150_000, "150k"),
            (2_500_000, "2.5M"),
            (1 << 53, "9,007.1T"),
        ] {
            assert_eq!(abbreviate(number), text);
        }
    }

    #[test]
    fn an_abbreviated_number_is_rounded_down() {
        for (number, text) in [(12_399, "12.3k"), (99_999, "99.9k"), (999_999, "999.9k"), (1_299_999, "1.2M")] {
            assert_eq!(abbreviate(number), text);
        }
    }
}
