//! The manners of the command line: names, times, help, errors, the manual,
//! and how wide all of it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use asyncade::chapter::{Chapter, Plays};
use asyncade::demos::{CHAPTERS, COURSE};
use asyncade::trace::ndjson;

use crate::support::served::Served;
use crate::support::{
    Ran, asyncade, chapter, computing, is_too_wide, on_virtual_clock, ran,
};

/// The commands beside the chapters.
const TOOLS: [&str; 15] = [
    "list",
    "checklist",
    "show",
    "predict",
    "prove",
    "verify",
    "compare",
    "scale",
    "view",
    "book",
    "serve",
    "diff",
    "completions",
    "man",
    "help",
];

/// A folder of this test's own that is not there yet.
fn no_folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("manners-{name}"));
    let _ = fs::remove_dir_all(&folder);
    let _ = fs::remove_file(&folder);
    folder
}

/// The scenes that a command played, by name.
fn played(arguments: &[&str]) -> Vec<String> {
    let run = ran(&[arguments, &["--clock", "virtual", "--json"]].concat());
    assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
    let traces = ndjson::read(run.stdout.as_bytes()).unwrap();
    let names = traces.iter().map(|trace| trace.header.name().to_owned());
    names.collect()
}

fn columns(arguments: &[&str], columns: &str) -> Ran {
    let mut command = asyncade(arguments);
    command.env("COLUMNS", columns).output().unwrap().into()
}

#[test]
fn scenes_are_named_with_or_without_the_option() {
    let both = ["failure", "try_join"];
    for arguments in [
        &["gather", "failure", "try-join"][..],
        &["gather", "failure", "try_join"],
        &["gather", "failure,try-join"],
        &["gather", "try-join", "failure"],
        &["gather", "--scene", "failure,try_join"],
        &["gather", "--scene", "failure", "--scene", "try-join"],
        &["gather", "failure", "--scene", "try_join"],
        &["gather", "--scene", "try_join", "--a", "4", "failure"],
        &[
            "gather",
            "failure",
            "failure,try-join",
            "--scene",
            "try_join",
        ],
    ] {
        assert_eq!(played(arguments), both, "{arguments:?}");
    }
    assert_eq!(played(&["gather"]), ["sequential", "gather"]);
    assert_eq!(played(&["pitfalls", "lost_task"]), ["lost-task"]);
}

#[test]
fn a_scene_that_is_none_is_answered_with_those_that_are() {
    let all = "its scenes are sequential, gather, failure, return_exceptions, try_join";
    for (arguments, wrong, instead) in [
        (
            &["gather", "failur"][..],
            "gather has no scene 'failur'",
            &["did you mean 'failure'?", all][..],
        ),
        (
            &["gather", "--scene", "failure,tryjoin"],
            "gather has no scene 'tryjoin'",
            &["did you mean 'try_join'?", all],
        ),
        (&["gather", "x"], "gather has no scene 'x'", &[all]),
        (
            &["gather", "shield"],
            "gather has no scene 'shield'",
            &["type 'asyncade shield', by itself, if you mean that", all],
        ),
        (
            &["gather", "help"],
            "gather has no scene 'help'",
            &["type 'asyncade help gather'", all],
        ),
        (
            &["gather", "failure", "--all"],
            "'[SCENE]...' cannot be used with '--all'",
            &["leave one of the two out"],
        ),
        (
            &["verify", "gather", "--scene", "failur"],
            "gather has no scene 'failur'",
            &["did you mean 'failure'?", all],
        ),
        (
            &["verify", "gather", "failure"],
            "there is no chapter 'failure'",
            &[
                "'failure' is a scene of gather: type 'asyncade verify gather --scene failure'",
            ],
        ),
        (
            &["verify", "gather", "wait", "--scene", "failure"],
            "unexpected argument '--scene'",
            &["knobs and scenes are of one chapter: name that, and no other"],
        ),
        (
            &["return-exceptions"],
            "there is no chapter or command 'return-exceptions'",
            &[
                "'return-exceptions' is a scene of gather: type 'asyncade gather return-exceptions'",
            ],
        ),
    ] {
        let refused = ran(arguments).refused();
        assert_eq!(refused.wrong, wrong, "{arguments:?}");
        assert_eq!(refused.instead, instead, "{arguments:?}");
    }
}

#[test]
fn verify_asks_of_the_scenes_that_are_named() {
    let none = ["--python", "/nonexistent/python3"];
    let run = |arguments: &[&str]| {
        let arguments = [&["verify", "wait"], arguments, &none].concat();
        let run = ran(&arguments);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let lines = run.stdout.lines();
        let scenes = lines.filter_map(|line| line.strip_prefix("  \u{2713} "));
        let scenes: Vec<String> = scenes.map(str::to_owned).collect();
        (scenes, run.stdout)
    };
    let (all, _) = run(&[]);
    assert!(
        all.len() > chapter("wait").scenes.len(),
        "errata, too: {all:?}"
    );
    let (one, said) = run(&["--scene", "first-completed"]);
    assert_eq!(one, ["first_completed"]);
    assert!(said.contains("\n1 scene: tokio and"), "{said}");
    let (two, said) = run(&["--scene", "left-running,first_completed"]);
    assert_eq!(two, ["first_completed", "left-running"]);
    assert!(said.contains("\n2 scenes: tokio and"), "{said}");
}

/// What is suggested is near: no `--c` for `--scene`.
#[test]
fn suggestions_make_sense() {
    for (arguments, instead) in [
        (
            &["verify", "--scene", "x"][..],
            "knobs and scenes are of one chapter: name that, and no other",
        ),
        (
            &["gather", "--d", "5"],
            "the knobs of gather are --a, --b, --c",
        ),
        (&["gather", "--virtual"], "did you mean '--clock virtual'?"),
        (&["gather", "--no-prog"], "did you mean '--no-progress'?"),
        (&["gather", "--SPEED", "2"], "did you mean '--speed'?"),
        (&["list", "--belief"], "did you mean '--beliefs'?"),
        (&["list", "gather"], "leave it out"),
        (&["ls"], "did you mean 'list'?"),
        (&["test"], "did you mean 'prove'?"),
        (&["zzz"], "'asyncade list' lists the chapters"),
        (&["show"], "as in 'asyncade show cashier'"),
        (
            &["--scene", "failure"],
            "name a chapter first: as in 'asyncade cashier'",
        ),
        (&["gather", "--all=yes"], "leave the value out"),
        (&["gather", "--speed", "2", "--speed", "3"], "give it once"),
    ] {
        let refused = ran(arguments).refused();
        assert_eq!(refused.instead, [instead], "{arguments:?}: {refused:?}");
    }
}

#[test]
fn a_bare_number_is_seconds_wherever_a_time_is_typed() {
    let total = |a: &str, b: &str| {
        let run = ran(&[
            "gather", "gather", "--a", a, "--b", b, "--clock", "virtual",
            "--json",
        ]);
        assert_eq!(run.code, Some(0), "{a} {b}: {}", run.stderr);
        let trace = &ndjson::read(run.stdout.as_bytes()).unwrap()[0];
        trace.events.last().unwrap().at / 1_000_000
    };
    assert_eq!(total("5", "1"), 5000);
    assert_eq!(total("2.5", "0.25"), 2500);
    assert_eq!(total("2.5s", ".25s"), 2500);
    assert_eq!(total("0.05m", "250ms"), 3000);
    // Every knob that takes a time says so, and takes it.
    for chapter in CHAPTERS {
        let help = ran(&[chapter.name, "--help"]).stdout;
        assert!(help.contains("5, 2.5                 seconds"), "{help}");
        let times = chapter.knobs.iter();
        let times = times
            .filter(|knob| help.contains(&format!("--{} <TIME>", knob.name)));
        let mut count = 0;
        for knob in times {
            let parsed = |text| knob.parse(text).unwrap();
            assert_eq!(parsed("5"), parsed("5s"), "{}", knob.name);
            assert_eq!(parsed("2.5"), parsed("2500ms"), "{}", knob.name);
            count += 1;
        }
        assert!(count > 0, "{}", chapter.name);
    }
}

#[test]
fn help_is_a_command_and_no_chapter() {
    assert!(COURSE.find("help").is_none());
    assert_eq!(ran(&["help"]).stdout, ran(&["--help"]).stdout);
    let chapters = CHAPTERS.iter().map(|chapter| chapter.name);
    for name in chapters.chain(TOOLS) {
        let help = ran(&["help", name]);
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""), "{name}");
        assert_eq!(help.stdout, ran(&[name, "--help"]).stdout, "{name}");
        assert_eq!(help.stdout, ran(&[name, "-h"]).stdout, "{name}");
        assert!(help.stdout.contains(&format!("Usage: asyncade {name}")));
    }
    assert_eq!(
        ran(&["help", "as-completed"]).stdout,
        ran(&["as_completed", "--help"]).stdout
    );
    let refused = ran(&["help", "gathr"]).refused();
    assert_eq!(refused.wrong, "there is no chapter or command 'gathr'");
    assert_eq!(refused.instead, ["did you mean 'gather'?"]);
    assert_eq!(refused.more, "asyncade --help");
    assert_eq!(ran(&["help", "zzz"]).code, Some(2));
    assert_eq!(ran(&["help", "gather", "wait"]).code, Some(2));
}

/// The lines of a help below a heading that begins like this.
fn section<'a>(help: &'a str, heading: &str) -> Vec<&'a str> {
    let lines = help.lines().skip_while(|line| !line.starts_with(heading));
    lines.skip(1).take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_chapters_help_says_which_scenes_play_when() {
    for chapter in CHAPTERS {
        let help = ran(&[chapter.name, "--help"]).stdout;
        for scene in chapter.scenes {
            let heading = match scene.plays {
                Plays::Always => "Scenes that play by default:",
                Plays::AlwaysVirtual => {
                    "Scenes that play by default, on the virtual clock unless"
                }
                Plays::WhenAsked => "Scenes that play if named, or with --all:",
            };
            let rows = section(&help, heading).join(" ");
            let words: Vec<&str> = rows.split_whitespace().collect();
            let row = format!("{} {}", scene.name, scene.about);
            assert!(words.join(" ").contains(&row), "{}: {help}", scene.name);
        }
        assert!(!help.contains('{'), "{help}");
    }
    // What is said of the defaults is what plays.
    let default = played(&["shield"]);
    let help = ran(&["help", "shield"]).stdout;
    let rows = section(&help, "Scenes that play by default:");
    let names = rows
        .iter()
        .map(|row| row.split_whitespace().next().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), default);
}

#[test]
fn the_help_has_the_chapters_in_order_and_then_the_tools() {
    let help = ran(&["--help"]).stdout;
    let first = |heading: &str| -> Vec<String> {
        let rows = section(&help, heading).into_iter();
        let rows = rows.filter(|row| !row.starts_with("    "));
        rows.map(|row| row.split_whitespace().next().unwrap().to_owned())
            .collect()
    };
    let names: Vec<&str> = CHAPTERS.iter().map(|c| c.name).collect();
    assert_eq!(first("Chapters, in the order of the article:"), names);
    assert_eq!(first("Tools:"), TOOLS);
    assert!(help.find("Chapters").unwrap() < help.find("Tools").unwrap());
}

/// Every help that there is, at a width, each with its command.
fn helps(width: &str) -> Vec<(String, String)> {
    let chapters = CHAPTERS.iter().map(|chapter| chapter.name);
    let mut helps = vec![("asyncade".to_owned(), columns(&["--help"], width))];
    for name in chapters.chain(TOOLS) {
        helps.push((name.to_owned(), columns(&[name, "--help"], width)));
    }
    helps
        .into_iter()
        .map(|(name, run)| (name, run.stdout))
        .collect()
}

/// The examples of a help: commands, each alone on its line or with what it
/// does behind it.
fn examples(help: &str) -> Vec<Vec<String>> {
    let rows = section(help, "Examples:").into_iter();
    let commands = rows.filter(|row| row.starts_with("  asyncade"));
    let commands = commands.map(|row| row.trim().split("  ").next().unwrap());
    let words = |command: &str| -> Vec<String> {
        command.split(' ').skip(1).map(str::to_owned).collect()
    };
    commands.map(words).collect()
}

#[test]
fn every_example_of_every_help_works() {
    let _core = computing();
    let folder = no_folder("examples");
    fs::create_dir_all(&folder).unwrap();
    // The files that examples speak of.
    for (file, b) in [("a.ndjson", "1"), ("b.ndjson", "5")] {
        let run = asyncade(&["gather", "--b", b, "--clock", "virtual"])
            .args(["--quiet", "--export", file])
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(run.status.success());
    }
    // Side by side, as most of them wait. Those of one help follow each other:
    // one may open what another has written.
    let helps = Mutex::new(helps("80").into_iter());
    let next = || helps.lock().unwrap().next();
    let count = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((name, help)) = next() {
                    let examples = examples(&help);
                    assert!(!examples.is_empty(), "{name}: {help}");
                    count.fetch_add(examples.len(), Ordering::Relaxed);
                    for example in examples {
                        works(example, &folder);
                    }
                }
            });
        }
    });
    let count = count.into_inner();
    assert!(count > 4 * CHAPTERS.len(), "{count}");
}

/// Makes sure that an example does what it says, in a folder.
fn works(mut example: Vec<String>, folder: &Path) {
    let chapter = example.first().and_then(|name| COURSE.find(name));
    // Not to wait for it, where one need not.
    match chapter {
        Some(chapter) if chapter.is_real_only() => {
            example.extend(["--speed".to_owned(), "10".to_owned()]);
        }
        Some(_) if !example.iter().any(|word| word == "--clock") => {
            example.extend(["--clock".to_owned(), "virtual".to_owned()]);
        }
        _ => {}
    }
    let words: Vec<&str> = example.iter().map(String::as_str).collect();
    if words[0] == "serve" {
        // It goes on until it is ended; the port may be taken, and no browser
        // is to be opened.
        let own = words.iter().map(|word| word.replace("8000", "0"));
        let own: Vec<String> = own.collect();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let mut command = asyncade(&own);
        let served = Served::by(command.env("PATH", folder));
        assert_eq!(served.get("/").status, 200, "{words:?}");
        return;
    }
    let run = asyncade(&words).current_dir(folder).output();
    let run: Ran = run.unwrap().into();
    let code = match chapter {
        // What is measured beside others may not be as it should be.
        Some(chapter) if chapter.is_real_only() => {
            i32::from(run.stdout.contains("\n  \u{2717} "))
        }
        // What is compared in an example differs.
        None if words[0] == "diff" => 1,
        _ => 0,
    };
    assert_eq!(run.code, Some(code), "{words:?}: {}", run.stderr);
    assert!(!run.stdout.is_empty(), "{words:?}");
}

#[test]
fn a_help_fits_and_breaks_no_command() {
    let wide = helps("80");
    for width in [40, 80, 100] {
        for ((name, help), (_, other)) in
            helps(&width.to_string()).iter().zip(&wide)
        {
            for line in help.lines() {
                // The usage is clap's, which does not break it either.
                let is_command = line.starts_with("  asyncade")
                    || line.starts_with("Usage: ")
                    || line.starts_with("       asyncade ");
                assert!(
                    is_command || !is_too_wide(line.trim_start(), width),
                    "{name} at {width}: {line:?}"
                );
            }
            assert_eq!(examples(help), examples(other), "{name} at {width}");
        }
    }
}

#[test]
fn columns_are_those_of_the_variable() {
    let widest = |run: &Ran| -> usize {
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let lines = run.stdout.lines().map(|line| line.chars().count());
        lines.max().unwrap()
    };
    let gather = ["gather", "--clock", "virtual"];
    for (arguments, rule) in [(&gather[..], true), (&["list"], false)] {
        for (wanted, expected) in [("40", 40), ("120", 120), ("300", 120)] {
            let widest = widest(&columns(arguments, wanted));
            assert!(widest <= expected, "{arguments:?} at {wanted}: {widest}");
            // A rule goes from edge to edge.
            assert!(!rule || widest == expected, "{wanted}: {widest}");
        }
    }
    // What is no positive number says nothing.
    let unset = ran(&gather).stdout;
    for nonsense in ["", "0", "-40", "wide", "40.5", "99999999999999999999999"]
    {
        assert_eq!(columns(&gather, nonsense).stdout, unset, "{nonsense}");
    }
    // Errors are as wide as stderr is wanted.
    let error = columns(&["gather", "--a", "1h"], "40");
    assert_eq!(error.code, Some(2));
    assert_eq!(
        error.stderr,
        "error: the scene 'sequential' of gather\n       \
         would take 1h 3s for real\n\n\
         help: add '--clock virtual' to see it at\n      \
         once, or '--yes-wait' to wait\n\n\
         For more information, try\n'asyncade gather --help'.\n"
    );
}

#[test]
fn accessible_is_off_if_it_says_so() {
    let gather = ["gather", "--clock", "virtual"];
    let plain = ran(&["gather", "--clock", "virtual", "--plain"]).stdout;
    let pictures = ran(&gather).stdout;
    assert_ne!(plain, pictures);
    for (value, expected) in [
        ("0", &pictures),
        ("", &pictures),
        ("1", &plain),
        ("yes", &plain),
    ] {
        let mut command = asyncade(&gather);
        let run: Ran =
            command.env("ACCESSIBLE", value).output().unwrap().into();
        assert_eq!(&run.stdout, expected, "ACCESSIBLE={value}");
    }
}

#[test]
fn the_list_says_what_its_columns_are_and_what_to_type() {
    let list = ran(&["list"]).stdout;
    let heading = list.lines().find(|line| line.contains("in class")).unwrap();
    let words: Vec<&str> = heading.split("  ").map(str::trim).collect();
    let words: Vec<&str> =
        words.into_iter().filter(|word| !word.is_empty()).collect();
    assert_eq!(words, ["chapter", "what it shows", "in class"]);
    let at = heading.find("what it shows").unwrap();
    let rows: Vec<&str> =
        list.lines().filter(|l| l.ends_with(" min")).collect();
    assert_eq!(rows.len(), CHAPTERS.len());
    let mut minutes = 0;
    for (row, chapter) in rows.iter().zip(CHAPTERS) {
        assert!(row.starts_with(&format!("  {} ", chapter.name)), "{row}");
        assert_eq!(row.find(chapter.title), Some(at), "{row}");
        assert_eq!(row.len(), heading.len(), "{row}");
        minutes += chapter.minutes;
    }
    assert_eq!(minutes, COURSE.minutes());
    assert!((120..=140).contains(&minutes), "{minutes}");
    assert!(
        list.contains(&format!("{minutes} minutes in all")),
        "{list}"
    );
    // Each command works, and is alone on its line however narrow that is.
    for width in ["1", "24", "80"] {
        let list = columns(&["list"], width).stdout;
        let commands = list.lines().filter(|l| l.starts_with("  asyncade "));
        let commands: Vec<&str> = commands.map(str::trim).collect();
        assert_eq!(
            commands,
            [
                "asyncade cashier",
                "asyncade help cashier",
                "asyncade show cashier",
                "asyncade list --beliefs",
                "asyncade help",
            ]
        );
        for command in &commands[1..] {
            let words: Vec<&str> = command.split(' ').skip(1).collect();
            assert_eq!(ran(&words).code, Some(0), "{command}");
        }
    }
}

#[test]
fn the_chapters_are_in_the_articles_order_and_each_knows_the_next() {
    let order = [
        "cashier",
        "sync-vs-async",
        "coroutines",
        "tasks",
        "taskgroup",
        "gather",
        "as_completed",
        "wait",
        "timeout",
        "shield",
        "to_thread",
        "parallel",
        "pitfalls",
        "crawler",
    ];
    let name = |chapter: &&Chapter| chapter.name;
    assert_eq!(CHAPTERS.iter().map(name).collect::<Vec<_>>(), order);
    let mut chapter = Some(CHAPTERS[0]);
    let mut walked = Vec::new();
    while let Some(this) = chapter {
        walked.push(this.name);
        chapter = COURSE.after(this);
    }
    assert_eq!(walked, order);
}

/// Commands to be copied are whole, each on a line of its own.
#[test]
fn hints_are_not_broken() {
    for (arguments, least) in [
        (&["list", "--beliefs"][..], COURSE.beliefs.len()),
        (&["checklist"], COURSE.practices.len()),
        (&["prove"], 1),
    ] {
        let hints = |width: &str| -> Vec<String> {
            let text = columns(arguments, width).stdout;
            let lines = text.lines().map(str::trim);
            let hints = lines.filter(|line| line.starts_with("asyncade "));
            hints.map(str::to_owned).collect()
        };
        let narrow = hints("1");
        assert!(narrow.len() >= least, "{arguments:?}: {narrow:?}");
        assert_eq!(narrow, hints("80"));
        for hint in narrow.iter().collect::<BTreeSet<_>>() {
            let words: Vec<&str> = hint.split(' ').skip(1).collect();
            let chapter = COURSE.find(words[0]);
            let clock: &[&str] = match chapter {
                Some(chapter) if chapter.is_real_only() => &[],
                Some(_) => &["--clock", "virtual"],
                None => &[],
            };
            let run = ran(&[&words[..], clock].concat());
            assert_eq!(run.code, Some(0), "{hint}: {}", run.stderr);
        }
    }
}

/// The pages of a folder, by their names without the section.
fn pages(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
    names
        .map(|n| n.strip_suffix(".1").expect(&n).to_owned())
        .collect()
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let folder = no_folder("man").join("deep").join("man1");
    let path = folder.to_str().unwrap();
    let run = ran(&["man", "--dir", path]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let pages = pages(&folder);
    let chapters = CHAPTERS.iter().map(|chapter| chapter.name);
    let names = chapters.chain(TOOLS).map(|name| format!("asyncade-{name}"));
    let expected: BTreeSet<String> =
        names.chain(["asyncade".to_owned()]).collect();
    assert_eq!(pages, expected);
    let main = fs::read_to_string(folder.join("asyncade.1")).unwrap();
    assert_eq!(main, ran(&["man"]).stdout);
    let mut named = BTreeSet::new();
    for page in &pages {
        let text =
            fs::read_to_string(folder.join(format!("{page}.1"))).unwrap();
        assert!(text.starts_with(".ie") || text.contains("\n.TH "), "{text}");
        for heading in ["NAME", "SYNOPSIS", "EXAMPLES"] {
            assert!(
                text.contains(&format!(".SH {heading}\n")),
                "{page}: {text}"
            );
        }
        let text = text.replace("\\-", "-").replace("\\fR", "");
        let text = text.replace("\\fB", "");
        for (at, _) in text.match_indices("(1)") {
            let before = &text[..at];
            let start = before.rfind([' ', '\n']).map_or(0, |at| at + 1);
            named.insert(before[start..].to_owned());
        }
    }
    // Whoever follows a reference finds a page, and every page is referred to.
    assert_eq!(named, expected);
    for chapter in on_virtual_clock() {
        let page = folder.join(format!("asyncade-{}.1", chapter.name));
        let text = fs::read_to_string(page).unwrap().replace("\\-", "-");
        for scene in chapter.scenes {
            assert!(text.contains(scene.name), "{}", scene.name);
        }
    }
    // Once more, over what is there, and nothing is left beside it.
    assert_eq!(ran(&["man", "--dir", path]).code, Some(0));
    assert_eq!(self::pages(&folder), expected);
}

#[test]
fn the_manual_goes_nowhere_but_to_a_folder() {
    let file = no_folder("no-folder");
    fs::write(&file, "before").unwrap();
    let path = file.to_str().unwrap();
    let refused = ran(&["man", "--dir", path]).refused();
    let wrong = format!("cannot write the manual to '{path}': it is a file");
    assert_eq!(refused.wrong, wrong);
    assert_eq!(refused.instead, ["give a folder"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "before");
    let below = file.join("man1");
    let refused = ran(&["man", "--dir", below.to_str().unwrap()]).refused();
    assert_eq!(refused.instead, ["choose a folder that you can write to"]);
}

/// Where there is a formatter for manual pages, it has nothing to complain of.
#[test]
fn the_manual_can_be_read() {
    let folder = no_folder("readable");
    assert_eq!(
        ran(&["man", "--dir", folder.to_str().unwrap()]).code,
        Some(0)
    );
    for page in pages(&folder) {
        let file = folder.join(format!("{page}.1"));
        let Ok(output) = Command::new("groff")
            .args(["-man", "-Tutf8", "-ww", "-z"])
            .arg(&file)
            .output()
        else {
            return;
        };
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(complaint, "", "{page}");
    }
}

#[test]
fn an_export_may_be_called_nothing_but_its_extension() {
    let folder = no_folder("extension");
    fs::create_dir_all(&folder).unwrap();
    let run: Ran =
        asyncade(&["gather", "--clock", "virtual", "--export", ".ndjson"])
            .current_dir(&folder)
            .output()
            .unwrap()
            .into();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let file = fs::read(folder.join(".ndjson")).unwrap();
    assert_eq!(ndjson::read(file.as_slice()).unwrap().len(), 2);
}
