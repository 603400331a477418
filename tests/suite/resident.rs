//! A Python that stays plays as one that is started anew, whatever a demo does
//! to it, and leaves nothing running.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::robust_files::folder;
use crate::robust_signals::{signal, until};
use crate::support::{any_knobs, chapter, computing, on_virtual_clock, python};
use asyncade::chapter::{Chapter, Figure, Knobs, Measure, Twin};
use asyncade::system::child::{Bounds, Fault};
use asyncade::system::kept::Kept;
use asyncade::system::stop::{self, Stopped};
use asyncade::trace::{Trace, ndjson};
use asyncade::world::python::{Python, Resident};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const BOUNDS: Bounds = Bounds {
    time: PATIENCE,
    bytes: 1_000_000,
};

/// A chapter of which nothing counts but what CPython plays.
fn with_demo(name: &'static str, demo: &'static str) -> Chapter {
    Chapter {
        name,
        title: "",
        minutes: 1,
        knobs: &[],
        check: |_| Ok(()),
        scenes: &[],
        measure: Measure {
            what: "",
            baseline: "",
            scene: "",
            gain: "",
            figure: Figure::Fact(|_| true),
        },
        claims: &[],
        lesson: "",
        demo: "",
        twin: Twin {
            demo,
            recording: "",
            partings: &[],
            errata: &[],
        },
    }
}

fn played(resident: &Resident, chapter: &Chapter) -> Result<String, String> {
    let knobs = Knobs::new(chapter.knobs);
    said(resident.play(chapter, &chapter.twin, &knobs))
}

fn played_anew(python: &Python, chapter: &Chapter) -> Result<String, String> {
    let knobs = Knobs::new(chapter.knobs);
    said(python.play(chapter, &chapter.twin, &knobs))
}

/// The traces as text, or why there are none.
fn said(played: anyhow::Result<Vec<Trace>>) -> Result<String, String> {
    let traces = played.map_err(|error| format!("{error:#}"))?;
    let mut text = Vec::new();
    for trace in traces {
        ndjson::write(&trace, &mut text).unwrap();
    }
    Ok(String::from_utf8(text).unwrap())
}

/// The number of the process that stays, and of its group.
fn number(resident: &Resident) -> u32 {
    let who = with_demo("who", "import os, sys; sys.exit(f'{os.getppid()}')");
    let error = played(resident, &who).unwrap_err();
    let number = error.strip_prefix("the Python demo of who failed: ");
    number.unwrap().parse().unwrap()
}

/// How many processes of a group are running.
fn running(group: u32) -> usize {
    let processes = fs::read_dir("/proc").unwrap();
    let stats = processes.filter_map(|process| {
        fs::read_to_string(process.ok()?.path().join("stat")).ok()
    });
    let is_running = |stat: &String| {
        // Its name, in brackets, may have spaces in it.
        let after = stat.rsplit(") ").next().unwrap();
        let fields: Vec<&str> = after.split(' ').collect();
        fields[0] != "Z" && fields[2] == group.to_string()
    };
    stats.filter(is_running).count()
}

fn ends_soon(group: u32) {
    until("all of it has ended", || running(group) == 0);
}

#[test]
fn it_plays_as_one_that_is_started_anew() {
    let _core = computing();
    let Some(python) = python() else { return };
    let resident = Resident::new(python);
    let mut runner = TestRunner::deterministic();
    let (mut holder, mut refused) = (None, 0);
    for chapter in on_virtual_clock() {
        let twin = &chapter.twin;
        let any = any_knobs(chapter);
        let any = (0..2).map(|_| any.new_tree(&mut runner).unwrap().current());
        // The article's own, and whatever comes; Python refuses some of them.
        let all = [Knobs::new(chapter.knobs)].into_iter().chain(any);
        for knobs in all {
            let anew = resident.python().play(chapter, twin, &knobs);
            let anew = said(anew);
            refused += u32::from(anew.is_err());
            let stays = resident.play(chapter, twin, &knobs);
            assert_eq!(said(stays), anew, "{}", chapter.name);
        }
        let number = number(&resident);
        assert_eq!(*holder.get_or_insert(number), number, "it is another");
    }
    assert!(refused > 0, "none of the knobs was refused");
}

#[test]
fn it_fails_as_one_that_is_started_anew() {
    let Some(python) = python() else { return };
    let resident = Resident::new(python);
    let holder = number(&resident);
    let good = chapter("shield");
    let expected = played_anew(resident.python(), good).unwrap();
    for (name, demo) in [
        ("raises", "print('{}')\nraise RuntimeError('a\\u0007\\xe9')"),
        ("exits", "import sys\nsys.exit('no such thing')"),
        ("silent", "import sys\nsys.exit(3)"),
        (
            "unfinished",
            "import sys\nsys.stderr.write('why')\nsys.exit(3)",
        ),
        (
            "refuses",
            "import pathlib, sys\n\
                     sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))\n\
                     import stage\nsys.argv += ['x']\n\
                     stage.main('refuses', [], {'scene': ()})",
        ),
        ("syntax", "this is no Python"),
        ("nonsense", "print('nonsense')"),
        ("no-line", "import sys\nsys.stdout.write('nonsense')"),
        ("bytes", "import os\nos.write(1, b'\\xff\\n\\n')"),
        ("nothing", ""),
        ("no-stdout", "import os\nos.close(1)\nprint('nonsense')"),
        ("no-stderr", "import os\nos.close(2)\nraise RuntimeError"),
        (
            "neither",
            "import os\nos.close(1)\nos.close(2)\nos._exit(3)",
        ),
        ("killed", "import os\nos.kill(os.getpid(), 9)"),
    ] {
        let bad = with_demo(name, demo);
        let stays = played(&resident, &bad);
        assert_eq!(stays, played_anew(resident.python(), &bad), "{name}");
        assert!(stays.is_err() || name == "nothing", "{name}: {stays:?}");
        assert_eq!(played(&resident, good).unwrap(), expected, "{name}");
    }
    assert_eq!(number(&resident), holder, "it is another");
}

#[test]
fn nothing_of_a_run_is_left_for_the_next() {
    let Some(python) = python() else { return };
    let resident = Resident::new(python);
    let demo = "import os, stage, sys\n\
                were = hasattr(stage, 'mark'), 'MARK' in os.environ\n\
                stage.mark = os.environ['MARK'] = 'x'\n\
                sys.exit(f'{were} {__name__} {sys.argv[1:4]}')";
    let marks = with_demo("marks", demo);
    let expected = "the Python demo of marks failed: (False, False) __main__ \
                    ['--all', '--clock', 'virtual']";
    for _ in 0..2 {
        assert_eq!(played(&resident, &marks).unwrap_err(), expected);
    }
}

#[test]
fn who_asks_at_once_is_answered_in_turn() {
    let Some(python) = python() else { return };
    let resident = Resident::new(python);
    thread::scope(|scope| {
        for name in ["gather", "shield", "wait", "gather"] {
            let chapter = chapter(name);
            let resident = &resident;
            scope.spawn(move || {
                let anew = played_anew(resident.python(), chapter).unwrap();
                for _ in 0..3 {
                    assert_eq!(played(resident, chapter).unwrap(), anew);
                }
            });
        }
    });
}

#[test]
fn a_new_one_plays_when_the_old_one_is_dead() {
    let Some(python) = python() else { return };
    let resident = Resident::new(python);
    let good = chapter("gather");
    let expected = played_anew(resident.python(), good).unwrap();
    // In its sleep: nobody notices.
    let first = number(&resident);
    assert!(signal(first, "KILL"));
    assert_eq!(played(&resident, good).unwrap(), expected);
    ends_soon(first);
    // By the demo, which is then played once more, and no more than that.
    let folder = folder("resident-kills");
    for (name, prints, times) in [("kills", "", 2), ("prints", "print(1)", 1)] {
        let second = number(&resident);
        assert_ne!(first, second);
        let count = folder.join(name);
        let demo = format!(
            "import os, time\nopen({count:?}, 'a').write('x')\n{prints}\n\
             import sys; sys.stdout.flush()\nprint('no', file=sys.stderr)\n\
             time.sleep(0.2)\nos.kill(os.getppid(), 9)\ntime.sleep(1000)"
        );
        let kills = with_demo(name, demo.leak());
        let error = played(&resident, &kills).unwrap_err();
        assert_eq!(error, "'python3' ended before it had answered: no");
        assert_eq!(fs::read_to_string(count).unwrap().len(), times);
        ends_soon(second);
        assert_eq!(played(&resident, good).unwrap(), expected);
    }
    let last = number(&resident);
    drop(resident);
    assert_eq!(running(last), 0);
}

#[test]
fn what_comes_late_is_no_part_of_the_next_answer() {
    let Some(python) = python() else { return };
    let resident = Resident::new(python);
    let said = folder("resident-late").join("said");
    let demo = format!(
        "import subprocess, sys\n\
         subprocess.Popen('sleep 0.1; echo late; echo >{said:?}', shell=True)\n\
         sys.exit('started')"
    );
    let late = with_demo("late", demo.leak());
    assert!(played(&resident, &late).unwrap_err().ends_with("started"));
    until("it says more", || said.exists());
    let good = chapter("gather");
    let expected = played_anew(resident.python(), good);
    assert_eq!(played(&resident, good), expected);
}

/// The program that stays, by itself, and its number.
fn kept() -> (Kept, u32) {
    let stay = concat!(env!("CARGO_MANIFEST_DIR"), "/demos/stage/stay.py");
    let mut command = Command::new("python3");
    command.args(["-I", "-S", "-B", "-X", "utf8", stay]);
    let mut kept = Kept::start(command, BOUNDS).unwrap();
    let who = "import os; print(os.getppid())";
    let answer = kept.ask(&request("who", who), BOUNDS).unwrap();
    let number = String::from_utf8(answer.stdout).unwrap();
    assert_eq!((answer.status, answer.complaint.as_str()), (0, ""));
    (kept, number.trim().parse().unwrap())
}

fn request(name: &str, demo: &str) -> String {
    let path = folder(&format!("resident-{name}")).join("demo.py");
    fs::write(&path, demo).unwrap();
    format!("{{\"demo\": {path:?}, \"arguments\": []}}")
}

#[test]
fn who_keeps_to_no_bounds_is_ended() {
    if python().is_none() {
        return;
    }
    let time = Duration::from_millis(300);
    let short = Bounds { time, ..BOUNDS };
    let slow = "did not end within 300ms, and was stopped";
    let endless = "printed more than 1000000 bytes, and was stopped";
    for (name, bounds, expected, demo) in [
        ("busy", short, slow, "while True: pass"),
        ("idle", short, slow, "import time; time.sleep(1000)"),
        ("two", short, slow, "import os; os.system('sleep 1000')"),
        ("out", BOUNDS, endless, "while True: print('x' * 999)"),
        (
            "err",
            BOUNDS,
            endless,
            "import os\nwhile True: os.write(2, b'x' * 999)",
        ),
    ] {
        let (mut kept, number) = kept();
        let start = Instant::now();
        let fault = kept.ask(&request(name, demo), bounds).unwrap_err();
        assert!(start.elapsed() < PATIENCE / 2, "{name}");
        assert_eq!(fault.to_string(), expected, "{name}");
        ends_soon(number);
        // There is nobody left to ask.
        let fault = kept.ask(&request("none", ""), BOUNDS).unwrap_err();
        assert!(matches!(fault, Fault::Gone { .. }), "{name}: {fault}");
    }
}

#[test]
fn who_does_not_say_that_he_is_there_is_not() {
    let time = Duration::from_millis(300);
    for (script, expected) in [
        ("exit 3", "ended before it had answered"),
        ("echo why >&2", "ended before it had answered: why"),
        ("exec >&- 2>&-; sleep 1000", "ended before it had answered"),
        ("sleep 1000", "did not end within 300ms, and was stopped"),
        ("yes", "printed more than 1000000 bytes, and was stopped"),
    ] {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        // It prints without end within its time.
        let time = if script == "yes" { PATIENCE } else { time };
        let bounds = Bounds { time, ..BOUNDS };
        let fault = Kept::start(command, bounds).unwrap_err();
        assert_eq!(fault.to_string(), expected, "{script}");
    }
    let none = Command::new(Path::new("/nonexistent/python3"));
    let fault = Kept::start(none, BOUNDS).unwrap_err();
    assert!(matches!(fault, Fault::NotRun(_)), "{fault}");
}

/// Says to a test that it is a program which another one has started.
const ROLE: &str = "ASYNCADE_TEST_HOLDER";

/// Not a test: the program that the test below starts.
#[test]
fn holder_that_another_test_starts() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let resident = Resident::new(python().unwrap());
    println!("\nnumber {}", number(&resident));
    if role == "is asked to stop" {
        thread::spawn(|| {
            thread::sleep(Duration::from_millis(500));
            stop::ask(130);
        });
    }
    let endless = with_demo("endless", "while True: pass");
    let knobs = Knobs::new(&[]);
    let play = || resident.play(&endless, &endless.twin, &knobs);
    thread::scope(|scope| {
        // One of them waits for its turn.
        for thread in [scope.spawn(play), scope.spawn(play)] {
            let error = thread.join().unwrap().unwrap_err();
            assert!(error.is::<Stopped>(), "{error:#}");
        }
    });
    println!("stopped");
    // Whatever is left of it, the test can see until it has said so.
    io::stdin().read_line(&mut String::new()).unwrap();
}

#[test]
fn nothing_is_left_when_its_holder_is_gone() {
    if python().is_none() {
        return;
    }
    for role in ["is killed", "is asked to stop"] {
        let mut holder = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("resident::holder_that_another_test_starts")
            .env(ROLE, role)
            .env("TMPDIR", folder("resident-holder"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(holder.stdout.take().unwrap());
        let mut lines = output.lines().map(Result::unwrap);
        let number =
            lines.find_map(|line| Some(line.strip_prefix("number ")?.parse()));
        let number = number.unwrap().unwrap();
        let start = Instant::now();
        if role == "is killed" {
            until("it plays", || running(number) == 2);
            holder.kill().unwrap();
        } else {
            assert!(lines.any(|line| line == "stopped"), "it did not end well");
        }
        ends_soon(number);
        assert!(start.elapsed() < Duration::from_secs(5), "{role}: late");
        drop(holder.stdin.take());
        holder.wait().unwrap();
    }
}

/// Not a test: what the two cost, for whoever wants to know.
#[test]
#[ignore = "it measures"]
fn what_a_play_costs() {
    let resident = Resident::new(python().unwrap());
    let gather = chapter("gather");
    let any = any_knobs(gather);
    let mut runner = TestRunner::deterministic();
    let (mut stays, mut anew) = (Vec::new(), Vec::new());
    for round in 0..=50 {
        let knobs = any.new_tree(&mut runner).unwrap().current();
        let start = Instant::now();
        resident.play(gather, &gather.twin, &knobs).unwrap();
        if round == 0 {
            println!("the first play: {:?}", start.elapsed());
            continue;
        }
        stays.push(start.elapsed());
        if round % 5 == 0 {
            let start = Instant::now();
            let python = resident.python();
            python.play(gather, &gather.twin, &knobs).unwrap();
            anew.push(start.elapsed());
        }
    }
    for (name, mut times) in [("stays", stays), ("anew", anew)] {
        times.sort();
        let (median, worst) = (times[times.len() / 2], times.last().unwrap());
        println!("{name}: median {median:?}, worst {worst:?}");
    }
}
