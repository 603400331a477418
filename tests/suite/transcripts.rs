//! Every scene on the virtual clock: exact lines, lanes, times and ends, as
//! CPython's asyncio has them where it has the scene at all.

use crate::support::{chapter, on_virtual_clock, play_all, transcript};
use asyncade::chapter::Knobs;

/// `== chapter scene`, then its transcript.
const EXPECTED: &str = include_str!("transcripts.txt");

#[test]
fn every_scene_says_what_it_should_when_it_should() {
    let mut actual = String::new();
    for chapter in on_virtual_clock() {
        let knobs = Knobs::new(chapter.knobs);
        for trace in play_all(chapter, &knobs) {
            actual += &format!("== {} {}\n", chapter.name, trace.header.name());
            for line in transcript(&trace) {
                actual += &line;
                actual.push('\n');
            }
        }
    }
    for (number, (actual, expected)) in
        (1..).zip(actual.lines().zip(EXPECTED.lines()))
    {
        assert_eq!(actual, expected, "line {number} of transcripts.txt");
    }
    assert_eq!(actual.lines().count(), EXPECTED.lines().count());
}

#[test]
fn gather_keeps_the_order_of_the_calls_at_other_knobs() {
    let chapter = chapter("gather");
    let mut knobs = Knobs::new(chapter.knobs);
    for (knob, value) in chapter.knobs.iter().zip(["700ms", "90ms", "2s"]) {
        knobs.set(knob, knob.parse(value).unwrap());
    }
    let traces = play_all(chapter, &knobs);
    let gather = transcript(&traces[1]);
    let expected = [
        "90ms B: B done",
        "90ms B finished",
        "700ms A: A done",
        "700ms A finished",
        "2s C: C done",
        "2s C finished",
        "2s main: Results: A, B, C",
        "2s main finished",
    ];
    assert_eq!(gather, expected);
}

#[test]
fn a_task_that_fails_last_was_never_in_anybodys_way() {
    let chapter = chapter("taskgroup");
    let mut knobs = Knobs::new(chapter.knobs);
    let fail_at = chapter
        .knobs
        .iter()
        .find(|knob| knob.name == "fail-at")
        .unwrap();
    knobs.set(fail_at, fail_at.parse("5s").unwrap());
    let traces = play_all(chapter, &knobs);
    let expected = [
        "2s Task2: Task2 completed",
        "2s Task2 finished",
        "5s Task1 failed (Task1 failed)",
        "5s main: Error: Task1 failed",
    ];
    let [failure, no_group] = [2, 3].map(|scene| transcript(&traces[scene]));
    assert_eq!(failure[..4], expected);
    assert_eq!(failure[4..], ["7s main: main is done", "7s main finished"]);
    assert_eq!(no_group[..4], expected);
    assert_eq!(no_group[4..], ["5s main finished"]);
}
