//! Scenes on several threads: what is refused, what a trace and a screen say of
//! it, and that no claim about one thread is made of several.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use asyncade::chapter::{Chapter, Finding, Knobs, Played, Plays, Reading};
use asyncade::report::{self, Choice, Nobody, Plan, Unheard};
use asyncade::stage::{Lane, Runtime, Session, block};
use asyncade::terminal::{Page, Player};
use asyncade::timeline::{Growing, Timeline};
use asyncade::trace::{Clock, Trace, What, World, ndjson};
use asyncade::world;
use console::Key;

use crate::support::{
    broken, chapter, on_virtual_clock, ran, undisturbed, unwrapped,
};

fn workers(count: usize) -> Runtime {
    Runtime::MultiThread(NonZeroUsize::new(count).unwrap())
}

#[test]
fn what_makes_no_sense_is_refused_with_what_does() {
    for (value, wrong, instead) in [
        ("multi_thread:0", "number of workers", "from 1 to 1024"),
        ("multi_thread:100000", "number of workers", "from 1 to 1024"),
        ("multi_thread:", "number of workers", "from 1 to 1024"),
        ("multi_thread:-1", "number of workers", "from 1 to 1024"),
        ("multi_thread:1:2", "number of workers", "from 1 to 1024"),
        ("current_thread:2", "takes no number", "multi_thread:N"),
        ("tokio", "there is no runtime 'tokio'", "current_thread"),
        ("", "there is no runtime ''", "current_thread"),
        ("\u{1b}[31m", "there is no runtime", "current_thread"),
    ] {
        let run = ran(&["gather", "--runtime", value]);
        assert_eq!(run.code, Some(2), "{value}: {}", run.stdout);
        let said = unwrapped(&run.stderr);
        assert!(said.contains(wrong), "{value}: {said}");
        assert!(said.contains(instead), "{value}: {said}");
        assert!(!said.contains('\u{1b}'), "{said:?}");
    }
    for more in [&[][..], &["--step"], &["--json"], &["--twin"]] {
        let mut arguments = vec!["gather", "--runtime", "multi-thread:2"];
        arguments.extend(["--clock", "virtual"]);
        arguments.extend(more);
        let run = ran(&arguments);
        assert_eq!(run.code, Some(2), "{}", run.stdout);
        let said = unwrapped(&run.stderr);
        assert!(said.contains("which has one thread"), "{said}");
        assert!(said.contains("leave one of the two out"), "{said}");
    }
    // One thread is what the virtual clock has.
    let one = [
        "gather",
        "--runtime",
        "current_thread",
        "--clock",
        "virtual",
    ];
    assert_eq!(ran(&one).code, Some(0));
}

/// The threads that polled the tasks of a trace.
fn threads(trace: &Trace) -> BTreeSet<u32> {
    let timeline = Timeline::of(trace);
    let tasks = timeline.lanes.iter().skip(1);
    tasks.flat_map(|lane| lane.threads.iter()).collect()
}

#[test]
fn a_trace_and_a_screen_say_which_thread_ran_whom() {
    let arguments = [
        "gather",
        "gather",
        "--runtime",
        "multi_thread:3",
        "--speed",
        "50",
    ];
    let json = [&arguments[..], &["--json"]].concat();
    let traces = ndjson::read(ran(&json).stdout.as_bytes()).unwrap();
    let World {
        flavor, workers, ..
    } = &traces[0].header.world;
    assert_eq!((flavor.as_str(), *workers), ("multi_thread", 3));
    // Main has the thread that called it, and no task is polled there.
    let threads = threads(&traces[0]);
    assert!(!threads.is_empty() && !threads.contains(&0), "{threads:?}");
    let of_main = |what: &What| match what {
        What::Poll { thread, .. } => Some(*thread),
        _ => None,
    };
    let mut events = traces[0].events.iter();
    let mut main = events.by_ref().filter(|event| event.lane == 0);
    assert_eq!(main.find_map(|event| of_main(&event.what)), Some(0));

    let whole = [&arguments[..], &["--no-progress"]].concat();
    let screen = unwrapped(&ran(&whole).stdout);
    assert!(screen.contains("(multi_thread, 3 workers)"), "{screen}");
    assert!(screen.contains("thread 0 ran main"), "{screen}");
    assert!(screen.contains(" demo.rs:"), "{screen}");
    // It is another run, and whoever is free runs whom.
    let beside = |n: u32| screen.contains(&format!("thread {n} demo.rs:"));
    assert!((1..=3).any(beside), "{screen}");
    let plain = unwrapped(&ran(&[&whole[..], &["--plain"]].concat()).stdout);
    assert!(
        plain.contains("Who ran where: thread 0 ran main"),
        "{plain}"
    );
    // An ideal of one thread is none for several.
    assert!(!screen.contains("; ideal "), "{screen}");
    let one = ran(&["gather", "--speed", "50"]).stdout;
    assert!(!unwrapped(&one).contains("thread 0"), "{one}");
}

#[test]
fn to_be_stepped_through_it_is_measured() {
    let run = ran(&[
        "gather",
        "gather",
        "--runtime",
        "multi_thread:2",
        "--speed",
        "50",
        "--step",
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let without = ran(&["cashier", "--runtime=multi_thread", "--step"]);
    assert_eq!(without.code, Some(0), "{}", without.stderr);
    let said = unwrapped(&run.stdout);
    assert!(said.contains("it has thread "), "{said}");
}

#[test]
fn it_is_shown_again_as_it_was() {
    let folder = std::env::temp_dir()
        .join(format!("asyncade-runtime-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("run.ndjson");
    let file = file.to_str().unwrap();
    let run = ran(&[
        "cashier",
        "--runtime",
        "multi_thread:3",
        "--speed",
        "5",
        "--json",
        "--export",
        file,
    ]);
    let view = ran(&["view", file, "--json"]);
    assert_eq!(view.stdout, run.stdout);
    let screen = unwrapped(&ran(&["view", file]).stdout);
    assert!(screen.contains("(multi_thread, 3 workers)"), "{screen}");
    // The claims are those of the chapter, and know that it had several; and
    // what is to be remembered is of one.
    assert!(screen.contains("does not apply"), "{screen}");
    let explained = unwrapped(&ran(&["view", file, "--explain"]).stdout);
    let one = "On one thread: A program that waits";
    assert!(explained.contains(one), "{explained}");
    // A run on one thread is another run.
    let one = ran(&["cashier", "--speed", "5", "--json"]).stdout;
    let both = folder.join("both.ndjson");
    let (half, _) = run.stdout.split_once("\"done\":true").unwrap();
    let half = half.lines().count();
    let first: Vec<&str> = run.stdout.lines().take(half).collect();
    let second: Vec<&str> = one.lines().collect();
    let text = first.join("\n") + "\n" + &second.join("\n") + "\n";
    std::fs::write(&both, text).unwrap();
    let screen = ran(&["view", both.to_str().unwrap()]).stdout;
    assert_eq!(screen.matches("cashier: why").count(), 2, "{screen}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn cpython_beside_it_has_one_thread_and_the_screen_says_so() {
    let run = ran(&[
        "gather",
        "gather",
        "--runtime",
        "multi_thread:2",
        "--speed",
        "50",
        "--twin",
    ]);
    let said = unwrapped(&run.stdout);
    assert!(
        said.contains("CPython has one loop on one thread"),
        "{said}"
    );
}

#[test]
fn what_is_computed_beside_it_is_computed_on_one_thread() {
    let run = ran(&["timeout", "--runtime", "multi_thread:2", "--speed", "20"]);
    let said = unwrapped(&run.stdout);
    assert!(said.contains("and so on one thread"), "{said}");
    assert!(said.contains("(multi_thread, 2 workers)"), "{said}");
}

/// Every scene of a chapter that can be played in reasonable time.
fn play(chapter: &Chapter, knobs: &Knobs, runtime: Runtime) -> Vec<Trace> {
    let scenes = chapter.scenes.iter();
    let short = scenes.filter(|scene| scene.plays != Plays::AlwaysVirtual);
    let run = |scene| {
        world::scene_on(chapter, scene, knobs, Clock::Real, runtime).unwrap()
    };
    short.map(run).collect()
}

/// The claims about what several threads do not have in common.
const OF_ONE_THREAD: [(&str, &str); 10] = [
    ("cashier", "scanning-never-overlaps"),
    ("cashier", "paying-overlaps"),
    ("cashier", "async-total"),
    ("sync-vs-async", "one-thread"),
    ("coroutines", "suspending-hands-over"),
    ("coroutines", "ready-switches-nobody"),
    ("tasks", "first-turn-at-await"),
    ("to_thread", "loop-is-held"),
    ("pitfalls", "blocking-call"),
    ("pitfalls", "blocking-call-fixed"),
];

#[test]
fn no_claim_is_wrong_of_several_threads() {
    let _alone = undisturbed();
    for chapter in on_virtual_clock() {
        let knobs = Knobs::new(chapter.knobs).at_speed(10.0);
        let mut wrong = Vec::new();
        // A busy machine may be late now and then, and not always.
        for _ in 0..3 {
            let traces = play(chapter, &knobs, workers(3));
            let played = Played::new(&knobs, &traces);
            for claim in chapter.claims {
                let is_of_one =
                    OF_ONE_THREAD.contains(&(chapter.name, claim.id));
                let reason = match played.check(claim) {
                    Some(Finding::NotApplicable(reason)) => reason,
                    _ => String::new(),
                };
                let says_so = reason.contains("ran on 3 workers");
                assert_eq!(says_so, is_of_one, "{} {reason}", claim.id);
            }
            wrong = broken(chapter, &knobs, &traces);
            wrong.retain(|(_, why)| why != "was not checked");
            if wrong.is_empty() {
                break;
            }
        }
        assert!(wrong.is_empty(), "{}: {wrong:?}", chapter.name);
    }
}

/// Without the reason these would be wrong, or right by chance.
#[test]
fn several_threads_really_run_tasks_at_once() {
    let _alone = undisturbed();
    let cashier = chapter("cashier");
    let knobs = Knobs::new(cashier.knobs);
    let scene = cashier.scene("async").unwrap();
    let mut at_once = 0;
    for _ in 0..3 {
        let trace =
            world::scene_on(cashier, scene, &knobs, Clock::Real, workers(3));
        let timeline = Timeline::of(&trace.unwrap());
        at_once = timeline.most_at_once(|lane| lane.name != "main");
        if at_once > 1 {
            assert!(timeline.collision.is_some());
            break;
        }
    }
    assert!(at_once > 1);
}

#[test]
fn a_lane_that_is_late_while_another_thread_is_held_is_not_ready() {
    let late = |runtime| {
        let millis = Duration::from_millis;
        let session = Session::new("test").runtime(runtime);
        let trace = session.record(async move {
            let busy = async move { block(millis(80)) };
            let waits = async move { tokio::time::sleep(millis(10)).await };
            let waits = tokio::spawn(waits.lane("waits"));
            let busy = tokio::spawn(busy.lane("busy"));
            busy.await.unwrap();
            waits.await.unwrap();
        });
        let trace = trace.unwrap().trace;
        let mut growing = Growing::new();
        for event in &trace.events {
            growing.take(event);
        }
        (
            trace.header.world.is_one_thread(),
            growing.state().is_multi_thread(),
        )
    };
    assert_eq!(late(Runtime::CurrentThread), (true, false));
    // One worker is not one thread: main has its own.
    assert_eq!(late(workers(1)), (false, true));
    assert_eq!(late(workers(2)), (false, true));
}

#[test]
fn the_virtual_clock_has_no_several_threads() {
    let session = Session::new("test").clock(Clock::Virtual);
    assert!(session.runtime(workers(2)).record(async {}).is_err());
}

#[test]
fn the_player_says_who_runs_on_which_thread() {
    let cashier = chapter("cashier");
    let plan = Plan::new(&Choice {
        chapter: cashier,
        knobs: Knobs::new(cashier.knobs),
        named: vec![cashier.scene("async").unwrap()],
        all: false,
        clock: Clock::Real,
        runtime: workers(3),
        speed: Some(10.0),
        yes_wait: false,
        twin: false,
        next: None,
        reading: Reading::default(),
    });
    let report = report::play(plan.unwrap(), &mut Nobody, Unheard::Stop).report;
    assert_eq!(report.runtime.to_string(), "multi_thread:3");
    let page = Page::new(100, true).with_height(24);
    let mut player = Player::of(page, &report, false).unwrap();
    let steps = report.scenes[0].trace.as_ref().unwrap().events.len();
    let frames = (0..steps).map(|_| {
        player.press(&Key::ArrowRight);
        console::strip_ansi_codes(&player.frame().join("\n")).into_owned()
    });
    let frames: Vec<String> = frames.collect();
    let says = |words: &str| {
        assert!(frames.iter().any(|frame| frame.contains(words)), "{words}");
    };
    assert!(frames[0].contains("tokio on 3 workers"), "{}", frames[0]);
    says("running: Customer ");
    says("running on thread ");
    says(": it has thread ");
    says("so nobody else can run on that one");
    // Before a second thread has polled anybody it is as on one thread.
    let last = &frames[steps - 1];
    assert!(!last.contains("has the thread:"), "{last}");
}
