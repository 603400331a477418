//! Files that a run leaves behind: whole, where they should be, as they were
//! before but for what is in them; and no others, however the run ends.

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use asyncade::trace::ndjson;

use crate::support::{Ran, asyncade};

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Plays a chapter in that folder, and exports it to these files.
fn export(folder: &Path, files: &[&str]) -> Ran {
    let mut arguments = vec!["gather", "--clock", "virtual"];
    for file in files {
        arguments.extend(["--export", file]);
    }
    let mut command = asyncade(&arguments);
    command.current_dir(folder).output().unwrap().into()
}

/// How many scenes a file has, if it is whole.
fn scenes(path: &Path) -> usize {
    ndjson::read(fs::read(path).unwrap().as_slice())
        .unwrap()
        .len()
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

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn r5_a_full_disk_does_not_take_the_other_exports_with_it() {
    let folder = folder("full-disk");
    symlink("/dev/full", folder.join("full.ndjson")).unwrap();
    let run = export(&folder, &["full.ndjson", "b.ndjson"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("cannot export to 'full.ndjson': No space left"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("verdict"), "{}", run.stdout);
    assert!(run.stdout.contains("claims"), "{}", run.stdout);
    assert_eq!(scenes(&folder.join("b.ndjson")), 2);
    assert_eq!(names(&folder), ["b.ndjson", "full.ndjson"]);
}

#[test]
fn r5_a_file_that_may_not_grow_keeps_what_it_had() {
    let folder = folder("limited");
    fs::write(folder.join("a.ndjson"), "before").unwrap();
    // Blocks of 512 or of 1024 bytes: a trace has more.
    let script = "ulimit -f 1; exec \"$0\" gather --clock virtual \
                  --export a.ndjson --export b.ndjson";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_asyncade")])
        .current_dir(&folder)
        .output();
    let run: Ran = output.unwrap().into();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(run.stderr.matches("File too large").count(), 2);
    assert!(run.stdout.contains("verdict"), "{}", run.stdout);
    assert_eq!(fs::read(folder.join("a.ndjson")).unwrap(), b"before");
    assert_eq!(names(&folder), ["a.ndjson"]);
}

#[test]
fn r5_what_cannot_be_written_is_refused_before_the_run() {
    let folder = folder("refused");
    fs::create_dir(folder.join("folder.ndjson")).unwrap();
    let read_only = folder.join("read-only.ndjson");
    fs::write(&read_only, "before").unwrap();
    fs::set_permissions(&read_only, Permissions::from_mode(0o444)).unwrap();
    symlink("loop.ndjson", folder.join("loop.ndjson")).unwrap();
    for (file, why) in [
        ("out.ndjson/", "does not end in a slash"),
        ("out.ndjson/.", "does not end in a slash"),
        ("folder.ndjson", "it is a folder"),
        ("read-only.ndjson", "read-only; choose another name"),
        ("missing/x.ndjson", "there is no folder 'missing'"),
        ("loop.ndjson", "choose a file that you can write to"),
        ("x.docx", "use .ndjson"),
        ("ndjson", "use .ndjson"),
        ("..", "use .ndjson"),
    ] {
        let before = names(&folder);
        // What could be written is not, either.
        let run = export(&folder, &["fine.ndjson", file]);
        assert_eq!(run.code, Some(2), "{file}: {}", run.stderr);
        assert!(run.stderr.contains(why), "{file}: {}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{file}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{file}");
        assert_eq!(names(&folder), before, "{file}");
    }
    assert_eq!(fs::read(&read_only).unwrap(), b"before");
}

#[test]
fn r5_a_file_that_goes_is_named() {
    let folder = folder("replaced");
    let first = export(&folder, &["x.ndjson"]);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""));
    fs::write(folder.join("x.ndjson"), "before").unwrap();
    let second = export(&folder, &["x.ndjson"]);
    assert_eq!(second.code, Some(0));
    let note = "note: 'x.ndjson' was there before, and has been replaced\n";
    assert_eq!(second.stderr, note);
    assert_eq!(scenes(&folder.join("x.ndjson")), 2);
}

#[test]
fn r5_a_file_keeps_its_mode_and_a_new_one_has_the_users() {
    let folder = folder("mode");
    let file = folder.join("x.ndjson");
    for before in [0o600, 0o640, 0o666, 0o755] {
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(before)).unwrap();
        assert_eq!(export(&folder, &["x.ndjson"]).code, Some(0));
        assert_eq!(scenes(&file), 2);
        assert_eq!(mode(&file), before, "{before:o}");
    }
    let new = folder.join("of-the-system");
    File::create(&new).unwrap();
    assert_eq!(export(&folder, &["new.ndjson"]).code, Some(0));
    assert_eq!(mode(&folder.join("new.ndjson")), mode(&new));
}

#[test]
fn r5_the_names_of_a_file_stay_together() {
    let folder = folder("hard-link");
    let (one, other) = (folder.join("a.ndjson"), folder.join("b.ndjson"));
    // Longer than what comes in its place.
    fs::write(&one, "before ".repeat(10_000)).unwrap();
    fs::hard_link(&one, &other).unwrap();
    assert_eq!(export(&folder, &["a.ndjson"]).code, Some(0));
    assert_eq!(scenes(&one), 2);
    assert_eq!(fs::read(&one).unwrap(), fs::read(&other).unwrap());
    assert_eq!(fs::metadata(&one).unwrap().nlink(), 2);
    let both = export(&folder, &["a.ndjson", "b.ndjson"]);
    assert_eq!(both.code, Some(2));
    assert!(both.stderr.contains("are the same"), "{}", both.stderr);
}

/// Makes a named pipe.
fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn r5_a_pipe_stays_a_pipe() {
    let folder = folder("pipe");
    let path = folder.join("x.ndjson");
    pipe(&path);
    let reader = {
        let path = path.clone();
        thread::spawn(move || {
            let mut read = Vec::new();
            File::open(path).unwrap().read_to_end(&mut read).unwrap();
            read
        })
    };
    let run = export(&folder, &["x.ndjson"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let read = reader.join().unwrap();
    assert_eq!(ndjson::read(read.as_slice()).unwrap().len(), 2);
    assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
    assert_eq!(names(&folder), ["x.ndjson"]);
}

#[test]
fn r5_a_pipe_that_nobody_reads_can_be_given_up() {
    let folder = folder("unread-pipe");
    pipe(&folder.join("x.ndjson"));
    let child = start(&folder, &["gather", "--clock", "virtual"], "x.ndjson");
    thread::sleep(Duration::from_millis(500));
    let run = end(child, &["INT"]);
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(
        run.stderr.contains("nobody reads this pipe"),
        "{}",
        run.stderr
    );
}

#[test]
fn r5_what_this_program_prints_to_is_not_exported_to() {
    let folder = folder("own-output");
    let file = folder.join("x.ndjson");
    let output = asyncade(&["gather", "--clock", "virtual", "--export"])
        .arg(&file)
        .stdout(File::create(&file).unwrap())
        .stderr(Stdio::piped())
        .output();
    let run: Ran = output.unwrap().into();
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(
        run.stderr.contains("standard output goes to the same file"),
        "{}",
        run.stderr
    );
}

#[test]
fn t23_a_symbolic_link_is_followed() {
    let folder = folder("symbolic-link");
    let elsewhere = folder.join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("old.ndjson"), "before").unwrap();
    for target in ["old.ndjson", "new.ndjson"] {
        let link = folder.join("link.ndjson");
        let _ = fs::remove_file(&link);
        symlink(Path::new("elsewhere").join(target), &link).unwrap();
        let run = export(&folder, &["link.ndjson"]);
        assert_eq!(run.code, Some(0), "{target}: {}", run.stderr);
        assert!(link.is_symlink(), "{target}");
        assert_eq!(scenes(&elsewhere.join(target)), 2, "{target}");
    }
    assert_eq!(names(&elsewhere), ["new.ndjson", "old.ndjson"]);
    assert_eq!(names(&folder), ["elsewhere", "link.ndjson"]);
}

#[test]
fn t23_two_names_of_one_file_are_one_file() {
    let folder = folder("two-names");
    symlink(&folder, folder.join("here")).unwrap();
    for (one, other) in [
        ("a.ndjson", "./a.ndjson"),
        ("a.ndjson", "here/a.ndjson"),
        ("here/../two-names/a.ndjson", "a.ndjson"),
    ] {
        for is_there in [false, true] {
            if is_there {
                fs::write(folder.join("a.ndjson"), "before").unwrap();
            }
            let run = export(&folder, &[one, other]);
            assert_eq!(run.code, Some(2), "{other}: {}", run.stderr);
            let said = format!("'{one}' and '{other}' are the same");
            assert!(run.stderr.contains(&said), "{}", run.stderr);
            let _ = fs::remove_file(folder.join("a.ndjson"));
            assert_eq!(names(&folder), ["here"]);
        }
    }
}

#[test]
fn r11_a_file_may_be_called_nothing_but_its_extension() {
    let folder = folder("extension");
    let run = export(&folder, &[".ndjson", "X.NDJSON"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(scenes(&folder.join(".ndjson")), 2);
    assert_eq!(scenes(&folder.join("X.NDJSON")), 2);
}

/// Starts a run that exports to a file, and goes on when its draft is there.
fn start(folder: &Path, arguments: &[&str], file: &str) -> Child {
    let mut command = asyncade(arguments);
    let child = command
        .args(["--export", file])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while names(folder).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(30), "no draft");
        thread::sleep(Duration::from_millis(5));
    }
    child
}

/// Sends signals to a program, one after the other, and waits for its end.
fn end(child: Child, signals: &[&str]) -> Ran {
    for (count, signal) in signals.iter().enumerate() {
        if count > 0 {
            thread::sleep(Duration::from_millis(300));
        }
        let pid = child.id().to_string();
        let signal = format!("-{signal}");
        let kill = Command::new("kill").args([&signal, &pid]).status();
        assert!(kill.unwrap().success());
    }
    child.wait_with_output().unwrap().into()
}

#[test]
fn r6_a_signal_ends_the_run_and_its_export_is_whole() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let folder = folder(&format!("signal-{signal}"));
        let long = ["gather", "--a", "300s", "--scene", "gather"];
        let child = start(&folder, &long, "x.ndjson");
        let [draft] = &names(&folder)[..] else {
            panic!("{:?}", names(&folder));
        };
        assert!(!draft.contains(&child.id().to_string()), "{draft}");
        assert_eq!(mode(&folder.join(draft)), 0o600);
        thread::sleep(Duration::from_millis(200));
        let run = end(child, &[signal]);
        assert_eq!(run.code, Some(code), "{signal}: {}", run.stderr);
        assert_eq!(names(&folder), ["x.ndjson"], "{signal}");
        let read = fs::read(folder.join("x.ndjson")).unwrap();
        let traces = ndjson::read(read.as_slice()).unwrap();
        assert!(traces[0].interrupted, "{signal}");
    }
}

#[test]
fn r6_what_ends_the_run_at_once_leaves_no_draft() {
    // Nobody reads what it prints, so it never gets to see the first request.
    let stuck = [
        "sync-vs-async",
        "--tasks",
        "1000",
        "--clock",
        "virtual",
        "--json",
    ];
    for (signals, code) in [
        (&["QUIT"][..], 131),
        (&["INT", "INT"], 130),
        (&["TERM", "TERM"], 143),
        (&["HUP", "INT"], 130),
    ] {
        let folder = folder(&format!("at-once-{}", signals.join("-")));
        let child = start(&folder, &stuck, "x.ndjson");
        thread::sleep(Duration::from_millis(500));
        let run = end(child, signals);
        assert_eq!(run.code, Some(code), "{signals:?}: {}", run.stderr);
        assert_eq!(names(&folder), [""; 0], "{signals:?}");
    }
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
    while names(&folder).is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    let run = end(child, &["HUP"]);
    // 1 if the machine is too busy for a claim about times.
    assert!(matches!(run.code, Some(0 | 1)), "{:?}", run.code);
    let read = fs::read(folder.join("x.ndjson")).unwrap();
    assert!(!ndjson::read(read.as_slice()).unwrap()[0].interrupted);
}
