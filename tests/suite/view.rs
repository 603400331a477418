//! Recorded traces, opened: the same screen as the run that made them.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use asyncade::trace::ndjson;

use crate::support::{Ran, asyncade, on_virtual_clock, ran};

/// A file that is this test's own.
fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("view");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    let _ = fs::remove_file(&file);
    file
}

/// Runs a chapter and then opens what it has exported, with the same options:
/// what the two print.
fn both(arguments: &[&str], options: &[&str], columns: &str) -> [Ran; 2] {
    let name =
        format!("{}{columns}.ndjson", arguments.join("").replace('/', ""));
    let file = file(&name);
    let path = file.to_str().unwrap();
    let run = |arguments: &[&str]| -> Ran {
        let mut command = asyncade(arguments);
        command.env("COLUMNS", columns);
        command.output().unwrap().into()
    };
    let first = run(&[arguments, options, &["--export", path]].concat());
    let options: Vec<&str> =
        options.iter().copied().filter(|o| *o != "--twin").collect();
    let second = run(&[&["view", path], &options[..]].concat());
    [first, second]
}

/// On the virtual clock the screen is the same, byte for byte: of every chapter,
/// of all its scenes or its own, and with whatever it is shown.
#[test]
fn what_is_opened_is_what_was_played() {
    for chapter in on_virtual_clock() {
        let name = chapter.name;
        let base = [name, "--clock", "virtual"];
        for options in [
            &[][..],
            &["--explain"],
            &["-q"],
            &["--plain"],
            &["--axis", "steps"],
            &["--json"],
            &["--twin"],
        ] {
            for all in [false, true] {
                let mut arguments = base.to_vec();
                arguments.extend(all.then_some("--all"));
                let [run, view] = both(&arguments, options, "80");
                assert_eq!(
                    run.code, view.code,
                    "{arguments:?}: {}",
                    view.stderr
                );
                assert_eq!(
                    run.stdout, view.stdout,
                    "{arguments:?} {options:?}"
                );
            }
        }
        let [run, view] = both(&base, &[], "50");
        assert_eq!(run.stdout, view.stdout, "{name}");
    }
    for odd in [
        &["gather", "--a", "0.7", "--b", "5", "failure"][..],
        &["sync-vs-async", "--tasks", "40"],
        &["wait", "--timeout", "10", "--workers", "3"],
        &["coroutines", "--url", "a  b"],
    ] {
        let arguments = [odd, &["--clock", "virtual"]].concat();
        let [run, view] = both(&arguments, &[], "80");
        assert_eq!(run.stdout, view.stdout, "{odd:?}");
    }
}

/// What was measured is not measured again: the same screen.
#[test]
fn what_was_measured_is_shown_as_it_was() {
    for arguments in [
        &["gather", "--speed", "10"][..],
        // An hour of it was computed.
        &["timeout", "--speed", "20"],
        &["crawler", "--pages", "4", "--latency", "20ms"],
    ] {
        let [run, view] = both(arguments, &[], "80");
        assert_eq!(run.stdout, view.stdout, "{arguments:?}");
        assert_eq!(run.code, view.code, "{arguments:?}");
    }
}

#[test]
fn at_its_own_pace_it_takes_its_time() {
    let file = file("pace.ndjson");
    let path = file.to_str().unwrap();
    let run =
        ran(&["gather", "gather", "--clock", "virtual", "--export", path]);
    let start = Instant::now();
    let view = ran(&["view", path, "--play", "--speed", "10"]);
    let took = start.elapsed();
    assert_eq!(view.stdout, run.stdout);
    // Three seconds of it, ten times as fast.
    assert!(took > Duration::from_millis(290), "{took:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
}

/// CPython's own recording, and a program that nobody knows.
#[test]
fn strangers_are_shown_and_nothing_is_claimed_of_them() {
    let recording =
        concat!(env!("CARGO_MANIFEST_DIR"), "/demos/shield/cpython.ndjson");
    let view = ran(&["view", recording]);
    assert_eq!(view.code, Some(0), "{}", view.stderr);
    assert!(view.stdout.contains("on CPython"), "{}", view.stdout);
    assert!(view.stdout.contains("demo.py:18"), "{}", view.stdout);
    assert!(!view.stdout.contains("demo.rs"), "{}", view.stdout);
    assert!(!view.stdout.contains("claims hold"), "{}", view.stdout);

    let file = file("stranger.ndjson");
    let text = fs::read_to_string(recording).unwrap();
    let first = ndjson::read(text.as_bytes()).unwrap().remove(0);
    let end = text.match_indices("\"done\":true").next().unwrap().0;
    let end = end + text[end..].find('\n').unwrap() + 1;
    let own = text[..end].replacen(
        "\"subject\":{\"chapter\":\"shield\"",
        "\"subject\":{\"program\":\"mine\\u001b[31m\",\"was\":\"shield\"",
        1,
    );
    assert_ne!(own, text[..end]);
    fs::write(&file, own).unwrap();
    let view = ran(&["view", file.to_str().unwrap(), "-q"]);
    assert_eq!(view.code, Some(0), "{}", view.stderr);
    assert!(view.stdout.contains("mine"), "{}", view.stdout);
    assert!(!view.stdout.contains('\u{1b}'), "{:?}", view.stdout);
    let total = first.events.last().unwrap().at();
    let total = asyncade::chapter::clock(total);
    assert!(view.stdout.contains(&total), "{total}: {}", view.stdout);
    // It can be stepped through.
    let step = ran(&["view", file.to_str().unwrap(), "--step"]);
    assert_eq!(step.stdout.lines().count(), first.events.len());
}

/// A file that ends early is shown as far as it goes, and that is said.
#[test]
fn a_file_that_was_cut_off_is_shown_as_far_as_it_goes() {
    let whole = file("whole.ndjson");
    let path = whole.to_str().unwrap();
    ran(&["gather", "--clock", "virtual", "--export", path]);
    let text = fs::read_to_string(&whole).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let cut = file("cut.ndjson");
    for kept in [6, 12, lines.len() - 1] {
        fs::write(&cut, lines[..kept].concat()).unwrap();
        let view = ran(&["view", cut.to_str().unwrap()]);
        let said = &view.stdout;
        assert!(said.contains("this is how far it came"), "{kept}: {said}");
        assert!(!said.contains("faster than"), "{kept}: {said}");
    }
}

#[test]
fn what_is_no_trace_is_refused_with_its_line() {
    let bad = file("bad.ndjson");
    let path = bad.to_str().unwrap();
    fs::write(&bad, "not a trace\n").unwrap();
    let view = ran(&["view", path]);
    assert_eq!(view.code, Some(1));
    assert!(view.stderr.contains("line 1"), "{}", view.stderr);
    assert_eq!(view.stdout, "");
    fs::write(&bad, "").unwrap();
    assert_eq!(ran(&["view", path]).code, Some(2));
    let none = ran(&["view", "/no/such/file"]);
    assert_eq!(none.code, Some(1));
    assert!(none.stderr.contains("cannot open '/no/such/file'"));
    assert_eq!(ran(&["view"]).code, Some(2));
    assert_eq!(ran(&["view", path, "--speed", "2"]).code, Some(2));
}

/// Several files are shown one after the other, and standard input is one.
#[test]
fn several_files_and_standard_input() {
    let (a, b) = (file("a.ndjson"), file("b.ndjson"));
    let gather = ran(&[
        "gather",
        "--clock",
        "virtual",
        "--export",
        a.to_str().unwrap(),
    ]);
    let tasks = ran(&[
        "tasks",
        "--clock",
        "virtual",
        "--export",
        b.to_str().unwrap(),
    ]);
    let view = ran(&["view", a.to_str().unwrap(), b.to_str().unwrap()]);
    assert_eq!(view.stdout, gather.stdout + &tasks.stdout);
    let mut command = asyncade(&["view", "-"]);
    command.stdin(fs::File::open(&b).unwrap());
    let piped: Ran = command.output().unwrap().into();
    assert_eq!(piped.stdout, tasks.stdout);
}
