//! The report: what a reporter is told and in which order, and that the report
//! is whole whatever becomes of the reporter, the scenes or the user.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use asyncade::chapter::{
    Chapter, Claim, Figure, Finding, Knobs, Measure, Plays, Scene, Twin, run,
};
use asyncade::report::{self, Choice, Plan, Report, Reporter, Status, Unheard};
use asyncade::stage::{Lane, say, sleep};
use asyncade::trace::{Clock, Event, Outcome, What};

use crate::support::{chapter, on_virtual_clock, ran};

fn choice(chapter: &'static Chapter, clock: Clock) -> Choice {
    Choice {
        all: true,
        speed: (clock == Clock::Real).then_some(20.0),
        ..Choice::new(chapter, clock)
    }
}

/// Writes down what it is told, and stops listening after so many words.
struct Diary {
    told: Vec<String>,
    events: usize,
    patience: usize,
}

impl Diary {
    fn new(patience: usize) -> Diary {
        Diary {
            told: Vec::new(),
            events: 0,
            patience,
        }
    }

    fn note(&mut self, told: String) -> io::Result<()> {
        self.told.push(told);
        if self.told.len() > self.patience {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }
}

impl Reporter for Diary {
    fn begins(&mut self, report: &Report) -> io::Result<()> {
        assert!(report.scenes.iter().all(|scene| scene.trace.is_none()));
        self.note(format!("{} begins", report.chapter))
    }

    fn scene_begins(
        &mut self,
        report: &Report,
        index: usize,
    ) -> io::Result<()> {
        self.events = 0;
        self.note(format!("{} begins", report.scenes[index].name))
    }

    fn happened(&mut self, events: &[Event]) -> io::Result<()> {
        self.events += events.len();
        Ok(())
    }

    fn scene_ends(&mut self, report: &Report, index: usize) -> io::Result<()> {
        let scene = &report.scenes[index];
        let trace = scene.trace.as_ref().unwrap();
        // All of it was told, none of it twice.
        assert_eq!(self.events, trace.events.len(), "{}", scene.name);
        self.note(format!("{} ends", scene.name))
    }

    fn ends(&mut self, report: &Report) -> io::Result<()> {
        self.note(format!("{} ends", report.chapter))
    }
}

const ALL: [&str; 6] = [
    "sync-vs-async begins",
    "sync begins",
    "sync ends",
    "async begins",
    "async ends",
    "sync-vs-async ends",
];

#[test]
fn a_reporter_is_told_everything_in_order_on_both_clocks() {
    for clock in [Clock::Virtual, Clock::Real] {
        let mut diary = Diary::new(usize::MAX);
        let plan = Plan::new(&choice(chapter("sync-vs-async"), clock)).unwrap();
        let played = report::play(plan, &mut diary, Unheard::Stop);
        assert_eq!(diary.told, ALL);
        assert!(played.failure.is_none() && played.unheard.is_none());
        assert_eq!(played.report.findings.len(), 4);
    }
}

/// T20: whoever writes the report to a file still gets all of it.
#[test]
fn t20_the_report_is_whole_although_nobody_listens_any_more() {
    for patience in 0..ALL.len() {
        let plan = || {
            let chapter = chapter("sync-vs-async");
            Plan::new(&choice(chapter, Clock::Virtual)).unwrap()
        };
        let mut diary = Diary::new(patience);
        let played = report::play(plan(), &mut diary, Unheard::GoOn);
        // Nothing is told after the first error.
        assert_eq!(diary.told, ALL[..=patience]);
        assert!(played.unheard.is_some());
        assert_eq!(played.report.traces().count(), 2);
        assert!(played.report.verdict.is_some());
        assert_eq!(played.report.findings.len(), 4);

        // And if there is no file, nothing more is played.
        let mut diary = Diary::new(patience);
        let played = report::play(plan(), &mut diary, Unheard::Stop);
        let begun = ALL[..=patience]
            .iter()
            .filter(|told| ["sync begins", "async begins"].contains(told));
        assert_eq!(played.report.traces().count(), begun.count());
    }
}

/// Says a line, and then one of its tasks panics: every second time, as it is
/// run once to make the plan, and then to be seen. On the virtual clock, at
/// speed 1, what was played to make the plan is what is seen.
async fn panics() -> Result<(), tokio::task::JoinError> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    say!("so far");
    sleep(Duration::from_millis(5)).await;
    let is_planned = RUNS.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
    let task = async move { assert!(is_planned, "on purpose") };
    tokio::spawn(task.lane("task")).await
}

/// Takes `main` itself down, every second time.
async fn falls() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    sleep(Duration::from_millis(5)).await;
    assert!(RUNS.fetch_add(1, Ordering::Relaxed).is_multiple_of(2));
}

async fn goes_well() {
    sleep(Duration::from_millis(10)).await;
}

/// A chapter of some of these scenes: in two of them something panics.
fn unlucky(plays: Plays, names: &[&str]) -> &'static Chapter {
    let scene =
        |name: &'static str, run: fn(&Knobs) -> asyncade::chapter::Run| Scene {
            name,
            about: "about it",
            plays,
            run,
        };
    fn claim(scene: &'static [&'static str]) -> Claim {
        Claim {
            id: scene[0],
            says: "It was played.",
            scenes: scene,
            check: |_| Finding::when(true, "it was"),
        }
    }
    let scenes = [
        scene("well", |_| run(goes_well())),
        scene("badly", |_| run(panics())),
        scene("never", |_| run(goes_well())),
        scene("falls", |_| run(falls())),
    ];
    let scenes = scenes.into_iter();
    let scenes = scenes.filter(|scene| names.contains(&scene.name));
    let claims = [claim(&["well"]), claim(&["badly"]), claim(&["never"])];
    Box::leak(Box::new(Chapter {
        name: "unlucky",
        title: "what can go wrong",
        minutes: 1,
        knobs: &[],
        check: |_| Ok(()),
        scenes: scenes.collect::<Vec<_>>().leak(),
        measure: Measure {
            what: "total time",
            baseline: "well",
            scene: "badly",
            gain: "was {} faster than",
            figure: Figure::Time(|timeline| Some(timeline.total)),
        },
        claims: Box::leak(Box::new(claims)),
        lesson: "",
        demo: "",
        twin: Twin {
            demo: "",
            recording: "",
            partings: &[],
            errata: &[],
        },
    }))
}

/// R3: a scene that panics ends the run with what there is, and hangs nothing.
#[test]
fn r3_a_scene_that_panics_is_in_the_report_and_ends_the_run() {
    // For real, and on the virtual clock at a speed at which none has been
    // played to make the plan.
    for (plays, speed) in
        [(Plays::Always, None), (Plays::AlwaysVirtual, Some(2.0))]
    {
        let mut diary = Diary::new(usize::MAX);
        let chapter = unlucky(plays, &["well", "badly", "never"]);
        let mut choice = choice(chapter, Clock::Real);
        choice.speed = speed;
        let plan = Plan::new(&choice).unwrap();
        let played = report::play(plan, &mut diary, Unheard::Stop);
        assert_eq!(
            diary.told,
            [
                "unlucky begins",
                "well begins",
                "well ends",
                "badly begins",
                "badly ends",
                "unlucky ends"
            ]
        );
        let [well, badly, never] = &played.report.scenes[..] else {
            panic!("{} scenes", played.report.scenes.len());
        };
        assert_eq!((well.failure.as_ref(), never.trace.as_ref()), (None, None));
        let why = badly.failure.as_deref().unwrap();
        assert!(why.contains("a task of the scene badly panicked"), "{why}");
        let events = &badly.trace.as_ref().unwrap().events;
        let panicked = events.iter().any(|event| {
            matches!(
                &event.what,
                What::End {
                    outcome: Outcome::Panicked,
                    ..
                }
            )
        });
        assert!(panicked, "{events:?}");
        let error = format!("{:#}", played.failure.unwrap());
        assert_eq!(error, why);
        // Nothing is claimed of what did not come to its end.
        assert!(played.report.verdict.is_none());
        let claims = played.report.findings.iter().map(|found| &found.claim);
        assert_eq!(claims.collect::<Vec<_>>(), ["well"]);

        // Also where it is main that panics, and the whole runtime goes.
        choice.chapter = unlucky(plays, &["falls"]);
        let plan = Plan::new(&choice).unwrap();
        let diary = &mut Diary::new(usize::MAX);
        let played = report::play(plan, diary, Unheard::Stop);
        assert!(played.failure.is_some());
        assert!(played.report.scenes[0].failure.is_some());
        assert_eq!(diary.told.last().unwrap(), "unlucky ends");
    }

    // Otherwise it is the same every time there, and is not played again.
    let all = unlucky(Plays::Always, &["well", "badly", "falls"]);
    let plan = Plan::new(&choice(all, Clock::Virtual)).unwrap();
    let mut diary = Diary::new(usize::MAX);
    let played = report::play(plan, &mut diary, Unheard::Stop);
    assert!(played.failure.is_none());
    assert_eq!(played.report.traces().count(), all.scenes.len());
}

#[test]
fn a_report_is_one_value_that_can_be_written_down() {
    for chapter in on_virtual_clock() {
        let mut choice = choice(chapter, Clock::Virtual);
        choice.twin = true;
        let plan = Plan::new(&choice).unwrap();
        let diary = &mut Diary::new(usize::MAX);
        let report = report::play(plan, diary, Unheard::GoOn).report;
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["chapter"], chapter.name);
        assert_eq!(json["clock"], "virtual");
        let lesson = chapter.lesson(&choice.knobs);
        assert_eq!(json["lesson"]["question"], lesson.question);
        for (scene, value) in chapter
            .scenes
            .iter()
            .zip(json["scenes"].as_array().unwrap())
        {
            assert_eq!(value["name"], scene.name);
            assert_eq!(value["watch"], lesson.hint(scene.name));
            // Every time is a number of nanoseconds.
            let total = value["measures"]["total"].as_u64().unwrap();
            assert!(value["trace"]["elapsed"].as_u64().unwrap() >= total);
            for part in ["ideal", "trace"] {
                let events = value[part]["events"].as_array().unwrap();
                assert!(events.len() > 1, "{part} of {}", scene.name);
            }
            let other = &value["counterpart"];
            assert!(other["trace"]["events"].as_array().unwrap().len() > 1);
            let parts = !other["parting"].is_null();
            let fork = chapter.twin.fork(scene.name, &choice.knobs);
            assert_eq!(parts, fork.is_some(), "{}", scene.name);
            assert_eq!(other["why"].is_string(), parts, "{}", scene.name);
        }
        let findings = json["findings"].as_array().unwrap();
        assert_eq!(findings.len(), chapter.claims.len());
        assert!(findings.iter().all(|found| found["status"] == "holds"));
    }
}

#[test]
fn findings_tell_apart_what_holds_what_is_broken_and_what_does_not_apply() {
    let claim = &chapter("gather").claims[0];
    let of = |found| report::Finding::new(claim, found).status;
    assert_eq!(of(Finding::when(true, "")), Status::Holds);
    assert_eq!(of(Finding::when(false, "")), Status::Broken);
    assert_eq!(
        of(Finding::NotApplicable(String::new())),
        Status::NotApplicable
    );
    let name = serde_json::to_value(Status::NotApplicable).unwrap();
    assert_eq!(name, "not-applicable");
}

/// Worked out by hand, so that no snapshot can bless a wrong one (T1, T4).
#[test]
fn the_figures_below_a_picture_are_those_of_the_story() {
    let figures = [
        // chapter, scene, total, work, critical path, longest poll; ms; lanes
        ("gather", "sequential", 6000, 6000, 6000, 0, 0),
        ("gather", "gather", 3000, 6000, 3000, 0, 3),
        ("sync-vs-async", "sync", 3000, 3000, 3000, 3000, 0),
        ("sync-vs-async", "async", 1000, 3000, 1000, 0, 3),
        // Scanning one after the other is in nobody's way but the hands'.
        ("cashier", "async", 1600, 3600, 1200, 200, 3),
        // The heartbeat sleeps three times, and is late for the third tick.
        ("to_thread", "blocking", 3000, 4200, 3000, 2000, 1),
        // Two are cut short, and main's own limit is no work.
        ("wait", "all_completed", 2500, 8000, 2500, 0, 4),
        // A hundred alive from the start, ten at a time.
        (
            "pitfalls",
            "too-many-tasks-fixed",
            10000,
            100000,
            10000,
            0,
            100,
        ),
        ("coroutines", "hand-over", 0, 0, 0, 0, 2),
    ];
    for (name, scene, total, work, path, poll, lanes) in figures {
        let mut choice = choice(chapter(name), Clock::Virtual);
        choice.named = vec![choice.chapter.scene(scene).unwrap()];
        let plan = Plan::new(&choice).unwrap();
        let diary = &mut Diary::new(usize::MAX);
        let report = report::play(plan, diary, Unheard::Stop).report;
        let found = report.scenes[0].measures.unwrap();
        let millis = |time: Duration| time.as_millis();
        let times = [
            millis(found.total),
            millis(found.work),
            millis(found.critical_path),
            millis(found.longest_poll),
        ];
        assert_eq!(times, [total, work, path, poll], "{name} {scene}");
        assert_eq!(found.peak_concurrency, lanes, "{name} {scene}");
    }
}

#[test]
fn to_give_up_with_nothing_in_hand_is_no_gain() {
    for (timeout, done, gain) in [("100ms", 0, false), ("1500ms", 1, true)] {
        let run = ran(&["wait", "--timeout", timeout, "--clock", "virtual"]);
        assert!(run.stdout.contains(&format!("Completed: {done};")));
        assert_eq!(run.stdout.contains("sooner"), gain, "{}", run.stdout);
    }
}
