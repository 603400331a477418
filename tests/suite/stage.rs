//! The recorder tells the four ways of ending apart, on every runtime, and
//! keeps runs apart that happen side by side.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use asyncade::stage::{
    Cancelled, Fallibly, Infallibly, Lane, Recorder, Session, block, record,
    say, sleep, to_thread, traced,
};
use asyncade::timeline::{Doing, Timeline};
use asyncade::trace::{
    self, By, Cause, Clock, How, LaneKind, On, Outcome, Trace, What, ndjson,
};
use tokio::runtime::{Builder, Runtime};

const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(60);

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

fn virtual_clock() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}

fn multi_thread() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(4).enable_time().build().unwrap()
}

/// Records a scene; the runtime is shut down before the trace is taken.
fn record_on<F>(runtime: Runtime, clock: Clock, scene: F) -> Trace
where
    F: Future<Output = Result<(), String>>,
{
    let recorder = {
        let _inside = runtime.enter();
        Recorder::new(clock, None)
    };
    let main = async { Arc::clone(&recorder).main::<_, Fallibly>(scene).await };
    runtime.block_on(main).unwrap();
    recorder.shut_down();
    drop(runtime);
    let header = Session::new("test").clock(clock).header().clone();
    let trace = Trace::new(header, recorder.events());
    trace::check(&trace).unwrap();
    trace
}

/// Records a scene on the virtual clock.
fn played<F: Future>(scene: F) -> Trace {
    let session = Session::new("test").clock(Clock::Virtual);
    let trace = session.record(scene).unwrap().trace;
    trace::check(&trace).unwrap();
    trace
}

fn outcome(trace: &Trace, lane: &str) -> (Outcome, Option<String>) {
    let timeline = Timeline::of(trace);
    let end = timeline.lane(lane).unwrap().end.clone().unwrap();
    (end.outcome, end.detail)
}

async fn every_end() -> Result<(), String> {
    let finished = tokio::spawn(async { sleep(SHORT).await }.lane("finished"));
    let failed = async {
        sleep(SHORT).await;
        Err::<(), _>("no luck")
    };
    let failed = tokio::spawn(failed.try_lane("failed"));
    let gave_up = async { Err::<(), _>(Cancelled) };
    let gave_up = tokio::spawn(gave_up.try_lane("gave up"));
    let aborted = tokio::spawn(sleep(LONG).lane("aborted"));
    let never_run = sleep(LONG).lane("never run");
    let panicked = async {
        sleep(SHORT).await;
        std::panic::resume_unwind(Box::new("a bug"));
    };
    let panicked = tokio::spawn(panicked.lane("panicked"));
    let _left = tokio::spawn(sleep(LONG).lane("left behind"));
    drop(never_run);
    sleep(SHORT).await;
    aborted.abort();
    let _ = tokio::join!(finished, failed, gave_up, aborted, panicked);
    Ok(())
}

#[test]
fn the_four_ends_are_told_apart_on_every_runtime() {
    for (name, runtime, clock) in [
        ("current_thread", current_thread(), Clock::Real),
        ("virtual", virtual_clock(), Clock::Virtual),
        ("multi_thread", multi_thread(), Clock::Real),
    ] {
        let trace = record_on(runtime, clock, every_end());
        let expect = |lane, end, detail: Option<&str>| {
            let (outcome, why) = outcome(&trace, lane);
            assert_eq!(outcome, end, "{lane} on {name}");
            assert_eq!(why.as_deref(), detail, "{lane} on {name}");
        };
        expect("main", Outcome::Finished, None);
        expect("finished", Outcome::Finished, None);
        expect("failed", Outcome::Failed, Some("no luck"));
        expect("gave up", Outcome::Cancelled, Some("cancelled"));
        expect("aborted", Outcome::Cancelled, None);
        expect("never run", Outcome::Unrun, None);
        expect("left behind", Outcome::Cancelled, None);
        expect("panicked", Outcome::Panicked, Some("a bug"));
    }
}

#[test]
fn every_lane_is_spawned_first_and_ended_last_and_polls_alternate() {
    for runtime in [current_thread(), multi_thread()] {
        let trace = record_on(runtime, Clock::Real, every_end());
        for lane in 0..Timeline::of(&trace).lanes.len() {
            let own = trace
                .events
                .iter()
                .filter(|event| event.lane as usize == lane);
            let own: Vec<&What> = own.map(|event| &event.what).collect();
            assert!(matches!(own[0], What::Spawn { .. }), "{own:?}");
            assert!(matches!(own[own.len() - 1], What::End { .. }), "{own:?}");
            let mut held = false;
            for what in &own {
                match what {
                    What::Poll { .. } => {
                        assert!(!held, "polled twice: {own:?}");
                        held = true;
                    }
                    What::Pend { .. } => {
                        assert!(
                            held,
                            "gave back what it did not hold: {own:?}"
                        );
                        held = false;
                    }
                    What::Done { .. } | What::Say { .. } => {
                        assert!(held, "{own:?}")
                    }
                    _ => {}
                }
            }
            let ends =
                own.iter().filter(|what| matches!(what, What::End { .. }));
            assert_eq!(ends.count(), 1);
        }
    }
}

#[test]
fn lines_go_to_the_lane_that_says_them_on_many_threads() {
    const LANES: usize = 200;
    let trace = record_on(multi_thread(), Clock::Real, async {
        let mut tasks = Vec::new();
        for n in 0..LANES {
            let task = async move {
                for turn in 0..5 {
                    say!("{n} {turn}");
                    tokio::task::yield_now().await;
                }
            };
            tasks.push(tokio::spawn(task.lane(format!("{n}"))));
        }
        for task in tasks {
            task.await.unwrap();
        }
        Ok(())
    });
    let timeline = Timeline::of(&trace);
    assert_eq!(timeline.lines.len(), LANES * 5);
    for line in &timeline.lines {
        let name = timeline.name(line.lane);
        assert_eq!(line.text.split(' ').next(), Some(name));
        assert!(
            line.place.file.ends_with("tests/suite/stage.rs"),
            "{:?}",
            line.place
        );
    }
    assert!(trace.events.is_sorted_by_key(|event| event.at));
}

#[test]
fn runs_side_by_side_never_mix() {
    let scene = |name: &'static str| async move {
        for _ in 0..50 {
            let task = async move { say!("{name}") };
            tokio::spawn(task.lane(name)).await.unwrap();
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let runs = ["one", "two", "three"].map(|name| {
            scope.spawn(move || {
                record_on(multi_thread(), Clock::Real, scene(name))
            })
        });
        for (run, name) in runs.into_iter().zip(["one", "two", "three"]) {
            let timeline = Timeline::of(&run.join().unwrap());
            assert_eq!(timeline.lines.len(), 50);
            assert!(timeline.lines.iter().all(|line| line.text == name));
            assert_eq!(timeline.lanes.len(), 51);
        }
    });
}

#[test]
fn two_runs_in_one_task_never_mix_either() {
    let runtime = current_thread();
    let (one, two) = {
        let _inside = runtime.enter();
        (
            Recorder::new(Clock::Real, None),
            Recorder::new(Clock::Real, None),
        )
    };
    let scene = |line: &'static str| async move {
        sleep(SHORT).await;
        say!("{line}");
        Ok::<(), String>(())
    };
    let both = async {
        tokio::join!(
            Arc::clone(&one).main::<_, Fallibly>(scene("one")),
            Arc::clone(&two).main::<_, Fallibly>(scene("two")),
        )
    };
    let (a, b) = runtime.block_on(both);
    a.and(b).unwrap();
    for (recorder, line) in [(one, "one"), (two, "two")] {
        let said: Vec<String> = recorder
            .events()
            .into_iter()
            .filter_map(|event| match event.what {
                What::Say { text, .. } => Some(text),
                _ => None,
            })
            .collect();
        assert_eq!(said, [line]);
    }
}

#[test]
fn the_innermost_lane_holds_the_thread() {
    let trace = record_on(virtual_clock(), Clock::Virtual, async {
        let inner = async { block(Duration::from_secs(1)) };
        let outer = async { inner.lane("inner").await };
        outer.lane("outer").await;
        Ok(())
    });
    let timeline = Timeline::of(&trace);
    let held = |lane: &str| -> Duration {
        let lane = timeline.lane(lane).unwrap();
        lane.holds().map(|span| span.length()).sum()
    };
    assert_eq!(held("inner"), Duration::from_secs(1));
    assert_eq!(held("outer"), Duration::ZERO);
    assert_eq!(held("main"), Duration::ZERO);
    assert_eq!(timeline.collision, None);
}

#[test]
fn a_timer_that_falls_due_while_the_thread_is_blocked_fires_late() {
    let trace = record_on(virtual_clock(), Clock::Virtual, async {
        let late = tokio::spawn(sleep(Duration::from_secs(1)).lane("late"));
        tokio::task::yield_now().await;
        block(Duration::from_secs(3));
        late.await.unwrap();
        Ok(())
    });
    let timeline = Timeline::of(&trace);
    let ready = timeline.lane("late").unwrap().spans.iter();
    let ready: Vec<_> =
        ready.filter(|span| span.doing == Doing::Ready).collect();
    assert_eq!(ready.len(), 1);
    assert_eq!(ready[0].from, Duration::from_secs(1));
    assert_eq!(ready[0].to, Duration::from_secs(3));
}

#[test]
fn a_wait_that_is_dropped_says_so_on_its_lane_before_the_lane_ends() {
    let trace = record_on(virtual_clock(), Clock::Virtual, async {
        let lane = sleep(LONG).lane("dropped");
        let _ = tokio::time::timeout(SHORT, lane).await;
        Ok(())
    });
    let dropped = trace.first(1, |what| matches!(what, What::Drop { .. }));
    let ended = trace.first(1, |what| matches!(what, What::End { .. }));
    assert!(dropped.unwrap() < ended.unwrap());
    assert_eq!(trace.events[ended.unwrap()].at(), SHORT);
}

#[test]
fn threads_run_beside_the_loop_on_both_clocks() {
    let block_time = Duration::from_millis(100);
    for (runtime, clock) in [
        (virtual_clock(), Clock::Virtual),
        (current_thread(), Clock::Real),
        (multi_thread(), Clock::Real),
    ] {
        let trace = record_on(runtime, clock, async move {
            let work = move || {
                say!("in the thread");
                block(block_time);
                7
            };
            let one = to_thread("one", work);
            let two = to_thread("two", work);
            assert_eq!(tokio::join!(one, two), (7, 7));
            Ok(())
        });
        let timeline = Timeline::of(&trace);
        assert!(timeline.total >= block_time);
        // Generous: a busy machine starts a thread late.
        assert!(timeline.total < block_time * 20, "{:?}", timeline.total);
        if clock == Clock::Virtual {
            assert_eq!(timeline.total, block_time);
        }
        for name in ["one", "two"] {
            let thread = timeline.lane(name).unwrap();
            let held: Duration = thread.holds().map(|span| span.length()).sum();
            assert!(held >= block_time, "{name} held its thread for {held:?}");
        }
        assert_eq!(timeline.lines_with("in the thread").count(), 2);
        assert!(trace.events.is_sorted_by_key(|event| event.at));
    }
}

#[test]
fn a_panic_in_a_thread_ends_its_lane_and_reaches_whoever_awaits_it() {
    for (runtime, clock) in [
        (virtual_clock(), Clock::Virtual),
        (current_thread(), Clock::Real),
    ] {
        let trace = record_on(runtime, clock, async {
            let call = || std::panic::resume_unwind(Box::new("a bug"));
            let awaits = async move { to_thread::<()>("thread", call).await };
            let error = tokio::spawn(awaits.lane("awaits")).await.unwrap_err();
            assert!(error.is_panic());
            Ok(())
        });
        assert_eq!(outcome(&trace, "thread").0, Outcome::Panicked);
        assert_eq!(
            outcome(&trace, "awaits"),
            (Outcome::Panicked, Some("a bug".to_owned()))
        );
    }
}

#[test]
fn outside_a_recorded_run_everything_works_and_nothing_is_recorded() {
    current_thread().block_on(async {
        say!("to nobody");
        block(Duration::from_millis(1));
        sleep(SHORT).lane("nobody's").await;
        assert_eq!(to_thread("nobody's", || 3).await, 3);
    });
}

#[test]
fn any_program_is_recorded_in_a_line_and_read_back() {
    #[derive(Debug)]
    struct MyError;

    let recording = record("program", async {
        sleep(SHORT).lane("nap").await;
        Err::<u8, _>(MyError)
    });
    let recording = recording.unwrap();
    assert!(matches!(recording.output, Err(MyError)));
    let trace = recording.trace;
    assert_eq!(trace.header.name(), "program");
    trace::check(&trace).unwrap();
    let mut file = Vec::new();
    ndjson::write(&trace, &mut file).unwrap();
    assert_eq!(ndjson::read(file.as_slice()).unwrap(), [trace]);
}

#[traced]
async fn waits_for_all_there_is(handle: tokio::task::JoinHandle<()>) {
    handle.await.unwrap();
    let limited = tokio::time::timeout(SHORT, sleep(LONG)).await;
    assert!(limited.is_err());
    tokio::task::yield_now().await;
}

#[test]
fn each_await_says_where_it_is_parked_and_for_what() {
    let trace = played(async {
        let task = tokio::spawn(async { sleep(SHORT).await }.lane("task"));
        waits_for_all_there_is(task).await;
    });
    let waits: Vec<(&On, u32)> = trace
        .events
        .iter()
        .filter(|event| event.lane == 0)
        .filter_map(|event| match &event.what {
            What::Wait { on, place, .. } => Some((on, place.line)),
            _ => None,
        })
        .collect();
    let first = waits[0].1;
    let lines: Vec<u32> = waits.iter().map(|(_, line)| line - first).collect();
    assert_eq!(lines, [0, 1, 1, 3], "{waits:?}");
    let length = |time: Duration| On::Timer {
        length: Some(time.as_nanos() as u64),
    };
    let expected = [
        On::Join {
            lanes: vec![1],
            more: 0,
        },
        // The limit counts from before what it limits.
        length(SHORT),
        length(LONG),
        On::Yield,
    ];
    assert!(waits.iter().map(|(on, _)| *on).eq(&expected), "{waits:?}");
    let by: Vec<By> = trace
        .events
        .iter()
        .filter(|event| event.lane == 0)
        .filter_map(|event| match event.what {
            What::Wake { by } => Some(by),
            _ => None,
        })
        .collect();
    assert_eq!(by, [By::Lane(1), By::Timer, By::Itself]);
}

#[test]
fn a_lane_that_nobody_told_to_stop_ends_with_main() {
    let trace = played(async {
        let _left = tokio::spawn(sleep(LONG).lane("left"));
        sleep(SHORT).await;
    });
    let timeline = Timeline::of(&trace);
    let left = timeline.lane("left").unwrap();
    assert_eq!(left.kind, LaneKind::Task);
    let how = How::Shutdown;
    let cause = left.end.as_ref().unwrap().cause;
    assert_eq!(cause, Some(Cause { by: Some(0), how }));
}

#[test]
fn t14_on_many_threads_a_lane_keeps_its_own_spawn_line() {
    for _ in 0..50 {
        let trace = record_on(multi_thread(), Clock::Real, async {
            let spawn = |name: String| async move {
                let task = async move { say!("{name}") };
                tokio::spawn(task.lane("inner")).await.unwrap();
            };
            let outer = (0..20).map(|n| {
                tokio::spawn(spawn(format!("{n}")).lane(format!("outer {n}")))
            });
            for task in outer.collect::<Vec<_>>() {
                task.await.unwrap();
            }
            Ok(())
        });
        let timeline = Timeline::of(&trace);
        for line in &timeline.lines {
            let lane = &timeline.lanes[line.lane as usize];
            let parent = timeline.name(lane.parent.unwrap());
            assert_eq!(parent, format!("outer {}", line.text));
        }
        assert_eq!(timeline.lines.len(), 20);
    }
}

#[test]
fn t15_a_panic_in_a_thread_leaves_no_debt_to_the_next_run() {
    let ahead = async {
        let call = || {
            block(LONG);
            std::panic::resume_unwind(Box::new("a bug"))
        };
        let awaits = async move { to_thread::<()>("thread", call).await };
        let _ = tokio::spawn(awaits.lane("awaits")).await;
    };
    let trace = played(ahead);
    assert!(trace.elapsed >= LONG);
    let next = played(async { say!("on time") });
    assert_eq!(next.elapsed, Duration::ZERO);
}

#[test]
fn t18_a_sleep_for_ever_is_no_panic() {
    let trace = played(async {
        let forever = sleep(Duration::MAX).lane("forever");
        let limited = tokio::time::timeout(SHORT, forever).await;
        assert!(limited.is_err());
    });
    assert_eq!(trace.elapsed, SHORT);
}

#[test]
fn r3_whoever_watches_hears_that_a_scene_has_panicked() {
    let (sender, events) = std::sync::mpsc::channel();
    let scene = std::thread::spawn(|| {
        let session = Session::new("test").live(sender);
        session.record(async {
            say!("before");
            std::panic::resume_unwind(Box::new("a bug"))
        })
    });
    // Ends only if the channel is closed.
    assert!(events.iter().count() > 2);
    assert!(scene.join().is_err());
}

/// T17: a run on the virtual clock can be interrupted as well, from a thread
/// that does not see that clock.
#[test]
fn t17_an_interrupted_run_on_the_virtual_clock_ends_where_it_had_come_to() {
    let handle: Arc<OnceLock<Arc<Recorder>>> = Arc::default();
    let recorder = Arc::clone(&handle);
    let hour = Duration::from_secs(3600);
    let future = async move {
        let task =
            tokio::spawn(async move { sleep(hour * 2).await }.lane("task"));
        sleep(hour).await;
        say!("here");
        let recorder = Arc::clone(recorder.get().unwrap());
        thread::spawn(move || recorder.interrupt()).join().unwrap();
        say!("not recorded any more");
        task.await.unwrap();
    };
    let session = Session::new("test").clock(Clock::Virtual);
    let recording = session
        .record_as::<_, Infallibly>(future, |recorder| {
            handle.set(Arc::clone(recorder)).unwrap_or_default();
        })
        .unwrap();
    let mut trace = recording.trace;
    trace.interrupted = true;
    assert_eq!(asyncade::trace::check(&trace), Ok(()));
    assert_eq!(trace.elapsed, hour);
    let timeline = Timeline::of(&trace);
    assert_eq!(timeline.lines.len(), 1);
    for name in ["main", "task"] {
        let end = timeline.lane(name).unwrap().end.as_ref().unwrap();
        assert_eq!((end.at, end.outcome), (hour, Outcome::Cancelled));
        assert_eq!(end.detail.as_deref(), Some("interrupted"));
    }
}

#[traced]
async fn aborts_at_once() {
    let task = tokio::spawn(sleep(LONG).lane("never polled"));
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}

#[test]
fn a_task_that_is_aborted_before_its_first_poll_has_a_culprit() {
    let trace = played(aborts_at_once());
    let timeline = Timeline::of(&trace);
    let lane = timeline.lane("never polled").unwrap();
    assert_eq!((lane.kind, lane.polls.len()), (LaneKind::Task, 0));
    let end = lane.end.as_ref().unwrap();
    assert_eq!(end.outcome, Outcome::Cancelled);
    let how = How::Abort;
    assert_eq!(end.cause, Some(Cause { by: Some(0), how }));
}

#[traced]
async fn uses(permits: Arc<tokio::sync::Semaphore>) {
    let _permit = permits.acquire().await.unwrap();
    sleep(SHORT).await;
}

#[test]
fn what_lanes_share_is_told_with_what_is_left_and_who_waits() {
    let trace = played(async {
        let permits = Arc::new(tokio::sync::Semaphore::new(2));
        let mut tasks = tokio::task::JoinSet::new();
        for n in 1..=3 {
            tasks.spawn(uses(permits.clone()).lane(format!("Task {n}")));
        }
        tasks.join_all().await;
    });
    let told: Vec<(u64, u32, u64, Option<u64>)> = trace
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Resource {
                name,
                left,
                waiting,
                ..
            } => {
                assert_eq!(name, "permits");
                Some((event.at / 1_000_000, event.lane, *left, *waiting))
            }
            _ => None,
        })
        .collect();
    // Two, then one, then none; Task 1 gives its own to Task 3, which waits for
    // it, and at the end both of them are back.
    let expected = [
        (0, 1, 2, Some(0)),
        (0, 1, 1, Some(0)),
        (0, 2, 0, Some(0)),
        (10, 2, 1, Some(1)),
        (20, 3, 2, Some(0)),
    ];
    assert_eq!(told, expected);
}
