//! Calling is not running.

mod demo;

use crate::chapter::{
    AT_ONCE, Chapter, Claim, Figure, Finding, Knob, Measure, Played, Plays,
    Scene, Twin, after, in_order, run, time,
};
use crate::timeline::Timeline;
use crate::trace::What;

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

/// Whether a scene took its steps in this order, polled each of its two lanes so
/// often, and had both of them when the first one began.
fn order_of_steps(
    p: &Played,
    scene: &'static str,
    expected: &str,
    polls: usize,
) -> Finding {
    let steps = steps(p.scene(scene)).join(" ");
    let [a, b] = ["A", "B"].map(|lane| p.polls(scene, lane));
    p.ask(scene)
        .on_one_thread()
        .in_order([
            ("A was there", p.spawn(scene, "A")),
            ("B was there", p.spawn(scene, "B")),
            ("A began", p.first_poll(scene, "A")),
            ("B began", p.first_poll(scene, "B")),
        ])
        .is("the steps", &steps, expected)
        .is("how often A is polled", a, polls)
        .is("how often B is polled", b, polls)
        .so(format!("{steps}; polls: A {a}, B {b}"))
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
    minutes: 10,
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
            about: "A and B, which give way between their steps",
            plays: Plays::Always,
            run: |_| run(demo::hand_over()),
        },
        Scene {
            name: "no-hand-over",
            about: "the same, but each await is over before it begins",
            plays: Plays::Always,
            run: |_| run(demo::no_hand_over()),
        },
    ],
    measure: Measure {
        what: "does B get a turn before A is done?",
        baseline: "no-hand-over",
        scene: "hand-over",
        gain: "",
        figure: Figure::Fact(in_turns),
    },
    claims: &[
        Claim {
            id: "woken-not-asked",
            says: "The loop does not ask a coroutine that waits whether it is ready: it is woken when it is.",
            scenes: &["run"],
            check: |p| {
                let delay = p.knobs.time(&DELAY);
                let main = p.scene("run").lane("main");
                let polls = main.map_or(&[][..], |lane| &lane.polls);
                let moments: Vec<String> =
                    polls.iter().map(|poll| time(*poll)).collect();
                p.ask("run")
                    .is("how often main is polled", polls.len(), 2)
                    .apart(delay, AT_ONCE)
                    .time("first", polls.first().copied(), AT_ONCE)
                    .seen_first(|what| matches!(what, What::Poll { .. }))
                    .time("last", polls.last().copied(), delay)
                    .total(delay)
                    .so(format!(
                        "polled {} times, at {}",
                        polls.len(),
                        moments.join(" and ")
                    ))
            },
        },
        Claim {
            id: "calling-is-not-running",
            says: "Calling runs nothing: the body does not start before the first await.",
            scenes: &["lazy"],
            check: |p| {
                let (url, delay) = (p.knobs.text(&URL), p.knobs.time(&DELAY));
                let [created, awaited] =
                    ["Coroutine created: nothing has run", "Awaiting it now"];
                let started = format!("Start fetching: {url}");
                let finished = format!("Finished fetching: {url}");
                let line = |text: &str| p.line("lazy", "main", text);
                let half = delay / 2;
                let steps = [
                    ("called", created),
                    ("awaited", awaited),
                    ("started", &started),
                    ("finished", &finished),
                ];
                let words = in_order(steps.map(|(step, text)| {
                    let at = p.when_said("lazy", text);
                    (format!("{step} at {at}"), line(text))
                }));
                p.ask("lazy")
                    .in_order(steps.map(|(step, text)| (step, line(text))))
                    .apart(half, AT_ONCE)
                    .said("main", created, AT_ONCE)
                    .said("main", awaited, half)
                    .said("main", &started, half)
                    .said("main", &finished, after(half).then(delay))
                    .so(words)
            },
        },
        Claim {
            id: "suspending-hands-over",
            says: "A suspension lets another one run that is ready.",
            scenes: &["hand-over"],
            check: |p| order_of_steps(p, "hand-over", "A1 B1 A2 B2 A3 B3", 3),
        },
        Claim {
            id: "ready-switches-nobody",
            says: "An await that does not suspend switches nobody.",
            scenes: &["no-hand-over"],
            check: |p| {
                order_of_steps(p, "no-hand-over", "A1 A2 A3 B1 B2 B3", 1)
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
