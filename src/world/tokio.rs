//! Runs a scene on a fresh runtime and a chosen clock, and returns its trace:
//! at once with [`scene`], or with its events as they happen with [`live`].
//! What it would ideally be is told by [`ideal`].

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::chapter::{Chapter, Clocks, Knobs, Run, Scene};
use crate::stage::{Fallibly, Recorder, Runtime, Session};
use crate::system::room;
use crate::trace::{
    Clock, Event, LaneKind, Outcome, Place, Subject, Trace, What, nanos,
};

/// Runs a scene to its end, on a runtime of its own if it is about one, and
/// otherwise on one thread.
///
/// # Errors
/// If the system gives no runtime, if the scene panics, or if it plays on the
/// real clock only and is asked for the other.
pub fn scene(
    chapter: &Chapter,
    scene: &Scene,
    knobs: &Knobs,
    clock: Clock,
) -> Result<Trace> {
    scene_on(chapter, scene, knobs, clock, Runtime::CurrentThread)
}

/// Runs a scene to its end, on that runtime if it is not about another one.
///
/// # Errors
/// As [`scene`]; and if several threads are to play on the virtual clock.
pub fn scene_on(
    chapter: &Chapter,
    scene: &Scene,
    knobs: &Knobs,
    clock: Clock,
    runtime: Runtime,
) -> Result<Trace> {
    let seat = Seat::new(chapter, scene, knobs, clock).on(runtime);
    let (trace, end) = seat.record(scene, None, |_| {})?;
    end.map(|()| trace)
}

/// What a scene would be on a machine that takes no time for anything: the same
/// scene on the virtual clock. Of one that plays on the real clock only, it is
/// no more than the scene says of itself: its lanes, and when main ends, which
/// is 0 if nobody knows.
///
/// # Errors
/// As [`scene`].
pub fn ideal(chapter: &Chapter, scene: &Scene, knobs: &Knobs) -> Result<Trace> {
    match scene.clocks(knobs) {
        Clocks::Both => self::scene(chapter, scene, knobs, Clock::Virtual),
        Clocks::RealOnly { ideal, lanes, .. } => {
            let seat = Seat::new(chapter, scene, knobs, Clock::Virtual);
            Ok(outline(seat, ideal.unwrap_or_default(), lanes))
        }
    }
}

/// A scene that is running on a thread of its own.
pub struct Live {
    /// What happens, as it happens, on the real clock; on the virtual one the
    /// trace has it all at once. Closed when the scene is over.
    pub events: Receiver<Event>,
    recorder: Arc<Recorder>,
    seat: Seat,
    scene: thread::JoinHandle<Result<(Trace, Result<()>)>>,
}

/// Starts a scene.
///
/// # Errors
/// If the system gives no thread or no runtime.
pub fn live(
    chapter: &'static Chapter,
    scene: &'static Scene,
    knobs: &Knobs,
    clock: Clock,
    runtime: Runtime,
) -> Result<Live> {
    let (sender, events) = mpsc::channel();
    let (started, recorder) = mpsc::channel();
    let seat = Seat::new(chapter, scene, knobs, clock).on(runtime);
    let own = seat.clone();
    let run = move || {
        // Threads are recorded ahead of a virtual clock: only the finished
        // trace has their events in order.
        let live = (clock == Clock::Real).then(|| sender.clone());
        let end = own.record(scene, live, |recorder| {
            // The receiver waits for exactly this.
            let _ = started.send(Arc::clone(recorder));
        });
        drop(sender);
        end
    };
    let scene = thread::Builder::new()
        .name("scene".to_owned())
        .spawn(run)
        .context("the system gave no thread to run the scene on")?;
    match recorder.recv() {
        Ok(recorder) => Ok(Live {
            events,
            recorder,
            seat,
            scene,
        }),
        // The scene ended without a recorder: it says why.
        Err(_) => match join(scene)? {
            Ok(_) => bail!("the scene ended before it began"),
            Err(error) => Err(error),
        },
    }
}

impl Live {
    /// Waits for the scene's end: its trace, and whether it panicked.
    ///
    /// # Errors
    /// If there is no trace, because the scene took the runtime down with it.
    pub fn finish(self) -> Result<(Trace, Result<()>)> {
        join(self.scene)?
    }

    /// Stops recording now: lanes still alive end cancelled. The scene itself
    /// may be blocked in a call that nothing can interrupt, so its thread is
    /// left to end with the process.
    pub fn interrupt(self) -> Trace {
        self.recorder.interrupt();
        let header = self.seat.session().header().clone();
        let mut trace = Trace::new(header, self.recorder.events());
        trace.interrupted = true;
        trace
    }
}

fn join<T>(thread: thread::JoinHandle<T>) -> Result<T> {
    match thread.join() {
        Ok(value) => Ok(value),
        Err(_) => bail!("the scene's thread panicked"),
    }
}

/// A scene that is about to be run.
#[derive(Clone)]
struct Seat {
    subject: Subject,
    clock: Clock,
    /// The one that the scene is about, if it is about one.
    runtime: Option<Runtime>,
    knobs: Knobs,
    /// Where `main` begins: in the demo, and not here.
    main: Place,
}

impl Seat {
    fn new(
        chapter: &Chapter,
        scene: &Scene,
        knobs: &Knobs,
        clock: Clock,
    ) -> Seat {
        // A future does nothing before it is polled, so this runs nothing.
        let Run {
            function, runtime, ..
        } = (scene.run)(knobs);
        Seat {
            subject: Subject::Scene {
                chapter: chapter.name.to_owned(),
                scene: scene.name.to_owned(),
                title: chapter.title.to_owned(),
                about: scene.about.to_owned(),
            },
            clock,
            runtime,
            knobs: knobs.clone(),
            main: Place {
                file: format!("demos/{}/demo.rs", chapter.folder()).into(),
                line: chapter.line_of(function).unwrap_or(1),
            },
        }
    }

    /// On that runtime, if the scene is not about another one.
    fn on(self, runtime: Runtime) -> Seat {
        Seat {
            runtime: self.runtime.or(Some(runtime)),
            ..self
        }
    }

    fn session(&self) -> Session {
        Session::of(self.subject.clone())
            .clock(self.clock)
            .runtime(self.runtime.unwrap_or_default())
            .knobs(self.knobs.describe(), self.knobs.speed())
            .main_at(self.main.clone())
    }

    /// Runs a scene on a fresh runtime. The inner result is how it ended.
    fn record(
        self,
        scene: &Scene,
        live: Option<Sender<Event>>,
        started: impl FnOnce(&Arc<Recorder>),
    ) -> Result<(Trace, Result<()>)> {
        let Run { future, clocks, .. } = (scene.run)(&self.knobs);
        if self.clock == Clock::Virtual && clocks != Clocks::Both {
            bail!("the scene {} plays on the real clock only", scene.name);
        }
        let mut session = self.session();
        if let Some(live) = live {
            session = session.live(live);
        }
        room::for_a_runtime().context("the system gave no runtime")?;
        let recording = session
            .record_as::<_, Fallibly>(future, started)
            .context("the system gave no runtime")?;
        let end = recording.output.with_context(|| {
            format!("a task of the scene {} panicked", scene.name)
        });
        Ok((recording.trace, end))
    }
}

/// A trace of lanes that do nothing until main ends.
fn outline(seat: Seat, elapsed: Duration, lanes: Vec<String>) -> Trace {
    let (header, main) = (seat.session().header().clone(), seat.main);
    let names = std::iter::once("main".to_owned()).chain(lanes);
    let spawn = |(lane, name)| Event {
        at: 0,
        lane,
        what: What::Spawn {
            name,
            kind: if lane == 0 {
                LaneKind::Main
            } else {
                LaneKind::Task
            },
            parent: (lane > 0).then_some(0),
            place: main.clone(),
        },
    };
    let end = Event {
        at: nanos(elapsed),
        lane: 0,
        what: What::End {
            outcome: Outcome::Finished,
            detail: None,
            cause: None,
        },
    };
    let mut events: Vec<Event> = (0..).zip(names).map(spawn).collect();
    events.push(end);
    Trace::new(header, events)
}
