//! The waits themselves, in the process that this program starts for them: it
//! does its work, prints one line (how many waits, the sum of what they
//! returned, the seconds it took), and stays until its standard input closes,
//! so that whoever started it can look at it. The programs of the peers, in
//! `demos/scale`, keep to the same.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Subject, connections};
use crate::system::room;

#[path = "../../demos/scale/recorded_waits.rs"]
mod recorded;
#[path = "../../demos/scale/thread_waits.rs"]
mod threads;
#[path = "../../demos/scale/tokio_waits.rs"]
mod tokio;

/// The first argument that makes this program a process that waits. Nobody
/// types it: it is no chapter's name, and no command's.
pub(crate) const WAITS: &str = "__waits";

/// The first argument that makes this program become another one, which then
/// ends when whoever started it does.
pub(crate) const BECOME: &str = "__become";

/// Does what such a process is for, if the arguments are those of one. Returns
/// only when that is done.
pub(crate) fn is_called(arguments: &[OsString]) -> Option<io::Result<()>> {
    let (first, rest) = arguments.get(1..)?.split_first()?;
    if first == WAITS {
        Some(waits(rest))
    } else if first == BECOME {
        Some(become_another(rest))
    } else {
        None
    }
}

/// The arguments of a process that waits so often.
pub(crate) fn arguments(
    subject: Subject,
    count: u64,
    wait: Duration,
) -> [String; 4] {
    let (count, millis) = (count.to_string(), wait.as_millis().to_string());
    [WAITS.to_owned(), subject.name().to_owned(), count, millis]
}

fn waits(arguments: &[OsString]) -> io::Result<()> {
    end_with_parent();
    let word = |at: usize| {
        let word = arguments.get(at).and_then(|word| word.to_str());
        word.unwrap_or_default()
    };
    let wrong = |_| io::Error::other("give a subject, a number and a time");
    let count: u64 = word(1).parse().map_err(wrong)?;
    let millis: u64 = word(2).parse().map_err(wrong)?;
    let length = Duration::from_millis(millis);
    room::for_a_runtime()?;
    let mut subjects = Subject::ALL.into_iter();
    let subject = subjects.find(|subject| subject.name() == word(0));
    let start = Instant::now();
    // What a run leaves behind, its recording, stays until it was looked at.
    let (total, _kept) = match subject {
        Some(Subject::Tokio) => (tokio::run(count, length)?, None),
        Some(Subject::Recorded) => {
            let (total, recorder) = recorded::run(count, length)?;
            (total, Some(recorder))
        }
        Some(Subject::Threads) => (threads::run(count, length)?, None),
        Some(Subject::Connections) => (connections::run(count, length)?, None),
        _ => return Err(io::Error::other("there is no such subject")),
    };
    let seconds = start.elapsed().as_secs_f64();
    let mut out = io::stdout().lock();
    writeln!(out, "{count} {total} {seconds}")?;
    out.flush()?;
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    Ok(())
}

/// On Linux this process ends when the one that has started it does, however
/// that may be. Elsewhere it ends when it has done its work, as nobody reads
/// what it prints.
fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // What cannot be had is done without.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

/// The process stays the same, and so does what was set for it.
#[cfg(unix)]
fn become_another(arguments: &[OsString]) -> io::Result<()> {
    use std::os::unix::process::CommandExt;

    end_with_parent();
    let Some((program, arguments)) = arguments.split_first() else {
        return Err(io::Error::other("give a program"));
    };
    Err(Command::new(program).args(arguments).exec())
}

#[cfg(not(unix))]
fn become_another(_arguments: &[OsString]) -> io::Result<()> {
    Err(io::Error::other("this system has no such thing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::What;

    #[test]
    fn what_is_recorded_is_there() {
        let (total, recorder) = recorded::run(10, Duration::from_millis(1))
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(total, 45);
        let events = recorder.events();
        let timers = events.iter().filter(|event| match &event.what {
            What::Wait { on, .. } => {
                matches!(on, crate::trace::On::Timer { .. })
            }
            _ => false,
        });
        assert_eq!(timers.count(), 10);
    }

    #[test]
    fn every_wait_waits_and_all_at_once() {
        let length = Duration::from_millis(60);
        for run in [tokio::run, threads::run, connections::run] {
            let start = Instant::now();
            let total = run(40, length).unwrap_or_else(|e| panic!("{e}"));
            let took = start.elapsed();
            assert_eq!(total, 780);
            assert!(took >= length && took < 40 * length, "{took:?}");
        }
    }
}
