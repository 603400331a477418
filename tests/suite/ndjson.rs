//! The trace as text: written and read back without loss, and refused with a
//! reason where it is not a trace.

use crate::support::{chapter, on_virtual_clock, play_all, text};
use asyncade::chapter::Knobs;
use asyncade::trace::ndjson;

#[test]
fn every_scene_is_read_back_as_it_was_written() {
    for chapter in on_virtual_clock() {
        let traces = play_all(chapter, &Knobs::new(chapter.knobs));
        let file: String = traces.iter().map(text).collect();
        assert_eq!(ndjson::read(file.as_bytes()).unwrap(), traces);
    }
}

#[test]
fn speed_and_interruption_survive_too() {
    let chapter = chapter("gather");
    let mut trace =
        play_all(chapter, &Knobs::new(chapter.knobs).at_speed(2.5)).remove(1);
    trace.interrupted = true;
    let read = ndjson::read(text(&trace).as_bytes()).unwrap();
    assert_eq!(read, [trace]);
}

fn gather() -> String {
    let chapter = chapter("gather");
    text(&play_all(chapter, &Knobs::new(chapter.knobs))[1])
}

fn refusal(file: &str) -> String {
    ndjson::read(file.as_bytes()).unwrap_err().to_string()
}

#[test]
fn fields_that_nobody_knows_are_ignored() {
    let file = gather();
    let lines = file
        .lines()
        .map(|line| line.replacen('{', "{\"from\":\"the future\",", 1));
    let more = lines.collect::<Vec<_>>().join("\n");
    assert_eq!(
        ndjson::read(more.as_bytes()).unwrap(),
        ndjson::read(file.as_bytes()).unwrap()
    );
}

#[test]
fn another_version_is_refused() {
    let newer = gather().replacen("\"asyncade\":2", "\"asyncade\":3", 1);
    assert_eq!(
        refusal(&newer),
        "line 1: this trace is of version 3, newer than 2: update asyncade to read it"
    );
    let older = gather().replacen("\"asyncade\":2", "\"asyncade\":1", 1);
    assert_eq!(
        refusal(&older),
        "line 1: this trace is of version 1, and 2 is read: record it anew"
    );
}

#[test]
fn what_is_not_a_trace_is_refused_by_line() {
    let file = gather();
    assert!(refusal("hello").starts_with("line 1: not a line of a trace"));
    assert!(
        refusal("{\"at\":0}").contains("a trace must begin with its header")
    );
    let header = file.lines().next().unwrap();
    assert!(
        refusal(&format!("{header}\n{header}"))
            .contains("line 2: a new header")
    );
    let lost = file.lines().filter(|line| !line.contains("B done"));
    let lost: Vec<&str> = lost.collect();
    assert!(refusal(&lost.join("\n")).contains("the footer counts"));
    let unknown = file.replacen("\"event\":\"pend\"", "\"event\":\"nap\"", 1);
    assert!(
        refusal(&unknown).contains("not an event"),
        "{}",
        refusal(&unknown)
    );
    let mut lines: Vec<&str> = file.lines().collect();
    let said = lines
        .iter()
        .position(|line| line.contains("B done"))
        .unwrap();
    let earlier = lines[said].replacen("\"at\":1000000000", "\"at\":1", 1);
    lines[said] = &earlier;
    assert!(refusal(&lines.join("\n")).contains("times run backwards"));
}
