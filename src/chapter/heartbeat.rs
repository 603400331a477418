//! A lane that ticks for as long as it gets its turn. It has to tick seldom
//! enough to be read.

use std::time::Duration;

use super::time;
use crate::system::usage::Usage;

/// More ticks than anybody reads, and few enough to record.
const MOST_TICKS: u128 = 10_000;

/// Refuses a heartbeat that ticks too often in a time, for the check of a
/// chapter with a knob of that name.
///
/// # Errors
/// How often it would tick, and to give a longer one.
pub fn check_heartbeat(every: Duration, within: Duration) -> Result<(), Usage> {
    let ticks = within.as_nanos() / every.as_nanos().max(1);
    if ticks <= MOST_TICKS {
        return Ok(());
    }
    let (every, within) = (time(every), time(within));
    let wrong = format!(
        "a heartbeat every {every} would tick {ticks} times in {within}"
    );
    let instead =
        format!("give a longer --heartbeat, for at most {MOST_TICKS} ticks");
    Err(Usage::new(wrong, instead))
}
