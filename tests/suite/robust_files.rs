//! Files that are written whole or not at all, whatever is there already.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Ran, asyncade, ran};
use asyncade::trace::ndjson;

/// A folder of this test's own, empty.
pub fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("robust-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Exports a chapter's traces to these files, which are named as seen from the
/// folder.
fn export(folder: &Path, files: &[&str]) -> Ran {
    let mut command = asyncade(&["gather", "--clock", "virtual", "--quiet"]);
    for file in files {
        command.args(["--export", file]);
    }
    command.current_dir(folder).output().unwrap().into()
}

/// Whether a file holds the chapter's traces, each to its end.
fn is_whole(file: &Path) -> bool {
    let text = fs::read_to_string(file).unwrap();
    ndjson::read(text.as_bytes()).is_ok_and(|traces| traces.len() == 2)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o7777
}

fn set_mode(file: &Path, mode: u32) {
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn r5_a_full_disk_fails_only_that_export() {
    let folder = folder("full-disk");
    symlink("/dev/full", folder.join("full.ndjson")).unwrap();
    let run = export(&folder, &["full.ndjson", "b.ndjson"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains("2.0x faster"), "{}", run.stdout);
    assert!(
        run.stderr
            .starts_with("error: cannot export to 'full.ndjson': No space"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(is_whole(&folder.join("b.ndjson")));
}

#[test]
fn r5_what_was_there_stays_if_the_new_file_does_not_fit() {
    let folder = folder("too-large");
    fs::write(folder.join("a.ndjson"), "before").unwrap();
    // By default a file that outgrows this ends the program by a signal.
    let script = "ulimit -f 4; exec \"$0\" gather --clock virtual --quiet \
                  --export a.ndjson --export b.ndjson";
    let run: Ran = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_asyncade")])
        .current_dir(&folder)
        .output()
        .unwrap()
        .into();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    assert!(run.stdout.contains("2.0x faster"), "{}", run.stdout);
    assert_eq!(names(&folder), ["a.ndjson"]);
    let left = fs::read_to_string(folder.join("a.ndjson")).unwrap();
    assert_eq!(left, "before");
}

#[test]
fn r5_a_folder_is_refused_before_the_run() {
    let folder = folder("folder");
    fs::create_dir(folder.join("d.ndjson")).unwrap();
    for name in ["out.ndjson/", "d.ndjson", "d.ndjson/", "d.ndjson/."] {
        let start = Instant::now();
        let run: Ran = asyncade(&["gather", "--export", name])
            .current_dir(&folder)
            .output()
            .unwrap()
            .into();
        assert_eq!(run.code, Some(2), "{name}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{name}");
        assert!(run.stderr.contains("give a file"), "{}", run.stderr);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    assert_eq!(names(&folder), ["d.ndjson"]);
}

#[test]
fn r5_a_read_only_file_is_refused() {
    let folder = folder("read-only");
    let file = folder.join("a.ndjson");
    fs::write(&file, "before").unwrap();
    set_mode(&file, 0o444);
    let run = export(&folder, &["a.ndjson"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("read-only"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "before");
    assert_eq!(mode(&file), 0o444);
}

#[test]
fn r5_a_file_keeps_its_mode_and_its_loss_is_said() {
    let folder = folder("modes");
    for kept in [0o600, 0o640, 0o666] {
        let file = folder.join("a.ndjson");
        fs::write(&file, "before").unwrap();
        set_mode(&file, kept);
        let run = export(&folder, &["a.ndjson"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(is_whole(&file));
        assert_eq!(mode(&file), kept);
        assert!(run.stderr.contains("has been replaced"), "{}", run.stderr);
    }
    // One that was not there is as any other of this user.
    fs::write(folder.join("other"), "").unwrap();
    let run = export(&folder, &["new.ndjson"]);
    assert_eq!(run.stderr, "");
    assert_eq!(
        mode(&folder.join("new.ndjson")),
        mode(&folder.join("other"))
    );
}

#[test]
fn r5_hard_links_stay_one_file() {
    let folder = folder("hard-links");
    let (a, b) = (folder.join("a.ndjson"), folder.join("b"));
    fs::write(&a, "before").unwrap();
    fs::hard_link(&a, &b).unwrap();
    let run = export(&folder, &["a.ndjson"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(is_whole(&b));
    assert_eq!(
        fs::metadata(&a).unwrap().ino(),
        fs::metadata(&b).unwrap().ino()
    );
    assert_eq!(names(&folder), ["a.ndjson", "b"]);
}

#[test]
fn r5_a_pipe_stays_a_pipe() {
    let folder = folder("pipe");
    let pipe = folder.join("p.ndjson");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let reader = thread::spawn({
        let pipe = pipe.clone();
        move || {
            let mut text = String::new();
            fs::File::open(pipe)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            text
        }
    });
    let run = export(&folder, &["p.ndjson"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = reader.join().unwrap();
    assert_eq!(ndjson::read(text.as_bytes()).unwrap().len(), 2);
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(names(&folder), ["p.ndjson"]);
}

#[test]
fn t23_a_symbolic_link_stays_one() {
    let folder = folder("links");
    fs::write(folder.join("file"), "before").unwrap();
    fs::create_dir(folder.join("far")).unwrap();
    symlink("file", folder.join("a.ndjson")).unwrap();
    symlink("a.ndjson", folder.join("b.ndjson")).unwrap();
    symlink("far/new", folder.join("c.ndjson")).unwrap();
    symlink("e.ndjson", folder.join("d.ndjson")).unwrap();
    symlink("d.ndjson", folder.join("e.ndjson")).unwrap();
    for (name, target) in [("b.ndjson", "file"), ("c.ndjson", "far/new")] {
        let run = export(&folder, &[name]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(is_whole(&folder.join(target)), "{name}");
        assert!(folder.join(name).is_symlink(), "{name}");
    }
    assert_eq!(names(&folder.join("far")), ["new"]);
    let round = export(&folder, &["d.ndjson"]);
    assert_eq!(round.code, Some(2), "{}", round.stderr);
}

#[test]
fn t23_one_file_by_two_names_is_refused() {
    let folder = folder("two-names");
    fs::write(folder.join("a.ndjson"), "before").unwrap();
    fs::hard_link(folder.join("a.ndjson"), folder.join("h.ndjson")).unwrap();
    symlink("a.ndjson", folder.join("l.ndjson")).unwrap();
    symlink("new.ndjson", folder.join("n.ndjson")).unwrap();
    fs::create_dir(folder.join("sub")).unwrap();
    for (first, second) in [
        ("a.ndjson", "./a.ndjson"),
        ("a.ndjson", "sub/../a.ndjson"),
        ("a.ndjson", "l.ndjson"),
        ("a.ndjson", "h.ndjson"),
        ("new.ndjson", "./new.ndjson"),
        ("new.ndjson", "n.ndjson"),
    ] {
        let run = export(&folder, &[first, second]);
        assert_eq!(run.code, Some(2), "{first} {second}: {}", run.stderr);
        let both = format!("'{first}' and '{second}' are the same");
        assert!(run.stderr.contains(&both), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    let left = fs::read_to_string(folder.join("a.ndjson")).unwrap();
    assert_eq!(left, "before");
    assert!(!folder.join("new.ndjson").exists());
}

#[test]
fn r5_what_standard_output_goes_to_is_no_export() {
    let folder = folder("own-stream");
    let file = folder.join("a.ndjson");
    let out = fs::File::create(&file).unwrap();
    let run: Ran = asyncade(&["gather", "--export", "a.ndjson", "--json"])
        .current_dir(&folder)
        .stdout(out)
        .output()
        .unwrap()
        .into();
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("standard output"), "{}", run.stderr);
}

#[test]
fn r6_a_draft_is_private_and_its_name_cannot_be_guessed() {
    let folder = folder("drafts");
    let mut seen = Vec::new();
    for file in ["a.ndjson", "b.ndjson"] {
        // It takes 6s, in which a busy machine has looked, too: as it ends, the
        // draft becomes the file that everybody may read.
        let arguments = ["gather", "sequential", "--quiet", "--export", file];
        let mut child = asyncade(&arguments)
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let draft = draft(&folder);
        assert_eq!(mode(&draft), 0o600);
        let name = draft.file_name().unwrap().to_str().unwrap();
        assert!(!name.contains(&child.id().to_string()), "{name}");
        assert!(name.len() > 32, "{name}");
        seen.push(name.to_owned());
        let _ = child.wait().unwrap();
        assert!(!draft.exists());
    }
    assert_ne!(seen[0], seen[1]);
    assert_eq!(names(&folder), ["a.ndjson", "b.ndjson"]);
}

/// Waits for a draft in a folder.
pub fn draft(folder: &Path) -> PathBuf {
    let start = Instant::now();
    loop {
        let names = names(folder);
        let draft = names.iter().find(|name| name.ends_with(".draft"));
        if let Some(name) = draft {
            return folder.join(name);
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{names:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn r11_a_file_may_be_called_nothing_but_its_extension() {
    let folder = folder("extension");
    let run = export(&folder, &[".ndjson"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(is_whole(&folder.join(".ndjson")));
    for name in ["ndjson", "a.", "a.ndjson.txt"] {
        let run = ran(&["gather", "--export", name]);
        assert_eq!(run.code, Some(2), "{name}");
        assert!(run.stderr.contains("is not known"), "{}", run.stderr);
    }
}
