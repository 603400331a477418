//! When something is due, and how much later it may be. A claim about a time
//! is worth nothing if it would also hold for its opposite, so what a machine
//! is allowed to add depends on what the two are apart.

use std::time::Duration;

use super::time;
use crate::trace::{Clock, Header};

/// A time that a claim expects, and through how many timers it came: each of
/// them may be late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// How long after the scene's start, or how long in all.
    pub time: Duration,
    /// How many waits and blocking calls there are on the way, one after the
    /// other.
    pub timers: u32,
}

/// Due when the scene begins.
pub const AT_ONCE: Due = Due {
    time: Duration::ZERO,
    timers: 0,
};

/// Due when a wait of this length is over.
pub fn after(wait: Duration) -> Due {
    AT_ONCE.then(wait)
}

impl Due {
    /// And then one more wait.
    pub fn then(self, wait: Duration) -> Due {
        Due {
            time: self.time + wait,
            timers: self.timers + 1,
        }
    }

    /// The same waits so many times, one after the other.
    pub fn times(self, count: u32) -> Due {
        Due {
            time: self.time * count,
            timers: self.timers * count,
        }
    }
}

impl From<Duration> for Due {
    fn from(wait: Duration) -> Due {
        after(wait)
    }
}

/// Timers count whole milliseconds, and round up.
const ROUNDING: Duration = Duration::from_millis(1);

/// How late each timer may be on an idle machine: it rounds up, and is heard
/// of in the next turn of the loop.
const EACH_TIMER: Duration = Duration::from_millis(2);

/// What a claim about a real time needs room for at the least, beside its
/// timers: below that it is the machine that is measured, and not the code.
const LEAST: Duration = Duration::from_millis(15);

/// What a busy laptop may add at the most, beside what its timers do.
const MOST: Duration = Duration::from_millis(100);

/// How much later than its due time something may be, if what it must be told
/// from is so far apart. `None` if the two cannot be told apart here.
///
/// It is at most half of what they are apart. So what takes twice as long as
/// it should is never taken for what it should be.
pub fn allowance(
    header: &Header,
    due: Due,
    apart: Duration,
) -> Option<Duration> {
    let (least, most) = clock_adds(header, due);
    let allowed = most.min(apart / 2);
    (allowed >= least && !apart.is_zero()).then_some(allowed)
}

/// What the clock may add, at the least and at the most.
pub fn clock_adds(header: &Header, due: Due) -> (Duration, Duration) {
    // One more: somebody has to hear of the last of them.
    let timers = due.timers + 1;
    match header.clock {
        Clock::Virtual if is_exact(header) => (Duration::ZERO, Duration::ZERO),
        // Divided durations have fractions of a millisecond.
        Clock::Virtual => (ROUNDING * timers, ROUNDING * timers),
        Clock::Real => {
            (LEAST + EACH_TIMER * timers, MOST + EACH_TIMER * timers)
        }
    }
}

/// Why nothing can be said here of what is only so far apart.
pub fn too_close(header: &Header, due: Due, apart: Duration) -> String {
    if apart.is_zero() {
        return format!("two things are due at {}", time(due.time));
    }
    let (least, _) = clock_adds(header, due);
    let adds = match header.clock {
        Clock::Real => "a machine",
        Clock::Virtual => "rounding to whole milliseconds",
    };
    format!(
        "it hangs on {}, too little where {adds} may add {}",
        time(apart),
        time(least)
    )
}

/// Whether a time is what it should be, with what it may be late.
pub fn is_due(
    header: &Header,
    measured: Duration,
    due: Due,
    allowed: Duration,
) -> bool {
    let early = if is_exact(header) {
        Duration::ZERO
    } else {
        ROUNDING
    };
    let expected = seen(header, due);
    measured + early >= expected && measured <= expected + allowed
}

/// When something happens that is due then, as far as the clock tells: on the
/// virtual one in whole milliseconds.
pub fn seen(header: &Header, due: Due) -> Duration {
    if is_exact(header) {
        whole_millis(due.time)
    } else {
        due.time
    }
}

/// Whether what is due on the millisecond happens on it.
fn is_exact(header: &Header) -> bool {
    header.clock == Clock::Virtual && header.speed == 1.0
}

/// The most that a time may be late, whatever it must be told from.
pub fn most(header: &Header, due: Due) -> Duration {
    clock_adds(header, due).1
}

/// A wait as tokio's timers take it: rounded up to whole milliseconds.
fn whole_millis(time: Duration) -> Duration {
    let rest = time.subsec_nanos() % 1_000_000;
    let missing = (1_000_000 - rest) % 1_000_000;
    time + Duration::from_nanos(missing.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::trace::{Subject, World};

    fn header(clock: Clock, speed: f64) -> Header {
        Header {
            subject: Subject::Program {
                program: "test".to_owned(),
                args: Vec::new(),
            },
            world: World::tokio(1),
            clock,
            speed,
            knobs: BTreeMap::new(),
            program: String::new(),
        }
    }

    fn holds(clock: Clock, measured: u64, due: Due) -> Option<bool> {
        let header = header(clock, 1.0);
        let allowed = allowance(&header, due, due.time)?;
        let measured = Duration::from_millis(measured);
        Some(is_due(&header, measured, due, allowed))
    }

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_virtual_time_is_exact() {
        let due = after(millis(10));
        assert_eq!(holds(Clock::Virtual, 10, due), Some(true));
        assert_eq!(holds(Clock::Virtual, 11, due), Some(false));
        assert_eq!(holds(Clock::Virtual, 9, due), Some(false));
        let half = after(Duration::from_micros(500));
        assert_eq!(holds(Clock::Virtual, 1, half), Some(true));
    }

    #[test]
    fn a_real_time_is_never_early_and_a_bit_late() {
        let due = after(millis(1000));
        assert_eq!(holds(Clock::Real, 990, due), Some(false));
        assert_eq!(holds(Clock::Real, 1000, due), Some(true));
        assert_eq!(holds(Clock::Real, 1090, due), Some(true));
        assert_eq!(holds(Clock::Real, 1200, due), Some(false));
    }

    #[test]
    fn the_shorter_it_is_the_less_it_may_be_late() {
        let due = after(millis(50));
        assert_eq!(holds(Clock::Real, 74, due), Some(true));
        assert_eq!(holds(Clock::Real, 76, due), Some(false));
        // And if it is too short for what a machine adds, nothing is said.
        assert_eq!(holds(Clock::Real, 20, after(millis(20))), None);
    }

    #[test]
    fn many_timers_may_be_late_many_times() {
        // A hundred timers of 10 ms took 1.113 s on an idle machine.
        let due = after(millis(10)).times(100);
        assert_eq!(holds(Clock::Real, 1113, due), Some(true));
        assert_eq!(holds(Clock::Real, 1113, after(due.time)), Some(false));
        assert_eq!(holds(Clock::Real, 2000, due), Some(false));
    }

    #[test]
    fn what_is_due_at_the_same_moment_cannot_be_told_apart() {
        for clock in [Clock::Virtual, Clock::Real] {
            let header = header(clock, 1.0);
            let due = after(millis(1000));
            assert_eq!(allowance(&header, due, Duration::ZERO), None);
        }
    }
}
