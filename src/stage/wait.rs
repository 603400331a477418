//! Waiting without the thread ([`sleep`]), with it ([`block`]), and for
//! whatever else there is ([`waiting`]).

use std::future::Future;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep};

use super::ahead;
use super::current;
use super::log::{Note, On, Source, Waited};
use crate::trace::{Clock, LaneKind};

/// Waits for `time` and lets other lanes run meanwhile: [`tokio::time::sleep`],
/// with its due time in the trace. Tokio's timers count whole milliseconds and
/// round up.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use asyncade::stage::sleep;
/// sleep(std::time::Duration::from_millis(5)).await;
/// # }
/// ```
#[track_caller]
pub fn sleep(time: Duration) -> Waiting<Sleep> {
    let place = Location::caller();
    let now = Instant::now();
    let deadline = now + time;
    let wait = current::with(|current| {
        let recorder = &current.recorder;
        current.set_latest(recorder.nanos(now));
        recorder.wait(Waited {
            on: On::Sleep(time),
            due: Some(recorder.due(deadline)),
            place,
        })
    });
    Waiting::new(tokio::time::sleep_until(deadline), wait)
}

/// Waits for `time` and keeps the thread: [`std::thread::sleep`]. Nothing else
/// that needs the thread can run meanwhile.
///
/// ```
/// use asyncade::stage::block;
/// block(std::time::Duration::from_millis(5));
/// ```
#[track_caller]
pub fn block(time: Duration) {
    let place = Location::caller();
    let blocked = current::with(|current| {
        let recorder = &current.recorder;
        let from = current.now();
        let due = from
            .saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        let wait = recorder.wait(Waited {
            on: On::Block(time),
            due: Some(due),
            place,
        });
        recorder.note(from, current.lane, Note::Wait { wait });
        match recorder.clock() {
            Clock::Real => thread::sleep(time),
            Clock::Virtual => match recorder.kind(current.lane) {
                LaneKind::Task => advance(time),
                LaneKind::Thread => {
                    ahead::set(ahead::get() + time);
                }
            },
        }
        current.note(Note::Wake { wait });
    });
    if blocked.is_none() {
        thread::sleep(time);
    }
}

/// Waits for `future`, and shows it as a wait for `on`, of which nobody knows
/// beforehand how long it takes: an answer from the network, for one. A future
/// that blocks the thread while it is polled is shown as what it is, a wait
/// that keeps the thread.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use asyncade::stage::waiting;
/// let answer = async { 42 };
/// assert_eq!(waiting("the answer", answer).await, 42);
/// # }
/// ```
#[track_caller]
pub fn waiting<F: Future>(on: impl Into<String>, future: F) -> Waiting<F> {
    let on = On::Other(on.into().into_boxed_str());
    Waiting::unknown(future, on, Location::caller())
}

/// Moves a paused clock by `time` without letting the loop run, which is what
/// blocking does: timers that fall due meanwhile fire late, after it. Tokio's
/// `advance` moves the clock in its first poll and only then gives way; the
/// rest of it is not wanted.
fn advance(time: Duration) {
    let advance = pin!(tokio::time::advance(time));
    let _ = advance.poll(&mut Context::from_waker(Waker::noop()));
}

/// Where a [`Waiting`] stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not polled yet.
    New,
    /// Polled, and not ready yet.
    Begun,
    /// Ready, or dropped.
    Over,
}

pin_project! {
    /// A future that the trace shows as a wait, from its first poll until it
    /// is ready or dropped.
    #[must_use = "futures do nothing unless you `.await` or spawn them"]
    pub struct Waiting<F> {
        #[pin]
        future: F,
        // The wait's number in the log; 0 outside a recorded run.
        wait: u32,
        state: State,
    }

    impl<F> PinnedDrop for Waiting<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if *this.state == State::Begun && *this.wait != 0 {
                current::with(|current| current.note(Note::Drop { wait: *this.wait }));
            }
        }
    }
}

impl<F: Future> Waiting<F> {
    fn new(future: F, wait: Option<u32>) -> Self {
        Waiting {
            future,
            wait: wait.unwrap_or(0),
            state: State::New,
        }
    }

    /// A wait for `future`, which nobody knows the end of.
    pub(super) fn unknown(future: F, on: On, place: Source) -> Self {
        let wait = current::with(|current| {
            current.now();
            let due = None;
            current.recorder.wait(Waited { on, due, place })
        });
        Waiting::new(future, wait)
    }
}

impl<F: Future> Future for Waiting<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let wait = *this.wait;
        if *this.state == State::New {
            *this.state = State::Begun;
            if wait != 0 {
                current::with(|current| current.note_also(Note::Wait { wait }));
            }
        }
        let polled = this.future.poll(cx);
        if polled.is_ready() {
            *this.state = State::Over;
            if wait != 0 {
                current::with(|current| current.note_also(Note::Wake { wait }));
            }
        }
        polled
    }
}
