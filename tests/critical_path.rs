//! The critical path where one lane lets another one go on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use asyncade::chapter::Knobs;
use asyncade::timeline::Timeline;
use std::time::Duration;
use support::{chapter, play_all};

#[test]
fn rounds_through_a_semaphore_are_one_long_chain() {
    let chapter = chapter("pitfalls");
    let traces = play_all(chapter, &Knobs::new(chapter.knobs));
    let scene = "too-many-tasks-fixed";
    let trace = traces.iter().find(|trace| trace.header.scene == scene);
    // At each full second ten tasks end, and each lets another one in.
    let timeline = Timeline::of(trace.unwrap());
    assert_eq!(timeline.critical_path(), Duration::from_secs(10));
    assert_eq!(timeline.total, Duration::from_secs(10));
}
