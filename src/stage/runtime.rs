//! Tokio's runtime that a recording plays on: everything on one thread, or
//! tasks on several.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;

use serde::{Serialize, Serializer};
use tokio::runtime::{self, Builder};

use super::here;
use crate::trace::{Clock, World};

/// Which of tokio's schedulers, and on how many threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runtime {
    /// Tasks, and `main` with them, run on one thread.
    #[default]
    CurrentThread,
    /// Tasks run on so many workers, a thread each. `main` runs on the thread
    /// that called it, beside them, as it does below `#[tokio::main]`.
    MultiThread(NonZeroUsize),
}

impl Runtime {
    /// The runtime with a worker for each core of the machine, which is what
    /// tokio makes by itself.
    pub fn of_all_cores() -> Runtime {
        Runtime::MultiThread(cores())
    }

    /// Whether two lanes can have a thread at the same time.
    pub fn is_multi_thread(self) -> bool {
        self != Runtime::CurrentThread
    }

    /// What a trace says of it.
    pub fn world(self) -> World {
        match self {
            Runtime::CurrentThread => World::tokio(1),
            Runtime::MultiThread(workers) => World {
                flavor: MULTI_THREAD.to_owned(),
                ..World::tokio(workers.get())
            },
        }
    }

    /// What ran a trace, if it was one of these.
    pub fn of_world(world: &World) -> Option<Runtime> {
        match (world.name.as_str(), world.flavor.as_str()) {
            ("tokio", "current_thread") => Some(Runtime::CurrentThread),
            ("tokio", MULTI_THREAD) => {
                NonZeroUsize::new(world.workers).map(Runtime::MultiThread)
            }
            _ => None,
        }
    }

    /// The runtime itself. The virtual clock plays on one thread only: see
    /// [`pause`](tokio::time::pause).
    pub(super) fn build(self, clock: Clock) -> io::Result<runtime::Runtime> {
        let is_virtual = clock == Clock::Virtual;
        let mut builder = match self {
            Runtime::CurrentThread => {
                let mut builder = Builder::new_current_thread();
                builder.start_paused(is_virtual);
                builder
            }
            Runtime::MultiThread(_) if is_virtual => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    "the virtual clock plays on one thread only",
                ));
            }
            Runtime::MultiThread(workers) => {
                let mut builder = Builder::new_multi_thread();
                builder.worker_threads(workers.get());
                builder
            }
        };
        builder
            .enable_all()
            // What the runtime does from here on is nobody's doing who has
            // ended.
            .on_thread_park(|| here::set_ended(None))
            .build()
    }
}

/// As it is typed: `current_thread`, `multi_thread:4`.
impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Runtime::CurrentThread => f.write_str("current_thread"),
            Runtime::MultiThread(workers) => {
                write!(f, "{MULTI_THREAD}:{workers}")
            }
        }
    }
}

impl Serialize for Runtime {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// What tokio calls the scheduler of several threads.
const MULTI_THREAD: &str = "multi_thread";

/// The cores that this program may use; one if nobody knows.
pub fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
