//! The claims are the oracle at random knobs, and each claim fails when its
//! scene is broken. All on the virtual clock; `crawler.rs` does the same for
//! the chapter that plays on the real one only.

use crate::support::{
    self, Scenes, any_knobs, broken, computing, on_virtual_clock, play_all,
    text,
};
use asyncade::chapter::{Chapter, Claim, Finding, Knobs, Played};
use asyncade::trace::{Clock, On, Outcome, Trace, What};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;
use std::time::Duration;

#[test]
fn every_claim_holds_at_the_articles_figures() {
    for chapter in on_virtual_clock() {
        let knobs = Knobs::new(chapter.knobs);
        let traces = play_all(chapter, &knobs);
        assert_eq!(broken(chapter, &knobs, &traces), [], "{}", chapter.name);
        let played = Played::new(&knobs, &traces);
        for claim in chapter.claims {
            let found = played.check(claim);
            let holds = matches!(found, Some(Finding::Holds(_)));
            assert!(holds, "{}: {}: {found:?}", chapter.name, claim.id);
        }
    }
}

#[test]
fn every_claim_holds_at_random_knobs() {
    let _alone = computing();
    for chapter in on_virtual_clock() {
        let mut runner = TestRunner::new(Config {
            cases: 200,
            failure_persistence: None,
            ..Config::default()
        });
        let result = runner.run(&any_knobs(chapter), |knobs| {
            prop_assume!((chapter.check)(&knobs).is_ok());
            let traces = play_all(chapter, &knobs);
            prop_assert_eq!(broken(chapter, &knobs, &traces), []);
            Ok(())
        });
        if let Err(error) = result {
            panic!("{}: {error}", chapter.name);
        }
    }
}

#[test]
fn a_hundred_virtual_runs_are_the_same_to_the_byte() {
    let _alone = computing();
    for chapter in on_virtual_clock() {
        let knobs = Knobs::new(chapter.knobs);
        let first: Vec<String> =
            play_all(chapter, &knobs).iter().map(text).collect();
        // Side by side, as well as one after the other.
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let again: Vec<String> = play_all(chapter, &knobs)
                            .iter()
                            .map(text)
                            .collect();
                        assert_eq!(again, first);
                    }
                });
            }
        });
    }
}

type Sabotage = fn(&mut Scenes);

/// For each claim, a way in which its scene can be broken so that the claim
/// must not hold.
const SABOTAGE: &[(&str, &str, Sabotage)] = &[
    ("cashier", "sync-adds-up", |s| s.stretch("sync")),
    ("cashier", "waiting-keeps-the-cashier", |s| {
        // The cashier waits for each payment in async, too.
        s.replace("async", "sync");
    }),
    ("cashier", "scanning-never-overlaps", |s| {
        // Customer 2 is scanned from the start, beside Customer 1.
        let scanning =
            |lane, what: &What| lane == 2 && matches!(what, What::Say { .. });
        s.shift("async", scanning, -7);
    }),
    ("cashier", "paying-overlaps", |s| s.replace("async", "sync")),
    ("cashier", "async-total", |s| s.stretch("async")),
    ("sync-vs-async", "sync-adds-up", |s| s.stretch("sync")),
    ("sync-vs-async", "async-overlaps", |s| s.stretch("async")),
    ("sync-vs-async", "call-order", |s| {
        s.reword("async", "Results: [1, 2, 3]", "Results: [2, 1, 3]");
    }),
    ("sync-vs-async", "one-thread", |s| {
        // Task 1 gives the thread back long after Task 2 has got it.
        s.shift(
            "async",
            |lane, what| lane == 1 && matches!(what, What::Pend { .. }),
            6,
        );
    }),
    ("coroutines", "woken-not-asked", |s| {
        // Somebody asks on the way.
        s.turn("run", 0, Duration::from_secs(1));
    }),
    ("coroutines", "calling-is-not-running", |s| {
        // The body starts between the call and the await.
        let awaiting = |_, what: &What| matches!(what, What::Say { text, .. } if text.starts_with("Awaiting"));
        s.shift("lazy", awaiting, 1);
    }),
    ("coroutines", "suspending-hands-over", |s| {
        s.replace("hand-over", "no-hand-over");
    }),
    ("coroutines", "ready-switches-nobody", |s| {
        s.replace("no-hand-over", "hand-over");
    }),
    ("tasks", "await-is-sequential", |s| s.stretch("sequential")),
    ("tasks", "spawn-does-not-wait", |s| {
        s.unsay("create_task", "Tasks created");
    }),
    ("tasks", "longest-not-sum", |s| s.stretch("create_task")),
    ("tasks", "first-turn-at-await", |s| {
        s.shift(
            "create_task",
            |lane, what| lane == 0 && matches!(what, What::Pend { .. }),
            2,
        );
    }),
    ("tasks", "dropped-handle-detaches", |s| {
        s.fate("dropped", "World", Outcome::Finished);
    }),
    ("taskgroup", "one-after-the-other", |s| {
        s.stretch("sequential")
    }),
    ("taskgroup", "ends-with-the-last", |s| {
        s.stretch("taskgroup")
    }),
    ("taskgroup", "failure-cancels-siblings", |s| {
        s.fate("failure", "Task2", Outcome::Finished);
    }),
    ("taskgroup", "reports-after-all-ended", |s| {
        s.shift(
            "failure",
            |lane, what| lane == 0 && matches!(what, What::Say { .. }),
            -7,
        );
    }),
    ("taskgroup", "orphan-outlives-error", |s| {
        s.fate("no-group", "Task2", Outcome::Cancelled);
    }),
    ("gather", "slowest-not-sum", |s| s.stretch("gather")),
    ("gather", "order-passed", |s| {
        s.reword("gather", "Results: A, B, C", "Results: B, C, A");
    }),
    ("gather", "failure-surfaces-at-once", |s| {
        s.fate("failure", "A", Outcome::Cancelled);
    }),
    ("gather", "exceptions-as-results", |s| {
        s.unsay("return_exceptions", "Results");
    }),
    ("gather", "try-join-drops", |s| {
        s.fate("try_join", "A", Outcome::Finished);
    }),
    ("as_completed", "completion-order", |s| {
        s.reword("as_completed", "Got: Y", "Got: X");
    }),
    ("as_completed", "first-after-shortest", |s| {
        s.unsay("as_completed", "Got: Y")
    }),
    ("as_completed", "same-total", |s| s.stretch("as_completed")),
    ("wait", "one-after-the-other", |s| s.stretch("sequential")),
    ("wait", "whichever-comes-first", |s| {
        s.stretch("first_completed")
    }),
    ("wait", "done-and-pending", |s| {
        s.reword(
            "first_completed",
            "Completed: 1; still pending: 3",
            "Completed: 1; still pending: 2",
        );
    }),
    ("wait", "all-or-timeout", |s| s.stretch("all_completed")),
    ("wait", "exception-or-timeout", |s| {
        s.stretch("first_exception")
    }),
    ("wait", "cancels-nobody", |s| {
        s.fate("left-running", "worker 3", Outcome::Cancelled);
    }),
    ("timeout", "waits-forever", |s| s.stretch("no-limit")),
    ("timeout", "ends-at-the-limit", |s| {
        s.unsay("wait_for", "Task timed out")
    }),
    ("timeout", "work-is-cancelled", |s| {
        s.fate("wait_for", "eternity", Outcome::Finished);
    }),
    ("timeout", "deadline-covers-all", |s| {
        s.reword(
            "timeout-block",
            "Task timed out and was cancelled",
            "step 2 done",
        );
    }),
    ("timeout", "in-time-is-left-alone", |s| {
        s.fate("in-time", "work", Outcome::Cancelled);
    }),
    ("timeout", "blocking-cannot-be-timed-out", |s| {
        s.reword(
            "blocking",
            "Got: the late result",
            "Task timed out and was cancelled",
        );
    }),
    ("shield", "article-loses-the-work", |s| {
        s.reword("article", "Cleanup finished", "Critical work done");
    }),
    ("shield", "cleanup-takes-its-time", |s| {
        s.unsay("article", "Cleanup finished")
    }),
    ("shield", "unshielded-is-lost", |s| {
        s.fate("unshielded", "critical", Outcome::Finished);
    }),
    ("shield", "shield-protects-from-the-caller", |s| {
        s.fate("shielded", "critical", Outcome::Cancelled);
    }),
    ("shield", "no-async-drop", |s| {
        s.reword(
            "dropped",
            "Task aborted; no cleanup ran",
            "Cleanup finished",
        );
    }),
    ("to_thread", "equal-totals", |s| s.stretch("to_thread")),
    ("to_thread", "loop-is-held", |s| {
        // The loop gives way before the call instead of after it.
        s.replace("blocking", "to_thread");
    }),
    ("to_thread", "heartbeat-never-misses", |s| {
        s.unsay("to_thread", "tick 3")
    }),
    ("to_thread", "thread-and-loop-overlap", |s| {
        s.unsay("to_thread", "tick")
    }),
    ("pitfalls", "blocking-call", |s| {
        s.replace("blocking-call", "blocking-call-fixed");
    }),
    ("pitfalls", "blocking-call-fixed", |s| {
        s.unsay("blocking-call-fixed", "tick 4");
    }),
    ("pitfalls", "forgotten-await", |s| {
        s.replace("forgotten-await", "forgotten-await-fixed");
    }),
    ("pitfalls", "forgotten-await-fixed", |s| {
        s.unsay("forgotten-await-fixed", "Data saved");
    }),
    ("pitfalls", "too-many-tasks", |s| {
        s.fate("too-many-tasks", "Task 11", Outcome::Finished);
    }),
    ("pitfalls", "too-many-tasks-fixed", |s| {
        // One task too many is served in the first round.
        let begins = |lane, what: &What| {
            let timer = matches!(
                what,
                What::Wait {
                    on: On::Timer { .. },
                    ..
                }
            );
            lane == 11 && timer
        };
        s.shift("too-many-tasks-fixed", begins, -60);
    }),
    ("pitfalls", "lost-task", |s| {
        s.reword("lost-task", "main is done", "Data saved");
    }),
    ("pitfalls", "lost-task-fixed", |s| {
        s.fate("lost-task-fixed", "save", Outcome::Cancelled);
    }),
];

/// A claim of a chapter, by name.
fn claim(chapter: &Chapter, id: &str) -> &'static Claim {
    let claim = chapter.claims.iter().find(|claim| claim.id == id);
    claim.unwrap_or_else(|| panic!("{} has no claim {id}", chapter.name))
}

#[test]
fn each_claim_fails_when_its_scene_is_broken() {
    for (name, id, sabotage) in SABOTAGE {
        let chapter = support::chapter(name);
        let knobs = Knobs::new(chapter.knobs);
        let mut scenes = Scenes(play_all(chapter, &knobs));
        sabotage(&mut scenes);
        let found = Played::new(&knobs, &scenes.0).check(claim(chapter, id));
        assert!(
            matches!(found, Some(Finding::Broken(_))),
            "{name}: {id} still {found:?}"
        );
    }
}

#[test]
fn t9_evidence_is_read_off_the_trace() {
    for (name, id, sabotage) in SABOTAGE {
        let chapter = support::chapter(name);
        let knobs = Knobs::new(chapter.knobs);
        let mut scenes = Scenes(play_all(chapter, &knobs));
        let claim = claim(chapter, id);
        let before = Played::new(&knobs, &scenes.0).check(claim);
        sabotage(&mut scenes);
        let after = Played::new(&knobs, &scenes.0).check(claim);
        let (Some(Finding::Holds(before)), Some(Finding::Broken(after))) =
            (before, after)
        else {
            panic!("{name}: {id}");
        };
        // Other events, other evidence, in words as well as in figures.
        assert_ne!(before.words, after.words, "{name}: {id}");
        assert_ne!(before.facts, after.facts, "{name}: {id}");
    }
}

/// A chapter at these knobs, on the virtual clock.
fn played(name: &str, options: &[(&str, &str)]) -> (Knobs, Vec<Trace>) {
    let chapter = support::chapter(name);
    let mut knobs = Knobs::new(chapter.knobs);
    for (name, value) in options {
        let mut all = chapter.knobs.iter();
        let knob = all.find(|knob| knob.name == *name).unwrap();
        knobs.set(knob, knob.parse(value).unwrap());
    }
    let traces = play_all(chapter, &knobs);
    (knobs, traces)
}

/// What is said of knobs at which a claim stands at the edge of what it says.
#[test]
fn at_the_edge_a_claim_says_what_is_so() {
    let tie = |at: &str| Some(format!("two things are due at {at}"));
    for (chapter, options, id, reason) in [
        (
            "gather",
            &[("a", "2"), ("b", "2"), ("c", "2")][..],
            "try-join-drops",
            tie("2s"),
        ),
        (
            "gather",
            &[("a", "2"), ("b", "2"), ("c", "1")],
            "failure-surfaces-at-once",
            tie("2s"),
        ),
        (
            "gather",
            &[("b", "9")],
            "try-join-drops",
            Some("A and C are done when B fails".to_owned()),
        ),
        (
            "taskgroup",
            &[("task1", "2"), ("task2", "2")],
            "failure-cancels-siblings",
            tie("2s"),
        ),
        // A tick is late although the call is no longer than from one tick to
        // the next.
        (
            "to_thread",
            &[("heartbeat", "2")],
            "heartbeat-never-misses",
            None,
        ),
        (
            "to_thread",
            &[("heartbeat", "3")],
            "heartbeat-never-misses",
            Some(
                "no tick is due while the call is made, so that none would be \
                 missed if it blocked the loop"
                    .to_owned(),
            ),
        ),
        // What would be a tie comes after main has stopped waiting.
        ("wait", &[("timeout", "2")], "whichever-comes-first", None),
        ("wait", &[("timeout", "2")], "cancels-nobody", None),
        ("wait", &[("timeout", "2")], "all-or-timeout", tie("2s")),
        ("wait", &[("timeout", "1")], "cancels-nobody", tie("1s")),
        (
            "tasks",
            &[("hello", "5"), ("world", "1")],
            "dropped-handle-detaches",
            Some(
                "World is done before main ends, which so stops nobody"
                    .to_owned(),
            ),
        ),
        // Half of it is a millisecond, too, as timers count.
        (
            "timeout",
            &[("limit", "1ms")],
            "in-time-is-left-alone",
            tie("0.001s"),
        ),
        ("pitfalls", &[("delay", "1ms")], "lost-task", tie("0.001s")),
        ("pitfalls", &[("delay", "2ms")], "lost-task", None),
    ] {
        let (knobs, traces) = played(chapter, options);
        let claim = claim(support::chapter(chapter), id);
        let found = Played::new(&knobs, &traces).check(claim);
        let said = match &found {
            Some(Finding::Holds(_)) => None,
            Some(Finding::NotApplicable(reason)) => Some(reason.clone()),
            _ => panic!("{chapter} {options:?} {id}: {found:?}"),
        };
        assert_eq!(said, reason, "{chapter} {options:?} {id}");
    }
}

#[test]
fn t11_where_no_tick_is_due_nothing_overlaps() {
    let (knobs, traces) = played(
        "to_thread",
        &[
            ("async-part", "1s"),
            ("block", "500ms"),
            ("heartbeat", "800ms"),
        ],
    );
    let claim = claim(support::chapter("to_thread"), "thread-and-loop-overlap");
    let found = Played::new(&knobs, &traces).check(claim);
    assert_eq!(
        found,
        Some(Finding::NotApplicable(
            "no tick is due while the thread is busy".to_owned()
        ))
    );
}

#[test]
fn r2_ticks_that_drift_out_of_a_short_call_break_nothing() {
    let chapter = support::chapter("to_thread");
    for (async_part, block, every) in [
        ("1s", "1s", "1s"),
        ("50ms", "50ms", "50ms"),
        ("101ms", "33ms", "33ms"),
    ] {
        let options = [
            ("async-part", async_part),
            ("block", block),
            ("heartbeat", every),
        ];
        let (knobs, mut traces) = played("to_thread", &options);
        for trace in &mut traces {
            trace.header.clock = Clock::Real;
            // Every timer is late, and the heartbeat never ticks.
            trace.events.retain(|event| {
                let line = matches!(&event.what, What::Say { text, .. } if text.starts_with("tick"));
                !line
            });
        }
        assert_eq!(broken(chapter, &knobs, &traces), []);
    }
}

/// What a chapter would be for real at this speed, on a machine that is never
/// late.
fn never_late(chapter: &Chapter, knobs: &Knobs) -> Vec<Trace> {
    let mut traces = play_all(chapter, knobs);
    for trace in &mut traces {
        trace.header.clock = Clock::Real;
    }
    traces
}

const SPEEDS: [f64; 8] = [1.0, 2.0, 4.0, 10.0, 20.0, 50.0, 100.0, 1000.0];

#[test]
fn a_broken_scene_is_never_proved_at_any_speed() {
    for (name, id, sabotage) in SABOTAGE {
        let chapter = support::chapter(name);
        // Beyond that, timers that round up make other scenes of these.
        for speed in SPEEDS.into_iter().filter(|speed| *speed <= 100.0) {
            let knobs = Knobs::new(chapter.knobs).at_speed(speed);
            let mut scenes = Scenes(never_late(chapter, &knobs));
            sabotage(&mut scenes);
            let found =
                Played::new(&knobs, &scenes.0).check(claim(chapter, id));
            assert!(
                !matches!(found, Some(Finding::Holds(_))),
                "{name}: {id} at speed {speed}: {found:?}"
            );
        }
    }
}

/// What speaks of order or of who did it, and of no time but 0: it holds
/// however long everything takes.
const WITHOUT_TIMES: &[(&str, &str)] = &[
    ("cashier", "paying-overlaps"),
    ("sync-vs-async", "call-order"),
    ("sync-vs-async", "one-thread"),
    ("coroutines", "suspending-hands-over"),
    ("coroutines", "ready-switches-nobody"),
    ("tasks", "spawn-does-not-wait"),
    ("tasks", "first-turn-at-await"),
    ("taskgroup", "reports-after-all-ended"),
    ("gather", "order-passed"),
    ("to_thread", "thread-and-loop-overlap"),
];

#[test]
fn what_takes_twice_as_long_is_never_taken_for_what_it_should_be() {
    for speed in SPEEDS {
        let (mut applied, mut doubled) = (0, BTreeSet::new());
        for chapter in on_virtual_clock() {
            let knobs = Knobs::new(chapter.knobs).at_speed(speed);
            let mut scenes = Scenes(never_late(chapter, &knobs));
            let before = Played::new(&knobs, &scenes.0);
            for claim in chapter.claims {
                let found = before.check(claim).unwrap();
                let id = claim.id;
                assert!(!found.is_broken(), "{id} at {speed}: {found:?}");
                let holds = matches!(found, Finding::Holds(_));
                // At the speeds that a class uses all of them say something.
                assert!(holds || speed > 4.0, "{id} at {speed}: {found:?}");
                applied += usize::from(holds);
            }
            for scene in chapter.scenes {
                scenes.stretch(scene.name);
            }
            let after = Played::new(&knobs, &scenes.0);
            for claim in chapter.claims {
                if let Some(Finding::Holds(_)) = after.check(claim) {
                    doubled.insert((chapter.name, claim.id));
                }
            }
        }
        let without_times = WITHOUT_TIMES.iter().copied().collect();
        assert!(doubled.is_subset(&without_times), "at {speed}: {doubled:?}");
        // Whatever the speed, what needs no time is proved.
        assert!(applied >= 6, "at {speed}: {applied}");
    }
}

#[test]
fn no_claim_is_broken_by_any_speed() {
    let _alone = computing();
    for chapter in on_virtual_clock() {
        let mut runner = TestRunner::new(Config {
            cases: 100,
            failure_persistence: None,
            ..Config::default()
        });
        let speeds = prop_oneof![1.0..10.0, 10.0..5000.0, 0.01..1.0];
        let cases = (any_knobs(chapter), speeds);
        let result = runner.run(&cases, |(knobs, speed)| {
            prop_assume!((chapter.check)(&knobs).is_ok());
            let knobs = knobs.at_speed(speed);
            let traces = play_all(chapter, &knobs);
            prop_assert_eq!(broken(chapter, &knobs, &traces), []);
            let traces = never_late(chapter, &knobs);
            prop_assert_eq!(broken(chapter, &knobs, &traces), []);
            Ok(())
        });
        if let Err(error) = result {
            panic!("{}: {error}", chapter.name);
        }
    }
}

#[test]
fn no_claim_is_without_a_way_to_fail() {
    let broken: BTreeSet<_> = SABOTAGE
        .iter()
        .map(|(chapter, id, _)| (*chapter, *id))
        .collect();
    let claims = on_virtual_clock().flat_map(|chapter| {
        let claims = chapter.claims.iter();
        claims.map(|claim| (chapter.name, claim.id))
    });
    assert_eq!(broken, claims.collect());
    assert_eq!(broken.len(), SABOTAGE.len(), "one way for each claim");
}
