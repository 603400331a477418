//! On a machine that gives no more files or threads, the program says so. It
//! neither panics nor waits for ever.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Ran;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the program below a limit: `-n 6` for six open files. It must end, and
/// without a panic.
fn limited(limit: &str, arguments: &str) -> Ran {
    let program = env!("CARGO_BIN_EXE_asyncade");
    // Who knows of a limit of threads, other than sh.
    let mut command = Command::new("bash");
    let script = format!("ulimit {limit}; exec \"$0\" {arguments}");
    command.args(["-c", &script, program]);
    if limit.starts_with("-u") && is_root() {
        // The limit is one of all that a user runs, and none for root. Nobody
        // runs nothing.
        command.uid(65534).gid(65534);
    }
    // What a user runs is counted together.
    static ONE_BY_ONE: Mutex<()> = Mutex::new(());
    let _turn = ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    // What it prints fits into the pipes.
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{arguments} does not end below {limit}");
        }
        thread::sleep(Duration::from_millis(10));
    }
    let run: Ran = child.wait_with_output().unwrap().into();
    let said = &run.stderr;
    assert!(!said.contains("panicked"), "{limit} {arguments}: {said}");
    // 127 if even its libraries could not be opened.
    let is_fine = matches!(run.code, Some(0 | 1 | 127));
    assert!(is_fine, "{limit} {arguments}: {:?} {said}", run.code);
    run
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

#[test]
fn r3_too_few_files_are_said_and_are_no_panic() {
    for files in 4..16 {
        for arguments in [
            "gather --clock virtual -q",
            "gather --speed 100 --scene gather -q",
            "prove gather",
            "verify gather",
            "crawler --pages 2 --latency 5ms -q",
        ] {
            limited(&format!("-n {files}"), arguments);
        }
    }
    let refused = limited("-n 6", "prove gather");
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("the system gave no runtime"),
        "{}",
        refused.stderr
    );
}

#[test]
fn r3_a_site_that_cannot_be_opened_is_said_to_be_so() {
    let mut closed = 0;
    for threads in 1..7 {
        let arguments = "crawler --pages 2 --latency 5ms -q";
        let run = limited(&format!("-u {threads}"), arguments);
        let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        if said.contains("The embedded site could not be opened") {
            assert_eq!(run.code, Some(1), "{}", run.stdout);
            closed += 1;
        }
    }
    // Whoever runs more than that cannot start so much as the scene.
    assert!(closed > 0 || !is_root());
}

#[test]
fn r3_too_few_threads_are_said_and_are_no_panic() {
    for threads in 1..7 {
        for arguments in [
            "gather --speed 100 --scene gather -q",
            "gather --clock virtual -q",
            "verify gather",
            "crawler --url http://localhost:1/ -q",
        ] {
            limited(&format!("-u {threads}"), arguments);
        }
    }
}
