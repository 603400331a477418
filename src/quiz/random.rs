//! Random knobs: other figures than the article's, the same for the same seed.

use std::time::Duration;

use crate::chapter::{Chapter, Kind, Knobs, Value};
use crate::system::random::Random;

/// Times are multiples of this, up to so many: figures for the head.
const UNIT: Duration = Duration::from_millis(500);
/// The same of what is measured: somebody waits until it is.
const SHORT_UNIT: Duration = Duration::from_millis(100);
const UNITS: u64 = 10;

/// The most of what is counted, above the least that is taken.
const COUNTS: u64 = 5;

/// So often another set is tried before the article's is taken.
const TRIES: u32 = 100;

/// Random knobs that the chapter takes; `set` puts on top what the user said.
pub fn random_knobs(
    chapter: &Chapter,
    seed: u64,
    set: impl Fn(Knobs) -> Knobs,
) -> Knobs {
    let mut random = Random::new(seed);
    let is_measured = chapter.is_real_only();
    let unit = if is_measured { SHORT_UNIT } else { UNIT };
    for _ in 0..TRIES {
        let mut knobs = Knobs::new(chapter.knobs);
        for knob in chapter.knobs {
            let time = |random: &mut Random| {
                let units = 1 + random.below(UNITS);
                Value::Time(unit * u32::try_from(units).unwrap_or(1))
            };
            match knob.kind {
                Kind::Time(_) => knobs.set(knob, time(&mut random)),
                // Half of the time it follows, as it does by default.
                Kind::SameAs(_) if random.below(2) == 0 => {
                    knobs.set(knob, time(&mut random));
                }
                Kind::Cores(max) => {
                    let count = 1 + random.below(COUNTS);
                    let count = u32::try_from(count).unwrap_or(max).min(max);
                    knobs.set(knob, Value::Count(count));
                }
                Kind::Count { min, max, .. } => {
                    let least = min.max(2).min(max);
                    let count = u64::from(least) + random.below(COUNTS);
                    let count = u32::try_from(count).unwrap_or(max).min(max);
                    knobs.set(knob, Value::Count(count));
                }
                _ => {}
            }
        }
        let knobs = set(knobs);
        // Of two waits that are as long as each other chance decides which is
        // over first, if it is measured.
        let mut times: Vec<Duration> = knobs.times().collect();
        times.sort_unstable();
        let is_open = times.windows(2).any(|pair| pair[0] == pair[1]);
        if (chapter.check)(&knobs).is_ok() && !(is_measured && is_open) {
            return knobs;
        }
    }
    set(Knobs::new(chapter.knobs))
}
