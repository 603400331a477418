//! Computing, got wrong. The chapter plays on the real clock only, so wrong
//! programs are recorded there, too: what they get wrong is nothing that a busy
//! machine could make right.

use std::collections::BTreeSet;
use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::time::{Duration, Instant};

use asyncade::chapter::{Finding, Knobs, Played};
use asyncade::stage::{
    Lane, Runtime, Session, block, say, sleep, to_thread, traced,
};
use asyncade::trace::{Subject, Trace};
use asyncade::world;

use crate::support::{chapter, undisturbed};

/// Each of three computations takes so long, and the heartbeat ticks so often.
const WORK: Duration = Duration::from_millis(120);
const EVERY: Duration = Duration::from_millis(20);
const TASKS: u32 = 3;

type Program = Pin<Box<dyn Future<Output = ()>>>;

struct Wrong {
    scene: &'static str,
    mistake: &'static str,
    claims: &'static [&'static str],
    /// On so many workers, if not on one thread.
    workers: Option<usize>,
    run: fn() -> Program,
}

const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sequential",
        mistake: "it sleeps: that is no work for a processor",
        claims: &["computing-adds-up"],
        workers: None,
        run: || Box::pin(async { (0..TASKS).for_each(|_| block(WORK)) }),
    },
    Wrong {
        scene: "sequential",
        mistake: "it waits",
        claims: &["computing-adds-up"],
        workers: None,
        run: || Box::pin(sleep_in_turn()),
    },
    Wrong {
        scene: "sequential",
        mistake: "it computes only once",
        claims: &["computing-adds-up"],
        workers: None,
        run: || Box::pin(async { compute() }),
    },
    Wrong {
        scene: "tasks",
        mistake: "the tasks wait",
        claims: &["tasks-gain-nothing", "heartbeat-falls-silent"],
        workers: None,
        run: || Box::pin(beside(Tasks::Wait)),
    },
    Wrong {
        scene: "tasks",
        mistake: "the tasks have threads",
        claims: &["tasks-gain-nothing", "heartbeat-falls-silent"],
        workers: None,
        run: || Box::pin(beside(Tasks::Thread)),
    },
    Wrong {
        scene: "tasks",
        mistake: "main computes, and there are no tasks",
        claims: &["tasks-gain-nothing", "heartbeat-falls-silent"],
        workers: None,
        run: || Box::pin(async { (0..TASKS).for_each(|_| compute()) }),
    },
    Wrong {
        scene: "waiting",
        mistake: "one after another",
        claims: &["waiting-overlaps"],
        workers: None,
        run: || Box::pin(in_turn(Tasks::Wait)),
    },
    Wrong {
        scene: "waiting",
        mistake: "the waits block",
        claims: &["waiting-overlaps"],
        workers: None,
        run: || Box::pin(beside(Tasks::Block)),
    },
    Wrong {
        scene: "waiting",
        mistake: "it computes",
        claims: &["waiting-overlaps"],
        workers: None,
        run: || Box::pin(beside(Tasks::Compute)),
    },
    Wrong {
        scene: "threads",
        mistake: "one thread after another",
        claims: &["threads-side-by-side"],
        workers: None,
        run: || Box::pin(in_turn(Tasks::Thread)),
    },
    Wrong {
        scene: "threads",
        mistake: "only tasks, and no threads",
        claims: &["threads-side-by-side", "heartbeat-goes-on"],
        workers: None,
        run: || Box::pin(beside(Tasks::Compute)),
    },
    Wrong {
        scene: "threads",
        mistake: "the threads sleep: no core is needed for that",
        claims: &["threads-side-by-side", "heartbeat-goes-on"],
        workers: None,
        run: || Box::pin(beside(Tasks::ThreadBlocks)),
    },
    Wrong {
        scene: "workers",
        mistake: "the runtime has one thread",
        claims: &["workers-side-by-side"],
        workers: None,
        run: || Box::pin(beside(Tasks::Compute)),
    },
    Wrong {
        scene: "workers",
        mistake: "each is awaited before the next is made",
        claims: &["workers-side-by-side"],
        workers: Some(2),
        run: || Box::pin(in_turn(Tasks::Compute)),
    },
    Wrong {
        scene: "workers",
        mistake: "the tasks wait",
        claims: &["workers-side-by-side"],
        workers: Some(2),
        run: || Box::pin(beside(Tasks::Wait)),
    },
    Wrong {
        scene: "workers",
        mistake: "threads do it, and no worker",
        claims: &["workers-side-by-side"],
        workers: Some(2),
        run: || Box::pin(beside(Tasks::Thread)),
    },
];

#[derive(Clone, Copy)]
enum Tasks {
    Compute,
    Wait,
    Block,
    Thread,
    ThreadBlocks,
}

/// Keeps a core for as long as the clock says.
fn compute() {
    let start = Instant::now();
    while start.elapsed() < WORK {
        std::hint::spin_loop();
    }
}

async fn sleep_in_turn() {
    for _ in 0..TASKS {
        sleep(WORK).await;
    }
}

#[traced]
async fn heartbeat() {
    for n in 1.. {
        sleep(EVERY).await;
        say!("tick {n}");
    }
}

#[traced]
async fn task(n: u32, what: Tasks) {
    match what {
        Tasks::Compute => compute(),
        Tasks::Wait => sleep(WORK).await,
        Tasks::Block => block(WORK),
        Tasks::Thread => to_thread(format!("thread {n}"), compute).await,
        Tasks::ThreadBlocks => {
            to_thread(format!("thread {n}"), || block(WORK)).await;
        }
    }
}

#[traced]
async fn beside(what: Tasks) {
    let heart = tokio::spawn(heartbeat().lane("heartbeat"));
    let tasks = (1..=TASKS)
        .map(|n| tokio::spawn(task(n, what).lane(format!("Task {n}"))));
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    heart.abort();
}

#[traced]
async fn in_turn(what: Tasks) {
    let heart = tokio::spawn(heartbeat().lane("heartbeat"));
    for n in 1..=TASKS {
        let task = tokio::spawn(task(n, what).lane(format!("Task {n}")));
        task.await.unwrap();
    }
    heart.abort();
}

fn knobs() -> Knobs {
    let chapter = chapter("parallel");
    let mut knobs = Knobs::new(chapter.knobs);
    for (name, value) in [
        ("tasks", "3"),
        ("work", "120ms"),
        ("heartbeat", "20ms"),
        ("workers", "2"),
    ] {
        let mut all = chapter.knobs.iter();
        let knob = all.find(|knob| knob.name == name).unwrap();
        knobs.set(knob, knob.parse(value).unwrap());
    }
    knobs
}

fn played(wrong: &Wrong) -> Trace {
    let runtime = match wrong.workers.and_then(NonZeroUsize::new) {
        Some(workers) => Runtime::MultiThread(workers),
        None => Runtime::CurrentThread,
    };
    let session = Session::of(Subject::Scene {
        chapter: "parallel".to_owned(),
        scene: wrong.scene.to_owned(),
        title: String::new(),
        about: wrong.mistake.to_owned(),
    });
    let session = session.knobs(knobs().describe(), 1.0).runtime(runtime);
    session.record((wrong.run)()).unwrap().trace
}

fn finding(trace: Trace, claim: &str) -> Finding {
    let (knobs, traces) = (knobs(), [trace]);
    let mut claims = chapter("parallel").claims.iter();
    let claim = claims.find(|known| known.id == claim);
    let claim = claim.unwrap_or_else(|| panic!("there is no such claim"));
    Played::new(&knobs, &traces).check(claim).unwrap()
}

#[test]
fn no_claim_about_computing_holds_for_a_wrong_program() {
    let _alone = undisturbed();
    for wrong in WRONG {
        let trace = played(wrong);
        for claim in wrong.claims {
            let found = finding(trace.clone(), claim);
            let what = format!("{claim}: {}: {found:?}", wrong.mistake);
            assert!(found.is_broken(), "{what}");
        }
    }
}

#[test]
fn no_claim_about_computing_is_without_a_wrong_program() {
    let seen: BTreeSet<&str> = WRONG
        .iter()
        .flat_map(|wrong| wrong.claims)
        .copied()
        .collect();
    let claims = chapter("parallel").claims.iter().map(|claim| claim.id);
    assert_eq!(seen, claims.collect());
}

/// On whatever machine, and however busy it is: what needs a core of its own
/// does not apply without one, and nothing is ever wrong but a time of a wait.
#[test]
fn the_right_programs_are_never_wrong() {
    let _alone = undisturbed();
    let (parallel, knobs) = (chapter("parallel"), knobs());
    for claim in parallel.claims {
        let scene = parallel.scene(claim.scenes[0]).unwrap();
        let play = || {
            let clock = asyncade::trace::Clock::Real;
            let trace = world::scene(parallel, scene, &knobs, clock);
            finding(trace.unwrap(), claim.id)
        };
        let mut found = play();
        if claim.id == "waiting-overlaps" && found.is_broken() {
            found = play();
        }
        assert!(!found.is_broken(), "{}: {found:?}", claim.id);
        let needs_cores = claim.id.ends_with("side-by-side");
        let holds = matches!(found, Finding::Holds(_));
        assert!(holds || needs_cores, "{}: {found:?}", claim.id);
    }
}

#[test]
fn several_threads_change_what_is_claimed_of_one() {
    let _alone = undisturbed();
    let (parallel, knobs) = (chapter("parallel"), knobs());
    let scene = parallel.scene("tasks").unwrap();
    let runtime = Runtime::MultiThread(NonZeroUsize::new(2).unwrap());
    let clock = asyncade::trace::Clock::Real;
    let trace = world::scene_on(parallel, scene, &knobs, clock, runtime);
    let trace = trace.unwrap();
    for claim in ["tasks-gain-nothing", "heartbeat-falls-silent"] {
        let found = finding(trace.clone(), claim);
        assert!(matches!(found, Finding::NotApplicable(_)), "{found:?}");
    }
}
