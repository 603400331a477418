//! Chance that can be had again: from a seed, in the same way on every machine.

use std::time::Duration;

use crate::chapter::{Chapter, Kind, Knobs, Value};

/// Random numbers of a seed: splitmix64, which is small and good enough to
/// choose among a few. <https://prng.di.unimi.it/splitmix64.c>
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One below a bound.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// Times are multiples of this, up to so many: figures for the head.
const UNIT: Duration = Duration::from_millis(500);
/// The same of what is measured: somebody waits until it is.
const SHORT_UNIT: Duration = Duration::from_millis(100);
const UNITS: u64 = 10;

/// The most of what is counted, above the least that is taken.
const COUNTS: u64 = 5;

/// So often another set is tried before the article's is taken.
const TRIES: u32 = 100;

/// A seed that nobody chose, short enough to be typed.
pub fn new_seed() -> u64 {
    let now = std::time::SystemTime::now();
    let since = now
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Random(u64::from(since.subsec_nanos())).below(100_000)
}

/// Random knobs that the chapter takes; `set` puts on top what the user said.
pub fn random_knobs(
    chapter: &Chapter,
    seed: u64,
    set: impl Fn(Knobs) -> Knobs,
) -> Knobs {
    let mut random = Random(seed);
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

/// The same in another order.
pub fn shuffled<T: Clone>(items: &[T], seed: u64) -> Vec<T> {
    let mut random = Random(seed);
    let mut items = items.to_vec();
    for index in (1..items.len()).rev() {
        let other = random.below(index as u64 + 1);
        items.swap(index, usize::try_from(other).unwrap_or(0));
    }
    items
}
