//! Whatever comes from outside, none of it gives orders to the terminal.

use std::fs;
use std::path::{Path, PathBuf};

use asyncade::system::foreign::is_order;
use proptest::prelude::*;

use crate::support::{Ran, asyncade, ran};

/// Orders of every kind: to move the cursor, to set the title, to turn the
/// direction of writing, to begin a line.
const ORDERS: &str =
    "\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{2066}\u{2028}";

/// Nothing but text, in lines.
#[track_caller]
fn is_text(shown: &str) {
    let order = shown
        .chars()
        .find(|letter| *letter != '\n' && is_order(*letter));
    assert_eq!(order, None, "{shown:?}");
}

#[track_caller]
fn is_fine(run: &Ran) {
    is_text(&run.stdout);
    is_text(&run.stderr);
}

proptest! {
    #[test]
    fn r10_every_control_and_format_character_is_an_order(
        order in r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}--\x{200c}\x{200d}]",
        letter in r"[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]",
    ) {
        prop_assert!(order.chars().all(is_order), "{order:?}");
        prop_assert!(!letter.chars().any(is_order), "{letter:?}");
    }
}

#[test]
fn r10_no_argument_reaches_the_terminal_raw() {
    let path = format!("/tmp/{ORDERS}/x.ndjson");
    let option = format!("--{ORDERS}");
    let long = format!("--{}", "x".repeat(100_000));
    for arguments in [
        &["gather", &option][..],
        &["gather", ORDERS],
        &[ORDERS],
        &[&option],
        &["gather", "--scene", ORDERS],
        &["gather", "--a", ORDERS],
        &["gather", "--speed", ORDERS],
        &["gather", "--clock", ORDERS],
        &["show", ORDERS],
        &["prove", "gather", ORDERS],
        &["verify", "gather", &option],
        &["completions", ORDERS],
        &["gather", "--export", ORDERS],
        &["gather", "--export", &path],
        &["coroutines", "--url", ORDERS],
        &["crawler", "--url", ORDERS],
        &["crawler", "--url", &format!("http://{ORDERS}/")],
        &["crawler", "--urls-file", &path],
        &["gather", &long],
        &["gather", &long[2..]],
        &["gather", "--a", &long],
        &["gather", "--export", &long],
    ] {
        let refused = ran(arguments);
        assert_eq!(refused.code, Some(2), "{arguments:?}: {}", refused.stderr);
        is_fine(&refused);
        assert!(refused.stderr.len() < 1000, "{}", refused.stderr);
    }
    // No file and no Python is no reason to end, here.
    let verified = ran(&["verify", "gather", "--python", &path]);
    assert!(verified.stderr.starts_with("note: "), "{}", verified.stderr);
    is_fine(&verified);
}

#[test]
fn r10_a_text_with_orders_is_refused() {
    for order in ["\u{202e}", "\u{2066}", "\u{2028}", "\u{9b}", "\u{feff}"] {
        let text = format!("a{order}b");
        let refused = ran(&["coroutines", "--url", &text]);
        assert_eq!(refused.code, Some(2), "{order:?}");
        assert!(refused.stderr.contains("control characters"), "{order:?}");
    }
    // These are written with joiners.
    for text in [
        "\u{1f469}\u{200d}\u{1f4bb}",
        "\u{645}\u{6cc}\u{200c}\u{631}",
    ] {
        let taken =
            ran(&["coroutines", "--url", text, "--clock", "virtual", "-q"]);
        assert_eq!(taken.code, Some(0), "{text}: {}", taken.stderr);
    }
}

/// A folder with a Python that plays what `play` says: a shell script.
#[cfg(unix)]
fn python(name: &str, play: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;

    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("python3");
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in *version_info*) echo 3.13.0; exit;; esac\n{play}\n"
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn r10_what_a_python_says_reaches_the_terminal_as_text() {
    // Orders in what is said, in names of lanes, and in reasons.
    let recording = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("demos/gather/cpython.ndjson");
    let recording = fs::read_to_string(recording).unwrap();
    let orders = serde_json::to_string(ORDERS).unwrap();
    let orders = orders.trim_matches('"');
    let hostile = recording
        .replace("\"text\":\"", &format!("\"text\":\"{orders}"))
        .replace("\"name\":\"", &format!("\"name\":\"{orders}"))
        .replace("\"detail\":\"", &format!("\"detail\":\"{orders}"));
    assert_ne!(hostile, recording);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("hostile.ndjson");
    fs::write(&file, hostile).unwrap();
    let cat = format!("cat '{}'", file.display());
    let path = python("hostile-trace", &cat);
    let verified =
        ran(&["verify", "gather", "--python", path.to_str().unwrap()]);
    assert_eq!(verified.code, Some(1), "{}", verified.stderr);
    assert!(verified.stdout.contains("\\u{202e}"), "{}", verified.stdout);
    is_fine(&verified);
    // Its own lines below tokio's, and as sentences.
    for plain in [&[][..], &["--plain"]] {
        let twin = ["gather", "--clock", "virtual", "--twin", "--a", "1s"];
        let output = asyncade(&[&twin[..], plain].concat())
            .env("PATH", path.parent().unwrap())
            .output();
        let shown: Ran = output.unwrap().into();
        // `cat` is not there: it says so on its standard error.
        assert_eq!(shown.code, Some(1), "{}", shown.stderr);
        is_fine(&shown);
        let output = asyncade(&[&twin[..], plain].concat())
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", path.parent().unwrap().display()),
            )
            .output();
        let shown: Ran = output.unwrap().into();
        assert_eq!(shown.code, Some(0), "{}", shown.stderr);
        assert!(shown.stdout.contains("CPython"), "{}", shown.stdout);
        is_fine(&shown);
    }
    // What it says when it fails, and a trace that is none.
    for (name, play) in [
        (
            "hostile-stderr",
            "printf '\\033[2J\\233\\r\\302\\233x\\n' >&2; exit 1",
        ),
        ("hostile-stdout", "printf '{\\033[2J\\302\\233\\n'"),
    ] {
        let path = python(name, play);
        let verified =
            ran(&["verify", "gather", "--python", path.to_str().unwrap()]);
        assert_eq!(verified.code, Some(1), "{}", verified.stderr);
        is_fine(&verified);
    }
}

#[test]
fn t25_what_is_said_keeps_its_spaces() {
    let text = "a   b  c";
    for plain in [&[][..], &["--plain"]] {
        let play = ["coroutines", "--clock", "virtual", "--url", text];
        let run = ran(&[&play[..], plain].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let line = format!("Start fetching: {text}");
        assert!(run.stdout.contains(&line), "{}", run.stdout);
    }
}
