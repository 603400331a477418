//! Times in words. Measured times have more digits than anybody reads, so both
//! notations round to the millisecond.

use std::time::Duration;

/// A duration as people write it: `2s 500ms`.
pub fn time(duration: Duration) -> String {
    // humantime never rounds, so round first.
    let millis = (duration.as_nanos() + 500_000) / 1_000_000;
    // Saturates after 584 million years.
    let millis = u64::try_from(millis).unwrap_or(u64::MAX);
    humantime::format_duration(Duration::from_millis(millis)).to_string()
}

/// A moment as a stopwatch shows it, in seconds: `1.002s`.
pub fn clock(moment: Duration) -> String {
    format!("{:.3}s", moment.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_the_millisecond() {
        let measured = Duration::from_nanos(2_500_499_999);
        assert_eq!(time(measured), "2s 500ms");
        assert_eq!(clock(measured), "2.500s");
        assert_eq!(time(Duration::from_nanos(500_000)), "1ms");
        assert_eq!(time(Duration::ZERO), "0s");
    }
}
