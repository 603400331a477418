//! `compare`: what it refuses, that what it measures is the chapter's measure,
//! and that what it writes can be read back. No time is asserted beyond what
//! the waits themselves take at the least.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::{asyncade, python, ran, undisturbed, unwrapped};

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compare");
    let folder = folder.join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What it prints with `--json`.
fn measured(arguments: &[&str]) -> Value {
    let _machine = undisturbed();
    let ran = ran(&[&["compare", "--json"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn figures(row: &Value) -> Vec<f64> {
    let figures = row["figures"].as_array().unwrap().iter();
    figures.map(|figure| figure.as_f64().unwrap()).collect()
}

fn mean(figures: &[f64]) -> f64 {
    figures.iter().sum::<f64>() / figures.len() as f64
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_runs() {
    for (arguments, wrong, instead) in [
        ("gather --runs 0", "nothing would be measured", "1 to 1000"),
        ("gather --runs -1", "out of range", "1 to 1000"),
        ("gather --warmup x", "not a whole number", "0 to 1000"),
        ("shield", "shield measures no time", "asyncade shield"),
        ("timeout", "would take 6h 12s", "--work"),
        ("gather --a 30m", "6 runs each of", "--yes-wait"),
        ("--runs 200", "201 runs of each scene", "fewer chapters"),
        ("gather --speed 1000", "too short", "--speed"),
        ("gather --export a.txt", "extension", ".md, .csv, .json"),
        (
            "gather wait --a 3",
            "unexpected argument '--a'",
            "one chapter",
        ),
        (
            "gather --scene failure",
            "unexpected argument",
            "leave it out",
        ),
        ("gathr", "there is no chapter 'gathr'", "'gather'"),
        (
            "gather --python=/no/py",
            "'/no/py' could not be run",
            "--python",
        ),
        ("sync-vs-async --sweep tsks=1", "no knob 'tsks'", "'tasks'"),
        (
            "sync-vs-async --sweep tasks",
            "there is no '='",
            "tasks=1,2,4",
        ),
        ("sync-vs-async --sweep tasks=", "no values", "commas"),
        (
            "sync-vs-async --sweep tasks=1,,2",
            "'': not a whole",
            "1 to",
        ),
        (
            "sync-vs-async --sweep tasks=9..3",
            "reversed",
            "'tasks=3..9'",
        ),
        ("sync-vs-async --sweep tasks=3..3", "is empty", "'tasks=3'"),
        ("sync-vs-async --sweep tasks=3..", "two ends", "both"),
        (
            "sync-vs-async --sweep tasks=0..9",
            "'0': out of range",
            "from 1",
        ),
        ("gather --sweep a=0,1", "a time of zero", "1ms"),
        ("gather --sweep a=1ms..1s", "with --a 1ms", "longer"),
        ("coroutines --sweep url=a,b", "url is no figure", "delay="),
        ("gather --sweep a=1 --sweep a=2", "a twice", "one of them"),
        ("gather wait --sweep a=1", "one chapter", "no other"),
        ("--sweep a=1", "one chapter", "no other"),
    ] {
        let words: Vec<&str> = arguments.split(' ').collect();
        let refused = ran(&[&["compare"], &words[..]].concat()).refused();
        assert!(refused.wrong.contains(wrong), "{arguments}: {refused:?}");
        let all = refused.instead.join("; ");
        assert!(all.contains(instead), "{arguments}: {refused:?}");
        assert!(!all.contains("--clock"), "{arguments}: {refused:?}");
    }
}

/// The totals of this chapter are equal: whoever takes them finds no gain.
#[test]
fn the_chapters_own_measure_is_taken_and_its_runs_are_kept() {
    let all = measured(&[
        "as_completed",
        "--speed",
        "20",
        "--runs",
        "3",
        "--seed",
        "4",
    ]);
    let comparison = &all["comparisons"][0];
    assert_eq!(comparison["what"], "time to the first result");
    let (before, after) = (&comparison["rows"][0], &comparison["rows"][1]);
    let (slow, fast) = (figures(before), figures(after));
    assert_eq!((slow.len(), fast.len()), (3, 3));
    // A time to the first result is never early: 3s and 1s, divided by 20.
    assert!(slow.iter().all(|x| (0.149..5.0).contains(x)), "{slow:?}");
    assert!(fast.iter().all(|x| (0.049..5.0).contains(x)), "{fast:?}");
    // What is printed follows from what was measured.
    let gain = &comparison["gains"][0];
    let speed_up = mean(&slow) / mean(&fast);
    let is_near = |value: &Value, expected: f64| {
        let value = value.as_f64().unwrap();
        assert!((value - expected).abs() < 1e-9, "{value} {expected}");
    };
    is_near(&before["summary"]["mean"], mean(&slow));
    is_near(&gain["speed_up"], speed_up);
    is_near(&gain["ideal"], 3.0);
    is_near(&gain["efficiency"], speed_up / 3.0);
    let total = after["total"].as_f64().unwrap();
    assert!(total >= 0.149, "{total}");
    // The first result is there long before the last one.
    assert!(mean(&fast) < 0.9 * total, "{fast:?} {total}");
    assert_eq!(after["warmups"].as_array().unwrap().len(), 1);
    assert_eq!(all["setup"]["seed"], 4);
    assert!(all["setup"]["machine"]["date"].is_string());
    let command = all["setup"]["command"].as_str().unwrap();
    let again = "asyncade compare as_completed --runs 3 --warmup 1 --speed 20 \
                 --seed 4";
    assert_eq!(command, again);
}

#[test]
fn all_chapters_are_all_that_measure_a_time_and_the_others_are_named() {
    let all = measured(&["--speed", "20", "--runs", "1", "--warmup", "0"]);
    let names = |list: &str| -> Vec<String> {
        let list = all[list].as_array().unwrap().iter();
        list.map(|one| one["chapter"].as_str().unwrap().to_owned())
            .collect()
    };
    let out = names("left_out");
    for name in ["shield", "coroutines", "pitfalls", "timeout"] {
        assert!(out.iter().any(|other| other == name), "{out:?}");
    }
    let compared = names("comparisons");
    for chapter in asyncade::demos::CHAPTERS {
        let name = chapter.name.to_owned();
        assert_ne!(compared.contains(&name), out.contains(&name), "{name}");
    }
}

/// Every file has the same figures, and so has the screen.
#[test]
fn the_exports_can_be_read_back() {
    let _machine = undisturbed();
    let folder = folder("exports");
    let mut command = asyncade(&["compare", "tasks", "--hello", "2"]);
    command
        .args(["--speed", "20", "--runs", "2"])
        .current_dir(&folder);
    for file in ["a.md", "a.csv", "a.json"] {
        command.args(["--export", file]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success());
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let all: Value = serde_json::from_str(&read("a.json")).unwrap();
    let comparison = &all["comparisons"][0];
    assert_eq!(comparison["knobs"]["hello"], "2s");
    let csv = read("a.csv");
    let mut lines = csv.lines().map(|line| line.split(',').collect());
    let head: Vec<&str> = lines.next().unwrap();
    let lines: Vec<Vec<&str>> = lines.collect();
    assert_eq!(lines.len(), 2);
    let markdown = read("a.md");
    let screen = String::from_utf8(output.stdout).unwrap();
    for (index, line) in lines.iter().enumerate() {
        assert_eq!(line.len(), head.len());
        let row = &comparison["rows"][index];
        let field = |name: &str| {
            line[head.iter().position(|head| *head == name).unwrap()]
        };
        assert_eq!(field("scene"), row["scene"]);
        for name in ["mean", "deviation", "median", "min", "max"] {
            let value: f64 = field(name).parse().unwrap();
            let other = row["summary"][name].as_f64().unwrap();
            assert!((value - other).abs() < 1e-12, "{name}");
        }
        // The same to the millisecond, for people.
        let mean: f64 = field("mean").parse().unwrap();
        let cell = format!("{mean:.3}s \u{b1} ");
        let scene = format!("`{}` | {cell}", field("scene"));
        assert!(markdown.contains(&scene), "{markdown}");
        assert!(screen.contains(&cell), "{screen}");
    }
    let ideal = head.iter().position(|name| *name == "ideal").unwrap();
    assert_eq!((lines[0][ideal], lines[1][ideal]), ("", "2"));
    let again =
        "asyncade compare tasks --hello 2s --runs 2 --warmup 1 --speed 20";
    assert!(markdown.contains(again), "{markdown}");
    let last = screen.trim_end().lines().last().unwrap();
    assert!(last.starts_with("create_task was "), "{screen}");
    assert!(last.ends_with(" times faster than sequential."), "{screen}");
}

#[test]
fn cpython_is_measured_beside_tokio() {
    if python().is_none() {
        return;
    }
    let all = measured(&[
        "gather", "--speed", "30", "--runs", "2", "--warmup", "0", "--python",
    ]);
    let rows = all["comparisons"][0]["rows"].as_array().unwrap();
    let name = |row: &Value| format!("{} {}", row["world"], row["scene"]);
    let names: Vec<String> = rows.iter().map(name).collect();
    let names = names.join(" ").replace('"', "");
    assert_eq!(
        names,
        "tokio sequential tokio gather CPython sequential CPython gather"
    );
    for row in rows {
        let least = if row["is_baseline"] == true { 0.2 } else { 0.1 };
        let figures = figures(row);
        let is_late = |x: &f64| (least - 0.001..5.0).contains(x);
        assert!(figures.len() == 2 && figures.iter().all(is_late), "{row}");
    }
    assert_eq!(all["comparisons"][0]["gains"].as_array().unwrap().len(), 2);
}

#[cfg(unix)]
#[test]
fn a_python_that_talks_nonsense_is_named_and_tokio_is_measured_all_the_same() {
    let _machine = undisturbed();
    let folder = folder("nonsense");
    let python = crate::robust_signals::fake_python(&folder, "echo hello");
    let option = format!("--python={}", python.display());
    let ran =
        ran(&["compare", "gather", "--speed", "30", "--runs", "1", &option]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let wrong = "sequential of gather on CPython could not be measured";
    assert!(ran.stderr.contains(wrong), "{}", ran.stderr);
    assert!(ran.stdout.contains("gather was "), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("nothing was measured"),
        "{}",
        ran.stdout
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_shows_what_was_measured_and_ends_with_130() {
    let _machine = undisturbed();
    let folder = folder("ctrl-c");
    let child = asyncade(&[
        "compare", "tasks", "--speed", "50", "--runs", "900", "--export",
        "a.json",
    ])
    .current_dir(&folder)
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    // A round takes a tenth of a second, all of them two minutes.
    thread::sleep(Duration::from_secs(4));
    let pid = child.id().to_string();
    let kill = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(kill.unwrap().success());
    let ran: crate::support::Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    let stopped = "Stopped: this is what was measured until then.";
    assert!(unwrapped(&ran.stdout).contains(stopped), "{}", ran.stdout);
    assert!(ran.stdout.contains("create_task was "), "{}", ran.stdout);
    let file = fs::read_to_string(folder.join("a.json")).unwrap();
    let all: Value = serde_json::from_str(&file).unwrap();
    assert_eq!(all["interrupted"], true);
    for row in all["comparisons"][0]["rows"].as_array().unwrap() {
        let count = figures(row).len();
        assert!((1..900).contains(&count), "{count}");
    }
}

#[test]
fn a_sweep_is_a_curve_and_what_is_too_long_is_computed_and_says_so() {
    let _machine = undisturbed();
    let folder = folder("sweep");
    let run = |columns: &str, more: &[&str]| {
        let mut command = asyncade(&[
            "compare",
            "timeout",
            "--speed",
            "20",
            "--runs",
            "1",
            "--warmup",
            "0",
            "--sweep",
            "work=2,4,30h",
        ]);
        command
            .args(more)
            .env("COLUMNS", columns)
            .current_dir(&folder);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let files = [
        "--export", "a.csv", "--export", "a.json", "--export", "a.md",
    ];
    let wide = run("80", &files);
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let all: Value = serde_json::from_str(&read("a.json")).unwrap();
    let points = all["points"].as_array().unwrap();
    let ideals = [2.0, 4.0, 108_000.0];
    for (point, ideal) in points.iter().zip(ideals) {
        assert!((point["ideal"].as_f64().unwrap() - ideal).abs() < 1e-6);
        let is_long = ideal > 5.0;
        assert_eq!(point["is_computed"], is_long);
        assert_eq!(point["measured"].is_null(), is_long);
        if is_long {
            assert_eq!(point["speed_up"], point["ideal"]);
        } else {
            // Never early; a measured one is not its ideal to the digit.
            assert!(
                point["baseline"].as_f64().unwrap() >= ideal / 20.0 - 0.001
            );
            assert_ne!(point["speed_up"], point["ideal"]);
        }
    }
    assert_eq!(points[2]["values"]["work"], "1day 6h");
    let csv = read("a.csv");
    let ways = csv.lines().map(|line| line.rsplit(',').next().unwrap());
    let ways: Vec<&str> = ways.collect();
    assert_eq!(ways, ["way", "measured", "measured", "computed"]);
    assert!(read("a.md").contains("computed"));
    for text in [&wide, &run("40", &[])] {
        assert!(text.contains("computed on the virtual clock"), "{text}");
        assert!(text.contains("108000x computed"), "{text}");
        // The bars grow.
        let is_legend = |line: &&str| line.contains("\u{2588} measured");
        let bars = text.lines().filter(|line| !is_legend(line)).map(|line| {
            line.chars()
                .filter(|c| "\u{2588}\u{2592}".contains(*c))
                .count()
        });
        let bars: Vec<usize> = bars.filter(|length| *length > 1).collect();
        assert!(bars.len() == 3 && bars.is_sorted(), "{bars:?}\n{text}");
    }
    let plain = run("40", &["--plain"]);
    assert!(!plain.contains(['\u{2588}', '\u{2592}']), "{plain}");
    let plain = unwrapped(&plain);
    assert!(plain.contains("work 2s: "), "{plain}");
    assert!(plain.contains("108000 times, computed on the"), "{plain}");
}

#[test]
fn a_range_goes_from_end_to_end_and_two_knobs_make_a_grid() {
    let all = measured(&[
        "sync-vs-async",
        "--speed",
        "20",
        "--runs",
        "1",
        "--warmup",
        "0",
        "--sweep",
        "tasks=1..4",
        "--sweep",
        "delay=100ms..400ms",
    ]);
    let points = all["points"].as_array().unwrap().iter();
    let value = |point: &Value, knob: &str| {
        point["values"][knob].as_str().unwrap().to_owned()
    };
    let points: Vec<String> = points
        .map(|point| value(point, "tasks") + " " + &value(point, "delay"))
        .collect();
    let delays = ["100ms", "200ms", "400ms"];
    let grid = ["1", "2", "4"]
        .into_iter()
        .flat_map(|tasks| delays.map(|delay| format!("{tasks} {delay}")));
    assert_eq!(points, grid.collect::<Vec<_>>());
    assert_eq!(all["knobs"], serde_json::json!(["tasks", "delay"]));
}
