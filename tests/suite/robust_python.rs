//! A Python is another program, and may be anybody's: it runs by itself,
//! within bounds, and ends when we do.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use asyncade::system::child::{self, Bounds, Fault};

use crate::support::{Ran, asyncade, ran};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A shell script called `python3`, alone in a folder. Asked for its version
/// it is a Python, and asked to play it does what `play` says.
fn python(folder: &Path, play: &str) -> PathBuf {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let path = bin.join("python3");
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in *version_info*) echo 3.13.0; exit;; esac\n{play}\n"
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The program, with that Python as the first on its path, and a folder for
/// temporary files of its own.
fn with_python(folder: &Path, play: &str, arguments: &[&str]) -> Command {
    let python = python(folder, play);
    let temporary = folder.join("tmp");
    fs::create_dir_all(&temporary).unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", python.parent().unwrap().display());
    let mut command = asyncade(arguments);
    command
        .env("PATH", path)
        .env("TMPDIR", temporary)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(mut command: Command) -> Ran {
    command.output().unwrap().into()
}

fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// Waits until something is so.
fn until(what: &str, so: impl Fn() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process is alive. One that has ended and that nobody has waited
/// for is not.
fn is_alive(pid: &str) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", pid]).output();
    let state = String::from_utf8(state.unwrap().stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

/// The process ids that were written to a file, once there are so many.
fn pids(file: &Path, count: usize) -> Vec<String> {
    let read = || -> Vec<String> {
        let text = fs::read_to_string(file).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    until("the process ids", || read().len() >= count);
    read()
}

fn signal(child: &Child, signal: &str) {
    let (signal, pid) = (format!("-{signal}"), child.id().to_string());
    let kill = Command::new("kill").args([&signal, &pid]).status();
    assert!(kill.unwrap().success());
}

#[test]
fn r1_verify_refuses_the_knobs_that_play_refuses() {
    for knobs in [
        &["to_thread", "--block", "30days", "--heartbeat", "1ms"][..],
        &["wait", "--fail", "5", "--workers", "4"],
    ] {
        let played = ran(knobs);
        let verified = ran(&[&["verify"], knobs].concat());
        assert_eq!(played.code, Some(2), "{}", played.stderr);
        assert_eq!(verified.code, Some(2), "{}", verified.stderr);
        assert_eq!(verified.stderr, played.stderr);
        assert_eq!(verified.stdout, "");
    }
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

const SHORT: Bounds = Bounds {
    time: Duration::from_millis(500),
    bytes: 10_000,
};

const LONG: Bounds = Bounds {
    time: PATIENCE,
    bytes: 10_000,
};

#[test]
fn r1_a_program_that_hangs_is_ended_with_all_that_it_has_started() {
    let file = folder("hangs").join("pids");
    let script = format!(
        "echo $$ >>'{0}'; sleep 300 & echo $! >>'{0}'; sleep 300",
        file.display()
    );
    let start = Instant::now();
    let fault = child::run(shell(&script), SHORT).unwrap_err();
    assert!(matches!(fault, Fault::Slow(_)), "{fault}");
    assert!(fault.to_string().contains("within 500ms"), "{fault}");
    assert!(start.elapsed() < PATIENCE);
    for pid in pids(&file, 2) {
        until("it ends", || !is_alive(&pid));
    }
}

#[test]
fn r1_a_program_that_prints_without_end_is_ended() {
    for script in ["yes", "yes >&2"] {
        let fault = child::run(shell(script), LONG).unwrap_err();
        assert!(matches!(fault, Fault::Endless(10_000)), "{script}: {fault}");
        assert!(fault.to_string().contains("10000 bytes"), "{fault}");
    }
}

#[test]
fn r1_what_comes_within_the_bounds_is_whole() {
    let script = "head -c 10000 /dev/zero; \
                  head -c 9000 /dev/zero >&2; printf '\\nthe \\033end\\n' >&2; \
                  exit 3";
    let output = child::run(shell(script), LONG).unwrap();
    assert_eq!(output.stdout.len(), 10_000);
    assert_eq!(output.complaint, "the \\u{1b}end");
    assert_eq!(output.status.code(), Some(3));
    let missing = child::run(Command::new("/no/such/program"), LONG);
    assert!(matches!(missing, Err(Fault::NotRun(_))));
}

#[test]
fn r1_what_a_program_leaves_behind_ends_with_it() {
    let file = folder("leaves").join("pids");
    // It has the same output: whoever waited for its end would wait for ever.
    let script =
        format!("sleep 300 & echo $! >'{}'; echo done", file.display());
    let output = child::run(shell(&script), LONG).unwrap();
    assert_eq!(output.stdout, b"done\n");
    let pid = &pids(&file, 1)[0];
    until("it ends", || !is_alive(pid));
}

#[test]
fn r8_a_python_that_prints_without_end_is_said_to() {
    let folder = folder("endless");
    let run = run(with_python(&folder, "exec yes", &["verify", "gather"]));
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(
        run.stderr.contains("'python3' printed more than"),
        "{}",
        run.stderr
    );
    assert!(is_empty(&folder.join("tmp")));
}

#[test]
fn r8_a_python_without_the_scene_is_said_to_have_none() {
    let folder = folder("no-scene");
    let verified = run(with_python(&folder, "exit 0", &["verify", "gather"]));
    assert_eq!(verified.code, Some(1), "{}", verified.stdout);
    assert!(
        unwrapped(&verified.stdout)
            .contains("CPython 3.13.0 has no such scene"),
        "{}",
        verified.stdout
    );
    let twin = ["gather", "--twin", "--a", "1s", "--clock", "virtual"];
    let shown = run(with_python(&folder, "exit 0", &twin));
    assert_eq!(shown.code, Some(1), "{}", shown.stdout);
    assert!(
        shown.stderr.contains("CPython has no such scene"),
        "{}",
        shown.stderr
    );
}

#[test]
fn r8_nothing_of_the_users_python_has_a_part() {
    let folder = folder("isolated");
    let marker = folder.join("was-here");
    // What is imported, or run at the start, where it is not isolated.
    let spy = format!("open({marker:?}, 'w').close()\n");
    for name in ["asyncio.py", "sitecustomize.py", "usercustomize.py"] {
        fs::write(folder.join(name), &spy).unwrap();
    }
    // The trap works: without isolation it is sprung.
    let sprung = Command::new("python3")
        .args(["-c", "import asyncio"])
        .current_dir(&folder)
        .env("PYTHONPATH", ":")
        .status();
    assert!(sprung.is_ok(), "this test needs a python3");
    assert!(marker.exists());
    fs::remove_file(&marker).unwrap();
    let output = asyncade(&["verify", "gather", "--require-python"])
        .current_dir(&folder)
        .env("PYTHONPATH", ":")
        .env("PYTHONSTARTUP", folder.join("asyncio.py"))
        .env("PYTHONHASHSEED", "nonsense")
        .env("PYTHONIOENCODING", "utf-16")
        .env("PYTHONWARNINGS", "error")
        .output();
    let run: Ran = output.unwrap().into();
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert!(!marker.exists());
}

/// Notes its process id and that of what it starts, and waits.
fn waits(folder: &Path) -> (PathBuf, String) {
    let file = folder.join("pids");
    let play = format!(
        "sleep 300 & echo $! >>'{0}'; echo $$ >>'{0}'; wait",
        file.display()
    );
    (file, play)
}

#[test]
fn r7_whoever_stops_us_while_python_is_asked_stops_python_too() {
    let twin = &["gather", "--twin", "--a", "1s", "--clock", "virtual"][..];
    let verify = &["verify", "gather"][..];
    for (name, arguments, by, code) in [
        ("twin-int", twin, "INT", 130),
        ("twin-term", twin, "TERM", 143),
        ("verify-int", verify, "INT", 130),
        ("verify-hup", verify, "HUP", 129),
        ("verify-quit", verify, "QUIT", 131),
    ] {
        let folder = folder(name);
        let (file, play) = waits(&folder);
        let child = with_python(&folder, &play, arguments).spawn().unwrap();
        let pids = pids(&file, 2);
        signal(&child, by);
        let run: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(run.code, Some(code), "{name}: {}", run.stderr);
        assert_eq!(run.stderr, "", "{name}");
        for pid in pids {
            until("it ends", || !is_alive(&pid));
        }
        assert!(is_empty(&folder.join("tmp")), "{name}");
    }
}

#[test]
fn r6_the_folder_for_a_python_is_nobody_elses_to_find_or_to_block() {
    let folder = folder("temporary");
    let (file, play) = waits(&folder);
    let verify = ["verify", "gather"];
    let mut names = Vec::new();
    for _ in 0..2 {
        let _ = fs::remove_file(&file);
        let child = with_python(&folder, &play, &verify).spawn().unwrap();
        pids(&file, 2);
        let temporary = folder.join("tmp");
        let entry = fs::read_dir(&temporary).unwrap().next().unwrap();
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().mode() & 0o7777, 0o700);
        let name = entry.file_name().into_string().unwrap();
        assert!(!name.contains(&child.id().to_string()), "{name}");
        names.push(name);
        signal(&child, "INT");
        child.wait_with_output().unwrap();
        assert!(is_empty(&temporary));
    }
    assert_ne!(names[0], names[1]);
}

#[test]
fn r6_python_ends_with_us_whatever_ends_us() {
    let folder = folder("orphan");
    let file = folder.join("pid");
    let demo = folder.join("hangs.py");
    // A demo whose scene hangs, under the real Python and on the real stage.
    let code = format!(
        "import os, sys, time\n\
         sys.path.insert(0, os.environ['DEMOS'])\n\
         import stage\n\n\
         async def hangs(a, b, c):\n    \
             'For ever.'\n    \
             with open({file:?}, 'w') as out:\n        \
                 print(os.getpid(), file=out)\n    \
             time.sleep(300)\n\n\
         KNOBS = [stage.Time(name, '1s') for name in 'abc']\n\
         stage.main('gather', KNOBS, {{'hangs': (hangs, 'a', 'b', 'c')}})\n"
    );
    fs::write(&demo, code).unwrap();
    // Runs that one in place of the one that it is asked to run: whatever
    // else it is given stays as it is.
    let play = format!(
        "for word; do shift\n\
         case $word in */demo.py)\n\
         export DEMOS=\"${{word%/*/demo.py}}\"; word='{}';; esac\n\
         set -- \"$@\" \"$word\"; done\n\
         PATH=${{PATH#*:}} exec python3 \"$@\"",
        demo.display()
    );
    let verify = ["verify", "gather"];
    let mut child = with_python(&folder, &play, &verify).spawn().unwrap();
    let pid = &pids(&file, 1)[0];
    assert!(is_alive(pid));
    child.kill().unwrap();
    child.wait().unwrap();
    until("it ends", || !is_alive(pid));
}
