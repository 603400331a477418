//! Durations and moments in words.

use std::time::Duration;

/// A duration as people write it, rounded to the millisecond.
pub fn time(duration: Duration) -> String {
    // humantime never rounds, so round first.
    let millis = (duration.as_nanos() + 500_000) / 1_000_000;
    // Saturates after 584 million years.
    let millis = u64::try_from(millis).unwrap_or(u64::MAX);
    humantime::format_duration(Duration::from_millis(millis)).to_string()
}

/// A moment as a stopwatch shows it, in seconds to the millisecond: `1.002s`.
pub fn clock(moment: Duration) -> String {
    format!("{:.3}s", moment.as_secs_f64())
}
