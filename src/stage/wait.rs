//! Waiting without the thread ([`sleep`]), with it ([`block`]), and for
//! whatever else there is ([`waiting`]).

use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::here::{self, Parked, Tag};
use super::note::{NEVER, Note, Source, Want};
use super::recorder::{Recorder, Waited};
use super::traced::poll_tagged;
use crate::trace::{Clock, nanos};

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
pub fn sleep(time: Duration) -> Waiting<Sleep, Nap> {
    let place = Location::caller();
    Waiting::new(tokio::time::sleep(time), Nap(nanos(time)), place)
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
    let blocked = here::with(|lane| {
        let recorder = &lane.recorder;
        let waited = Waited {
            want: Want::Blocking(nanos(time)),
            due: NEVER,
            place,
        };
        let (wait, _) = recorder.wait(lane.lane, waited);
        match recorder.clock() {
            Clock::Real => thread::sleep(time),
            Clock::Virtual if lane.is_thread() => {
                here::set_ahead(here::ahead().saturating_add(time));
            }
            Clock::Virtual => advance(time),
        }
        lane.note(Note::Done { wait });
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
pub fn waiting<F: Future>(
    on: impl Into<Cow<'static, str>>,
    future: F,
) -> Waiting<F, Io> {
    let place = Location::caller();
    Waiting::new(future, Io(on.into()), place)
}

/// Moves a paused clock by `time` without letting the loop run, which is what
/// blocking does: timers that fall due meanwhile fire late, after it. Tokio's
/// `advance` moves the clock in its first poll and only then gives way; the
/// rest of it is not wanted.
fn advance(time: Duration) {
    let advance = pin!(tokio::time::advance(time));
    let _ = advance.poll(&mut Context::from_waker(Waker::noop()));
}

/// What a [`Waiting`] waits for.
pub trait Wanted<F> {
    #[doc(hidden)]
    fn want(&mut self, recorder: &Recorder) -> Want;

    /// When it should be over.
    #[doc(hidden)]
    fn deadline(_future: &F) -> Option<tokio::time::Instant> {
        None
    }

    /// Whether only a timer ends it.
    #[doc(hidden)]
    const IS_TIMER: bool = false;
}

/// A timer of so many nanoseconds.
pub struct Nap(u64);

impl Wanted<Sleep> for Nap {
    fn want(&mut self, _: &Recorder) -> Want {
        Want::Timer(self.0)
    }

    fn deadline(sleep: &Sleep) -> Option<tokio::time::Instant> {
        Some(sleep.deadline())
    }

    const IS_TIMER: bool = true;
}

/// The world outside.
pub struct Io(Cow<'static, str>);

impl<F> Wanted<F> for Io {
    fn want(&mut self, recorder: &Recorder) -> Want {
        Want::Io(recorder.text(std::mem::take(&mut self.0)))
    }
}

/// Where a [`Waiting`] stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not polled yet.
    New,
    /// Polled, and not ready yet.
    Begun,
    /// Ready, dropped, or outside a recorded run.
    Over,
}

pin_project! {
    /// A future that the trace shows as a wait, from its first poll until it
    /// is ready or dropped.
    #[must_use = "futures do nothing unless you `.await` or spawn them"]
    pub struct Waiting<F, W> {
        #[pin]
        future: F,
        want: W,
        place: Source,
        // The wait's number.
        wait: u32,
        state: State,
    }

    impl<F, W> PinnedDrop for Waiting<F, W> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if *this.state == State::Begun {
                here::with(|lane| lane.note(Note::Drop { wait: *this.wait }));
            }
        }
    }
}

impl<F, W> Waiting<F, W> {
    pub(super) fn new(future: F, want: W, place: Source) -> Self {
        Waiting {
            future,
            want,
            place,
            wait: 0,
            state: State::New,
        }
    }
}

impl<F: Future, W: Wanted<F>> Future for Waiting<F, W> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if *this.state == State::New {
            let begun = here::with(|lane| {
                let deadline = W::deadline(&this.future);
                let due = deadline.map_or(NEVER, |at| lane.recorder.due(at));
                lane.wait(Waited {
                    want: this.want.want(&lane.recorder),
                    due,
                    place: this.place,
                })
            });
            *this.state = match begun {
                Some(wait) => {
                    *this.wait = wait;
                    State::Begun
                }
                None => State::Over,
            };
        }
        if *this.state == State::Over {
            return this.future.poll(cx);
        }
        let before = here::look();
        // No lane wakes a timer: the runtime need not ask the lane's waker, and
        // the lane's poll tells all there is to tell.
        let mut future = this.future;
        let bypassed = here::with(|lane| {
            if !W::IS_TIMER {
                return None;
            }
            lane.poll_timer(cx.waker(), |cx| future.as_mut().poll(cx))
        });
        let polled = bypassed.flatten().unwrap_or_else(|| {
            let tag = if W::IS_TIMER { Tag::Timer } else { Tag::Io };
            poll_tagged(future, tag, cx)
        });
        here::forget(before);
        if polled.is_ready() {
            *this.state = State::Over;
            here::with(|lane| lane.note_also(Note::Done { wait: *this.wait }));
        } else {
            here::park(before, Parked::SOMEWHERE);
        }
        polled
    }
}
