//! Times of day, in the user's own time zone where the system tells it.

use std::time::SystemTime;

use time::{OffsetDateTime, UtcOffset};

/// `14:02:11`: now.
pub fn now() -> String {
    let now = local(SystemTime::now());
    format!("{:02}:{:02}:{:02}", now.hour(), now.minute(), now.second())
}

/// `2025-11-25 14:02:11 +01:00`.
pub fn stamp(when: SystemTime) -> String {
    let local = local(when);
    format!("{} {}", day_and_time(local, ' '), zone(local.offset()))
}

/// `2025-11-25T13:02:11Z`: for programs.
pub fn iso(when: SystemTime) -> String {
    format!("{}Z", day_and_time(OffsetDateTime::from(when), 'T'))
}

fn local(when: SystemTime) -> OffsetDateTime {
    let utc = OffsetDateTime::from(when);
    let offset = UtcOffset::local_offset_at(utc).unwrap_or(UtcOffset::UTC);
    utc.to_offset(offset)
}

fn day_and_time(when: OffsetDateTime, between: char) -> String {
    let (year, month, day) = when.to_calendar_date();
    let (hour, minute, second) = when.to_hms();
    let month = u8::from(month);
    format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}")
}

fn zone(offset: UtcOffset) -> String {
    let sign = if offset.is_negative() { '-' } else { '+' };
    let (hours, minutes, _) = offset.as_hms();
    format!("{sign}{:02}:{:02}", hours.abs(), minutes.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_moment_for_programs() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_764_072_131);
        assert_eq!(iso(moment), "2025-11-25T12:02:11Z");
    }

    #[test]
    fn zones_on_both_sides() {
        let zone_of = |h, m| zone(UtcOffset::from_hms(h, m, 0).unwrap());
        assert_eq!(zone_of(5, 30), "+05:30");
        assert_eq!(zone_of(-3, -30), "-03:30");
        assert_eq!(zone_of(0, 0), "+00:00");
    }
}
