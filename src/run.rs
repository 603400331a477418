//! Runs a scene on a fresh runtime and a chosen clock, and returns its trace:
//! at once with [`scene`], or with its events as they happen with [`live`].
//! What it would ideally be is told by [`ideal`].

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::chapter::{Chapter, Clocks, Knobs, Run, Scene};
use crate::stage::{Fallibly, Recorder, Session};
use crate::trace::{
    Clock, Event, Header, LaneKind, Outcome, Place, Subject, Trace, What,
};

/// Runs a scene to its end.
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
    let (trace, end) = record(chapter, scene, knobs, clock, None, |_| {})?;
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
        Clocks::RealOnly { ideal, lanes } => {
            let header = header(chapter, scene, knobs, Clock::Virtual);
            Ok(outline(header, ideal.unwrap_or_default(), lanes))
        }
    }
}

/// A scene that is running on a thread of its own.
pub struct Live {
    /// What happens, as it happens. Closed when the scene is over.
    pub events: Receiver<Event>,
    recorder: Arc<Recorder>,
    header: Header,
    scene: thread::JoinHandle<Result<(Trace, Result<()>)>>,
}

/// Starts a scene on the real clock.
///
/// # Errors
/// If the system gives no thread or no runtime.
pub fn live(
    chapter: &'static Chapter,
    scene: &'static Scene,
    knobs: &Knobs,
) -> Result<Live> {
    let (sender, events) = mpsc::channel();
    let (started, recorder) = mpsc::channel();
    let header = header(chapter, scene, knobs, Clock::Real);
    let knobs = knobs.clone();
    let run = move || {
        record(
            chapter,
            scene,
            &knobs,
            Clock::Real,
            Some(sender),
            |recorder| {
                // The receiver waits for exactly this.
                let _ = started.send(Arc::clone(recorder));
            },
        )
    };
    let scene = thread::Builder::new()
        .name("scene".to_owned())
        .spawn(run)
        .context("the system gave no thread to run the scene on")?;
    match recorder.recv() {
        Ok(recorder) => Ok(Live {
            events,
            recorder,
            header,
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
    /// Waits for the scene's end.
    ///
    /// # Errors
    /// If the scene panicked.
    pub fn finish(self) -> Result<Trace> {
        let (trace, end) = join(self.scene)??;
        end.map(|()| trace)
    }

    /// Stops recording now: lanes still alive end cancelled. The scene itself
    /// may be blocked in a call that nothing can interrupt, so its thread is
    /// left to end with the process.
    pub fn interrupt(self) -> Trace {
        self.recorder.interrupt();
        let mut trace = Trace::new(self.header, self.recorder.events());
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

/// Runs a scene on a fresh runtime. The inner result is how the scene ended.
fn record(
    chapter: &Chapter,
    scene: &Scene,
    knobs: &Knobs,
    clock: Clock,
    live: Option<Sender<Event>>,
    started: impl FnOnce(&Arc<Recorder>),
) -> Result<(Trace, Result<()>)> {
    let Run {
        future,
        function,
        clocks,
    } = (scene.run)(knobs);
    if clock == Clock::Virtual && clocks != Clocks::Both {
        bail!(
            "the scene {} of {} plays on the real clock only",
            scene.name,
            chapter.name
        );
    }
    // `main` begins where its function does, and not here.
    let place = Place {
        file: format!("demos/{}/demo.rs", chapter.folder()).into(),
        line: chapter.line_of(function).unwrap_or(1),
    };
    let mut session = session(chapter, scene, knobs, clock).main_at(place);
    if let Some(live) = live {
        session = session.live(live);
    }
    let recording = session
        .record_as::<_, Fallibly>(future, started)
        .context("the system gave no runtime")?;
    let end = recording.output.with_context(|| {
        format!("a task of the scene {} panicked", scene.name)
    });
    Ok((recording.trace, end))
}

fn session(
    chapter: &Chapter,
    scene: &Scene,
    knobs: &Knobs,
    clock: Clock,
) -> Session {
    let subject = Subject::Scene {
        chapter: chapter.name.to_owned(),
        scene: scene.name.to_owned(),
        title: chapter.title.to_owned(),
        about: scene.about.to_owned(),
    };
    Session::of(subject)
        .clock(clock)
        .knobs(knobs.describe(), knobs.speed())
}

fn header(
    chapter: &Chapter,
    scene: &Scene,
    knobs: &Knobs,
    clock: Clock,
) -> Header {
    session(chapter, scene, knobs, clock).header().clone()
}

/// A trace of lanes that do nothing until main ends.
fn outline(header: Header, elapsed: Duration, lanes: Vec<String>) -> Trace {
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
            place: Place {
                file: "".into(),
                line: 1,
            },
        },
    };
    let end = Event {
        // Saturates after 584 years.
        at: u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX),
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
