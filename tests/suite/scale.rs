//! `scale`: what is measured is what the system says, peers that lie, crash or
//! hang are named and left out, and limits are known before.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use asyncade::scale::Used;

use crate::robust_files::folder;
use crate::support::{Ran, asyncade, is_too_wide, ran, undisturbed, unwrapped};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A Python that says its version, also that of a package, and then does what
/// the script says: `$1` is the number of waits and `$2` the milliseconds.
fn peer(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("python3");
    let text = format!(
        "#!/bin/sh\n\
         case \"$*\" in *sys.executable*)\n\
         printf 'CPython 3.13.0\\n%s\\n' '{}'\n\
         for last; do :; done\n\
         case \"$last\" in trio|uvloop) echo 1.2.3;; esac; exit;;\n\
         esac\n\
         while [ $# -gt 2 ]; do shift; done\n\
         right() {{ echo \"$1 $(($1 * ($1 - 1) / 2)) ${{2:-0.5}}\"; }}\n\
         {script}\n",
        path.display()
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// `scale` with such a Python, and with no other peer on the machine.
fn with_peer(folder: &Path, script: &str, arguments: &[&str]) -> Ran {
    let python = peer(folder, script);
    let python = python.to_str().unwrap();
    let usual = ["scale", "50", "--runs", "1", "--wait", "20ms"];
    let rest = ["--peers", "--python", python];
    let mut command = asyncade(&[&usual[..], &rest, arguments].concat());
    command.env("PATH", folder).output().unwrap().into()
}

fn json(arguments: &[&str]) -> Value {
    let run = ran(&[arguments, &["--json"]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// The names of the subjects at a size.
fn subjects(size: &Value) -> Vec<&str> {
    let subjects = size["subjects"].as_array().unwrap().iter();
    subjects.map(|s| s["subject"].as_str().unwrap()).collect()
}

#[test]
fn a_peer_that_lies_crashes_or_hangs_is_named_and_left_out() {
    let folder = folder("scale-peers");
    for (script, why) in [
        (
            "echo \"$1 1 0.5\"; /bin/cat",
            "printed '1 1 0.5' and not '1 0'",
        ),
        ("right 2; /bin/cat", "printed '2 1 0.5' and not '1 0'"),
        ("echo hello; /bin/cat", "printed 'hello' and not '1 0'"),
        (
            "right $1; right $1; /bin/cat",
            "printed '1 0 0.5\\n1 0 0.5'",
        ),
        ("right $1 0; /bin/cat", "says that waits of 0.02s took 0s"),
        (
            "right $1 999; /bin/cat",
            "says that it took longer than it was",
        ),
        ("right $1 -1; /bin/cat", "printed '1 0 -1'"),
        ("right $1 inf; /bin/cat", "printed '1 0 inf'"),
        ("exit 0", "printed no result"),
        ("printf nothing; exit 0", "printed no result"),
        (
            "printf '\\033[2Jboom\\n' >&2; exit 3",
            "failed: \\u{1b}[2Jboom",
        ),
        ("kill -9 $$", "failed without a word (signal: 9"),
        (
            "right $1 0.001; /bin/cat; exit 4",
            "failed without a word (exit",
        ),
        ("/bin/sleep 1000", "did not end within 1s, and was stopped"),
        (
            "right $1 0.001; exec /bin/sleep 1000",
            "did not end within 1s",
        ),
        (
            "while :; do echo hello; done",
            "printed more than 65536 bytes",
        ),
    ] {
        let start = Instant::now();
        let limit = ["--limit", "1s"];
        // So that a right time is not longer than the process was there.
        let script = format!("/bin/sleep 0.02; {script}");
        let run = with_peer(&folder, &script, &limit);
        assert!(start.elapsed() < PATIENCE);
        assert_eq!(run.code, Some(0), "{script}: {}", run.stderr);
        assert_eq!(run.stderr, "", "{script}");
        let said = unwrapped(&run.stdout);
        for name in ["asyncio", "uvloop", "trio"] {
            // A wait of a millisecond may take none, and one that counts not.
            let wholly = format!("Left out: {name}: {why}");
            let there = format!("Left out: {name} at 50 waits: {why}");
            let is_named = said.contains(&wholly) || said.contains(&there);
            assert!(is_named, "{script}: {}", run.stdout);
        }
        assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
        // Those that it does not take with it are measured.
        assert!(said.contains(" recorded "), "{said}");
        for name in ["node", "go"] {
            let left_out = format!("{name}: there is no '{name}' on this");
            assert!(said.contains(&left_out), "{said}");
        }
    }
}

/// Sometimes the system is quick enough to look at it; then its time is found
/// out.
#[test]
fn a_peer_that_ends_at_once_is_never_measured() {
    let folder = folder("scale-quick");
    let tries = (0..20).map(|_| {
        let run = with_peer(&folder, "/bin/sleep 0.02; right $1 0.01", &[]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let said = unwrapped(&run.stdout);
        let reasons = [
            ": ended before it could be looked at",
            " at 50 waits: ended before it could be looked at",
            " at 50 waits: says that waits of 0.02s took 0.01s",
        ];
        let mut ended = 0;
        for name in ["asyncio", "uvloop", "trio"] {
            let found = reasons.iter().position(|reason| {
                said.contains(&format!("Left out: {name}{reason}"))
            });
            let found = found.unwrap_or_else(|| panic!("{name}: {said}"));
            ended += usize::from(found < 2);
        }
        ended
    });
    assert!(tries.into_iter().any(|ended| ended > 0));
}

#[test]
fn a_peer_may_also_fail_only_when_it_counts() {
    let folder = folder("scale-late");
    let script = "/bin/sleep 0.1; if [ $1 = 1 ]; then right 1 0.05; \
                  else echo \"$1 7 0.05\"; fi; /bin/cat";
    let run = with_peer(&folder, script, &["--json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let names = subjects(&report["sizes"][0]);
    assert_eq!(names, ["tokio", "recorded"]);
    let left_out = report["left_out"].as_array().unwrap();
    let asyncio = left_out.iter().find(|l| l["subject"] == "asyncio").unwrap();
    assert_eq!(asyncio["waits"], 50);
    let why = asyncio["why"].as_str().unwrap();
    assert!(
        why.starts_with("printed '50 7 0.05' and not '50 1225'"),
        "{why}"
    );
    // What it prints at the right time with the right sum is taken.
    let script = "/bin/sleep 0.1; right $1 0.05; /bin/cat";
    let run = with_peer(&folder, script, &["--json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let names = subjects(&report["sizes"][0]);
    assert_eq!(names, ["tokio", "recorded", "asyncio", "uvloop", "trio"]);
    let trio = &report["sizes"][0]["subjects"][4];
    assert_eq!(trio["version"], "trio 1.2.3, CPython 3.13.0");
    assert_eq!(trio["wall"]["median"], 0.05);
    let start_up = trio["start_up"]["median"].as_f64().unwrap();
    assert!((0.05..10.0).contains(&start_up), "{start_up}");
}

#[test]
fn a_peer_that_is_required_and_missing_is_an_error() {
    let folder = folder("scale-required");
    let right = "/bin/sleep 0.1; right $1 0.05; /bin/cat";
    let run = with_peer(&folder, right, &["--require-peers"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    let said = unwrapped(&run.stderr);
    assert!(
        said.contains("go: there is no 'go' on this machine, and --require"),
        "{said}"
    );
    let run = with_peer(&folder, "exit 0", &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

/// `/usr/bin/time -v` asks the system for the same in another way. It starts
/// the process, and we look at the very same one.
#[test]
fn the_figures_are_those_of_time() {
    let _machine = undisturbed();
    let program = env!("CARGO_BIN_EXE_asyncade");
    for (subject, count) in [("tokio", "30000"), ("recorded", "60000")] {
        let time = Command::new("/usr/bin/time")
            .args(["-v", program, "__waits", subject, count, "100"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut time) = time else {
            return;
        };
        let input = time.stdin.take();
        let mut line = String::new();
        let mut out = BufReader::new(time.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        if line.is_empty() {
            // Another `time`, which has no -v.
            return;
        }
        let child = child_of(time.id()).unwrap();
        let used = Used::of(child);
        drop(input);
        let mut said = String::new();
        time.stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert!(time.wait().unwrap().success(), "{said}");
        let figure = |name: &str| -> f64 {
            let mut lines = said.lines().map(str::trim);
            let value = lines.find_map(|line| line.strip_prefix(name)).unwrap();
            value.parse().unwrap()
        };
        let theirs = figure("Maximum resident set size (kbytes): ") * 1024.0;
        let ours = used.memory.unwrap() as f64;
        assert!((ours / theirs - 1.0).abs() < 0.02, "{ours} {theirs}");
        let theirs =
            figure("User time (seconds): ") + figure("System time (seconds): ");
        let ours = used.processor.unwrap();
        // Each of the two is rounded, and to end takes time, too.
        assert!(
            (theirs - ours).abs() < 0.1 + 0.1 * theirs,
            "{ours} {theirs}"
        );
        assert!(ours > 0.0, "{ours}");
    }
}

/// The process whose parent is that.
fn child_of(parent: u32) -> Option<u32> {
    processes().find_map(|process| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        let its: u32 = fields.split_whitespace().nth(1)?.parse().ok()?;
        (its == parent).then_some(process)
    })
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

#[test]
fn every_way_to_wait_is_measured_and_they_differ() {
    let _machine = undisturbed();
    let arguments = ["scale", "500", "--threads", "--connections"];
    let report = json(&[&arguments[..], &["--wait", "100ms"]].concat());
    assert_eq!(report["runs"], 3);
    let size = &report["sizes"][0];
    assert_eq!(size["waits"], 500);
    let names = ["tokio", "recorded", "threads", "connections"];
    assert_eq!(subjects(size), names);
    for subject in size["subjects"].as_array().unwrap() {
        let runs = subject["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 3);
        for run in runs {
            assert!(run["wall"].as_f64().unwrap() >= 0.098, "{subject}");
        }
        let walls = runs.iter().map(|run| run["wall"].as_f64().unwrap());
        let mut walls: Vec<f64> = walls.collect();
        walls.sort_by(f64::total_cmp);
        assert_eq!(subject["wall"]["median"], walls[1]);
    }
    // A thread or two sockets take more than a task, whatever the machine.
    let memory = |at: usize| -> f64 {
        size["subjects"][at]["memory"]["median"].as_f64().unwrap()
    };
    if Used::of(std::process::id()).memory.is_some() {
        assert!(memory(2) > memory(0) && memory(3) > memory(0));
        let ratio = &size["subjects"][3]["ratios"]["memory"];
        let expected = memory(3) / memory(0);
        assert!((ratio.as_f64().unwrap() - expected).abs() < 1e-9);
    }
}

/// Whatever this machine has is measured by the programs in `demos/scale`, and
/// the rest is named.
#[test]
fn each_peer_is_measured_or_named() {
    let _machine = undisturbed();
    let report = json(&["scale", "100", "--peers", "--runs", "1"]);
    let measured = subjects(&report["sizes"][0]).into_iter();
    let left_out = report["left_out"].as_array().unwrap().iter();
    let left_out = left_out.map(|l| l["subject"].as_str().unwrap());
    let all: Vec<&str> = measured.chain(left_out.clone()).collect();
    assert_eq!(all.len(), 7, "{all:?}");
    let once: BTreeSet<&str> = all.into_iter().collect();
    let peers = [
        "asyncio", "go", "node", "recorded", "tokio", "trio", "uvloop",
    ];
    assert_eq!(once, BTreeSet::from(peers));
    let left_out: Vec<&str> = left_out.collect();
    if std::env::var_os("ASYNCADE_NO_PYTHON").is_none() {
        assert!(!left_out.contains(&"asyncio"), "{report}");
    }
    for why in report["left_out"].as_array().unwrap() {
        let why = why["why"].as_str().unwrap();
        let is_missing = why.starts_with("there is no '")
            || why.contains("' has no package '");
        assert!(is_missing, "{why}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_runs() {
    for (arguments, wrong) in [
        (&["scale", "0"][..], "no wait at all"),
        (&["scale", "1k", "0"], "no wait at all"),
        (&["scale", "-5"], "not such a number"),
        (&["scale", "1.5k"], "not such a number"),
        (&["scale", "99999999999999999999"], "far too many"),
        (&["scale", "many"], "not such a number"),
        (&["scale", "--runs", "0"], "nothing would be measured"),
        (&["scale", "--runs", "-1"], "out of range"),
        (&["scale", "--wait", "1.5ms"], "whole milliseconds"),
        (&["scale", "--wait", "2h"], "too long"),
        (&["scale", "--wait", "soon"], "invalid value 'soon'"),
        (&["scale", "--limit", "never"], "invalid value 'never'"),
        (&["scale", "--export", "x.ndjson"], "extension is not known"),
        (
            &["scale", "--export", "/nonexistent/x.md"],
            "there is no folder",
        ),
    ] {
        let start = Instant::now();
        let refused = ran(arguments).refused();
        assert!(refused.wrong.contains(wrong), "{arguments:?}: {refused:?}");
        assert!(!refused.instead.is_empty());
        assert_eq!(refused.more, "asyncade scale --help");
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    let refused = ran(&["scale", "900M", "1k"]).refused();
    let wrong = &refused.wrong;
    assert!(
        wrong.starts_with("900,000,000 waits would take about "),
        "{wrong}"
    );
    assert!(wrong.contains(" GiB when they are recorded, and there are "));
    assert!(refused.instead[0].starts_with("ask for at most "));
}

fn in_shell(script: &str) -> Ran {
    let program = env!("CARGO_BIN_EXE_asyncade");
    let mut command = asyncade(&[]);
    let environment: Vec<_> = command
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
        .collect();
    command = Command::new("sh");
    for (name, value) in environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let script = script.replace("asyncade", program);
    command.args(["-c", &script]).output().unwrap().into()
}

#[test]
fn the_limit_of_open_files_is_read_raised_and_named() {
    let _machine = undisturbed();
    let scale = "exec asyncade scale 100 300 --connections --runs 1 \
                 --wait 50ms --json";
    // Soft and hard: it cannot be raised.
    let run = in_shell(&format!("ulimit -n 264; {scale}"));
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let sizes = report["sizes"].as_array().unwrap();
    let sizes: Vec<(u64, Vec<&str>)> = sizes
        .iter()
        .map(|size| (size["waits"].as_u64().unwrap(), subjects(size)))
        .collect();
    let expected = [
        (100, vec!["tokio", "recorded", "connections"]),
        (300, vec!["tokio", "recorded"]),
    ];
    assert_eq!(sizes, expected);
    let why = report["left_out"][0]["why"].as_str().unwrap();
    assert!(
        why.starts_with("there is room for 100 connections"),
        "{why}"
    );
    assert!(
        why.contains("open files of a process, 264 at most"),
        "{why}"
    );
    // And where no size that is asked for is at the limit, that is added.
    let run = in_shell(&format!("ulimit -n 200; {scale}"));
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["sizes"][0]["waits"], 68);
    assert_eq!(subjects(&report["sizes"][0]), ["tokio", "connections"]);
    // Soft only: it is raised.
    let run = in_shell(&format!("ulimit -Sn 100; {scale}"));
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["left_out"].as_array().unwrap().len(), 0, "{report}");
    assert!(subjects(&report["sizes"][1]).contains(&"connections"));
}

#[test]
fn a_limit_of_memory_is_named() {
    let run = in_shell("ulimit -v 1000000; exec asyncade scale 5M");
    let refused = run.refused();
    assert!(
        refused
            .wrong
            .contains("limited by the address space of a process"),
        "{refused:?}"
    );
}

#[test]
fn the_files_say_what_the_screen_says() {
    let folder = folder("scale-files");
    let mut command = asyncade(&[
        "scale", "200", "2_000", "--runs", "2", "--wait", "50ms", "--export",
        "a.md", "--export", "a.csv", "--export", "a.json", "--json",
    ]);
    let run: Ran = command.current_dir(&folder).output().unwrap().into();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let read = |name| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(read("a.json"), run.stdout);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let command = "asyncade scale 200 2000 --wait 0.05s --runs 2";
    assert_eq!(report["command"], command);
    assert!(report["machine"]["date"].as_str().unwrap().ends_with('Z'));
    let csv = read("a.csv");
    let mut lines = csv.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|l| l.split(',').collect()).collect();
    assert_eq!(rows.len(), 4);
    let at = |name: &str| head.iter().position(|h| *h == name).unwrap();
    let sizes = report["sizes"].as_array().unwrap().iter();
    let all = sizes.flat_map(|size| {
        let subjects = size["subjects"].as_array().unwrap().iter();
        subjects.map(move |subject| (&size["waits"], subject))
    });
    let markdown = read("a.md");
    for ((waits, subject), row) in all.zip(&rows) {
        assert_eq!(row.len(), head.len());
        assert_eq!(row[at("waits")], waits.to_string());
        assert_eq!(row[at("subject")], subject["subject"].as_str().unwrap());
        // What is read back may be off by its last bit.
        let is_same = |name: &str, figure: &Value| {
            let written: f64 = row[at(name)].parse().unwrap();
            let figure = figure.as_f64().unwrap();
            assert!((written - figure).abs() < 1e-9 * figure.max(1.0));
        };
        is_same("wall", &subject["wall"]["median"]);
        is_same("beyond", &subject["beyond"]);
        is_same("memory", &subject["memory"]["median"]);
        let beyond = format!("{:.3}s", subject["beyond"].as_f64().unwrap());
        let name = subject["subject"].as_str().unwrap();
        let start = match waits.as_u64() {
            Some(200) => format!("| 200 | {name} | {beyond} |"),
            _ => format!("| 2,000 | {name} | {beyond} |"),
        };
        assert!(markdown.contains(&start), "{start}\n{markdown}");
    }
    assert!(markdown.contains(&format!("```console\n{command}\n```")));
    let date = report["machine"]["date"].as_str().unwrap();
    assert!(markdown.contains(date), "{markdown}");
}

#[test]
fn it_fits_every_page() {
    let folder = folder("scale-widths");
    let right = "/bin/sleep 0.1; right $1 0.05; /bin/cat";
    let python = peer(&folder, right);
    let arguments = [
        "scale",
        "50",
        "--runs",
        "1",
        "--wait",
        "20ms",
        "--threads",
        "--peers",
        "--python",
    ];
    let arguments = [&arguments[..], &[python.to_str().unwrap()]].concat();
    let at = |columns: &str, more: &[&str]| {
        let mut command = asyncade(&[&arguments[..], more].concat());
        let run: Ran = command
            .env("PATH", &folder)
            .env("COLUMNS", columns)
            .output()
            .unwrap()
            .into();
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        run.stdout
    };
    for width in [40, 50, 75, 76, 80, 120] {
        let text = at(&width.to_string(), &[]);
        for line in text.lines() {
            assert!(!is_too_wide(line, width), "{width}: {line:?}\n{text}");
        }
        for name in ["tokio", "recorded", "threads", "asyncio", "trio"] {
            let mut lines = text.lines();
            let row = format!("  {name}");
            assert!(lines.any(|l| l.starts_with(&row)), "{width}: {text}");
        }
        let last = unwrapped(&text);
        assert!(
            last.contains("50 waits of 0.02s at once end later"),
            "{text}"
        );
    }
    let plain = at("80", &["--plain"]);
    assert!(plain.contains("  threads: beyond 0.02s 0."), "{plain}");
    assert!(!plain.contains("beyond 0.02s    processor"), "{plain}");
}

fn spawn(arguments: &[&str]) -> Child {
    let mut command = asyncade(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// The processes that wait so many milliseconds.
fn waiting(millis: &str) -> Vec<u32> {
    let is_one = |process: &u32| {
        let line = fs::read(format!("/proc/{process}/cmdline"));
        let line = line.unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        words.any(|word| word == millis.as_bytes())
    };
    processes().filter(is_one).collect()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "still not: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// However it ends, nobody is left who waits.
#[cfg(target_os = "linux")]
#[test]
fn nobody_is_left_behind() {
    for (signal, millis, arguments, code) in [
        ("INT", "58211", &["100"][..], Some(130)),
        ("TERM", "58212", &["100"], Some(143)),
        ("KILL", "58213", &["100"], None),
        ("KILL", "58214", &["100", "--threads", "--peers"], None),
    ] {
        let wait = format!("{millis}ms");
        let usual = ["scale", "--runs", "1", "--wait", &wait];
        let child = spawn(&[&usual[..], arguments].concat());
        until("it waits", || !waiting(millis).is_empty());
        let pid = child.id().to_string();
        let mut kill = Command::new("kill");
        let kill = kill.args([&format!("-{signal}"), &pid]);
        assert!(kill.status().unwrap().success());
        let start = Instant::now();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), code, "{signal}");
        until("all have gone", || waiting(millis).is_empty());
        assert!(start.elapsed() < Duration::from_secs(20), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_measured_until_ctrl_c_is_shown_and_written() {
    let folder = folder("scale-interrupted");
    let file = folder.join("a.json");
    // The second size takes far longer than anybody waits.
    let script = "/bin/sleep 0.1; if [ $1 = 7 ]; then echo $$ > \"$0.pid\"; \
                  exec /bin/sleep 1000; fi; right $1 0.05; /bin/cat";
    let python = peer(&folder, script);
    let pid = folder.join("python3.pid");
    let mut command = asyncade(&[
        "scale",
        "5",
        "7",
        "--runs",
        "2",
        "--wait",
        "20ms",
        "--peers",
        "--python",
        python.to_str().unwrap(),
        "--export",
        file.to_str().unwrap(),
    ]);
    command.env("PATH", &folder);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    until("it hangs", || pid.exists());
    let mut kill = Command::new("kill");
    let kill = kill.args(["-INT", &child.id().to_string()]);
    assert!(kill.status().unwrap().success());
    let run: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(
        run.stdout.contains("5 waits of 0.02s at once"),
        "{}",
        run.stdout
    );
    let said = unwrapped(&run.stdout);
    assert!(said.contains("Stopped: this is what was measured until then."));
    let report: Value =
        serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(report["interrupted"], true);
    assert_eq!(subjects(&report["sizes"][0]).len(), 5);
    let hung = fs::read_to_string(&pid).unwrap();
    let hung = PathBuf::from(format!("/proc/{}", hung.trim()));
    until("it is gone", || !hung.exists());
}
