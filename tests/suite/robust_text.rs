//! Text from outside reaches a terminal without orders to it.

use std::fs;

use crate::robust_files::folder;
use crate::robust_signals::fake_python;
use crate::support::{Ran, asyncade, ran};
use asyncade::system::foreign;

/// Orders: to clear the screen, in C0 and in C1, to write from right to left,
/// and to begin a new line.
const ORDERS: [&str; 7] = [
    "\u{1b}[2J",
    "\u{9b}2J",
    "\r",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\u{7f}",
];

/// What is shown is made of what can be seen, and of lines.
fn assert_clean(run: &Ran, what: &str) {
    for shown in [&run.stdout, &run.stderr] {
        let mut letters = shown.chars();
        let order = letters.find(|c| *c != '\n' && foreign::is_order(*c));
        assert_eq!(order, None, "{what}: {shown:?}");
    }
}

#[test]
fn r10_what_the_user_typed_is_shown_without_orders() {
    let folder = folder("typed");
    for order in ORDERS {
        let word = format!("x{order}y");
        let export = format!("{word}.docx");
        let missing = format!("{word}/a.ndjson");
        let option = format!("--{word}");
        let url = format!("http://{word}/");
        let shown: String = order.chars().map(escaped).collect();
        let cases: &[&[&str]] = &[
            &[&word],
            &["gather", &word],
            &["gather", &option],
            &["gather", "--a", &word],
            &["gather", "--scene", &word],
            &["show", &word],
            &["prove", &word],
            &["verify", "gather", "--python", &word, "--require-python"],
            &["gather", "--export", &export],
            &["gather", "--export", &missing],
            &["coroutines", "--url", &word],
            &["crawler", "--url", &url],
            &["crawler", "--urls-file", &word],
        ];
        for arguments in cases {
            let run: Ran = asyncade(arguments)
                .current_dir(&folder)
                .output()
                .unwrap()
                .into();
            let what = format!("{arguments:?}");
            assert!(matches!(run.code, Some(1 | 2)), "{what}: {}", run.stdout);
            assert_clean(&run, &what);
            // No line of it begins with what was typed.
            if run.code == Some(2) {
                let refused = run.refused();
                assert!(refused.wrong.contains(&shown), "{what}: {refused:?}");
            } else {
                assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
                assert!(run.stderr.contains(&shown), "{what}: {}", run.stderr);
            }
        }
    }
}

/// How a message shows an order.
fn escaped(letter: char) -> String {
    match letter {
        '\r' => "\\r".to_owned(),
        c if foreign::is_order(c) => c.escape_unicode().to_string(),
        c => c.to_string(),
    }
}

#[test]
fn r10_a_name_of_any_length_gets_a_short_message() {
    let long = "a".repeat(100_000);
    for arguments in [
        &[long.as_str()][..],
        &["gather", &long],
        &["gather", "--a", &long],
        &["verify", "gather", "--require-python", "--python", &long],
        &["gather", "--export", &long],
    ] {
        let run = ran(arguments);
        assert!(matches!(run.code, Some(1 | 2)));
        assert!(run.stderr.len() < 600, "{}", run.stderr.len());
    }
}

#[test]
fn r10_a_text_with_orders_is_refused() {
    for order in ORDERS {
        let run = ran(&["coroutines", "--url", &format!("a{order}b")]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("give one line"), "{}", run.stderr);
    }
    // What only looks foreign is welcome.
    let run = ran(&[
        "coroutines",
        "--clock",
        "virtual",
        "--url",
        "\u{5d0}\u{1f469}\u{200d}\u{1f52c}",
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("\u{5d0}"));
}

#[test]
fn t25_said_text_keeps_its_spaces() {
    for plain in [&[][..], &["--plain"]] {
        let arguments = [
            &["coroutines", "--clock", "virtual", "--url", "a   b"],
            plain,
        ]
        .concat();
        let run = ran(&arguments);
        assert!(run.stdout.contains("Data from a   b"), "{}", run.stdout);
    }
}

#[test]
fn r10_what_a_python_says_is_shown_without_orders() {
    let folder = folder("hostile");
    let recording =
        concat!(env!("CARGO_MANIFEST_DIR"), "/demos/gather/cpython.ndjson");
    let order = "\\u001b[31m\\u009b1m\\r\\u202e\\u2028";
    let all = fs::read_to_string(recording).unwrap();
    let mut hostile = all.clone();
    for (before, after) in [
        ("\"name\":\"A\"", format!("\"name\":\"A{order}\"")),
        ("\"text\":\"", format!("\"text\":\"{order}")),
        ("\"detail\":\"", format!("\"detail\":\"{order}")),
        ("\"file\":\"", format!("\"file\":\"{order}")),
    ] {
        assert!(hostile.contains(before), "{before}");
        hostile = hostile.replace(before, &after);
    }
    let printed = folder.join("hostile.ndjson");
    fs::write(&printed, hostile).unwrap();
    let python = fake_python(&folder, &format!("cat {printed:?}"));
    let run = ran(&["verify", "gather", "--python", python.to_str().unwrap()]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_clean(&run, "verify");
    assert!(run.stdout.contains("\\u{1b}[31m"), "{}", run.stdout);
    for output in [&[][..], &["--plain"], &["--quiet"]] {
        let arguments = [
            &[
                "gather", "--clock", "virtual", "--all", "--twin", "--a", "1s",
            ],
            output,
        ]
        .concat();
        let run: Ran = asyncade(&arguments)
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .output()
            .unwrap()
            .into();
        assert!(run.stdout.contains("faster than"), "{}", run.stderr);
        assert_clean(&run, &format!("{output:?}"));
        if output != ["--quiet"] {
            assert!(run.stdout.contains("\\u{1b}[31m"), "{}", run.stdout);
        }
    }
    // And what it complains of.
    let complaint = "printf 'a\\033[2J\\302\\233b\\n' >&2; exit 1";
    let python = fake_python(&folder, complaint);
    let run = ran(&["verify", "gather", "--python", python.to_str().unwrap()]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert_clean(&run, "complaint");
    assert!(run.stderr.contains("a\\u{1b}[2J\\u{9b}b"), "{}", run.stderr);
}
