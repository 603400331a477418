//! How exactly the times of a scene are known. One that was computed is known
//! to the millisecond. One that was measured has in it what the machine added,
//! which nobody can predict: an answer may be off by that much, though never
//! by more than half of what tells the right answer from a wrong one.

use std::time::Duration;

use crate::chapter::{Due, clock_adds, time};
use crate::trace::{Clock, Header};

/// As exactly as a computed time is known.
pub(super) const EXACT: Duration = Duration::from_millis(1);

/// A busy machine makes all that is done on it this many times as short longer.
const SLOWER: u32 = 20;

/// How exactly a time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exactness {
    /// It was computed.
    Computed,
    /// It was measured: this much a machine adds, at the least and at the most.
    Measured { least: Duration, most: Duration },
}

impl Exactness {
    /// Of a time in a run, with so many steps one after the other before it.
    pub fn of(header: &Header, at: Duration, steps: usize) -> Exactness {
        let timers = u32::try_from(steps).unwrap_or(u32::MAX);
        let due = Due { time: at, timers };
        match header.clock {
            Clock::Virtual => Exactness::Computed,
            Clock::Real => {
                let (least, most) = clock_adds(header, due);
                let most = most + at / SLOWER;
                Exactness::Measured { least, most }
            }
        }
    }

    /// How far off an answer may be, if a wrong one is so far away. `None` if
    /// the two cannot be told apart.
    pub fn within(self, apart: Duration) -> Option<Duration> {
        match self {
            Exactness::Computed => (apart > EXACT).then_some(EXACT),
            Exactness::Measured { least, most } => {
                let within = most.min(apart / 2);
                (within >= least).then_some(within)
            }
        }
    }

    /// Whether a time is as good as none.
    pub fn is_none(self, time: Duration) -> bool {
        time <= self.least()
    }

    /// How much an idle machine may add.
    pub fn least(self) -> Duration {
        match self {
            Exactness::Computed => Duration::ZERO,
            Exactness::Measured { least, .. } => least,
        }
    }

    /// How far off it may be if no wrong one is a time.
    pub fn at_most(self) -> Duration {
        match self {
            Exactness::Computed => EXACT,
            Exactness::Measured { most, .. } => most,
        }
    }

    /// Whether two times are the same one to whoever predicts them.
    pub fn is_same(self, one: Duration, other: Duration) -> bool {
        self.within(one.abs_diff(other)).is_none()
    }

    /// How far from all that happens a time must be at which one asks what
    /// goes on.
    pub fn distance(self, at: Duration) -> Duration {
        match self {
            // Whoever types a time is right within a millisecond.
            Exactness::Computed => 2 * EXACT,
            Exactness::Measured { least, .. } => least + at / SLOWER / 2,
        }
    }

    /// A time as it is shown, where an answer may be so far off: one that was
    /// measured as people say it, so that nobody has to guess milliseconds.
    pub fn says(self, at: Duration, within: Duration) -> String {
        match self {
            Exactness::Computed => time(at),
            Exactness::Measured { .. } => {
                format!("about {}", time(rounded(at, within / 2)))
            }
        }
    }
}

/// The time with the fewest digits that is no further off than that.
fn rounded(at: Duration, off: Duration) -> Duration {
    let at = at.as_millis();
    let units = [60_000, 10_000, 1000, 100, 50, 10].into_iter();
    let mut times = units.map(|unit| (at + unit / 2) / unit * unit);
    let found = times.find(|time| time.abs_diff(at) <= off.as_millis());
    Duration::from_millis(u64::try_from(found.unwrap_or(at)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measured_time_is_shown_as_people_say_it() {
        let millis = Duration::from_millis;
        let says = |at, within| {
            let measured = Exactness::Measured {
                least: millis(15),
                most: millis(100),
            };
            measured.says(millis(at), millis(within))
        };
        assert_eq!(says(406, 100), "about 0.4s");
        assert_eq!(says(2421, 126), "about 2.4s");
        assert_eq!(says(2980, 120), "about 3s");
        assert_eq!(says(200_900, 2000), "about 3m 20s");
        assert_eq!(says(1046, 20), "about 1.05s");
        assert_eq!(says(4, 60), "about 0s");
        // Half of what it may be off is all that rounding takes.
        for at in 0..3000 {
            for off in [15, 30, 60, 120] {
                let shown = rounded(millis(at), millis(off));
                assert!(shown.abs_diff(millis(at)) <= millis(off));
            }
        }
        assert_eq!(Exactness::Computed.says(millis(406), EXACT), "0.406s");
    }

    #[test]
    fn an_answer_is_off_by_less_than_half_of_what_a_wrong_one_is() {
        let millis = Duration::from_millis;
        let measured = Exactness::Measured {
            least: millis(20),
            most: millis(100),
        };
        assert_eq!(measured.within(millis(39)), None);
        assert_eq!(measured.within(millis(40)), Some(millis(20)));
        assert_eq!(measured.within(millis(5000)), Some(millis(100)));
        assert_eq!(Exactness::Computed.within(EXACT), None);
        assert_eq!(Exactness::Computed.within(2 * EXACT), Some(EXACT));
    }
}
