//! A child Python is isolated and bounded, and what it says is shown clean.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::robust_files::folder;
use crate::robust_signals::fake_python;
use crate::support::{Ran, asyncade, ran};
use asyncade::system::child::{self, Bounds, Fault};

const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(20),
    bytes: 1_000_000,
};

fn shell(script: &str, bounds: Bounds) -> Result<child::Output, Fault> {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    child::run(command, bounds)
}

#[test]
fn r1_verify_refuses_what_the_chapter_refuses() {
    for (arguments, says) in [
        (
            &["to_thread", "--block", "30days", "--heartbeat", "1ms"][..],
            "give a longer --heartbeat",
        ),
        (
            &["wait", "--fail", "5", "--workers", "4"][..],
            "there is no such worker",
        ),
    ] {
        let start = Instant::now();
        let played = ran(arguments);
        let verified = ran(&[&["verify"], arguments].concat());
        assert!(start.elapsed() < Duration::from_secs(20));
        let (verified, played) = (verified.refused(), played.refused());
        let (wrong, instead) = (&verified.wrong, &verified.instead);
        assert!(
            format!("{wrong}; {instead:?}").contains(says),
            "{verified:?}"
        );
        // As it is refused where it would be played.
        assert_eq!((wrong, instead), (&played.wrong, &played.instead));
    }
}

#[test]
fn r8_a_program_that_hangs_is_stopped_with_what_it_started() {
    let time = Duration::from_millis(300);
    let start = Instant::now();
    let script = "sleep 1000 & sleep 1000";
    let fault = shell(script, Bounds { time, ..BOUNDS }).unwrap_err();
    assert!(matches!(fault, Fault::Slow(_)), "{fault}");
    assert_eq!(
        fault.to_string(),
        "did not end within 300ms, and was stopped"
    );
    // Not even what still holds its output keeps us.
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn r8_a_program_that_prints_without_end_is_stopped() {
    for script in ["yes", "yes >&2", "yes & yes"] {
        let fault = shell(script, BOUNDS).unwrap_err();
        assert!(matches!(fault, Fault::Endless(_)), "{script}: {fault}");
    }
}

#[test]
fn r8_a_program_within_its_bounds_is_heard_to_the_end() {
    // Both streams fill their pipes.
    let script = "yes a | head -c 400000; yes b | head -c 400000 >&2; \
                  echo >&2; echo 'the end' >&2; exit 3";
    let output = shell(script, BOUNDS).unwrap();
    assert_eq!(output.stdout.len(), 400_000);
    assert_eq!(output.complaint, "the end");
    assert_eq!(output.status.code(), Some(3));
    // It has nobody to ask anything.
    let fault = shell(
        "read x",
        Bounds {
            time: Duration::from_millis(300),
            ..BOUNDS
        },
    );
    assert!(matches!(fault, Err(Fault::Slow(_))));
}

#[test]
fn r8_what_a_program_leaves_running_does_not_keep_us() {
    let start = Instant::now();
    let output = shell("sleep 1000 & echo done", BOUNDS).unwrap();
    assert_eq!(output.stdout, b"done\n");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn r8_a_python_that_answers_without_end_is_said_to() {
    let folder = folder("endless");
    let path = folder.join("python3");
    fs::write(&path, "#!/bin/sh\nexec yes\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let path = path.to_str().unwrap();
    let run = ran(&["verify", "gather", "--python", path, "--require-python"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert_eq!(run.stdout, "");
    let most = "printed more than 65536 bytes, and was stopped";
    assert!(run.stderr.contains(most), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

/// Whether this machine has a Python that is new enough. Where the recordings
/// are checked, it must.
fn has_python() -> bool {
    let run = ran(&["verify", "gather", "--require-python"]);
    assert!(
        run.code == Some(0) || std::env::var_os("CI").is_none(),
        "no Python: {}",
        run.stderr
    );
    run.code == Some(0)
}

#[test]
fn r8_a_python_is_isolated() {
    let folder = folder("isolated");
    let marker = folder.join("marker");
    let text =
        format!("open({:?}, 'w').close()\nraise SystemExit(9)\n", marker);
    for name in [
        "asyncio.py",
        "sitecustomize.py",
        "usercustomize.py",
        "stage.py",
    ] {
        fs::write(folder.join(name), &text).unwrap();
    }
    // An empty element is the current folder.
    let path = format!(":{}", folder.display());
    let run = |arguments: &[&str]| -> Ran {
        asyncade(arguments)
            .current_dir(&folder)
            .env("PYTHONPATH", &path)
            .env("PYTHONSTARTUP", folder.join("asyncio.py"))
            .env("PYTHONIOENCODING", "latin-1")
            .env("PYTHONWARNINGS", "error")
            .output()
            .unwrap()
            .into()
    };
    if has_python() {
        let run = run(&["verify", "gather", "--a", "1s", "--require-python"]);
        assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    }
    assert!(!marker.exists(), "the user's own file was run");
    // Also where there is none: what it is called with.
    let said = folder.join("said");
    let python = fake_python(&folder, &format!("echo \"$*\" > {:?}", said));
    let python = python.to_str().unwrap();
    run(&["verify", "gather", "--python", python]);
    let said = fs::read_to_string(said).unwrap();
    assert!(said.starts_with("-I -S -B -X utf8 "), "{said}");
}

#[test]
fn r8_a_python_that_prints_no_such_scene_is_said_to_have_none() {
    let folder = folder("no-scene");
    let recording =
        concat!(env!("CARGO_MANIFEST_DIR"), "/demos/gather/cpython.ndjson");
    // All but the last one.
    let all = fs::read_to_string(recording).unwrap();
    let last = all.rfind("{\"asyncade\":2,\"subject\"").unwrap();
    let fewer = folder.join("fewer.ndjson");
    fs::write(&fewer, &all[..last]).unwrap();
    let name = all[last..].split("\"scene\":\"").nth(1).unwrap();
    let name = name.split('"').next().unwrap();
    for (printed, scene) in
        [(fewer.to_str().unwrap(), name), ("/dev/null", "sequential")]
    {
        let python = fake_python(&folder, &format!("cat {printed:?}"));
        let run =
            ran(&["verify", "gather", "--python", python.to_str().unwrap()]);
        assert_eq!(run.code, Some(1), "{}", run.stdout);
        let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let missing = format!("✗ {scene} CPython 3.13.0 has no such scene");
        assert!(said.contains(&missing), "{missing}: {said}");
        let twin: Ran = asyncade(&[
            "gather", "--clock", "virtual", "--all", "--twin", "--a", "1s",
        ])
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .output()
        .unwrap()
        .into();
        assert_eq!(twin.code, Some(1), "{}", twin.stdout);
        let missing = format!("printed none called '{scene}'");
        assert!(twin.stderr.contains(&missing), "{}", twin.stderr);
    }
}
