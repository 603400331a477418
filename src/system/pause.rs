//! Ctrl-Z. Whoever has drawn something on the terminal that is to be taken off
//! first says so while it is there, and is asked; otherwise the program stops
//! at once, as any other does.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many have something on the terminal.
static PAUSING: AtomicUsize = AtomicUsize::new(0);

/// Whether Ctrl-Z was pressed, and nobody has stopped yet.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Says that something is on the terminal, for as long as it exists: its owner
/// looks at [`is_asked`] many times a second, and calls [`pause`].
#[derive(Debug)]
pub(crate) struct Pausing;

impl Pausing {
    /// From now on Ctrl-Z waits for [`pause`].
    pub fn new() -> Pausing {
        PAUSING.fetch_add(1, Ordering::SeqCst);
        Pausing
    }
}

impl Drop for Pausing {
    fn drop(&mut self) {
        let last = PAUSING.fetch_sub(1, Ordering::SeqCst) == 1;
        // Nobody looks any more.
        if last && is_asked() {
            pause();
        }
    }
}

/// Whether Ctrl-Z was pressed.
pub(crate) fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Ctrl-Z was pressed: stops, unless there is something to do first.
pub(crate) fn ask() {
    ASKED.store(true, Ordering::SeqCst);
    if PAUSING.load(Ordering::SeqCst) == 0 {
        pause();
    }
}

/// Stops the program here if it was asked to.
pub(crate) fn pause() {
    if ASKED.swap(false, Ordering::SeqCst) {
        now();
    }
}

/// Stops the program here, all of it, until somebody lets it go on.
pub(crate) fn now() {
    #[cfg(unix)]
    {
        use rustix::process::{Signal, getpid, kill_process};
        // It cannot fail: the process is our own.
        let _ = kill_process(getpid(), Signal::STOP);
    }
}
