//! Recorded traces, opened: the same screen as the run that made them.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use asyncade::chapter::{Chapter, Knobs, Reading};
use asyncade::demos;
use asyncade::report::{Unheard, Viewing, of_traces, play};
use asyncade::terminal::{Full, Page, Screen};
use asyncade::trace::{self, Event, Trace, What, ndjson};

use crate::support::{
    Ran, asyncade, computing, on_virtual_clock, play_all, ran,
};

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
    let _core = computing();
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
    // All there is of it is drawn on the last screen, and nothing is wrong;
    // what comes behind it is shown as well.
    let tasks = file("behind.ndjson");
    let behind = tasks.to_str().unwrap();
    ran(&["tasks", "--clock", "virtual", "--export", behind]);
    for length in (0..text.len()).step_by(997).skip(1) {
        let whole = text[..length].matches("\"done\":true").count();
        fs::write(&cut, &text[..length]).unwrap();
        let view = ran(&["view", "-q", cut.to_str().unwrap(), behind]);
        let said = &view.stdout;
        if !text[..length].contains('\n') {
            assert_eq!(view.code, Some(2), "{length}: {}", view.stderr);
            continue;
        }
        assert_eq!(view.code, Some(0), "{length}: {}", view.stderr);
        let name = ["sequential", "gather"][whole];
        let cut_off = format!("{name} is cut off after");
        assert!(said.contains(&cut_off), "{length}: {said}");
        assert!(said.contains("  main "), "{length}: {said}");
        let claims = "A claim is checked when";
        assert!(said.contains(claims), "{length}: {said}");
        assert!(said.contains("tasks: "), "{length}: {said}");
    }
}

/// A run that was stopped is not stopped once more by who looks at it.
#[test]
fn a_run_that_was_stopped_is_shown_as_far_as_it_came() {
    let stopped = file("stopped.ndjson");
    let path = stopped.to_str().unwrap();
    ran(&["gather", "gather", "--clock", "virtual", "--export", path]);
    let text = fs::read_to_string(&stopped).unwrap();
    let footer = "\"done\":true,";
    let with = format!("{footer}\"interrupted\":true,");
    fs::write(&stopped, text.replace(footer, &with)).unwrap();
    let view = ran(&["view", path]);
    assert_eq!(view.code, Some(0), "{}", view.stderr);
    let said = "Interrupted: this is how far it came.";
    assert!(view.stdout.contains(said), "{}", view.stdout);
    let said = "gather was stopped after 3.000s.";
    assert!(view.stdout.contains(said), "{}", view.stdout);
    assert!(!view.stdout.contains("claims hold"), "{}", view.stdout);
}

/// What CPython did is in the file: it is drawn, and its lines are found, on a
/// machine without Python, and whatever is known of it otherwise.
#[test]
fn what_cpython_did_is_taken_from_the_file() {
    let file = file("python.ndjson");
    let path = file.to_str().unwrap();
    for options in [
        &[][..],
        &["--lang", "python"],
        &["--lang", "both", "--explain"],
    ] {
        let _ = fs::remove_file(&file);
        let arguments = ["shield", "--all", "--clock", "virtual", "--twin"];
        let export = ["--export", path];
        let run = ran(&[&arguments, options, &export].concat());
        let view = || -> Ran {
            let mut view = asyncade(&[&["view", path], options].concat());
            view.env("PATH", "/nowhere");
            view.output().unwrap().into()
        };
        assert_eq!(run.stdout, view().stdout, "{options:?}");
        // Of these figures there is no recording, and of this line none.
        let text = fs::read_to_string(&file).unwrap();
        let (from, to) = ("Cleanup finished", "Cleanup is over");
        let lines = text.lines().map(|line| {
            let line = line.replace("\"cleanup\":\"1s\"", "\"cleanup\":\"2s\"");
            let is_python =
                line.contains("demo.py") && line.contains("\"say\"");
            if is_python {
                line.replace(from, to)
            } else {
                line
            }
        });
        let lines: Vec<String> = lines.collect();
        fs::write(&file, lines.join("\n") + "\n").unwrap();
        let view = view();
        assert!(view.stdout.contains("the two worlds part"), "{options:?}");
        assert!(view.stdout.contains(to), "{options:?}: {}", view.stdout);
        let asked = "not by a run of CPython's";
        assert!(!view.stdout.contains(asked), "{}", view.stdout);
    }
}

/// With other code than today's, nothing is known of what it should do.
#[test]
fn of_another_version_of_a_chapter_nothing_is_claimed() {
    let file = file("version.ndjson");
    let path = file.to_str().unwrap();
    ran(&["gather", "--clock", "virtual", "--export", path]);
    let text = fs::read_to_string(&file).unwrap();
    for (from, to) in [
        // Its code, a knob's name, and a value that is none any more.
        ("async fn", "pub async fn"),
        ("\"a\":\"3s\"", "\"first\":\"3s\""),
        ("\"a\":\"3s\"", "\"a\":\"long\""),
        ("\"a\":\"3s\",", ""),
        ("\"scene\":\"gather\"", "\"scene\":\"as-it-was\""),
    ] {
        let other = text.replace(from, to);
        assert_ne!(other, text, "{from}");
        fs::write(&file, other).unwrap();
        let view = ran(&["view", path, "--explain"]);
        assert_eq!(view.code, Some(0), "{}", view.stderr);
        let said = "another version of this chapter";
        assert!(view.stdout.contains(said), "{from}: {}", view.stdout);
        for word in ["remember", "asyncade show", "claims hold", "--all"] {
            assert!(!view.stdout.contains(word), "{word}: {}", view.stdout);
        }
        // Where its lines are said and when is in the trace.
        assert!(view.stdout.contains("demo.rs:"), "{}", view.stdout);
        assert!(view.stdout.contains("3.000s"), "{}", view.stdout);
    }
}

/// Scenes of one chapter at the same settings are one run, whatever is between
/// them.
#[test]
fn scenes_of_several_files_are_one_run() {
    let export = |arguments: &[&str], name: &str| {
        let path = file(name).to_str().unwrap().to_owned();
        let clock = &["--clock", "virtual", "--export", &path];
        let stdout = ran(&[arguments, clock].concat()).stdout;
        (path, stdout)
    };
    let (a, _) = export(&["gather", "sequential"], "one.ndjson");
    let (b, tasks) = export(&["tasks"], "two.ndjson");
    let (c, _) = export(&["gather", "gather"], "three.ndjson");
    let (d, other) = export(&["gather", "gather", "--a", "4"], "four.ndjson");
    let (_, gather) = export(&["gather"], "all.ndjson");
    let view = ran(&["view", &a, &b, &c, &d]);
    assert_eq!(view.stdout, gather + &tasks + &other);
    // The same scene again is another run.
    let view = ran(&["view", "-q", &c, &c]);
    let title = "gather: wait for all";
    assert_eq!(view.stdout.matches(title).count(), 2, "{}", view.stdout);
}

/// Beside what is short an hour is told at once, as it was when it was run.
#[test]
fn what_takes_too_long_is_told_at_once() {
    let file = file("hour.ndjson");
    let path = file.to_str().unwrap();
    ran(&["timeout", "--clock", "virtual", "--export", path]);
    let start = Instant::now();
    let view = ran(&["view", path, "--play", "--speed", "4"]);
    assert!(start.elapsed() < Duration::from_secs(60));
    let said = "Told at once: at its pace it takes 15m.";
    assert!(view.stdout.contains(said), "{}", view.stdout);
    let at_once = ran(&["view", path, "-q"]).stdout;
    assert!(view.stdout.ends_with(&at_once), "{}", view.stdout);
}

/// Ctrl-C leaves what was told, and nothing that was not.
#[cfg(unix)]
#[test]
fn who_stops_the_telling_sees_how_far_it_was_told() {
    let file = file("told.ndjson");
    let path = file.to_str().unwrap();
    ran(&["gather", "gather", "--clock", "virtual", "--export", path]);
    // Of 3s, in a minute: B is done in the twentieth second.
    let mut view = asyncade(&["view", path, "--play", "--speed", "0.05"]);
    let view = view.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = view.spawn().unwrap();
    thread::sleep(Duration::from_secs(1));
    interrupt(&child);
    let view: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(view.code, Some(130), "{}", view.stderr);
    let said = "Interrupted: this is how far it came.";
    assert_eq!(view.stdout.matches(said).count(), 1, "{}", view.stdout);
    assert!(!view.stdout.contains("finished"), "{}", view.stdout);
    assert!(view.stdout.contains("  main "), "{}", view.stdout);
}

/// Who waits for standard input in vain is ended at once.
#[cfg(unix)]
#[test]
fn standard_input_that_never_ends_can_be_left() {
    let mut view = asyncade(&["view", "-"]);
    let mut child = view.stdin(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("it waits on");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(unix)]
fn interrupt(child: &std::process::Child) {
    let pid = child.id().to_string();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-INT", &pid]).status().unwrap().success());
}

/// Opens traces in every way, and returns what is shown.
fn shown(traces: Vec<Trace>) -> String {
    let next = |_: &Chapter| String::new();
    let viewing = Viewing {
        course: &demos::COURSE,
        next: &next,
        reading: Reading::default(),
        pace: None,
    };
    let mut all = String::new();
    for plan in of_traces(traces, &viewing) {
        let out = Sink::default();
        let mut screen = Screen::new(Page::new(80, true), out.clone());
        let mut full = Full::new(&mut screen).explaining(true);
        play(plan, &mut full, Unheard::Stop);
        drop(full);
        all += &String::from_utf8(out.0.borrow().clone()).unwrap();
    }
    all
}

#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file may say of itself whatever it likes: it is shown, and what it says
/// gives no orders.
#[test]
fn a_header_may_say_anything() {
    let chapter = crate::support::chapter("tasks");
    let knobs = Knobs::new(chapter.knobs);
    let traces = play_all(chapter, &knobs);
    let text: String = traces.iter().map(crate::support::text).collect();
    for (from, to) in [
        ("\"speed\":1.0", "\"speed\":1e-300"),
        ("\"speed\":1.0", "\"speed\":1e300"),
        ("\"clock\":\"virtual\"", "\"clock\":\"real\""),
        ("\"chapter\":\"tasks\"", "\"chapter\":\"crawler\""),
        ("\"chapter\":\"tasks\"", "\"chapter\":\"\\u001b[2Jx\""),
        (
            "\"chapter\":\"tasks\"",
            "\"program\":\"\\u001b[2J\",\"x\":\"\"",
        ),
        ("\"scene\":\"create_task\"", "\"scene\":\"\\u009b31m\""),
        ("\"title\":\"", "\"title\":\"\\u001b[2J\\n"),
        ("\"scene\":\"dropped\"", "\"scene\":\"create-task\""),
        ("\"name\":\"tokio\"", "\"name\":\"\\u001b[2J\""),
    ] {
        let other = text.replace(from, to);
        assert_ne!(other, text, "{from}");
        let traces = ndjson::read(other.as_bytes()).unwrap();
        let seen = shown(traces);
        let seen = without_colours(&seen);
        assert!(seen.contains("main"), "{to}: {seen}");
        let order = |c: char| c.is_control() && c != '\n';
        assert!(!seen.contains(order), "{to}: {seen:?}");
    }
}

/// A text without the orders that give colours, but with every other one.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_digit() && c != ';');
        match end.filter(|end| piece[*end..].starts_with('m')) {
            Some(end) => plain += &piece[end + 1..],
            None => plain = plain + "\u{1b}[" + piece,
        }
    }
    plain
}

/// A trace that says it is a chapter's need not do what the chapter does: a
/// claim is broken then, and nothing else.
#[test]
fn a_trace_may_do_what_no_chapter_does() {
    let _alone = computing();
    for chapter in on_virtual_clock() {
        let traces = play_all(chapter, &Knobs::new(chapter.knobs));
        let most = traces.iter().map(|trace| trace.events.len()).max();
        let step = most.unwrap() / 4 + 1;
        for at in (0..most.unwrap()).step_by(step) {
            for change in CHANGES {
                let mut others = traces.clone();
                for trace in &mut others {
                    let index = at % trace.events.len();
                    change(trace, index);
                    trace.elapsed =
                        trace.events.last().map_or(Duration::ZERO, Event::at);
                }
                // What no reader would let in is not opened.
                others.retain(|trace| {
                    !trace.events.is_empty() && trace::check(trace).is_ok()
                });
                let seen = shown(others.clone());
                assert_eq!(others.is_empty(), seen.is_empty());
            }
        }
    }
}

/// What may be otherwise in a trace from an event on.
const CHANGES: [fn(&mut Trace, usize); 5] = [
    |trace, index| trace.events.truncate(index),
    |trace, index| {
        let events = trace.events[index..].iter_mut();
        events.for_each(|event| event.at = event.at * 3 + 7);
    },
    |trace, index| {
        let events = trace.events[index..].iter_mut();
        events.for_each(|event| event.at += u64::MAX / 2);
    },
    |trace, _| {
        trace.events.iter_mut().for_each(|event| {
            if let What::Spawn { name, .. } = &mut event.what {
                *name = "main".to_owned();
            }
        });
    },
    |trace, index| {
        let mut number = 0;
        trace.events.retain(|event| {
            number += 1;
            number <= index || !matches!(event.what, What::Say { .. })
        });
    },
];

#[test]
fn what_is_no_trace_is_refused_with_its_line() {
    let bad = file("bad.ndjson");
    let path = bad.to_str().unwrap();
    fs::write(&bad, "not a trace\n").unwrap();
    let view = ran(&["view", path]);
    assert_eq!(view.code, Some(2));
    assert!(view.stderr.contains("line 1"), "{}", view.stderr);
    assert_eq!(view.stdout, "");
    fs::write(&bad, "").unwrap();
    assert_eq!(ran(&["view", path]).code, Some(2));
    let none = ran(&["view", "/no/such/file"]);
    assert_eq!(none.code, Some(2));
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
