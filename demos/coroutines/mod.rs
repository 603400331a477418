//! Calling is not running.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Knob, Measure, Played, Plays, Scene, Twin,
    run, time,
};
use crate::timeline::Timeline;

const DELAY: Knob = Knob::time("delay", "2s", "How long fetching takes");
const URL: Knob = Knob::text(
    "url",
    "https://example.com",
    "What the lines call the page; nothing is fetched",
);

/// The steps of A and B in the order in which they were taken, as in `A1`.
fn steps(timeline: &Timeline) -> Vec<String> {
    let steps = timeline.lines.iter();
    steps.map(|line| line.text.replace(" step ", "")).collect()
}

/// How often a lane was given the thread.
fn turns(p: &Played, scene: &str, lane: &str) -> usize {
    let lane = p.scene(scene).lane(lane);
    lane.map_or(0, |lane| lane.polls.len())
}

/// Whether B took a step before A had taken its last.
fn in_turns(timeline: &Timeline) -> bool {
    let steps = steps(timeline);
    let first_of_b = steps.iter().position(|step| step.starts_with('B'));
    let last_of_a = steps.iter().rposition(|step| step.starts_with('A'));
    first_of_b.is_some() && first_of_b < last_of_a
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "coroutines",
    title: "calling is not running",
    minutes: 6,
    knobs: &[DELAY, URL],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "run",
            about: "call it, and await it at once",
            plays: Plays::Always,
            run: |k| run(demo::run(k.text(&URL).to_owned(), k.time(&DELAY))),
        },
        Scene {
            name: "lazy",
            about: "call it now, and await it later",
            plays: Plays::Always,
            run: |k| run(demo::lazy(k.text(&URL).to_owned(), k.time(&DELAY))),
        },
        Scene {
            name: "hand-over",
            about: "two coroutines that give way between their steps",
            plays: Plays::WhenAsked,
            run: |_| run(demo::hand_over()),
        },
        Scene {
            name: "no-hand-over",
            about: "the same, but each await is over before it begins",
            plays: Plays::WhenAsked,
            run: |_| run(demo::no_hand_over()),
        },
    ],
    measure: Measure {
        what: "does B get a turn before A is done?",
        baseline: "no-hand-over",
        scene: "hand-over",
        figure: Figure::Fact(in_turns),
    },
    claims: &[
        Claim {
            id: "woken-not-asked",
            says: "Nobody asks a coroutine that waits whether it is ready: it is woken when it is.",
            scenes: &["run"],
            check: |p| {
                let delay = p.knobs.time(&DELAY);
                let main = p.scene("run").lane("main");
                let turns = main.map_or(&[][..], |lane| &lane.polls);
                let on_time = |turn: Option<&Duration>, at| {
                    turn.is_some_and(|turn| p.near("run", *turn, at))
                };
                let moments: Vec<String> =
                    turns.iter().map(|turn| time(*turn)).collect();
                Finding::when(
                    turns.len() == 2
                        && on_time(turns.first(), Duration::ZERO)
                        && on_time(turns.last(), delay)
                        && p.near("run", p.total("run"), delay),
                    format!(
                        "{} turns on the thread, at {}",
                        turns.len(),
                        moments.join(" and ")
                    ),
                )
            },
        },
        Claim {
            id: "calling-is-not-running",
            says: "Calling runs nothing: the body does not start before the first await.",
            scenes: &["lazy"],
            check: |p| {
                let (url, delay) = (p.knobs.text(&URL), p.knobs.time(&DELAY));
                let lines = [
                    ("Coroutine created: nothing has run", Duration::ZERO),
                    ("Awaiting it now", delay / 2),
                    (&format!("Start fetching: {url}"), delay / 2),
                    (&format!("Finished fetching: {url}"), delay / 2 + delay),
                ];
                let said = &p.scene("lazy").lines;
                let in_order = said
                    .iter()
                    .map(|line| line.text.as_str())
                    .eq(lines.map(|(text, _)| text));
                let [created, awaited, started, _] =
                    lines.map(|(text, _)| p.when_said("lazy", text));
                Finding::when(
                    in_order
                        && lines
                            .iter()
                            .all(|(text, at)| p.said_at("lazy", text, *at)),
                    format!(
                        "called at {created}, awaited at {awaited}, started at {started}"
                    ),
                )
            },
        },
        Claim {
            id: "suspending-hands-over",
            says: "Every suspension lets another one run that is ready.",
            scenes: &["hand-over"],
            check: |p| {
                let steps = steps(p.scene("hand-over"));
                let turns = ["A", "B"].map(|lane| turns(p, "hand-over", lane));
                Finding::when(
                    steps == ["A1", "B1", "A2", "B2", "A3", "B3"]
                        && turns == [3, 3],
                    format!(
                        "{}; turns: A {}, B {}",
                        steps.join(" "),
                        turns[0],
                        turns[1]
                    ),
                )
            },
        },
        Claim {
            id: "ready-switches-nobody",
            says: "An await that does not suspend switches nobody.",
            scenes: &["no-hand-over"],
            check: |p| {
                let steps = steps(p.scene("no-hand-over"));
                let turns =
                    ["A", "B"].map(|lane| turns(p, "no-hand-over", lane));
                Finding::when(
                    steps == ["A1", "A2", "A3", "B1", "B2", "B3"]
                        && turns == [1, 1],
                    format!(
                        "{}; turns: A {}, B {}",
                        steps.join(" "),
                        turns[0],
                        turns[1]
                    ),
                )
            },
        },
    ],
    lesson: include_str!("lesson.md"),
    demo: include_str!("demo.rs"),
    twin: Twin {
        demo: include_str!("demo.py"),
        recording: include_str!("cpython.ndjson"),
        partings: &[],
        errata: &[],
    },
};
