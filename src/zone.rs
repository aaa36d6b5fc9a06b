//! Time: zones, the slots that visits are tallied in, and the times that `since` and `until` take.
//!
//! The rules of zones are jiff's: with its database the component is 0.6 MB smaller than with chrono-tz. All else is
//! chrono's.

use std::fmt::Display;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Offset, SecondsFormat, TimeDelta, TimeZone, Utc};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// The length of a slot in microseconds: a quarter of an hour, because every zone's days begin on one nowadays.
pub const SLOT: i64 = 15 * 60 * 1_000_000;

/// A time zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(jiff::tz::TimeZone::UTC);

    /// Finds a zone by its name in the IANA database, such as `Europe/Moscow`.
    pub fn parse(name: &str) -> Option<Self> {
        let zone = Self(jiff::tz::TimeZone::get(name).ok()?);
        (zone.name() == name).then_some(zone)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What its clocks show at a moment, to the minute of the offset, as RFC 3339 can write it: the seconds that some
    /// clocks were off by are long past.
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        let minutes = self.offset(at).div_euclid(60);
        at.with_timezone(&FixedOffset::east_opt(minutes * 60).unwrap_or(Utc.fix()))
    }

    /// The offset from UTC in seconds; at what jiff has no time for, the very end of the year 9999, that of UTC.
    fn offset(&self, at: DateTime<Utc>) -> i32 {
        timestamp(at).map_or(0, |at| self.0.to_offset(at).seconds())
    }

    /// The first moment of a day, which is not midnight where the clocks skip that.
    pub fn midnight(&self, date: NaiveDate) -> DateTime<Utc> {
        let found = || {
            let year = i16::try_from(date.year()).ok()?;
            let date = Date::new(year, i8::try_from(date.month()).ok()?, i8::try_from(date.day()).ok()?).ok()?;
            let midnight = self.0.to_ambiguous_timestamp(date.at(0, 0, 0, 0));
            let skipped = matches!(midnight.offset(), jiff::tz::AmbiguousOffset::Gap { .. });
            let at = utc(midnight.compatible().ok()?)?;
            // What stands for a time that is skipped comes after the change that skips it.
            if skipped { self.change(at - TimeDelta::days(2), at) } else { Some(at) }
        };
        found().unwrap_or(date.and_time(NaiveTime::MIN).and_utc())
    }

    /// When the clocks change, from after one moment to another.
    pub fn change(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let before = self.offset(after);
        let mut changes = self.0.following(timestamp(after)?);
        // The database also has changes of names alone.
        let change = changes.find(|change| change.offset().seconds() != before)?;
        utc(change.timestamp()).filter(|change| *change <= until)
    }
}

fn timestamp(at: DateTime<Utc>) -> Option<Timestamp> {
    Timestamp::from_microsecond(at.timestamp_micros()).ok()
}

fn utc(timestamp: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(timestamp.as_microsecond())
}

/// Reads a point in time: RFC 3339, or an age before `now` in seconds, minutes, hours, days or weeks, such as `90m`.
/// What comes before the year 1 is taken for its beginning, and what comes after the year 9999 for its end, so that RFC
/// 3339 can write every time that is shown, in any zone.
pub fn parse_time(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let time = match parse_age(text) {
        Some(age) => now.checked_sub_signed(age)?,
        None => DateTime::parse_from_rfc3339(text).ok()?.to_utc(),
    };
    shown(time)
}

/// The nearest time that can be shown in any zone. A leap second is the second after it, as everywhere where time is a
/// number.
fn shown(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let limit = |year, month, day| Utc.with_ymd_and_hms(year, month, day, 0, 0, 0).single();
    let (seconds, nanos) = (time.timestamp(), time.timestamp_subsec_nanos());
    let time = DateTime::from_timestamp(seconds + i64::from(nanos / 1_000_000_000), nanos % 1_000_000_000)?;
    Some(time.clamp(limit(1, 1, 1)?, limit(9999, 12, 1)?))
}

fn parse_age(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().next_back()?;
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok()?;
    match unit {
        's' => TimeDelta::try_seconds(number),
        'm' => TimeDelta::try_minutes(number),
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        'w' => TimeDelta::try_weeks(number),
        _ => None,
    }
}

/// Writes a time as RFC 3339 with microseconds and the offset of its zone.
pub fn rfc3339<Z: TimeZone<Offset: Display>>(time: &DateTime<Z>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// [`rfc3339`] for serde.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<Z: TimeZone<Offset: Display>, S: Serializer>(
    time: &DateTime<Z>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(time))
}

/// The other way round.
///
/// # Errors
/// What is no time in RFC 3339, or none that can be shown.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<FixedOffset>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = DateTime::parse_from_rfc3339(&text).map_err(Error::custom)?;
    let shown = shown(time.to_utc()).filter(|shown| shown.timestamp_micros() == time.timestamp_micros());
    shown.map(|shown| shown.with_timezone(time.offset())).ok_or_else(|| Error::custom("beyond what can be shown"))
}

/// Shows a time to a person: its date, its clock with the offset, and its zone.
pub fn human(time: &DateTime<FixedOffset>, zone: &str) -> String {
    // It is shown with every visit, and a pattern costs several times as much.
    let rfc3339 = time.to_rfc3339_opts(SecondsFormat::Secs, false);
    format!("{} {zone}", rfc3339.replacen('T', " ", 1))
}

#[cfg(test)]
mod tests;
