//! A recording from its start to its end: a runtime, a recorder, `main`, and the
//! trace that comes of it.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::lane::{Infallibly, Verdict};
use super::recorder::Recorder;
use super::runtime::Runtime;
use crate::trace::{Clock, Event, Header, Place, Subject, Trace};

/// What a recording gives.
#[derive(Debug)]
pub struct Recording<T> {
    /// What the future returned.
    pub output: T,
    /// What happened until then.
    pub trace: Trace,
}

/// Runs a future on a runtime of its own, on this thread and on the real clock,
/// and records it: whatever it returns, its lane is `main`.
///
/// ```
/// use asyncade::stage::{Lane, record, say};
/// let recording = record("greeting", async {
///     let task = tokio::spawn(async { say!("hello") }.lane("Task 1"));
///     task.await.is_ok()
/// }).unwrap();
/// assert!(recording.output);
/// assert_eq!(recording.trace.header.name(), "greeting");
/// ```
///
/// # Errors
/// If the system gives no runtime.
///
/// # Panics
/// If the future panics, with its panic.
pub fn record<F: Future>(
    program: impl Into<String>,
    future: F,
) -> io::Result<Recording<F::Output>> {
    Session::new(program).record(future)
}

/// A recording that is yet to be made, and how.
#[derive(Debug)]
pub struct Session {
    header: Header,
    runtime: Runtime,
    main: Option<Place>,
    live: Option<Sender<Event>>,
}

impl Session {
    /// A recording of a program of that name: on the real clock, on one thread.
    pub fn new(program: impl Into<String>) -> Session {
        Session::of(Subject::Program {
            program: program.into(),
            args: Vec::new(),
        })
    }

    /// A recording of that subject: on the real clock, on one thread.
    pub fn of(subject: Subject) -> Session {
        Session {
            header: Header {
                subject,
                world: Runtime::default().world(),
                clock: Clock::Real,
                speed: 1.0,
                knobs: BTreeMap::new(),
                program: env!("CARGO_PKG_VERSION").to_owned(),
            },
            runtime: Runtime::default(),
            main: None,
            live: None,
        }
    }

    /// The clock. The virtual one jumps to the next timer when there is nothing
    /// else to do: tokio's [paused clock].
    ///
    /// [paused clock]: https://docs.rs/tokio/latest/tokio/time/fn.pause.html
    pub fn clock(mut self, clock: Clock) -> Session {
        self.header.clock = clock;
        self
    }

    /// The runtime. Several threads play on the real clock only.
    pub fn runtime(mut self, runtime: Runtime) -> Session {
        self.header.world = runtime.world();
        self.runtime = runtime;
        self
    }

    /// The run's settings, and what its durations were divided by.
    pub fn knobs(
        mut self,
        knobs: BTreeMap<String, String>,
        speed: f64,
    ) -> Session {
        self.header.knobs = knobs;
        self.header.speed = speed;
        self
    }

    /// Where `main` begins, if that is not where [`record`](Session::record) is
    /// called.
    pub fn main_at(mut self, place: Place) -> Session {
        self.main = Some(place);
        self
    }

    /// Where each event goes as it happens.
    pub fn live(mut self, live: Sender<Event>) -> Session {
        self.live = Some(live);
        self
    }

    /// The header of the trace.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Runs a future, and records it. `main` ends *finished*, whatever it
    /// returns.
    ///
    /// # Errors
    /// If the system gives no runtime.
    ///
    /// # Panics
    /// If the future panics, with its panic.
    #[track_caller]
    pub fn record<F: Future>(
        self,
        future: F,
    ) -> io::Result<Recording<F::Output>> {
        self.record_as::<F, Infallibly>(future, |_| {})
    }

    /// Runs a future, and records it. `V` says how `main` ends; `started` is
    /// given the recorder before it begins, to interrupt it, for one.
    ///
    /// # Errors
    /// If the system gives no runtime, or if several threads are to play on
    /// the virtual clock.
    ///
    /// # Panics
    /// If the future panics, with its panic.
    #[track_caller]
    pub fn record_as<F, V>(
        self,
        future: F,
        started: impl FnOnce(&Arc<Recorder>),
    ) -> io::Result<Recording<F::Output>>
    where
        F: Future,
        V: Verdict<F::Output>,
    {
        let runtime = self.runtime.build(self.header.clock)?;
        let recorder = {
            // A virtual clock is seen only inside its runtime.
            let _inside = runtime.enter();
            Recorder::new(self.header.clock, self.live)
        };
        if let Some(place) = self.main {
            recorder.begin_main_at(place);
        }
        // Also if the future panics: whoever listens must hear that it is over.
        let closing = Closing(&recorder);
        started(&recorder);
        let main = Arc::clone(&recorder);
        let main = {
            let _inside = runtime.enter();
            main.main::<F, V>(future)
        };
        let output = runtime.block_on(main);
        // Cancels the tasks that are left, as the end of `main` does, and waits
        // for threads that still run.
        recorder.shut_down();
        drop(runtime);
        drop(closing);
        let trace = Trace::new(self.header, recorder.events());
        Ok(Recording { output, trace })
    }
}

struct Closing<'a>(&'a Recorder);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
