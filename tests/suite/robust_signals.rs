//! Being asked to stop: what is left behind is nothing.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::formats::check;
use crate::robust_files::{draft, folder};
use crate::support::{Ran, asyncade};
use asyncade::trace::ndjson;
use rustix::io::ioctl_fionread;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The signals that ask a program to stop, and the exit code of each.
const SIGNALS: [(&str, i32); 4] =
    [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)];

fn spawn(command: &mut Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

pub fn signal(pid: u32, name: &str) -> bool {
    let pid = pid.to_string();
    let kill = Command::new("kill")
        .args([&format!("-{name}"), &pid])
        .stderr(Stdio::null())
        .status();
    kill.unwrap().success()
}

/// Waits until something is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "still not: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// A Python that says its version and then does what the script says.
pub fn fake_python(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("python3");
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in *version_info*) echo 3.13.0; exit;; esac\n\
         {script}\n"
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn r6_each_signal_leaves_a_whole_export_and_no_draft() {
    for (name, code) in SIGNALS {
        let folder = folder(&format!("signal-{name}"));
        let file = folder.join("a.ndjson");
        let child = spawn(
            asyncade(&["gather", "--b", "1m", "--export", "a.ndjson"])
                .current_dir(&folder),
        );
        draft(&folder);
        assert!(signal(child.id(), name));
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, Some(code), "{name}: {}", ran.stderr);
        assert_eq!(entries(&folder), std::slice::from_ref(&file), "{name}");
        // It may have come before the first scene began.
        let text = fs::read_to_string(&file).unwrap();
        for trace in ndjson::read(text.as_bytes()).unwrap() {
            assert!(trace.interrupted, "{name}");
        }
    }
}

#[test]
fn r6_asked_twice_it_ends_at_once_and_leaves_no_draft() {
    for (name, code) in SIGNALS {
        let folder = folder(&format!("twice-{name}"));
        let pipe = folder.join("p.ndjson");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        // Somebody has opened the pipe and reads nothing, so that the program
        // is stuck in a write that nothing but its end can end.
        let unread = fs::File::options()
            .read(true)
            .write(true)
            .open(&pipe)
            .unwrap();
        let mut child = spawn(
            asyncade(&[
                "sync-vs-async",
                "--tasks",
                "900",
                "--delay",
                "1ms",
                "--clock",
                "virtual",
                "--quiet",
                "--export",
                "p.ndjson",
                "--export",
                "b.ndjson",
            ])
            .current_dir(&folder),
        );
        let draft = draft(&folder);
        until("in the write", || is_full(&unread));
        assert!(signal(child.id(), name));
        thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "one was enough");
        assert!(draft.exists());
        let start = Instant::now();
        assert!(signal(child.id(), name));
        let status = child.wait().unwrap();
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_eq!(status.code(), Some(code), "{name}");
        assert_eq!(entries(&folder), [pipe], "{name}");
        drop(unread);
    }
}

/// Whether a pipe that nobody reads takes no more: whoever writes is stuck.
fn is_full(pipe: &fs::File) -> bool {
    let held = || ioctl_fionread(pipe).unwrap();
    let before = held();
    thread::sleep(Duration::from_millis(200));
    before > 0 && held() == before
}

/// Starts a `verify` whose Python never comes to an end, and returns it with
/// the process ids of that Python and of a child of it.
fn verify_for_ever(folder: &Path) -> (Child, [u32; 2]) {
    let temporary = folder.join("tmp");
    fs::create_dir(&temporary).unwrap();
    let pids = folder.join("pids");
    let script = format!(
        "sleep 1000 &\necho $$ $! > '{0}.new'; mv '{0}.new' '{0}'; wait",
        pids.display()
    );
    let python = fake_python(folder, &script);
    let child = spawn(
        asyncade(&["verify", "gather", "--python"])
            .arg(&python)
            .env("TMPDIR", &temporary),
    );
    until("asked", || pids.exists());
    let text = fs::read_to_string(&pids).unwrap();
    let pids = text.split_whitespace().map(|pid| pid.parse().unwrap());
    let pids: Vec<u32> = pids.collect();
    (child, pids.try_into().unwrap())
}

/// Whether a process has ended, or waits for nothing but to be buried.
fn is_gone(pid: u32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return !signal(pid, "0");
    };
    stat.rsplit(')').next().unwrap().trim().starts_with('Z')
}

#[test]
fn r6_verify_leaves_no_folder_and_no_python() {
    for (name, code) in SIGNALS {
        let folder = folder(&format!("verify-{name}"));
        let (child, pids) = verify_for_ever(&folder);
        let temporary = folder.join("tmp");
        let [place] = &entries(&temporary)[..] else {
            panic!("{:?}", entries(&temporary));
        };
        let mode = fs::metadata(place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let shown = place.file_name().unwrap().to_str().unwrap();
        assert!(!shown.contains(&child.id().to_string()), "{shown}");
        assert!(pids.iter().all(|pid| !is_gone(*pid)));
        assert!(signal(child.id(), name));
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, Some(code), "{name}: {}", ran.stderr);
        assert_eq!(ran.stderr, "", "{name}");
        assert_eq!(entries(&temporary), [] as [PathBuf; 0], "{name}");
        for pid in pids {
            until("the Python is gone", || is_gone(pid));
        }
    }
}

#[test]
fn r6_a_python_whose_parent_was_killed_is_told_by_its_input() {
    let folder = folder("killed");
    let told = folder.join("told");
    let asked = folder.join("asked");
    // The stage's `--end-with-stdin`, in other words.
    let script = format!(
        "case \"$*\" in *--end-with-stdin*) ;; *) exit 3;; esac\n\
         touch '{}'; cat; touch '{}'",
        asked.display(),
        told.display()
    );
    let python = fake_python(&folder, &script);
    let mut child = spawn(
        asyncade(&["verify", "gather", "--python"])
            .arg(&python)
            .env("TMPDIR", &folder),
    );
    until("asked", || asked.exists());
    child.kill().unwrap();
    let _ = child.wait().unwrap();
    until("told", || told.exists());
}

#[test]
fn r7_ctrl_c_while_python_is_asked_is_130() {
    let folder = folder("twin");
    let asked = folder.join("asked");
    let script = format!("touch '{}'; sleep 1000", asked.display());
    fake_python(&folder, &script);
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", folder.display());
    let child = spawn(
        asyncade(&["gather", "--clock", "virtual", "--twin", "--a", "1s"])
            .env("PATH", path),
    );
    until("asked", || asked.exists());
    assert!(signal(child.id(), "INT"));
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    assert_eq!(ran.stderr, "");
}

/// Whatever a run is written as, it is there as far as it came, and says so.
#[test]
fn a_run_that_is_stopped_is_said_to_be_in_every_format() {
    const STOPPED: &str = "Interrupted: this is how far it came.";
    let folder = folder("stopped");
    let mut command = asyncade(&["gather", "--a", "10ms", "--b", "1m"]);
    let files = [
        ("svg", STOPPED),
        ("trace.json", "\"name\":\"sequential (interrupted)\""),
        ("cast", STOPPED),
        ("md", STOPPED),
    ];
    for (extension, _) in files {
        command.args(["--export", &format!("a.{extension}")]);
    }
    let mut child = spawn(command.current_dir(&folder));
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("A done") {
        line.clear();
        assert_ne!(shown.read_line(&mut line).unwrap(), 0, "it never spoke");
    }
    assert!(signal(child.id(), "INT"));
    io::copy(&mut shown, &mut io::sink()).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    for (extension, said) in files {
        let file = folder.join(format!("a.{extension}"));
        let file = fs::read_to_string(file).unwrap();
        assert_eq!(check(extension, &file), Ok(()), "{extension}");
        assert!(file.contains(said), "{extension}: {file}");
    }
    assert_eq!(entries(&folder).len(), files.len());
}
