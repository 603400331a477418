//! What recording costs: `asyncade scale` says so, which is the one way in which
//! the project measures it. Then start-up, the time to prove everything, and
//! how late a scene is, beside CPython where there is one.
//!
//! `cargo bench` prints it all; `cargo bench -- 1000000` only that many tasks.

use std::env;
use std::process::{Command, Stdio};
use std::time::Instant;

use asyncade::chapter::{Knobs, Played};
use asyncade::demos;
use asyncade::timeline::Timeline;
use asyncade::trace::Clock;
use asyncade::world;

/// How often each measurement is taken; the median is printed.
const ROUNDS: usize = 5;

fn main() {
    let arguments = env::args().skip(1).filter(|arg| arg != "--bench");
    let sizes: Vec<String> = arguments.collect();
    recording(&sizes);
    if sizes.is_empty() {
        start_up();
        prove();
        lateness();
    }
}

/// The same tasks on bare tokio and recorded, of the sizes that are asked for,
/// or of the usual ones.
fn recording(sizes: &[String]) {
    let status = Command::new(env!("CARGO_BIN_EXE_asyncade"))
        .arg("scale")
        .args(sizes)
        .args(["--runs", &ROUNDS.to_string()])
        .status();
    assert!(status.is_ok_and(|status| status.success()), "scale failed");
    println!();
}

fn start_up() {
    let times = (0..20).map(|_| timed(&["list"])).collect();
    println!(
        "Start-up (`asyncade list`, the whole process): {:.1} ms",
        median(times)
    );
}

fn timed(arguments: &[&str]) -> f64 {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_asyncade"))
        .args(arguments)
        .stdout(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{arguments:?}");
    start.elapsed().as_secs_f64() * 1e3
}

fn prove() {
    let mut claims = 0;
    let start = Instant::now();
    for chapter in demos::CHAPTERS {
        if chapter.is_real_only() {
            continue;
        }
        let knobs = Knobs::new(chapter.knobs);
        let scenes = chapter.scenes.iter();
        let run = |scene| world::scene(chapter, scene, &knobs, Clock::Virtual);
        let traces = scenes
            .map(run)
            .collect::<Result<Vec<_>, _>>()
            .expect("no scene panics");
        let played = Played::new(&knobs, &traces);
        claims += chapter
            .claims
            .iter()
            .filter_map(|claim| played.check(claim))
            .count();
    }
    let inside = start.elapsed().as_secs_f64() * 1e3;
    let whole = median((0..20).map(|_| timed(&["prove"])).collect());
    println!(
        "All {claims} claims proved: {inside:.1} ms, as a process {whole:.1} ms"
    );
}

/// How much later than its ideal a scene ends: three sleeps of 1s, together.
fn lateness() {
    let chapter = demos::COURSE
        .find("sync-vs-async")
        .expect("the first chapter");
    let scene = chapter.scene("async").expect("its second scene");
    let knobs = Knobs::new(chapter.knobs);
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..ROUNDS {
        let trace = world::scene(chapter, scene, &knobs, Clock::Real)
            .expect("no scene panics");
        ours.push((Timeline::of(&trace).total.as_secs_f64() - 1.0) * 1e3);
        theirs.extend(cpython());
    }
    println!(
        "Three sleeps of 1s together end {:.1} ms late on tokio",
        median(ours)
    );
    if !theirs.is_empty() {
        println!(
            "and {:.1} ms late on CPython's asyncio, in the same run",
            median(theirs)
        );
    }
}

/// The same on CPython, in milliseconds after 1s; `None` without a python3.
fn cpython() -> Option<f64> {
    const SCRIPT: &str = "
import asyncio, time
async def main():
    start = time.perf_counter()
    await asyncio.gather(*(asyncio.sleep(1) for _ in range(3)))
    print((time.perf_counter() - start - 1) * 1e3)
asyncio.run(main())
";
    let output = Command::new("python3").args(["-c", SCRIPT]).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
