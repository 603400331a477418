//! `.lane("Task 1")` on a future: its own row in the trace. The wrapper
//! records spawned, each poll, and the end, and it tells apart the four ways
//! in which a future ends.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt::Display;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::Cancelled;
use super::current::{self, Current};
use super::log::{Note, Spawned};
use super::recorder::Recorder;
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
    /// ends as its [`Failure`] says, with the error as the detail.
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
        E: Failure,
    {
        Laned::new(self, name.into())
    }
}

impl<F: Future> Lane for F {}

/// An error that ends a lane.
pub trait Failure: Display {
    /// How the lane ends.
    const OUTCOME: Outcome = Outcome::Failed;
}

impl Failure for String {}
impl Failure for &str {}
impl Failure for Infallible {}
impl Failure for tokio::task::JoinError {}
impl Failure for Cancelled {
    const OUTCOME: Outcome = Outcome::Cancelled;
}

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

/// If the future returns an error, its lane ends as the [`Failure`] says.
pub struct Fallibly;

impl<T, E: Failure> Verdict<Result<T, E>> for Fallibly {
    fn of(output: &Result<T, E>) -> (Outcome, Option<String>) {
        match output {
            Ok(_) => (Outcome::Finished, None),
            Err(error) => (E::OUTCOME, Some(error.to_string())),
        }
    }
}

pin_project! {
    /// A future on a lane of its own; see [`Lane`].
    ///
    /// It is one pointer larger than the future itself, whatever it records:
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
            let Projected::Alive { current, .. } = state.as_mut().project() else {
                return;
            };
            let Some(current) = current.take() else {
                return;
            };
            // Dropped unfinished. What it still holds is dropped on its own
            // lane, before the lane ends, as Rust drops it.
            let outer = current::replace(Some(current));
            state.set(State::Dropped);
            if let Some(current) = current::replace(outer) {
                current.end(Outcome::Cancelled, None);
            }
        }
    }
}

pin_project! {
    #[project = Projected]
    enum State<F> {
        Alive {
            #[pin]
            future: F,
            // `None` outside a recorded run, once the lane has ended, and
            // while it is lent to the thread-local.
            current: Box<Option<Current>>,
        },
        // Only ever seen by `drop`.
        Dropped,
    }
}

impl<F, V> Laned<F, V> {
    fn on(future: F, current: Option<Current>) -> Self {
        let current = Box::new(current);
        Laned {
            state: State::Alive { future, current },
            verdict: PhantomData,
        }
    }

    #[track_caller]
    fn new(future: F, name: Cow<'static, str>) -> Self {
        let place = Location::caller();
        let current = current::with(|parent| {
            let lane = parent.recorder.spawn(Spawned {
                name,
                kind: LaneKind::Task,
                parent: Some(parent.lane),
                place,
            });
            Current::new(Arc::clone(&parent.recorder), lane)
        });
        Laned::on(future, current)
    }
}

impl Recorder {
    /// Puts a scene on the `main` lane, where a recording begins.
    #[track_caller]
    pub fn main<F>(self: Arc<Self>, scene: F) -> Laned<F, Fallibly>
    where
        F: Future,
        Fallibly: Verdict<F::Output>,
    {
        let lane = self.spawn(Spawned {
            name: "main".into(),
            kind: LaneKind::Task,
            parent: None,
            place: Location::caller(),
        });
        Laned::on(scene, Some(Current::new(self, lane)))
    }
}

impl<F, V> Future for Laned<F, V>
where
    F: Future,
    V: Verdict<F::Output>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Projected::Alive { future, current } =
            self.project().state.project()
        else {
            unreachable!("nothing can be polled while it is dropped");
        };
        let Some(lane) = current.take() else {
            return future.poll(cx);
        };

        let outer = current::replace(None);
        // If the thread is in the middle of another lane's poll, this one is
        // inside it, and the outer lane does not hold the thread meanwhile.
        let within = outer
            .as_ref()
            .filter(|outer| Arc::ptr_eq(&outer.recorder, &lane.recorder))
            .map(|outer| outer.lane);
        lane.note(Note::Poll { within });
        current::replace(Some(lane));
        let polled = catch_unwind(AssertUnwindSafe(|| future.poll(cx)));
        let Some(lane) = current::replace(outer) else {
            unreachable!("every poll puts back the lane that it finds");
        };

        match &polled {
            Ok(Poll::Pending) => {
                lane.note(Note::Pend);
                **current = Some(lane);
            }
            Ok(Poll::Ready(output)) => {
                let (outcome, detail) = V::of(output);
                lane.end(outcome, detail);
            }
            Err(payload) => {
                lane.end(Outcome::Panicked, message(payload.as_ref()))
            }
        }
        polled.unwrap_or_else(|payload| resume_unwind(payload))
    }
}

/// What a panic said, if it said it in words.
fn message(payload: &(dyn std::any::Any + Send)) -> Option<String> {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}
