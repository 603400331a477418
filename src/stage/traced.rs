//! What [`#[traced]`](macro@super::traced) puts into a function: where it is,
//! and what each of its awaits waits for. A future that is pending does not say
//! on what; here the types and names that the function was written with do.

use std::future::{Future, IntoFuture};
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio::time::{Instant, Sleep};

use super::here::{self, Parked, Tag};
use super::note::{NEVER, Note, Source, Target, Want};
use super::recorder::Waited;
use crate::trace::{How, nanos};

/// Says which line runs.
pub fn at(line: &'static Location<'static>) {
    here::set_line(Some(line));
}

/// Gives a function's body a line of its own, which whoever calls it does not
/// touch.
pub fn function<F: Future>(body: F) -> Function<F> {
    Function { body, line: None }
}

pin_project! {
    /// The body of a traced function; see [`function`].
    pub struct Function<F> {
        #[pin]
        body: F,
        // Where it was when it was polled last.
        line: Option<Source>,
    }
}

impl<F: Future> Future for Function<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let caller = here::set_line(*this.line);
        let before = here::look();
        let polled = this.body.poll(cx);
        *this.line = here::set_line(caller);
        let parked = here::found();
        here::forget(before);
        if polled.is_pending() {
            here::park(before, parked.called_from(*this.line));
        }
        polled
    }
}

/// What an await waits for, as far as the source says.
pub enum Await {
    /// The next task of a set to end.
    Set,
    /// A permit or a lock of that name.
    Acquire(&'static &'static str),
    /// Room in the channel of that name.
    Send(&'static &'static str),
    /// Something from the channel of that name.
    Recv(&'static &'static str),
    /// To be polled again.
    Yield,
    /// This.
    Other(&'static &'static str),
}

/// What an await waits for, as far as the type says.
pub struct Wanting {
    want: Want,
    due: Option<Instant>,
    tag: Tag,
}

/// Asks a value for its type: a method of [`Known`] if it is one that is known,
/// and otherwise of [`Unknown`], which is one reference further away.
pub struct Probe<'a, T>(pub &'a T);

/// Types that say what they wait for, or what it means to cancel them.
pub trait Known {
    /// What an await of this waits for.
    fn wanting(&self, _source: Await) -> Wanting {
        Wanting {
            want: Want::Other(&""),
            due: None,
            tag: Tag::Any,
        }
    }

    /// Notes that it will be aborted.
    fn abort(&self) {}

    /// Watches how much is left of it.
    fn share(&self, _name: &'static &'static str) {}
}

fn task(id: tokio::task::Id) -> Wanting {
    Wanting {
        want: Want::Task(id.into()),
        due: None,
        tag: Tag::Task(id),
    }
}

fn asks(target: Target, how: How) {
    here::with(|lane| lane.recorder.cancel(lane.lane, target, how));
}

impl<T> Known for Probe<'_, JoinHandle<T>> {
    fn wanting(&self, _: Await) -> Wanting {
        task(self.0.id())
    }

    fn abort(&self) {
        asks(Target::Task(self.0.id().into()), How::Abort);
    }
}

impl<T> Known for Probe<'_, &mut JoinHandle<T>> {
    fn wanting(&self, _: Await) -> Wanting {
        task(self.0.id())
    }

    fn abort(&self) {
        asks(Target::Task(self.0.id().into()), How::Abort);
    }
}

impl Known for Probe<'_, AbortHandle> {
    fn abort(&self) {
        asks(Target::Task(self.0.id().into()), How::Abort);
    }
}

impl<T> Known for Probe<'_, JoinSet<T>> {
    fn abort(&self) {
        asks(Target::Set, How::Group);
    }
}

impl<T> Known for Probe<'_, &mut JoinSet<T>> {
    fn abort(&self) {
        asks(Target::Set, How::Group);
    }
}

impl Known for Probe<'_, Arc<Semaphore>> {
    fn share(&self, name: &'static &'static str) {
        here::with(|lane| lane.recorder.share(lane.lane, name, self.0));
    }
}

impl Known for Probe<'_, Sleep> {
    fn wanting(&self, _: Await) -> Wanting {
        Wanting {
            want: Want::Deadline,
            due: Some(self.0.deadline()),
            tag: Tag::Timer,
        }
    }
}

/// Every other type.
pub trait Unknown {
    /// What an await of this waits for: what the source says.
    fn wanting(&self, source: Await) -> Wanting {
        let (want, tag) = match source {
            Await::Set => (Want::Set, Tag::Set),
            Await::Acquire(name) => (Want::Acquire(name), Tag::Any),
            Await::Send(name) => (Want::Send(name), Tag::Any),
            Await::Recv(name) => (Want::Recv(name), Tag::Any),
            Await::Yield => (Want::Yield, Tag::Itself),
            Await::Other(name) => (Want::Other(name), Tag::Any),
        };
        let due = None;
        Wanting { want, due, tag }
    }

    /// It is no task of which anybody knows.
    fn abort(&self) {}

    /// It is nothing of which something could be left.
    fn share(&self, _name: &'static &'static str) {}
}

impl<T> Unknown for &Probe<'_, T> {}

/// Cancels something: lanes that are woken by it are asked to stop.
pub fn cancelling<T>(cancel: impl FnOnce() -> T) -> T {
    here::cancelling(cancel)
}

/// Shows an await as a wait, unless what it awaits shows waits of its own.
pub fn awaited<F: IntoFuture>(
    future: F,
    wanting: Wanting,
    place: &'static Location<'static>,
) -> Awaited<F::IntoFuture, Leaf> {
    Awaited {
        future: future.into_future(),
        kind: Leaf,
        place,
        wanting: Some(wanting),
        wait: None,
        tag: None,
    }
}

/// Shows a [`timeout`](tokio::time::timeout) as a wait for its limit, beside
/// what waits inside.
pub fn limited<F: IntoFuture>(
    future: F,
    limit: Duration,
    place: &'static Location<'static>,
) -> Awaited<F::IntoFuture, Limit> {
    let now = Instant::now();
    Awaited {
        future: future.into_future(),
        kind: Limit,
        place,
        wanting: Some(Wanting {
            want: Want::Timer(nanos(limit)),
            due: now.checked_add(limit),
            tag: Tag::Timer,
        }),
        wait: None,
        tag: None,
    }
}

/// How an await is shown.
pub trait Shown<T> {
    /// From the first poll on, also if what it awaits shows waits of its own,
    /// or never has to wait: a limit counts from there.
    const ALWAYS: bool;

    /// Whether it has ended with what it waited for.
    fn came(output: &T) -> bool;
}

/// What waits for nothing else inside.
pub struct Leaf;

impl<T> Shown<T> for Leaf {
    const ALWAYS: bool = false;

    fn came(_: &T) -> bool {
        true
    }
}

/// A limit on what waits inside.
pub struct Limit;

impl<T, E> Shown<Result<T, E>> for Limit {
    const ALWAYS: bool = true;

    fn came(output: &Result<T, E>) -> bool {
        output.is_err()
    }
}

pin_project! {
    /// An await that the trace shows as a wait; see [`awaited`].
    pub struct Awaited<F, K> {
        #[pin]
        future: F,
        kind: K,
        place: Source,
        // Until it begins.
        wanting: Option<Wanting>,
        // From its beginning to its end: the wait's number.
        wait: Option<u32>,
        tag: Option<Tag>,
    }

    impl<F, K> PinnedDrop for Awaited<F, K> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(wait) = this.project().wait.take() {
                here::with(|lane| lane.note(Note::Drop { wait }));
            }
        }
    }
}

impl<F: Future, K: Shown<F::Output>> Future for Awaited<F, K> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if here::with(|_| ()).is_none() {
            return this.future.poll(cx);
        }
        let tag = this.wanting.as_ref().map(|wanting| wanting.tag);
        let tag = *this.tag.get_or_insert(tag.unwrap_or(Tag::Any));
        if K::ALWAYS
            && let Some(wanting) = this.wanting.take()
        {
            *this.wait = begin(wanting, this.place);
        }
        let before = here::look();
        let polled = poll_tagged(this.future, tag, cx);
        let parked = here::found();
        here::forget(before);
        match &polled {
            Poll::Pending => {
                if !parked.is_parked {
                    let wanting = this.wanting.take();
                    let begun =
                        wanting.and_then(|wanting| begin(wanting, this.place));
                    *this.wait = this.wait.or(begun);
                }
                let leaf = Parked::SOMEWHERE;
                let parked = if parked.is_parked { parked } else { leaf };
                here::park(before, parked);
            }
            Poll::Ready(output) => {
                // That a task has ended is worth knowing, also if nobody had
                // to wait for it.
                let at_once = this.wanting.take().and_then(|wanting| {
                    let want = match wanting.want {
                        Want::Task(task) => Want::Task(task),
                        Want::Set => Want::Joined,
                        _ => return None,
                    };
                    begin(Wanting { want, ..wanting }, this.place)
                });
                if let Some(wait) = this.wait.take().or(at_once) {
                    let note = if K::came(output) {
                        Note::Done { wait }
                    } else {
                        Note::Drop { wait }
                    };
                    here::with(|lane| lane.note_also(note));
                }
            }
        }
        polled
    }
}

fn begin(wanting: Wanting, place: Source) -> Option<u32> {
    here::with(|lane| {
        let due = wanting.due.map_or(NEVER, |at| lane.recorder.due(at));
        lane.wait(Waited {
            want: wanting.want,
            due,
            place,
        })
    })
}

/// Polls a future with a waker that says where its wake comes from.
pub(super) fn poll_tagged<F: Future>(
    future: Pin<&mut F>,
    tag: Tag,
    cx: &Context<'_>,
) -> Poll<F::Output> {
    let waker = cx.waker().clone();
    let waker = Waker::from(Arc::new(Tagged { tag, waker }));
    future.poll(&mut Context::from_waker(&waker))
}

/// A waker that says where its wake comes from.
struct Tagged {
    tag: Tag,
    waker: Waker,
}

impl Wake for Tagged {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        here::tagged(self.tag, || self.waker.wake_by_ref());
    }
}
