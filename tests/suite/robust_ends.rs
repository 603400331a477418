//! Ends that are not the usual ones: an export that nobody takes, a hangup that
//! nobody is to hear of, and the real stage of a Python whose parent is gone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use asyncade::trace::ndjson;

use crate::support::{Ran, asyncade};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("ends-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What is in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
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

/// Sends a signal to a program, and waits for its end.
fn end(child: Child, signal: &str) -> Ran {
    let (signal, pid) = (format!("-{signal}"), child.id().to_string());
    let kill = Command::new("kill").args([&signal, &pid]).status();
    assert!(kill.unwrap().success());
    child.wait_with_output().unwrap().into()
}

#[test]
fn r5_a_pipe_that_nobody_reads_can_be_given_up() {
    let folder = folder("unread-pipe");
    let path = folder.join("x.ndjson");
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let play = ["gather", "--clock", "virtual", "--export", "x.ndjson"];
    let child = asyncade(&play)
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_millis(500));
    let run = end(child, "INT");
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(
        run.stderr.contains("nobody reads this pipe"),
        "{}",
        run.stderr
    );
}

#[test]
fn r6_whoever_is_started_not_to_hear_of_a_hangup_does_not() {
    let folder = folder("nohup");
    let script = "trap '' HUP; exec \"$0\" gather --speed 2 --scene gather \
                  --export x.ndjson";
    let child = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_asyncade")])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until("the draft", || !names(&folder).is_empty());
    let run = end(child, "HUP");
    // 1 if the machine is too busy for a claim about times.
    assert!(matches!(run.code, Some(0 | 1)), "{:?}", run.code);
    let read = fs::read(folder.join("x.ndjson")).unwrap();
    assert!(!ndjson::read(read.as_slice()).unwrap()[0].interrupted);
}

#[test]
fn r6_the_real_stage_ends_with_us_whatever_ends_us() {
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
         exec python3 \"$@\"",
        demo.display()
    );
    let python = folder.join("python3");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *version_info*) echo 3.13.0; exit;; esac\n{play}\n"
    );
    fs::write(&python, script).unwrap();
    let all = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&python, all).unwrap();
    let mut child = asyncade(&["verify", "gather", "--python"])
        .arg(&python)
        .env("TMPDIR", &folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let read = || fs::read_to_string(&file).unwrap_or_default();
    until("the scene hangs", || read().ends_with('\n'));
    let pid = read();
    let pid = pid.trim();
    assert!(is_alive(pid));
    child.kill().unwrap();
    child.wait().unwrap();
    until("it ends", || !is_alive(pid));
}
