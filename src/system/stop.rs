//! The end before the end. Somebody may ask the program to stop, and whoever
//! does something long looks at [`asked`] now and then; or it must end at
//! once, [`now`]. Either way some things must not outlive it: files that are
//! not whole, temporary folders, other programs. They are [held](hold) while
//! they exist, and go when their [`Held`] does, or when the program ends.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::whole_screen::Before;

/// The exit code of a program that was asked to stop, or 0: nobody asked.
static ASKED: AtomicU8 = AtomicU8::new(0);

/// Asks the program to stop, and to end with this exit code: by the shell's
/// convention 128 and the number of the signal.
pub fn ask(code: u8) {
    // Who asks first is whom the exit code speaks of.
    let _ =
        ASKED.compare_exchange(0, code, Ordering::Relaxed, Ordering::Relaxed);
}

/// Whether somebody has asked the program to stop: then the exit code.
pub fn asked() -> Option<u8> {
    match ASKED.load(Ordering::Relaxed) {
        0 => None,
        code => Some(code),
    }
}

/// Fails if somebody has asked the program to stop.
///
/// # Errors
/// [`Stopped`].
pub fn check() -> Result<(), Stopped> {
    asked().map_or(Ok(()), |_| Err(Stopped))
}

/// The error of what did not come to its end because somebody asked the
/// program to stop. Nothing is wrong, and nothing is to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped")
    }
}

impl std::error::Error for Stopped {}

/// What must not outlive the program.
#[derive(Debug)]
pub enum Leftover {
    /// A file that is not whole yet.
    File(PathBuf),
    /// A folder, with all that is in it.
    Folder(PathBuf),
    /// A terminal that is not as it was.
    Terminal(Before),
    /// Another program, with all that it has started: its process group.
    #[cfg(unix)]
    Group(rustix::process::Pid),
}

impl Leftover {
    fn clear(self) {
        // What cannot be removed is gone, or nobody's to remove.
        match self {
            Leftover::File(path) => {
                let _ = fs::remove_file(path);
            }
            Leftover::Terminal(before) => before.restore(),
            Leftover::Folder(path) => {
                let _ = fs::remove_dir_all(path);
            }
            #[cfg(unix)]
            Leftover::Group(leader) => {
                let kill = rustix::process::Signal::KILL;
                let _ = rustix::process::kill_process_group(leader, kill);
            }
        }
    }
}

/// Everything that is held, in the order in which it was made.
static LEFTOVERS: Mutex<BTreeMap<u64, Leftover>> = Mutex::new(BTreeMap::new());

fn leftovers() -> MutexGuard<'static, BTreeMap<u64, Leftover>> {
    // Nothing panics while it holds the lock.
    LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that goes when this does.
#[derive(Debug)]
#[must_use = "what is held goes at once if nobody keeps this"]
pub struct Held(u64);

/// Makes something that must not outlive the program. There is no moment in
/// which it exists and is not held.
///
/// # Errors
/// As `make`; then nothing is held.
pub fn hold<T>(
    make: impl FnOnce() -> io::Result<(T, Leftover)>,
) -> io::Result<(T, Held)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut leftovers = leftovers();
    let (made, leftover) = make()?;
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    leftovers.insert(number, leftover);
    Ok((made, Held(number)))
}

impl Held {
    /// Makes what is held into something that may stay, a draft into a file
    /// for one. If that fails, it goes.
    ///
    /// # Errors
    /// As `make`.
    pub fn keep(self, make: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut leftovers = leftovers();
        make()?;
        leftovers.remove(&self.0);
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let leftover = leftovers().remove(&self.0);
        if let Some(leftover) = leftover {
            leftover.clear();
        }
    }
}

/// Ends the program with this exit code, after all that is held has gone.
/// What other threads want to make or to keep from now on, they do not get to.
pub fn now(code: u8) -> ! {
    let mut leftovers = leftovers();
    while let Some((_, leftover)) = leftovers.pop_last() {
        leftover.clear();
    }
    std::process::exit(i32::from(code))
}
