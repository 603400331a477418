//! `.lane("Task 1")` on a future: its own row in the trace. The wrapper
//! records spawned, each poll, and the end, and it tells apart the four ways
//! in which a future ends.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt::Display;
use std::future::Future;
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
    fn lane(self, name: impl Into<Cow<'static, str>>) -> Laned<Self> {
        Laned::new(self, name.into(), |_| (Outcome::Finished, None))
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
    fn try_lane<T, E>(self, name: impl Into<Cow<'static, str>>) -> Laned<Self>
    where
        Self: Future<Output = Result<T, E>>,
        E: Failure,
    {
        Laned::new(self, name.into(), |output| match output {
            Ok(_) => (Outcome::Finished, None),
            Err(error) => (E::OUTCOME, Some(error.to_string())),
        })
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
type Judge<T> = fn(&T) -> (Outcome, Option<String>);

pin_project! {
    /// A future on a lane of its own; see [`Lane`].
    #[must_use = "futures do nothing unless you `.await` or spawn them"]
    pub struct Laned<F: Future> {
        // `None` once the future has ended.
        #[pin]
        future: Option<F>,
        // `None` outside a recorded run, once the lane has ended, and while
        // it is lent to the thread-local.
        current: Option<Current>,
        judge: Judge<F::Output>,
    }

    impl<F: Future> PinnedDrop for Laned<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_none() {
                return;
            }
            let Some(current) = this.current.take() else { return };
            // Dropped unfinished. What it still holds is dropped on its own
            // lane, before the lane ends, as Rust drops it.
            let outer = current::replace(Some(current));
            this.future.set(None);
            if let Some(current) = current::replace(outer) {
                current.end(Outcome::Cancelled, None);
            }
        }
    }
}

impl<F: Future> Laned<F> {
    #[track_caller]
    fn new(future: F, name: Cow<'static, str>, judge: Judge<F::Output>) -> Self {
        let place = Location::caller();
        let current = current::with(|parent| {
            let lane = parent.recorder.spawn(Spawned {
                name,
                kind: LaneKind::Task,
                parent: Some(parent.lane),
                place,
            });
            let recorder = Arc::clone(&parent.recorder);
            Current { recorder, lane }
        });
        Laned {
            future: Some(future),
            current,
            judge,
        }
    }
}

impl Recorder {
    /// Puts a scene on the `main` lane, where a recording begins.
    #[track_caller]
    pub fn main<F, T, E>(self: Arc<Self>, scene: F) -> Laned<F>
    where
        F: Future<Output = Result<T, E>>,
        E: Failure,
    {
        let lane = self.spawn(Spawned {
            name: "main".into(),
            kind: LaneKind::Task,
            parent: None,
            place: Location::caller(),
        });
        Laned {
            future: Some(scene),
            current: Some(Current {
                recorder: self,
                lane,
            }),
            judge: |output| match output {
                Ok(_) => (Outcome::Finished, None),
                Err(error) => (E::OUTCOME, Some(error.to_string())),
            },
        }
    }
}

impl<F: Future> Future for Laned<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let Some(mut future) = this.future.as_mut().as_pin_mut() else {
            panic!("a lane was polled after it ended");
        };
        let Some(current) = this.current.take() else {
            return future.poll(cx);
        };

        let outer = current::replace(None);
        // If the thread is in the middle of another lane's poll, this one is
        // inside it, and the outer lane does not hold the thread meanwhile.
        let within = outer
            .as_ref()
            .filter(|outer| Arc::ptr_eq(&outer.recorder, &current.recorder))
            .map(|outer| outer.lane);
        current.note(Note::Poll { within });
        current::replace(Some(current));
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        let current = current::replace(outer);

        let end = match &polled {
            Ok(Poll::Pending) => None,
            Ok(Poll::Ready(output)) => Some((this.judge)(output)),
            Err(payload) => Some((Outcome::Panicked, message(payload.as_ref()))),
        };
        match end {
            None => {
                if let Some(current) = &current {
                    current.note(Note::Pend);
                }
                *this.current = current;
            }
            Some((outcome, detail)) => {
                if let Some(current) = current {
                    current.end(outcome, detail);
                }
                this.future.set(None);
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
