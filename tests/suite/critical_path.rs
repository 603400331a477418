//! The critical path where one lane lets another one go on.

use crate::support::{chapter, play_all};
use asyncade::chapter::Knobs;
use asyncade::stage::{Infallibly, Lane, Session, sleep, traced};
use asyncade::timeline::Timeline;
use asyncade::trace::{Clock, Outcome};
use asyncade::world;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn rounds_through_a_semaphore_are_one_long_chain() {
    let chapter = chapter("pitfalls");
    let traces = play_all(chapter, &Knobs::new(chapter.knobs));
    let scene = "too-many-tasks-fixed";
    let trace = traces.iter().find(|trace| trace.header.name() == scene);
    // At each full second ten tasks end, and each lets another one in.
    let timeline = Timeline::of(trace.unwrap());
    assert_eq!(timeline.critical_path().length(), Duration::from_secs(10));
    assert_eq!(timeline.total, Duration::from_secs(10));
}

/// In every scene of the nine the chain from the end of main back to its start
/// has no gap but the time in which somebody else held the thread.
#[test]
fn no_schedule_is_shorter_than_the_critical_path() {
    for (name, scene, millis) in [
        ("shield", "shielded", 2500),
        ("shield", "article", 4000),
        ("pitfalls", "blocking-call", 3000),
        ("to_thread", "blocking", 3000),
        ("to_thread", "to_thread", 3000),
        ("gather", "gather", 3000),
        ("wait", "left-running", 4000),
        ("timeout", "blocking", 2000),
        ("taskgroup", "failure", 3000),
        ("tasks", "dropped", 1000),
    ] {
        let chapter = chapter(name);
        let traces = play_all(chapter, &Knobs::new(chapter.knobs));
        let trace = traces.iter().find(|trace| trace.header.name() == scene);
        let path = Timeline::of(trace.unwrap()).critical_path().length();
        assert_eq!(path, Duration::from_millis(millis), "{name} {scene}");
    }
}

#[test]
fn on_the_real_clock_it_is_the_same_but_for_a_hair() {
    for (name, scene) in [("shield", "shielded"), ("pitfalls", "blocking-call")]
    {
        let chapter = chapter(name);
        let knobs = Knobs::new(chapter.knobs);
        let scene = chapter.scene(scene).unwrap();
        let ideal =
            world::scene(chapter, scene, &knobs, Clock::Virtual).unwrap();
        let ideal = Timeline::of(&ideal).critical_path().length().div_f64(10.0);
        let knobs = knobs.at_speed(10.0);
        let real = world::scene(chapter, scene, &knobs, Clock::Real).unwrap();
        let real = Timeline::of(&real);
        let path = real.critical_path().length();
        // Never shorter than what had to happen, never longer than all.
        assert!(path + Duration::from_millis(1) >= ideal, "{path:?}");
        assert!(path <= real.total, "{path:?}");
    }
}

#[test]
fn a_run_that_is_stopped_has_waited_until_then() {
    let main = async {
        let task = async { sleep(Duration::from_millis(400)).await };
        let task = tokio::spawn(task.lane("task"));
        awaits(task).await;
    };
    let recording = Session::new("test")
        .record_as::<_, Infallibly>(main, |recorder| {
            let recorder = Arc::clone(recorder);
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(100));
                recorder.interrupt();
            });
        })
        .unwrap();
    let timeline = Timeline::of(&recording.trace);
    assert_eq!(timeline.lanes[0].outcome(), Some(Outcome::Cancelled));
    let path = timeline.critical_path();
    assert!(path.is_known(), "{path:?}");
    let missing = timeline.total - path.length();
    assert!(path.length() >= Duration::from_millis(90), "{path:?}");
    assert!(missing < Duration::from_millis(50), "{path:?}");
}

#[traced]
async fn awaits(task: tokio::task::JoinHandle<()>) {
    task.await.unwrap();
}
