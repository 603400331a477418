//! How far a lane's own time is ahead of the loop's: more than zero only for a
//! thread on the virtual clock, which runs its closure at once and lets the
//! loop catch up.

use std::cell::Cell;
use std::time::Duration;

thread_local! {
    static AHEAD: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// How far the thread's current lane is ahead of the loop's clock.
pub(super) fn get() -> Duration {
    AHEAD.get()
}

/// Sets how far it is ahead; returns how far it was.
pub(super) fn set(ahead: Duration) -> Duration {
    AHEAD.replace(ahead)
}
