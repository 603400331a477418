//! Blocking code on a thread of its own, so that the loop goes on.

use std::borrow::Cow;
use std::future::Future;
use std::panic::{Location, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::ahead;
use super::current::{self, Current};
use super::log::{Note, On, Source, Spawned};
use super::wait::Waiting;
use crate::trace::{Clock, LaneKind, Outcome};

/// Runs `f` on a thread, on a lane of its own, and waits for what it returns:
/// [`tokio::task::spawn_blocking`], with a trace. As with CPython's
/// [`asyncio.to_thread`], the thread starts when the future is first awaited.
///
/// # Panics
/// If `f` panics, with its panic.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use asyncade::stage::to_thread;
/// assert_eq!(to_thread("sum", || 1 + 1).await, 2);
/// # }
/// ```
///
/// [`asyncio.to_thread`]: https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread
#[track_caller]
pub fn to_thread<T: Send + 'static>(
    name: impl Into<Cow<'static, str>>,
    f: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = T> {
    let place = Location::caller();
    let name = name.into();
    let on = On::Thread(name.as_ref().into());
    Waiting::unknown(run(name, f, place), on, place)
}

async fn run<T: Send + 'static>(
    name: Cow<'static, str>,
    f: impl FnOnce() -> T + Send + 'static,
    place: Source,
) -> T {
    let thread = current::with(|parent| {
        let recorder = Arc::clone(&parent.recorder);
        let lane = recorder.spawn(Spawned {
            name,
            kind: LaneKind::Thread,
            parent: Some(parent.lane),
            place,
        });
        Current::new(recorder, lane)
    });
    match thread {
        Some(thread) if thread.recorder.clock() == Clock::Virtual => {
            // A running `spawn_blocking` would stop the paused clock, so the
            // closure runs here and now, stamped ahead of the loop, which
            // then sleeps until it has caught up.
            let before = ahead::set(Duration::ZERO);
            let output = on_lane(thread, f);
            let debt = ahead::set(before);
            tokio::time::sleep(debt).await;
            output
        }
        thread => {
            let handle = tokio::task::spawn_blocking(move || match thread {
                Some(thread) => on_lane(thread, f),
                None => f(),
            });
            match handle.await {
                Ok(output) => output,
                Err(error) => match error.try_into_panic() {
                    Ok(payload) => resume_unwind(payload),
                    // Only a runtime that shuts down cancels a blocking task,
                    // and then nothing polls this any more.
                    Err(_) => std::future::pending().await,
                },
            }
        }
    }
}

/// Runs a closure on a thread's lane, from its only poll to its end.
fn on_lane<T>(thread: Current, f: impl FnOnce() -> T) -> T {
    /// Ends the lane whether the closure returns or panics.
    struct Ending {
        outer: Option<Current>,
        outcome: Outcome,
    }
    impl Drop for Ending {
        fn drop(&mut self) {
            if let Some(thread) = current::replace(self.outer.take()) {
                thread.end(self.outcome, None);
            }
        }
    }
    thread.note(Note::Poll { within: None });
    let mut ending = Ending {
        outer: current::replace(Some(thread)),
        outcome: Outcome::Panicked,
    };
    let output = f();
    ending.outcome = Outcome::Finished;
    output
}
