//! Times in words, in one notation: decimal seconds, and units above a minute.
//! Measured times have more digits than anybody reads, so both forms round to
//! the millisecond.

use std::time::Duration;

/// What is longer than a second, largest first, with its length in
/// milliseconds.
const UNITS: [(&str, u128); 3] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)];

/// A duration as it stands in a sentence: `2.5s`, `0.04s`, `1h 5m`.
pub fn time(duration: Duration) -> String {
    let millis = millis(duration);
    let mut rest = millis;
    let mut words = Vec::new();
    for (unit, length) in UNITS {
        if rest >= length {
            words.push(format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if rest > 0 || words.is_empty() {
        let seconds = format!("{}.{:03}", rest / 1000, rest % 1000);
        let seconds = seconds.trim_end_matches('0').trim_end_matches('.');
        words.push(format!("{seconds}s"));
    }
    words.join(" ")
}

/// A moment as it stands in a column of moments: `2.500s`. Above a minute
/// there is no column that it could be in line with.
pub fn clock(moment: Duration) -> String {
    let millis = millis(moment);
    if millis >= 60_000 {
        return time(moment);
    }
    format!("{}.{:03}s", millis / 1000, millis % 1000)
}

fn millis(duration: Duration) -> u128 {
    (duration.as_nanos() + 500_000) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_the_millisecond() {
        let measured = Duration::from_nanos(2_500_499_999);
        assert_eq!(time(measured), "2.5s");
        assert_eq!(clock(measured), "2.500s");
        assert_eq!(time(Duration::from_nanos(500_000)), "0.001s");
        assert_eq!(time(Duration::ZERO), "0s");
        // Not 60.000s.
        assert_eq!(clock(Duration::from_nanos(59_999_600_000)), "1m");
    }

    #[test]
    fn s12_long_times_have_units_and_no_months() {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        assert_eq!(time(days(30)), "30d");
        assert_eq!(time(days(60) + Duration::from_millis(500)), "60d 0.5s");
        assert_eq!(time(Duration::from_secs(3_930)), "1h 5m 30s");
        assert_eq!(clock(Duration::from_secs(3_600)), "1h");
        assert_eq!(time(Duration::from_secs(100)), "1m 40s");
        assert_eq!(time(Duration::from_millis(1_002)), "1.002s");
    }

    #[test]
    fn what_is_written_can_be_typed() {
        for millis in [1, 40, 999, 1_000, 59_999, 61_001, 5_400_000] {
            let length = Duration::from_millis(millis);
            assert_eq!(humantime::parse_duration(&time(length)), Ok(length));
        }
    }
}
