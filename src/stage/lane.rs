//! `.lane("Task 1")` on a future: its own row in the trace. The wrapper
//! records spawned, each poll, and the end, and it tells apart the ways in
//! which a future ends.

use std::any::Any;
use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::task;

use super::Cancelled;
use super::cell::LaneCell;
use super::here::{self, Ended, Parked};
use super::note::Why;
use super::recorder::{Recorder, Spawned};
use crate::trace::{LaneKind, Outcome};

/// Gives a future its own lane.
pub trait Lane: Future + Sized {
    /// A lane that ends *finished* when the future returns, and *cancelled* if
    /// it is dropped before that.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use asyncade::stage::{Lane, say};
    /// let task = tokio::spawn(async { say!("hello") }.lane("Task 1"));
    /// task.await.unwrap();
    /// # }
    /// ```
    #[track_caller]
    fn lane(
        self,
        name: impl Into<Cow<'static, str>>,
    ) -> Laned<Self, Infallibly> {
        Laned::new(self, name.into())
    }

    /// As [`lane`](Lane::lane), for a future that can fail: on `Err` the lane
    /// ends *failed*, with the error as the detail, or *cancelled* if the error
    /// is [`Cancelled`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use asyncade::stage::Lane;
    /// let task = async { Err::<(), _>("no luck".to_string()) };
    /// assert!(task.try_lane("Task 1").await.is_err());
    /// # }
    /// ```
    #[track_caller]
    fn try_lane<T, E>(
        self,
        name: impl Into<Cow<'static, str>>,
    ) -> Laned<Self, Fallibly>
    where
        Self: Future<Output = Result<T, E>>,
        E: Display + 'static,
    {
        Laned::new(self, name.into())
    }
}

impl<F: Future> Lane for F {}

/// How a lane ends, and why, seen from what its future returned.
pub trait Verdict<T> {
    /// The outcome, and the detail where there is one.
    fn of(output: &T) -> (Outcome, Option<String>);
}

/// Whatever the future returns, its lane has finished.
pub struct Infallibly;

impl<T> Verdict<T> for Infallibly {
    fn of(_: &T) -> (Outcome, Option<String>) {
        (Outcome::Finished, None)
    }
}

/// If the future returns an error, its lane has failed, or was cancelled if
/// the error says so.
pub struct Fallibly;

impl<T, E: Display + 'static> Verdict<Result<T, E>> for Fallibly {
    fn of(output: &Result<T, E>) -> (Outcome, Option<String>) {
        match output {
            Ok(_) => (Outcome::Finished, None),
            Err(error) => {
                let is_cancelled = (error as &dyn Any).is::<Cancelled>();
                let outcome = if is_cancelled {
                    Outcome::Cancelled
                } else {
                    Outcome::Failed
                };
                (outcome, Some(error.to_string()))
            }
        }
    }
}

pin_project! {
    /// A future on a lane of its own; see [`Lane`].
    ///
    /// It is three pointers larger than the future itself, whatever it records:
    /// a million tasks feel every byte of it.
    #[must_use = "futures do nothing unless you `.await` or spawn them"]
    pub struct Laned<F, V> {
        #[pin]
        state: State<F>,
        verdict: PhantomData<V>,
    }

    impl<F, V> PinnedDrop for Laned<F, V> {
        fn drop(this: Pin<&mut Self>) {
            let mut state = this.project().state;
            let Projected::Alive { cell, .. } = state.as_mut().project() else {
                return;
            };
            let cell = cell.take();
            if cell.is_none() {
                return;
            }
            // Dropped unfinished. What it still holds is dropped on its own
            // lane, before the lane ends, as Rust drops it.
            let outer = here::replace(cell);
            state.set(State::Dropped);
            if let Some(cell) = here::replace(outer) {
                drop_lane(&cell);
            }
        }
    }
}

/// Ends the lane of a future that was dropped unfinished.
fn drop_lane(cell: &LaneCell) {
    let outer = here::with(|outer| {
        Arc::ptr_eq(&outer.recorder, &cell.recorder).then_some(outer.lane)
    });
    let dropped_by = outer.flatten();
    // What was never polled, and is dropped by a lane and not by the runtime,
    // was no task that somebody cancelled: it never ran.
    let is_unrun = dropped_by.is_some() && !cell.has_begun();
    if is_unrun {
        cell.end(Outcome::Unrun, Why::Plain);
        return;
    }
    // The runtime drops it. It may have been aborted before its first poll.
    let task = dropped_by.is_none().then(task::try_id).flatten();
    if let Some(task) = task
        && !cell.has_begun()
    {
        cell.recorder.drop_task(cell.lane, task);
    }
    let why = dropped_by.map_or(Why::Plain, Why::DroppedBy);
    cell.end(Outcome::Cancelled, why);
    if dropped_by.is_none() {
        // Whoever awaits the task is told next.
        here::set_ended(Some(Ended {
            recorder: cell.recorder.id(),
            lane: cell.lane,
            task,
        }));
    }
}

pin_project! {
    #[project = Projected]
    enum State<F> {
        Alive {
            #[pin]
            future: F,
            // `None` outside a recorded run, and once the lane has ended.
            cell: Option<LaneCell>,
        },
        // Only ever seen by `drop`.
        Dropped,
    }
}

impl<F, V> Laned<F, V> {
    fn on(future: F, cell: Option<LaneCell>) -> Self {
        Laned {
            state: State::Alive { future, cell },
            verdict: PhantomData,
        }
    }

    #[track_caller]
    fn new(future: F, name: Cow<'static, str>) -> Self {
        let place = Location::caller();
        let cell = here::with(|parent| {
            let lane = parent.recorder.spawn(Spawned {
                name,
                kind: LaneKind::Future,
                parent: parent.lane,
                place,
            });
            LaneCell::new(Arc::clone(&parent.recorder), lane)
        });
        Laned::on(future, cell)
    }
}

impl Recorder {
    /// Puts a scene on the `main` lane, where a recording begins. `V` says what
    /// its output means: [`Infallibly`] or [`Fallibly`].
    #[track_caller]
    pub fn main<F, V>(self: Arc<Self>, scene: F) -> Laned<F, V>
    where
        F: Future,
        V: Verdict<F::Output>,
    {
        let lane = self.spawn(Spawned {
            name: "main".into(),
            kind: LaneKind::Main,
            parent: 0,
            place: Location::caller(),
        });
        Laned::on(scene, Some(LaneCell::new(self, lane)))
    }
}

impl<F, V> Future for Laned<F, V>
where
    F: Future,
    V: Verdict<F::Output>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Projected::Alive { future, cell } = self.project().state.project()
        else {
            unreachable!("nothing can be polled while it is dropped");
        };
        let Some(mut lane) = cell.take() else {
            return future.poll(cx);
        };

        let outer = here::replace(None);
        // If the thread is in the middle of another lane's poll, this one is
        // inside it, and the outer lane does not hold the thread meanwhile.
        let within = outer
            .as_ref()
            .filter(|outer| Arc::ptr_eq(&outer.recorder, &lane.recorder))
            .map(|outer| outer.lane);
        if within.is_none() {
            here::set_ended(None);
        }
        let waker = lane.waker(cx);
        lane.poll(within);
        let line = here::set_line(None);
        let before = here::look();
        here::replace(Some(lane));
        let polled = catch_unwind(AssertUnwindSafe(|| {
            future.poll(&mut Context::from_waker(&waker))
        }));
        drop(waker);
        let Some(mut lane) = here::replace(outer) else {
            unreachable!("every poll puts back the lane that it finds");
        };
        let here = here::set_line(line);
        let parked = here::found();
        here::forget(before);

        match &polled {
            Ok(Poll::Pending) => {
                let parked = parked.called_from(here);
                lane.recorder.pend(lane.lane, parked.lines);
                lane.leave();
                *cell = Some(lane);
                if within.is_some() {
                    here::park(before, Parked::SOMEWHERE);
                }
            }
            Ok(Poll::Ready(output)) => {
                let (outcome, detail) = V::of(output);
                finish(&mut lane, outcome, detail, within.is_none());
            }
            Err(payload) => {
                let detail = message(payload.as_ref());
                finish(&mut lane, Outcome::Panicked, detail, within.is_none());
            }
        }
        polled.unwrap_or_else(|payload| resume_unwind(payload))
    }
}

/// Ends a lane whose future is done.
fn finish(
    lane: &mut LaneCell,
    outcome: Outcome,
    detail: Option<String>,
    is_task: bool,
) {
    lane.end(outcome, detail.map_or(Why::Plain, Why::Said));
    lane.leave();
    if is_task {
        here::set_ended(Some(Ended {
            recorder: lane.recorder.id(),
            lane: lane.lane,
            task: task::try_id(),
        }));
    }
}

/// What a panic said, if it said it in words.
fn message(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}
