//! One process, measured from outside: while it waits for its standard input to
//! close, `/proc` is read, which says what it has used. What it says of itself
//! is checked as far as that goes.

use std::fs;
use std::process::{self, Command};
use std::time::Duration;

use serde::Serialize;

use crate::chapter::time;
use crate::system::child::{self, Bounds, Fault};
use crate::system::foreign;

/// What one run took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Cost {
    /// From the first wait's start to the last one's end, in seconds, by the
    /// process' own clock.
    pub wall: f64,
    /// What the process took beside that: to start, and to print, in seconds.
    pub start_up: f64,
    /// The processor time of all its threads, in seconds; where there is a
    /// `/proc`.
    pub processor: Option<f64>,
    /// The most memory that it has held, in bytes; where there is a `/proc`.
    pub memory: Option<u64>,
}

/// Why there is no figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The user asked us to stop.
    Stopped,
    /// What went wrong: half a sentence that begins with the process' name.
    Unfit(String),
}

/// More is not read of what it prints.
const MOST: u64 = 64 * 1024;

/// A clock may count in milliseconds, as that of Node.js does, and end a wait
/// so much before its time.
const EARLY: f64 = 0.002;

/// Another clock may be so much off.
const DRIFT: f64 = 0.005;

/// Runs a process that waits so often at once.
pub(crate) fn measure(
    command: Command,
    count: u64,
    wait: Duration,
    limit: Duration,
    tick: impl FnMut(Duration),
) -> Result<Cost, Failure> {
    let bounds = Bounds {
        time: limit,
        bytes: MOST,
    };
    let run = child::observe(command, bounds, Used::of, tick);
    let (output, seen) = run.map_err(|fault| match fault {
        Fault::Stopped => Failure::Stopped,
        fault => Failure::Unfit(fault.to_string()),
    })?;
    if !output.status.success() {
        let why = match output.complaint.as_str() {
            "" => format!("failed without a word ({})", output.status),
            said => format!("failed: {said}"),
        };
        return Err(Failure::Unfit(why));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let Some(seen) = seen else {
        return Err(Failure::Unfit(if said.contains('\n') {
            "ended before it could be looked at".to_owned()
        } else {
            "printed no result".to_owned()
        }));
    };
    if seen.what.memory.is_none() && Used::of(process::id()).memory.is_some() {
        let why = "ended before it could be looked at".to_owned();
        return Err(Failure::Unfit(why));
    }
    let wall = seconds(&said, count).ok_or_else(|| {
        let said = foreign::short(said.trim());
        let sum = sum(count);
        Failure::Unfit(format!(
            "printed '{said}' and not '{count} {sum}' with the time it took"
        ))
    })?;
    let after = seen.after.as_secs_f64();
    if wall + EARLY < wait.as_secs_f64() {
        let (said, wait) = (time(Duration::from_secs_f64(wall)), time(wait));
        return Err(Failure::Unfit(format!(
            "says that waits of {wait} took {said}"
        )));
    }
    if wall > after + DRIFT {
        return Err(Failure::Unfit(
            "says that it took longer than it was there".to_owned(),
        ));
    }
    Ok(Cost {
        wall,
        start_up: (after - wall).max(0.0),
        processor: seen.what.processor,
        memory: seen.what.memory,
    })
}

/// What the waits return, added up: their numbers, from 0 on.
fn sum(count: u64) -> u128 {
    let count = u128::from(count);
    count * count.saturating_sub(1) / 2
}

/// The seconds that a result says, if it is one for so many waits.
fn seconds(said: &str, count: u64) -> Option<f64> {
    let line = said.strip_suffix('\n')?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let [waits, total, seconds] = words[..] else {
        return None;
    };
    let is_right =
        waits.parse() == Ok(count) && total.parse() == Ok(sum(count));
    // A day is far more than any limit.
    let seconds: f64 = seconds.parse().ok()?;
    (is_right && (0.0..86_400.0).contains(&seconds)).then_some(seconds)
}

/// What a process has used until now; nothing where there is no `/proc`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Used {
    /// The processor time of all its threads, in seconds.
    pub processor: Option<f64>,
    /// The most memory that it has held, in bytes.
    pub memory: Option<u64>,
}

impl Used {
    /// Reads it, of the process of that number. One that has ended has no
    /// memory.
    pub fn of(process: u32) -> Used {
        let read = |name: &str| {
            fs::read_to_string(format!("/proc/{process}/{name}")).ok()
        };
        Used {
            processor: read("stat").and_then(|text| processor(&text)),
            memory: read("status").and_then(|text| memory(&text)),
        }
    }
}

/// `utime` and `stime` of `/proc/PID/stat`: those of threads that have ended
/// are among them.
fn processor(stat: &str) -> Option<f64> {
    /// To programs the kernel speaks of hundredths of a second, whatever it
    /// counts in (`USER_HZ`).
    const TICKS: f64 = 100.0;
    // A name is in brackets and may hold anything, also spaces and brackets.
    // Behind it, utime is the twelfth.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some((next()? + next()?) as f64 / TICKS)
}

/// `VmHWM` of `/proc/PID/status`: the most that was resident.
fn memory(status: &str) -> Option<u64> {
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_checked_against_what_was_asked_for() {
        assert_eq!(seconds("4 6 1.5\n", 4), Some(1.5));
        assert_eq!(seconds("1 0 1\n", 1), Some(1.0));
        for nonsense in [
            "4 6 1.5",
            "4 7 1.5\n",
            "3 3 1.5\n",
            "4 6\n",
            "4 6 1.5 2\n",
            "4 6 1.5\n4 6 1.5\n",
            "4 6 NaN\n",
            "4 6 inf\n",
            "4 6 -1\n",
            "4 6 1e9\n",
            "\n",
            "",
        ] {
            assert_eq!(seconds(nonsense, 4), None, "{nonsense:?}");
        }
    }

    #[test]
    fn the_files_of_proc_are_read_by_their_fields() {
        let stat = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 25 3 4 20 0 1";
        assert_eq!(processor(stat), Some(1.75));
        assert_eq!(processor("7 (a) S 1 2"), None);
        let status = "Name:\tx\nVmPeak:\t 9 kB\nVmHWM:\t  2 kB\nVmRSS:\t1 kB\n";
        assert_eq!(memory(status), Some(2048));
        // A process that has ended has none.
        assert_eq!(memory("Name:\tx\nState:\tZ (zombie)\n"), None);
    }
}
