//! Rust, Python, or both: the places of a trace, the code that is shown, and
//! what a person reads who has never seen Rust.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use asyncade::chapter::{Chapter, Knobs, Lang, Language, Part, Reading, Scene};
use asyncade::command;
use asyncade::demos::CHAPTERS;
use asyncade::report::{self, Choice, Nobody, Plan, Report, Unheard};
use asyncade::terminal::{Page, Screen};
use asyncade::trace::{Clock, LaneId, Place, Trace, What, ndjson};
use asyncade::world::compare::of_scene;
use asyncade::world::python::{self, Resident};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{
    any_knobs, asyncade, chapter, computing, on_virtual_clock, python, ran,
};

const LANGUAGES: [Language; 2] = [Language::Rust, Language::Python];

fn reading(lang: Lang) -> Reading {
    Reading {
        lang,
        is_option: true,
    }
}

/// A run of every scene on the virtual clock, for whoever reads Python.
fn played(chapter: &'static Chapter, knobs: Knobs) -> Report {
    let plan = Plan::new(&Choice {
        knobs,
        all: true,
        reading: reading(Lang::Python),
        ..Choice::new(chapter, Clock::Virtual)
    });
    report::play(plan.unwrap(), &mut Nobody, Unheard::GoOn).report
}

/// What is said: the lane's name, the text, how often that was said there
/// before, and where.
fn said(trace: &Trace) -> Vec<((String, String, usize), Place)> {
    let mut names: HashMap<LaneId, &str> = HashMap::new();
    let mut before: HashMap<(String, String), usize> = HashMap::new();
    let mut lines = Vec::new();
    for event in &trace.events {
        match &event.what {
            What::Spawn { name, .. } => {
                names.insert(event.lane, name);
            }
            What::Say { text, place } => {
                let line = (names[&event.lane].to_owned(), text.clone());
                let before = before.entry(line.clone()).or_default();
                lines.push(((line.0, line.1, *before), place.clone()));
                *before += 1;
            }
            _ => {}
        }
    }
    lines
}

/// Each line that tokio says is at the place at which CPython says it; the
/// others are counted, with their texts.
fn places_are_cpythons(report: &Report, cpython: &[Trace]) -> Vec<String> {
    let mut alone = Vec::new();
    for scene in &report.scenes {
        let places = &scene.in_python.as_ref().unwrap().places;
        let there = said(of_scene(cpython, &scene.name).unwrap());
        let there: HashMap<_, _> = there.into_iter().collect();
        for (line, rust) in said(scene.trace.as_ref().unwrap()) {
            let found = places.of(&rust, &line.1);
            match there.get(&line) {
                Some(place) => assert_eq!(
                    found.as_ref(),
                    Some(place),
                    "{} {}: {line:?}",
                    report.chapter,
                    scene.name
                ),
                None => {
                    let place = found.map(|place| place.line);
                    alone.push(format!("{}: {} {place:?}", scene.name, line.1));
                }
            }
        }
    }
    alone
}

#[test]
fn every_line_is_at_the_place_that_cpython_recorded() {
    let mut alone = Vec::new();
    let mut lines = 0;
    for chapter in on_virtual_clock() {
        let report = played(chapter, Knobs::new(chapter.knobs));
        assert_eq!(report.remark, None, "{}", chapter.name);
        let recording = python::recording(&chapter.twin).unwrap();
        alone.extend(places_are_cpythons(&report, &recording));
        // What is recorded is where the demo says it is.
        let code: Vec<&str> = chapter.twin.demo.lines().collect();
        for scene in &report.scenes {
            let trace = scene.trace.as_ref().unwrap();
            let places = &scene.in_python.as_ref().unwrap().places;
            for ((_, text, _), rust) in said(trace) {
                let Some(place) = places.of(&rust, &text) else {
                    continue;
                };
                assert!(place.file.ends_with("/demo.py"));
                let line = code[place.line as usize - 1].trim();
                assert!(line.starts_with("say("), "{}: {line}", chapter.name);
                lines += 1;
            }
        }
    }
    // Two lines are tokio's own, and have no place.
    assert_eq!(
        alone,
        [
            "try_join: try_join! returned: B failed None",
            "dropped: Task aborted; no cleanup ran None",
        ]
    );
    assert!(lines > 150, "{lines}");
}

#[test]
fn the_code_alone_tells_every_line_that_cpython_recorded() {
    let nowhere = Place {
        file: "demos/none/demo.rs".into(),
        line: 1,
    };
    for chapter in on_virtual_clock() {
        let report = played(chapter, Knobs::new(chapter.knobs));
        let recording = python::recording(&chapter.twin).unwrap();
        for scene in &report.scenes {
            let mut places = scene.in_python.as_ref().unwrap().places.clone();
            assert!(!places.says.is_empty(), "{}", scene.name);
            places.seen.clear();
            for (line, place) in
                said(of_scene(&recording, &scene.name).unwrap())
            {
                let found = places.of(&nowhere, &line.1);
                assert_eq!(found, Some(place), "{}: {line:?}", scene.name);
            }
        }
    }
}

#[test]
fn at_other_knobs_the_places_are_those_of_a_fresh_run() {
    let _core = computing();
    let Some(python) = python().map(Resident::new) else {
        return;
    };
    for name in ["gather", "timeout", "wait", "to_thread", "tasks"] {
        let chapter = chapter(name);
        let config = Config {
            cases: 3,
            failure_persistence: None,
            ..Config::default()
        };
        let mut runner = TestRunner::new(config);
        let knobs = any_knobs(chapter);
        let fits = |knobs: &Knobs| {
            (chapter.check)(knobs).is_ok() && !knobs.are_defaults()
        };
        let knobs = knobs.prop_filter("the chapter takes them", fits);
        let run = runner.run(&knobs, |knobs| {
            let report = played(chapter, knobs.clone());
            prop_assert_eq!(&report.remark, &None);
            let fresh = python.play(chapter, &chapter.twin, &knobs).unwrap();
            places_are_cpythons(&report, &fresh);
            for scene in &report.scenes {
                let places = &scene.in_python.as_ref().unwrap().places;
                let cpython = of_scene(&fresh, &scene.name).unwrap();
                let cpython = said(cpython);
                let lines: BTreeSet<u32> =
                    cpython.iter().map(|(_, place)| place.line).collect();
                // They are of this run, and of no recording.
                let seen = places.seen.iter();
                prop_assert!(seen.clone().all(|s| lines.contains(&s.cpython)));
                // None only where the two have not a line in common.
                let tokio = said(scene.trace.as_ref().unwrap());
                let is_shared = tokio.iter().any(|(line, _)| {
                    cpython.iter().any(|(other, _)| other == line)
                });
                prop_assert_eq!(seen.count() > 0, is_shared);
            }
            Ok(())
        });
        run.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// The lines of the trace, without what else is on the screen.
fn trace_lines(stdout: &str) -> Vec<&str> {
    let is_said = |line: &&str| {
        let time = line.get(..9).unwrap_or_default();
        time.ends_with('s')
            && time.trim().starts_with(|c: char| c.is_ascii_digit())
            && line[9..].starts_with(" ▎")
    };
    stdout.lines().filter(is_said).collect()
}

#[test]
fn without_a_python_the_places_are_the_same_and_it_is_said() {
    let nobody = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-python");
    fs::create_dir_all(&nobody).unwrap();
    for arguments in [
        &["gather", "--b", "5s"][..],
        &["shield", "--work", "300ms"],
        &["tasks", "--world", "500ms"],
        &["timeout", "--work", "500ms"],
    ] {
        let all = ["--all", "--clock", "virtual", "--lang", "python"];
        let arguments = [arguments, &all].concat();
        let without = asyncade(&arguments).env("PATH", &nobody).output();
        let without = without.unwrap();
        let text = String::from_utf8(without.stdout).unwrap();
        // That there is no Python refuses nothing.
        assert_eq!(without.status.code(), Some(0), "{text}");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let note = "found by what they say, and not by a run of CPython's";
        assert_eq!(words.matches(note).count(), 1, "{text}");
        assert!(words.contains("'python3'"), "{text}");
        let lines = trace_lines(&text);
        assert!(lines.len() >= 3, "{text}");
        if python().is_some() {
            let with = ran(&arguments);
            assert_eq!(trace_lines(&with.stdout), lines);
            assert!(!with.stdout.contains("found by what they say"));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_python_that_answers_nonsense_refuses_nothing() {
    use crate::robust_files::folder;
    use crate::robust_signals::fake_python;

    let folder = folder("languages");
    let with = |script: &str, more: &[&str]| {
        fake_python(&folder, script);
        let all = ["gather", "--clock", "virtual", "--lang", "python"];
        let output = asyncade(&[&all[..], more].concat())
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let knobs = &["--b", "5s"];
    for (script, why) in [
        ("printf 'x\\033[2J\\n'", "line 1: "),
        ("echo 'no \\033[2Jscenes' >&2; exit 3", "failed: no "),
    ] {
        let text = with(script, knobs);
        assert!(text.contains("found by what they say"), "{text}");
        assert!(text.contains(why), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.contains(" demo.py:15\n"), "{text}");
    }
    // One that knows no scene, and one that is not asked: the figures are the
    // article's, and so the recording tells.
    assert!(with("true", knobs).contains(" demo.py:15\n"));
    let text = with("exit 3", &[]);
    assert!(!text.contains("found by what they say"), "{text}");
}

#[test]
fn traces_name_the_code_that_ran_whatever_is_read() {
    let rust = ran(&["tasks", "--clock", "virtual", "--json"]);
    let json = ["tasks", "--clock", "virtual", "--json", "--lang", "python"];
    assert_eq!(ran(&json).stdout, rust.stdout);
    assert!(rust.stdout.contains("/demo.rs"));
}

#[test]
fn rust_is_the_default_and_the_option_beats_the_variable() {
    let run = |variable: Option<&str>, option: Option<&str>| {
        let mut arguments = vec!["tasks", "--clock", "virtual", "--explain"];
        arguments.extend(option.iter().flat_map(|lang| ["--lang", lang]));
        let mut command = asyncade(&arguments);
        if let Some(lang) = variable {
            command.env("ASYNCADE_LANG", lang);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let hello = |text: &str| -> String {
        let lines = trace_lines(text);
        let line = lines.iter().find(|line| line.contains("  Hello "));
        line.unwrap()
            .split_once("Hello")
            .unwrap()
            .1
            .trim()
            .to_owned()
    };
    let (rust, python) = ("demo.rs:12", "demo.py:16");
    let both = format!("{rust} {python}");
    for (variable, option, place) in [
        (None, None, rust),
        (Some(""), None, rust),
        (Some("rust"), None, rust),
        (Some("python"), None, python),
        (Some("both"), None, &both),
        (None, Some("python"), python),
        (Some("python"), Some("rust"), rust),
        (Some("nonsense"), Some("both"), &both),
    ] {
        let text = run(variable, option);
        assert_eq!(hello(&text), place, "{variable:?} {option:?}");
        // What is suggested is to be read in the same language, without
        // saying again what was set once.
        let again = option.map_or(String::new(), |l| format!(" --lang {l}"));
        for command in [
            "asyncade show tasks",
            "asyncade tasks --all",
            "asyncade taskgroup",
        ] {
            // Alone on its line, so that it can be copied.
            let command = format!("{command}{again}");
            let mut lines = text.lines().map(str::trim);
            assert!(lines.any(|line| line == command), "{command}: {text}");
        }
    }
}

#[test]
fn a_language_that_there_is_not_is_refused() {
    for arguments in [&["gather"][..], &["show", "gather"]] {
        let output = asyncade(arguments)
            .env("ASYNCADE_LANG", "per\u{1b}l")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("ASYNCADE_LANG is 'per"), "{said}");
        assert!(said.contains("rust, python or both"), "{said}");
        assert!(!said.contains('\u{1b}'), "{said}");
        let refused = ran(&[arguments, &["--lang", "perl"]].concat());
        assert_eq!(refused.code, Some(2));
        assert!(refused.stderr.contains("rust, python, both"));
    }
    // Whoever is shown no code is not asked.
    let list = asyncade(&["list"]).env("ASYNCADE_LANG", "perl").output();
    assert_eq!(list.unwrap().status.code(), Some(0));
}

#[test]
fn where_the_worlds_part_the_screen_says_what_cpython_does() {
    let words = |arguments: &[&str]| {
        let run = ran(arguments);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let part = "Here the two worlds part.";
    let scenes = ["shield", "--scene", "dropped", "--clock", "virtual"];
    assert!(!words(&scenes).contains(part));
    for lang in ["python", "both"] {
        let text = words(&[&scenes[..], &["--lang", lang]].concat());
        let expected = "Here the two worlds part. tokio: 0.500s critical \
            cancelled by main; CPython: 0.500s critical: Cancelled but \
            cleaning up. Stable Rust has no async drop: tokio's abort drops \
            the future where it waits, asyncio's cancel lets it clean up. \
            What demo.py says from there on: \
            0.500s critical: Cancelled but cleaning up (demo.py:18) \
            1.500s critical: Cleanup finished (demo.py:20) \
            1.500s main: Task cancelled; its cleanup ran (demo.py:79)";
        assert!(text.contains(expected), "{text}");
        // Drawn is what was played, and it is said once.
        assert_eq!(text.matches(part).count(), 1);
        let twin = [&scenes[..], &["--lang", lang, "--twin"]].concat();
        let twin = words(&twin);
        assert_eq!(twin.matches(part).count(), 1);
        assert!(twin.contains("(demo.py:79)"));
    }
    // What both say before they part is nothing that CPython says instead.
    let text = words(&[
        "gather", "--scene", "try_join", "--clock", "virtual", "--lang",
        "python",
    ]);
    let instead = "from there on: 1.000s main: gather raised: B failed \
        (demo.py:76) 2.000s C: C done (demo.py:15) 3.000s A: A done \
        (demo.py:15) 4.000s main: main is done (demo.py:79)";
    assert!(text.contains(instead), "{text}");
    // At the speed of the run.
    let text = words(&[
        "gather", "--scene", "try_join", "--speed", "50", "--lang", "python",
    ]);
    assert!(text.contains("0.080s main: main is done"), "{text}");
}

#[test]
fn a_tie_is_said_with_and_without_a_python() {
    let nobody = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-python");
    fs::create_dir_all(&nobody).unwrap();
    let arguments = [
        "timeout", "--scene", "wait_for", "--work", "1s", "--clock", "virtual",
        "--lang", "python",
    ];
    let without = asyncade(&arguments).env("PATH", &nobody).output().unwrap();
    let without = String::from_utf8(without.stdout).unwrap();
    let mut texts = vec![without];
    if python().is_some() {
        texts.push(ran(&arguments).stdout);
    }
    for text in texts {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("Here the two worlds part. tokio: "), "{text}");
        assert!(text.contains("eternity: This will never be seen; CPython: "));
        assert!(text.contains("eternity cancelled by main."), "{text}");
    }
    // Where they do not part at these knobs, nothing is said.
    let agree = ran(&["timeout", "--clock", "virtual", "--lang", "python"]);
    assert!(!agree.stdout.contains("worlds part"), "{}", agree.stdout);
}

#[test]
fn the_crawler_has_its_places_from_the_code() {
    let run = |more: &[&str]| {
        let arguments = ["crawler", "--lang", "python"];
        let run = ran(&[&arguments[..], more].concat());
        assert!(run.stdout.contains("what they say, and not by"));
        run.stdout
    };
    let code = chapter("crawler").twin.demo;
    let at = |text: &str, nth: usize| {
        let lines = (1..).zip(code.lines());
        let mut found = lines.filter(|(_, line)| line.contains(text));
        format!("demo.py:{}", found.nth(nth).unwrap().0)
    };
    let text = run(&["--pages", "3", "--latency", "40ms", "--limit", "2"]);
    let lines = trace_lines(&text);
    assert_eq!(lines.len(), 16, "{text}");
    let (sync, together) = lines.split_at(8);
    for (lines, scene) in [(sync, 0), (together, 1)] {
        for line in lines {
            let place = match line {
                _ if line.contains("GET /page/") => at("say(f\"GET", scene),
                _ if line.contains(" bytes)") => at("say(f\"{status}", scene),
                _ if line.contains("Fetched: ") => at("say(f\"Fetched", 0),
                _ => at("say(site.counted", 0),
            };
            assert!(line.ends_with(&format!(" {place}")), "{place}: {line}");
        }
    }
    // The third page waits for a permit, and where is another matter.
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("before it makes the task of page 3"),
        "{text}"
    );
    let late = ["--pages", "2", "--latency", "400ms", "--timeout", "20ms"];
    let text = run(&late);
    let failed = at("say(f\"failed", 0);
    assert!(text.contains("timed out after 0.02s"), "{text}");
    assert!(text.contains(&format!(" {failed}\n")), "{text}");
}

#[test]
fn the_crawlers_places_and_its_parting_are_those_of_a_real_crawl() {
    if python().is_none() {
        return;
    }
    let chapter = chapter("crawler");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crawl = |knobs: &[&str]| {
        let output = Command::new("python3")
            .args(["-I", "-B", "demos/crawler/demo.py", "--all", "--json"])
            .args(knobs)
            .current_dir(root)
            .output()
            .unwrap();
        ndjson::read(output.stdout.as_slice()).unwrap()
    };
    let limit = &chapter.knobs[2];
    let mut knobs = Knobs::new(chapter.knobs);
    knobs.set(limit, limit.parse("2").unwrap());
    let plan = Plan::new(&Choice {
        knobs,
        all: true,
        reading: reading(Lang::Python),
        ..Choice::new(chapter, Clock::Real)
    });
    let plan = plan.unwrap();
    let scene = |name: &str| {
        let mut scenes = plan.report().scenes.iter();
        let scene = scenes.find(|scene| scene.name == name).unwrap();
        scene.in_python.as_ref().unwrap()
    };
    let nowhere = Place {
        file: "demos/none/demo.rs".into(),
        line: 1,
    };
    let whole = crawl(&["--pages=3", "--limit=2", "--latency=40ms"]);
    let late = crawl(&["--pages=2", "--latency=400ms", "--timeout=20ms"]);
    for trace in whole.iter().chain(&late) {
        let lines = said(trace);
        assert!(lines.len() >= 6, "{lines:?}");
        for ((_, text, _), place) in lines {
            let found = scene(trace.header.name()).places.of(&nowhere, &text);
            assert_eq!(found, Some(place), "{text}");
        }
    }
    // Every task is made before any page is there.
    let trace = of_scene(&whole, "async").unwrap();
    let is_page = |what: &What| matches!(what, What::Spawn { .. });
    let is_there = |what: &What| matches!(what, What::Say { text, .. } if text.starts_with("200 "));
    let mut events = trace.events.iter().map(|event| &event.what);
    let spawned = events.clone().filter(|what| is_page(what)).count();
    let before = events.by_ref().take_while(|what| !is_there(what));
    assert_eq!(before.filter(|what| is_page(what)).count(), spawned);
    assert!(scene("async").apart.is_some() && scene("sync").apart.is_none());
}

/// What was written, kept.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut paper = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        paper.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is shown of a scene, or of a chapter, without its colours.
fn shown(
    chapter: &'static Chapter,
    scene: Option<&'static Scene>,
    lang: Lang,
    page: Page,
) -> String {
    let paper = Paper::default();
    let mut screen = Screen::new(page, paper.clone());
    let reading = reading(lang);
    match scene {
        Some(scene) => {
            command::show_scene(chapter, scene, reading, &mut screen)
        }
        None => command::show(chapter, reading, &mut screen),
    }
    .unwrap();
    let bytes = paper.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    anstream::adapter::strip_str(&text).to_string()
}

/// The letters of a text, without any space.
fn letters(text: &str) -> String {
    text.split_whitespace().collect()
}

fn code(parts: &[Part]) -> String {
    let lines = parts.iter().flat_map(|part| &part.lines);
    lines
        .map(|(number, line)| format!("{number} {line}\n"))
        .collect()
}

/// The rows of code on a screen, one listing behind the other.
fn columns(text: &str, lang: Lang) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let head = |name: &str| {
        let mut lines = lines.iter();
        lines.position(|line| line.starts_with(name))
    };
    let until = |from: usize| {
        let rest = lines[from..].iter();
        let mut ends = rest.clone().enumerate().filter(|(_, line)| {
            // The next heading, or a note.
            !line.starts_with([' ', '1', '2', '3']) && !line.is_empty()
                || line.starts_with("  Its picture")
        });
        from + ends.next().map_or(rest.len(), |(at, _)| at)
    };
    let rust = head("demo.rs");
    if lang == Lang::Both
        && let Some(rust) = rust
        && let Some(column) = lines[rust].find("demo.py")
    {
        let rows = &lines[rust + 2..until(rust + 2)];
        let cell = |line: &&str, from: usize, to: usize| -> String {
            line.chars().skip(from).take(to - from).collect()
        };
        let left = rows.iter().map(|row| cell(row, 0, column));
        let right = rows.iter().map(|row| cell(row, column, usize::MAX));
        let join = |cells: Vec<String>| cells.join("\n");
        return vec![join(left.collect()), join(right.collect())];
    }
    let heads = [rust, head("demo.py")].into_iter().flatten();
    let below = heads.map(|head| {
        let rule = lines[head..].iter().position(|l| l.starts_with('\u{2500}'));
        head + rule.unwrap() + 1
    });
    below
        .map(|from| lines[from..until(from)].join("\n"))
        .collect()
}

#[test]
fn code_is_never_cut_however_narrow_the_page() {
    let _core = computing();
    for chapter in CHAPTERS {
        for scene in chapter.scenes {
            for lang in [Lang::Rust, Lang::Python, Lang::Both] {
                for width in [40, 80, 120, 170] {
                    let page = Page::new(width, true);
                    let text = shown(chapter, Some(scene), lang, page);
                    let listings = LANGUAGES.into_iter();
                    let listings = listings.filter(|one| lang.has(*one));
                    let expected: Vec<String> = listings
                        .map(|one| letters(&code(&chapter.code_of(scene, one))))
                        .collect();
                    let found = columns(&text, lang);
                    let found: Vec<String> =
                        found.iter().map(|rows| letters(rows)).collect();
                    let what = format!("{} {width}:\n{text}", scene.name);
                    assert_eq!(found, expected, "{what}");
                    // Two columns are there whenever there is room.
                    let is_beside = text.lines().any(|line| {
                        line.contains("demo.rs  ") && line.contains("demo.py")
                    });
                    let is_wide = width >= 120 && lang == Lang::Both;
                    assert_eq!(is_beside, is_wide, "{what}");
                    let mut rows = text.lines();
                    let long = rows.find(|row| row.chars().count() > width);
                    assert_eq!(long, None, "{what}");
                }
            }
        }
    }
}

#[test]
fn the_whole_code_of_a_chapter_is_shown_in_the_languages_that_are_read() {
    for chapter in CHAPTERS {
        for lang in [Lang::Rust, Lang::Python, Lang::Both] {
            for width in [80, 120] {
                let text = shown(chapter, None, lang, Page::new(width, true));
                let found: Vec<String> = columns(&text, lang)
                    .iter()
                    .map(|rows| letters(rows))
                    .collect();
                let texts = [chapter.demo, chapter.twin.demo];
                let texts = texts.into_iter().zip(LANGUAGES);
                let texts = texts.filter(|(_, one)| lang.has(*one));
                let expected: Vec<String> = texts
                    .map(|(text, _)| {
                        let lines = (1..).zip(text.lines());
                        // Empty lines are there as empty ones.
                        let lines = lines.filter(|(_, line)| !line.is_empty());
                        let lines = lines.map(|(n, line)| format!("{n}{line}"));
                        letters(&lines.collect::<String>())
                    })
                    .collect();
                let inside = |text: &str| {
                    // A function's own empty lines have their numbers.
                    text.chars().filter(|c| !c.is_ascii_digit()).collect()
                };
                let found: Vec<String> =
                    found.iter().map(|text| inside(text)).collect();
                let expected: Vec<String> =
                    expected.iter().map(|text| inside(text)).collect();
                assert_eq!(found, expected, "{}", chapter.name);
                let has = |part: &str| text.contains(part);
                assert_eq!(has("from asyncio to tokio"), lang != Lang::Python);
                assert!(has("remember"));
            }
        }
    }
}

/// The names that a file defines at its top, with their lines.
fn defined(text: &str, language: Language) -> Vec<(String, u32)> {
    let mut names = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut words: Vec<&str> = line.split(' ').collect();
        words.retain(|word| !matches!(*word, "pub" | "async"));
        let name = match (language, &words[..]) {
            (
                Language::Rust,
                ["fn" | "struct" | "type" | "const" | "enum", name, ..],
            )
            | (Language::Python, ["def" | "class", name, ..])
            | (Language::Python, [name, "=", ..]) => name,
            _ => continue,
        };
        let end = |c: char| !c.is_alphanumeric() && c != '_';
        let name = name.split(end).next().unwrap();
        if !name.is_empty() {
            names.push((name.to_owned(), number));
        }
    }
    names
}

/// The words of code, but for comments, strings and names behind a dot or a path. What
/// is filled into a string is code.
fn mentions(lines: &[(u32, &str)], language: Language) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut in_docstring = false;
    for (_, line) in lines {
        let quotes = line.matches("\"\"\"").count();
        let is_prose = in_docstring || quotes > 0;
        in_docstring ^= quotes % 2 == 1;
        let comment = match language {
            Language::Rust => "//",
            Language::Python => "# ",
        };
        let line = line.split(comment).next().unwrap();
        if is_prose {
            continue;
        }
        let mut before = ' ';
        let mut word = String::new();
        let (mut in_string, mut in_hole) = (false, false);
        for letter in line.chars().chain([' ']) {
            match letter {
                '"' => in_string ^= true,
                '{' => in_hole = true,
                '}' => in_hole = false,
                _ if in_string && !in_hole => continue,
                _ => {}
            }
            if letter.is_alphanumeric() || letter == '_' {
                word.push(letter);
                continue;
            }
            if !word.is_empty() && !matches!(before, '.' | ':') {
                words.insert(word.clone());
            }
            if !word.is_empty() {
                word.clear();
            }
            before = letter;
        }
    }
    words
}

/// What a scene mentions and does not mean: a name of its own that a function
/// has too.
const NOT_MEANT: &[(&str, &str)] = &[("crawler/sync", "fetch")];

#[test]
fn a_scene_has_all_of_its_code_and_nothing_else() {
    for chapter in CHAPTERS {
        for scene in chapter.scenes {
            for language in LANGUAGES {
                let text = match language {
                    Language::Rust => chapter.demo,
                    Language::Python => chapter.twin.demo,
                };
                let what = format!("{}/{}", chapter.name, scene.name);
                let parts = chapter.code_of(scene, language);
                let lines: Vec<(u32, &str)> =
                    parts.iter().flat_map(|part| part.lines.clone()).collect();
                // As it stands in the file, each line under its number.
                let all: Vec<&str> = text.lines().collect();
                for (number, line) in &lines {
                    assert_eq!(*line, all[*number as usize - 1], "{what}");
                }
                let numbers: BTreeSet<u32> =
                    lines.iter().map(|(number, _)| *number).collect();
                let function = (scene.run)(&Knobs::new(chapter.knobs)).function;
                let defined = defined(text, language);
                let (inside, outside): (Vec<_>, Vec<_>) = defined
                    .iter()
                    .partition(|(_, line)| numbers.contains(line));
                let has = |name: &str| inside.iter().any(|(n, _)| n == name);
                assert!(has(function), "{what}: no {function}");
                let words = mentions(&lines, language);
                for (name, _) in outside {
                    let is_meant = !NOT_MEANT.contains(&(&what, name));
                    assert!(
                        !(words.contains(name) && is_meant),
                        "{what}: {name} is missing in {language:?}"
                    );
                }
                // Everything but the function is mentioned by another part.
                for part in &parts {
                    let Some(name) = &part.name else { continue };
                    let others = parts
                        .iter()
                        .filter(|other| other.name.as_ref() != Some(name));
                    let mut others =
                        others.map(|o| mentions(&o.lines, language));
                    assert!(
                        name == function || others.any(|w| w.contains(name)),
                        "{what}: {name} is too much in {language:?}"
                    );
                }
                // And so is every import.
                let imports = parts.iter().filter(|part| part.name.is_none());
                for import in imports {
                    let code = parts.iter().filter(|part| part.name.is_some());
                    let mut code =
                        code.map(|part| mentions(&part.lines, language));
                    let word = |c: char| !c.is_alphanumeric() && c != '_';
                    let names = import.lines.iter();
                    let names = names.flat_map(|(_, line)| line.split(word));
                    let names: BTreeSet<String> =
                        names.map(str::to_owned).collect();
                    assert!(
                        code.any(|words| !words.is_disjoint(&names)),
                        "{what}: {import:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn demo_py_calls_a_scenes_function_by_the_same_name() {
    for chapter in CHAPTERS {
        for scene in chapter.scenes {
            let function = (scene.run)(&Knobs::new(chapter.knobs)).function;
            let text = letters(chapter.twin.demo);
            let entry = format!("\"{}\":({function},", scene.name);
            assert!(text.contains(&entry), "{}: {entry}", chapter.name);
        }
    }
}

/// Asks Python itself which names a piece of code leaves open.
const OPEN_NAMES: &str = r#"
import builtins, symtable, sys
table = symtable.symtable(sys.stdin.read(), "scene", "exec")
known = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
def look(table):
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if symbol.is_global() and name not in known and not hasattr(builtins, name):
            print(name)
    for child in table.get_children():
        look(child)
look(table)
"#;

#[test]
fn python_finds_every_name_of_a_scene() {
    let _core = computing();
    if python().is_none() {
        return;
    }
    for chapter in CHAPTERS {
        for scene in chapter.scenes {
            let parts = chapter.code_of(scene, Language::Python);
            let lines = parts.iter().flat_map(|part| &part.lines);
            let code: String =
                lines.map(|(_, line)| format!("{line}\n")).collect();
            let mut child = Command::new("python3")
                .args(["-I", "-c", OPEN_NAMES])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut input = child.stdin.take().unwrap();
            input.write_all(code.as_bytes()).unwrap();
            drop(input);
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}:\n{code}", scene.name);
            let open = String::from_utf8(output.stdout).unwrap();
            assert_eq!(open, "", "{} {}", chapter.name, scene.name);
        }
    }
}

#[test]
fn who_reads_python_is_shown_no_rust() {
    // What only Rust's code looks like.
    const RUST: [&str; 9] = [
        ".rs",
        "::",
        "fn ",
        ".await",
        "let mut ",
        "#[",
        "JoinSet",
        "spawn_blocking",
        "tokio::",
    ];
    // What may be named where it is said to be tokio's or Rust's.
    const NAMES: [&str; 3] = ["join!", "CancellationToken", "Instant"];
    let check = |text: &str| {
        for line in text.lines() {
            for word in RUST {
                assert!(!line.contains(word), "{word}: {line}\n{text}");
            }
        }
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            for name in NAMES.iter().filter(|name| line.contains(**name)) {
                // In the same sentence, which may have begun above.
                let around = lines[at.saturating_sub(2)..=at].join(" ");
                assert!(
                    around.contains("tokio") || around.contains("Rust"),
                    "{name}: {line}\n{text}"
                );
            }
        }
    };
    for chapter in CHAPTERS {
        for width in [80, 120] {
            let page = Page::new(width, true);
            check(&shown(chapter, None, Lang::Python, page));
            for scene in chapter.scenes {
                check(&shown(chapter, Some(scene), Lang::Python, page));
            }
        }
    }
    for chapter in on_virtual_clock() {
        let output = asyncade(&[chapter.name, "--all", "--clock", "virtual"])
            .env("ASYNCADE_LANG", "python")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("demo.py:"), "{text}");
        check(&text);
    }
}

#[test]
fn a_scene_is_shown_by_either_spelling_and_no_other() {
    let one = ran(&["show", "timeout", "wait_for"]);
    assert_eq!(one.code, Some(0), "{}", one.stderr);
    assert!(one.stdout.contains("\npicture  on the virtual clock"));
    assert!(one.stdout.contains("'asyncade timeout --scene wait_for'"));
    // The picture is of a run: the work is cancelled at the limit.
    assert!(one.stdout.contains("cancelled 1.000s"), "{}", one.stdout);
    let other = ran(&["show", "timeout", "wait-for"]);
    assert_eq!(one.stdout, other.stdout);
    let none = ran(&["show", "timeout", "wait\u{1b}"]);
    assert_eq!(none.code, Some(2));
    assert_eq!(none.stdout, "");
    assert!(none.stderr.contains("timeout has no scene 'wait"));
    assert!(none.stderr.contains("one of no-limit, wait_for"));
    assert!(!none.stderr.contains('\u{1b}'));
    // What plays for real only is not played to be shown.
    let crawler = ran(&["show", "crawler", "async", "--lang", "python"]);
    assert_eq!(crawler.code, Some(0));
    assert!(crawler.stdout.contains("it waits for real sockets"));
    let play = "'asyncade crawler --scene async --lang python'";
    let words = crawler.stdout.split_whitespace().collect::<Vec<_>>();
    assert!(words.join(" ").contains(play), "{}", crawler.stdout);
}

#[test]
fn on_a_plain_page_code_is_one_line_a_line_and_never_in_columns() {
    let mut page = Page::new(120, true);
    page.plain = true;
    let chapter = chapter("gather");
    let scene = chapter.scene("failure");
    let text = shown(chapter, scene, Lang::Both, page);
    for language in LANGUAGES {
        for part in chapter.code_of(scene.unwrap(), language) {
            for (number, line) in part.lines {
                let row = format!("{number:>3}  {line}");
                let row = row.trim_end();
                assert!(text.lines().any(|shown| shown == row), "{row}");
            }
        }
    }
    assert!(text.contains("B began at"), "{text}");
}
