//! What recording costs: the same tasks on bare tokio and on recorded lanes,
//! each in a process of its own so that its peak memory is its own, in turn,
//! so that the machine's moods hit both. Then start-up, the time to prove
//! everything, and how late a scene is, beside CPython where there is one.
//!
//! `cargo bench` prints it all; `cargo bench -- 1000000` only that many tasks.

use std::env;
use std::fs;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use asyncade::chapter::{Knobs, Played};
use asyncade::demos;
use asyncade::stage::{self, Fallibly, Lane, Recorder};
use asyncade::timeline::Timeline;
use asyncade::trace::Clock;
use asyncade::world;
use tokio::task::JoinError;

/// How often each measurement is taken; the median is printed.
const ROUNDS: usize = 5;

/// How long each task sleeps: as long as the article's.
const NAP: Duration = Duration::from_secs(1);

fn main() {
    let arguments: Vec<String> =
        env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match arguments.first().map(String::as_str) {
        Some("bare") => once(&arguments[1], bare),
        Some("recorded") => once(&arguments[1], recorded),
        Some(tasks) => compare(&[tasks.parse().expect("a number of tasks")]),
        None => {
            compare(&[1_000, 10_000, 100_000, 1_000_000]);
            start_up();
            prove();
            lateness();
        }
    }
}

/// Measures one run in this process, and prints what the parent reads.
fn once(tasks: &str, run: fn(usize)) {
    let tasks = tasks.parse().expect("a number of tasks");
    let start = Instant::now();
    run(tasks);
    let wall = start.elapsed().as_secs_f64() * 1e3;
    println!("{wall} {} {}", processor_time(), peak_memory());
}

/// Tasks that sleep once, and a `main` that awaits each of them.
fn bare(tasks: usize) {
    let runtime = runtime();
    let sum: usize = runtime.block_on(async {
        let nap = async |n| {
            tokio::time::sleep(NAP).await;
            n
        };
        let handles: Vec<_> =
            (0..tasks).map(|n| tokio::spawn(nap(n))).collect();
        let mut sum = 0;
        for handle in handles {
            sum += handle.await.expect("no task panics");
        }
        sum
    });
    black_box(sum);
}

/// The same, each task on a lane of its own.
fn recorded(tasks: usize) {
    let runtime = runtime();
    let recorder = {
        let _inside = runtime.enter();
        Recorder::new(Clock::Real, None)
    };
    let main = async {
        let nap = async |n| {
            stage::sleep(NAP).await;
            n
        };
        let handles: Vec<_> = (0..tasks)
            .map(|n| tokio::spawn(nap(n).lane("task")))
            .collect();
        let mut sum = 0;
        for handle in handles {
            sum += handle.await?;
        }
        black_box(sum);
        Ok::<_, JoinError>(())
    };
    let main = async { Arc::clone(&recorder).main::<_, Fallibly>(main).await };
    runtime.block_on(main).expect("no task panics");
    drop(runtime);
    black_box(&recorder);
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().build().expect("a runtime")
}

/// The most memory this process has held, in MiB; 0 where the system has no
/// `/proc`.
fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0.0) / 1024.0
}

/// The processor time this process has used, in milliseconds; 0 where the
/// system has no `/proc`.
fn processor_time() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15, in hundredths of a second; 3 is the first behind the
    // name, which is in parentheses and may hold anything.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        * 10.0
}

/// What one run cost.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    processor: f64,
    memory: f64,
}

/// Runs this program again for one measurement.
fn child(which: &str, tasks: usize) -> Cost {
    let program = env::current_exe().expect("this program");
    let output = Command::new(program)
        .args([which, &tasks.to_string()])
        .output()
        .expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers = text.split_whitespace().map(|number| number.parse::<f64>());
    match numbers.collect::<Result<Vec<_>, _>>().as_deref() {
        Ok(&[wall, processor, memory]) => Cost {
            wall,
            processor,
            memory,
        },
        _ => panic!("{which} {tasks} failed: {text}"),
    }
}

fn compare(sizes: &[usize]) {
    println!(
        "Recorded against bare tokio: bare, recorded, ratio; medians of {ROUNDS} runs in turn"
    );
    println!("| tasks | wall | | | processor | | | peak memory | | |");
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for &tasks in sizes {
        let rounds: Vec<_> = (0..ROUNDS)
            .map(|_| (child("bare", tasks), child("recorded", tasks)))
            .collect();
        let figures = |unit: &str, of: fn(&Cost) -> f64| {
            let bare =
                median(rounds.iter().map(|(bare, _)| of(bare)).collect());
            let recorded = median(
                rounds.iter().map(|(_, recorded)| of(recorded)).collect(),
            );
            let ratio = rounds
                .iter()
                .map(|(bare, recorded)| of(recorded) / of(bare));
            let ratio = median(ratio.collect());
            // Processor time comes in steps of 10 ms.
            let ratio = if bare > 0.0 {
                format!("{ratio:.2}x")
            } else {
                "".to_owned()
            };
            format!("{bare:.0} {unit} | {recorded:.0} {unit} | {ratio}")
        };
        println!(
            "| {tasks} | {} | {} | {} |",
            figures("ms", |cost| cost.wall),
            figures("ms", |cost| cost.processor),
            figures("MiB", |cost| cost.memory),
        );
    }
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
