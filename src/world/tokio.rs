//! Runs a scene on a fresh runtime and a chosen clock, and returns its trace:
//! at once with [`scene`], or with its events as they happen with [`live`].
//! What it would ideally be is told by [`ideal`].

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::runtime::{Builder, Runtime};

use crate::chapter::{Chapter, Clocks, Knobs, Run, Scene};
use crate::stage::Recorder;
use crate::trace::{
    Clock, Event, Header, LaneKind, Outcome, Place, Trace, What,
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
    let seat = Seat::new(chapter, scene, knobs, clock);
    let (trace, end) = seat.record(scene, knobs, None, |_| {})?;
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
) -> Result<Live> {
    let (sender, events) = mpsc::channel();
    let (started, recorder) = mpsc::channel();
    let seat = Seat::new(chapter, scene, knobs, clock);
    let (own, knobs) = (seat.clone(), knobs.clone());
    let run = move || {
        // Threads are recorded ahead of a virtual clock: only the finished
        // trace has their events in order.
        let live = (clock == Clock::Real).then(|| sender.clone());
        let end = own.record(scene, &knobs, live, |recorder| {
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
        let interrupted = true;
        self.seat.trace(&self.recorder, interrupted)
    }
}

fn join<T>(thread: thread::JoinHandle<T>) -> Result<T> {
    match thread.join() {
        Ok(value) => Ok(value),
        Err(_) => bail!("the scene's thread panicked"),
    }
}

/// What is known of a run before it starts.
#[derive(Clone)]
struct Seat {
    header: Header,
    /// Where `main` begins: in the demo, and not here.
    main: Place,
}

/// Lets go of the recorder's live channel also if the scene takes the runtime
/// down with it: whoever watches would wait for ever.
struct Closing<'a>(&'a Recorder);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Seat {
    fn new(
        chapter: &Chapter,
        scene: &Scene,
        knobs: &Knobs,
        clock: Clock,
    ) -> Seat {
        // A future does nothing before it is polled, so this runs nothing.
        let function = (scene.run)(knobs).function;
        Seat {
            header: Header {
                chapter: chapter.name.to_owned(),
                scene: scene.name.to_owned(),
                clock,
                runtime: "current_thread".to_owned(),
                speed: knobs.speed(),
                knobs: knobs.describe(),
            },
            main: Place {
                file: format!("demos/{}/demo.rs", chapter.folder()).into(),
                line: chapter.line_of(function).unwrap_or(1),
            },
        }
    }

    /// Runs a scene on a fresh runtime. The inner result is how it ended.
    fn record(
        self,
        scene: &Scene,
        knobs: &Knobs,
        live: Option<Sender<Event>>,
        started: impl FnOnce(&Arc<Recorder>),
    ) -> Result<(Trace, Result<()>)> {
        let clock = self.header.clock;
        let Run { future, clocks, .. } = (scene.run)(knobs);
        if clock == Clock::Virtual && clocks != Clocks::Both {
            bail!(
                "the scene {} of {} plays on the real clock only",
                scene.name,
                self.header.chapter
            );
        }
        let runtime = runtime(clock)?;
        let recorder = {
            // A virtual clock is seen only inside its runtime.
            let _inside = runtime.enter();
            Recorder::new(clock, live)
        };
        let closing = Closing(&recorder);
        started(&recorder);
        let end = runtime
            .block_on(async { Arc::clone(&recorder).main(future).await });
        // Cancels the tasks that are left, as the end of `main` does, and waits
        // for threads that still run.
        recorder.shut_down();
        drop(runtime);
        drop(closing);
        let end = end.with_context(|| {
            format!("a task of the scene {} panicked", scene.name)
        });
        Ok((self.trace(&recorder, false), end))
    }

    /// What was recorded.
    fn trace(self, recorder: &Recorder, interrupted: bool) -> Trace {
        let mut events = recorder.events();
        if let Some(What::Spawn { place, .. }) =
            events.first_mut().map(|event| &mut event.what)
        {
            *place = self.main;
        }
        Trace {
            header: self.header,
            elapsed: events.last().map_or(Duration::ZERO, Event::at),
            events,
            interrupted,
        }
    }
}

fn runtime(clock: Clock) -> Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .start_paused(clock == Clock::Virtual)
        .build()
        .context("the system gave no runtime")
}

/// A trace of lanes that do nothing until main ends.
fn outline(seat: Seat, elapsed: Duration, lanes: Vec<String>) -> Trace {
    let Seat { header, main } = seat;
    let names = std::iter::once("main".to_owned()).chain(lanes);
    let spawn = |(lane, name)| Event {
        at: 0,
        lane,
        what: What::Spawn {
            name,
            kind: LaneKind::Task,
            parent: (lane > 0).then_some(0),
            place: main.clone(),
        },
    };
    let end = Event {
        // Saturates after 584 years.
        at: u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX),
        lane: 0,
        what: What::End {
            outcome: Outcome::Finished,
            detail: None,
        },
    };
    let mut events: Vec<Event> = (0..).zip(names).map(spawn).collect();
    events.push(end);
    Trace {
        header,
        events,
        elapsed,
        interrupted: false,
    }
}
