//! Blocking code on a thread of its own, so that the loop goes on.

use std::any::Any;
use std::borrow::Cow;
use std::future::Future;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::cell::LaneCell;
use super::here::{self, Tag};
use super::note::{Source, Want, Why};
use super::recorder::{Recorder, Spawned};
use super::traced::poll_tagged;
use super::wait::{Waiting, Wanted};
use crate::trace::{Clock, LaneKind, Outcome};

/// Runs `f` on a thread, on a lane of its own, and waits for what it returns:
/// [`tokio::task::spawn_blocking`], with a trace. As with CPython's
/// [`asyncio.to_thread`], the thread starts when the future is first awaited.
///
/// On the virtual clock no thread runs: the closure is called at once, with
/// times of its own, and whoever awaits it waits for as long as it took.
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
    start(name.into(), f, place)
}

async fn start<T: Send + 'static>(
    name: Cow<'static, str>,
    f: impl FnOnce() -> T + Send + 'static,
    place: Source,
) -> T {
    let thread = here::with(|parent| {
        let recorder = Arc::clone(&parent.recorder);
        let lane = recorder.spawn(Spawned {
            name,
            kind: LaneKind::Thread,
            parent: parent.lane,
            place,
        });
        Thread(Some(LaneCell::of_thread(recorder, lane)))
    });
    let lane = thread.as_ref().and_then(Thread::lane);
    let run = run(thread, f);
    match lane {
        Some(lane) => Waiting::new(run, OnThread(lane), place).await,
        None => run.await,
    }
}

async fn run<T: Send + 'static>(
    mut thread: Option<Thread>,
    f: impl FnOnce() -> T + Send + 'static,
) -> T {
    if let Some(thread) = &mut thread
        && let Some(tag) = thread.is_computed()
    {
        // A running `spawn_blocking` would stop the paused clock, so the
        // closure runs here and now, stamped ahead of the loop, which then
        // sleeps until it has caught up.
        let before = here::set_ahead(Duration::ZERO);
        let output = thread.call(f);
        let debt = here::set_ahead(before);
        let mut caught_up = pin!(tokio::time::sleep(debt));
        poll_fn(|cx| poll_tagged(caught_up.as_mut(), tag, cx)).await;
        return output.unwrap_or_else(|payload| resume_unwind(payload));
    }
    // The result is sent while the thread is still on its lane, so that it is
    // the thread that wakes whoever awaits it.
    let (sender, result) = oneshot::channel();
    tokio::task::spawn_blocking(move || match thread {
        Some(mut thread) => {
            let output = thread.call(f);
            let outer = here::replace(thread.0.take());
            // An error means that nobody waits for it any more.
            let _ = sender.send(output);
            here::replace(outer);
        }
        None => {
            let _ = sender.send(catch_unwind(AssertUnwindSafe(f)));
        }
    });
    match result.await {
        Ok(Ok(output)) => output,
        Ok(Err(payload)) => resume_unwind(payload),
        // Only a runtime that shuts down drops a closure, and then nothing
        // polls this any more.
        Err(_) => std::future::pending().await,
    }
}

/// What a thread returned, or the panic that it ended with.
type Returned<T> = Result<T, Box<dyn Any + Send>>;

/// A thread's lane. If its closure is never called, that is how it ends.
struct Thread(Option<LaneCell>);

impl Thread {
    fn lane(&self) -> Option<u32> {
        self.0.as_ref().map(|cell| cell.lane)
    }

    /// Whether no thread runs, because the clock is virtual; and by what whoever
    /// awaits it is woken then.
    fn is_computed(&self) -> Option<Tag> {
        let cell = self.0.as_ref()?;
        let is_virtual = cell.recorder.clock() == Clock::Virtual;
        is_virtual.then(|| Tag::Lane(cell.recorder.id(), cell.lane))
    }

    /// Calls a closure on the lane, from its only poll to its end.
    fn call<T>(&mut self, f: impl FnOnce() -> T) -> Returned<T> {
        if self.0.is_none() {
            return catch_unwind(AssertUnwindSafe(f));
        }
        let outer = here::replace(self.0.take());
        let line = here::set_line(None);
        let latest = here::latest();
        here::with(|cell| cell.poll(None));
        let output = catch_unwind(AssertUnwindSafe(f));
        let outcome = match output {
            Ok(_) => Outcome::Finished,
            Err(_) => Outcome::Panicked,
        };
        here::with(|cell| cell.end(outcome, Why::Plain));
        // On the virtual clock the thread was ahead of whoever called it.
        here::set_latest(latest);
        here::set_line(line);
        self.0 = here::replace(outer);
        output
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        let Some(cell) = &self.0 else { return };
        if !cell.has_begun() {
            cell.end(Outcome::Unrun, Why::Plain);
        }
    }
}

/// A function on that thread.
struct OnThread(u32);

impl<F> Wanted<F> for OnThread {
    fn want(&mut self, _: &Recorder) -> Want {
        Want::Thread(self.0)
    }
}
