//! Work that keeps a processor busy. How much, is counted in processor time, as
//! the system has it, and not in time on the clock: a thread that has to share
//! its core takes longer for the same work, and nothing looks faster than it is.

use std::hint::black_box;
use std::time::Duration;

/// Computes until the thread that calls it has spent so much processor time.
pub fn compute(work: Duration) {
    let start = processor_time();
    while processor_time() - start < work {
        black_box(numbers());
    }
}

/// So many steps between two looks at the clock take far less than a
/// millisecond.
const STEPS: u32 = 5_000;

/// A row of numbers, each computed from the one before.
fn numbers() -> u64 {
    (0..STEPS).fold(black_box(1), |number: u64, _| {
        number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1)
    })
}

/// What this thread has had of a processor so far: what it waited for one, or
/// slept, is not in it.
#[cfg(unix)]
fn processor_time() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    let spent = clock_gettime(ClockId::ThreadCPUTime);
    let whole = u64::try_from(spent.tv_sec).unwrap_or_default();
    let rest = u32::try_from(spent.tv_nsec).unwrap_or_default();
    Duration::new(whole, rest)
}

/// Elsewhere nothing safe tells it, so it is time on the clock: what shares a
/// core computes less there, and it does not show.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;

    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn it_keeps_the_processor_and_never_for_less() {
        let (work, start) = (Duration::from_millis(20), Instant::now());
        let before = processor_time();
        compute(work);
        assert!(processor_time() - before >= work);
        assert!(start.elapsed() >= work.mul_f64(0.99));
    }

    #[test]
    #[cfg(unix)]
    fn what_a_thread_sleeps_is_no_work() {
        let before = processor_time();
        std::thread::sleep(Duration::from_millis(50));
        assert!(processor_time() - before < Duration::from_millis(40));
    }
}
