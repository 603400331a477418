//! What is asked before a run, where it sends the eye, and what is to be
//! remembered of it: all of it fits the run, and nothing before the run gives
//! the answer away.

use std::time::Duration;

use asyncade::chapter::{
    Chapter, Kind, Knobs, Lesson, List, Plays, Value, time,
};
use asyncade::command;
use asyncade::demos::CHAPTERS;
use asyncade::report::{Choice, Plan, Reporter};
use asyncade::terminal::{Full, Page};
use asyncade::trace::Clock;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::screens::screen;
use crate::support::{any_knobs, chapter, is_too_wide, on_virtual_clock, ran};

/// Times that no knob sets, in seconds at speed 1.
const FIXED: &[(&str, f64)] = &[
    // Worker i takes i seconds.
    ("wait", 1.0),
];

/// Numbers in words. Not `one`, which is most often no number.
const NUMBER_WORDS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "twenty", "dozen", "hundred", "thousand",
];

/// Words in which an outcome is told.
const OUTCOMES: &[&str] = &[
    "alternate",
    "at once",
    "at the same moment",
    "aborted",
    "cancelled",
    "comes after",
    "cut off",
    "done first",
    "done last",
    "does not",
    "ends first",
    "fails first",
    "falls",
    "faster",
    "finish",
    "finished",
    "finishes",
    "goes on",
    "gives way",
    "in turn",
    "in turns",
    "lost",
    "lose",
    "misses",
    "never",
    "nobody",
    "nothing",
    "overlap",
    "overlaps",
    "refused",
    "runs on",
    "side by side",
    "silent",
    "slower",
    "solid from end to end",
    "sooner",
    "speaks first",
    "survives",
    "together",
    "works on",
];

/// Every text of a lesson that says something of a run.
fn texts(lesson: &Lesson) -> impl Iterator<Item = &str> {
    let hints = lesson.watch.iter().map(|hint| hint.text.as_str());
    [lesson.question.as_str(), &lesson.analogy, &lesson.takeaway]
        .into_iter()
        .chain(hints)
}

/// Every figure of a run, as it is written.
fn figures(chapter: &Chapter, knobs: &Knobs) -> Vec<String> {
    // Where pages are given, the knobs of the embedded site say nothing.
    let unused = chapter.knobs.iter().flat_map(|knob| match knob.kind {
        Kind::List(items) if knobs.get(knob.name).is_some() => items.instead_of,
        _ => &[],
    });
    let unused: Vec<_> = unused.collect();
    let used = chapter.knobs.iter();
    let used = used.filter(|knob| !unused.contains(&&knob.name));
    let values = used.filter_map(|knob| match knobs.get(knob.name)? {
        Value::Time(value) => Some(time(value)),
        Value::Count(value) => Some(value.to_string()),
        Value::Text(_) | Value::List(_) => None,
    });
    let fixed = FIXED.iter().filter(|(name, _)| *name == chapter.name);
    let fixed = fixed.map(|(_, seconds)| time(knobs.seconds(*seconds)));
    values.chain(fixed).collect()
}

/// The figures in a text that are not among these.
fn strays(text: &str, figures: &[String]) -> Vec<String> {
    let mut figures: Vec<&String> = figures.iter().collect();
    // `2s` may be the beginning of another figure.
    figures.sort_by_key(|figure| std::cmp::Reverse(figure.len()));
    let mut text = text.to_owned();
    for figure in figures {
        text = without(&text, figure);
    }
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '.');
    let is_figure = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            || NUMBER_WORDS.contains(&word.to_lowercase().as_str())
    };
    let words = words.map(|word| word.trim_matches('.'));
    words.filter(is_figure).map(str::to_owned).collect()
}

/// A text without a figure, where that stands by itself.
fn without(text: &str, figure: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(figure) {
        kept += before;
        let mut next = after.chars();
        let is_part = |c: char| c.is_alphanumeric() || c == '.';
        let begins = !kept.ends_with(is_part);
        let ends = match (next.next(), next.next()) {
            (Some('.'), Some(digit)) => !digit.is_ascii_digit(),
            (Some(c), _) => !c.is_alphanumeric(),
            (None, _) => true,
        };
        kept += if begins && ends { "#" } else { figure };
        rest = after;
    }
    kept + rest
}

/// What is wrong with a lesson at these knobs: a figure that is none of the
/// run's, or a gap that nothing has filled.
fn wrong(chapter: &Chapter, markdown: &str, knobs: &Knobs) -> Option<String> {
    let lesson = Lesson::of(markdown, knobs);
    let figures = figures(chapter, knobs);
    let whole = [lesson.translation.clone()].into_iter();
    let whole = whole.chain(lesson.erratum.iter().map(|e| e.text.clone()));
    let unfilled = texts(&lesson).map(str::to_owned).chain(whole);
    // Code may have braces.
    let prose = unfilled
        .map(|text| text.split('`').step_by(2).collect::<Vec<_>>().join(" "));
    for text in prose {
        if text.contains(['{', '}']) {
            return Some(format!("a gap is left in {text:?}"));
        }
    }
    for text in texts(&lesson) {
        if let Some(stray) = strays(text, &figures).first() {
            return Some(format!("{stray} is none of {figures:?}: {text}"));
        }
    }
    None
}

fn any_speed() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1.0), Just(4.0), 0.01..20.0]
}

fn defaults(chapter: &Chapter) -> Knobs {
    Knobs::new(chapter.knobs)
}

/// The defaults, with these set in their place.
fn set(chapter: &Chapter, values: &[(&str, &str)]) -> Knobs {
    let mut knobs = defaults(chapter);
    for (name, value) in values {
        let mut all = chapter.knobs.iter();
        let knob = all.find(|knob| knob.name == *name).unwrap();
        knobs.set(knob, knob.parse(value).unwrap());
    }
    knobs
}

#[test]
fn every_figure_is_one_of_the_run() {
    for chapter in CHAPTERS {
        let mut runner = TestRunner::new(Config {
            failure_persistence: None,
            ..Config::with_cases(300)
        });
        let cases = (any_knobs(chapter), any_speed());
        let run = runner.run(&cases, |(knobs, speed)| {
            prop_assume!((chapter.check)(&knobs).is_ok());
            let knobs = knobs.at_speed(speed);
            prop_assert_eq!(wrong(chapter, chapter.lesson, &knobs), None);
            Ok(())
        });
        if let Err(error) = run {
            panic!("{}: {error}", chapter.name);
        }
    }
}

/// S6: what the lessons once said, and other ways to go wrong.
#[test]
fn s6_a_figure_that_no_knob_has_is_found() {
    for (name, right, lesson, knobs) in [
        ("gather", "{b}", "1s", [("b", "1250ms")]),
        ("gather", "{a}, {b}", "3s, {b}", [("a", "13s")]),
        ("gather", "Gathering waits", "It waits 3s", [("a", "13s")]),
        (
            "sync-vs-async",
            "{tasks|call|calls}",
            "Three calls",
            [("tasks", "5")],
        ),
        ("sync-vs-async", "{delay}", "{dealy}", [("tasks", "5")]),
        ("sync-vs-async", "{delay}", "{delay|s|s}", [("tasks", "5")]),
        ("sync-vs-async", "the row main", "the 3s", [("tasks", "5")]),
        ("wait", "{1s}", "1s", [("timeout", "3s")]),
        ("pitfalls", "{capacity}", "ten", [("capacity", "4")]),
    ] {
        let chapter = chapter(name);
        assert!(chapter.lesson.contains(right), "{name}: {right}");
        let lesson = chapter.lesson.replacen(right, lesson, 1);
        // Two of them are right as long as the speed is 1.
        let knobs = set(chapter, &knobs).at_speed(1.6);
        assert_eq!(wrong(chapter, chapter.lesson, &knobs), None);
        let found = wrong(chapter, &lesson, &knobs);
        assert!(found.is_some(), "{name}: {right}");
    }
}

#[test]
fn a_figure_counts_only_where_it_stands_by_itself() {
    let figures = ["2s", "12", "2.5s"].map(str::to_owned);
    for text in ["2s, 2.5s. 12", "Task1 in 2s.", "one", "(12)"] {
        assert_eq!(strays(text, &figures), [""; 0], "{text}");
    }
    for (text, stray) in [
        ("3s", "3s"),
        ("12s", "12s"),
        ("22s", "22s"),
        ("2s 500ms", "500ms"),
        ("1.2s", "1.2s"),
        ("12.5s", "12.5s"),
        ("Three calls", "Three"),
    ] {
        assert_eq!(strays(text, &figures), [stray], "{text}");
    }
}

#[test]
fn what_is_asked_is_right_of_one_and_of_many() {
    let asked = |name: &str, values: &[(&str, &str)], speed: f64| {
        let chapter = chapter(name);
        let knobs = set(chapter, values).at_speed(speed);
        chapter.lesson(&knobs).question
    };
    let begins = |question: String, words: &str| {
        assert!(question.starts_with(words), "{question}");
    };
    for (count, call, customer, worker) in [
        ("1", "1 call to", "1 customer comes", "1 worker starts"),
        ("2", "2 calls to", "2 customers come", "2 workers start"),
        ("9", "9 calls to", "9 customers come", "9 workers start"),
    ] {
        begins(asked("sync-vs-async", &[("tasks", count)], 1.0), call);
        begins(asked("cashier", &[("customers", count)], 1.0), customer);
        let fail = [("workers", count), ("fail", "1")];
        begins(asked("wait", &fail, 1.0), worker);
    }
    let knobs = [("a", "8s"), ("b", "4s"), ("c", "12s")];
    begins(
        asked("gather", &knobs, 4.0),
        "The calls A, B and C take 2s, 1s and 3s.",
    );
    let pitfalls = chapter("pitfalls");
    for (tasks, words) in [("1", "and 1 asks."), ("2", "and 2 ask.")] {
        let lesson = pitfalls.lesson(&set(pitfalls, &[("tasks", tasks)]));
        let hint = lesson.hint("too-many-tasks");
        assert!(hint.ends_with(words), "{hint}");
    }
    let wait = chapter("wait").lesson(&defaults(chapter("wait")).at_speed(4.0));
    let words = "The first needs 250ms, and each further one 250ms more.";
    let words = words.replace("250ms", &time(Duration::from_millis(250)));
    assert!(wait.question.contains(&words), "{}", wait.question);
}

/// A number whose noun does not follow it would be wrong of one, or of many.
#[test]
fn a_noun_after_a_number_has_both_its_forms() {
    let is_wrong = |chapter: &Chapter, markdown: &str| {
        let counts = chapter.knobs.iter();
        let mut counts =
            counts.filter(|knob| matches!(knob.kind, Kind::Count { .. }));
        counts.any(|knob| {
            let gap = format!("{{{}}} ", knob.name);
            let mut nouns = markdown.split(&gap).skip(1);
            nouns.any(|after| {
                let end = after.find(|c: char| !c.is_alphabetic());
                after[..end.unwrap_or(after.len())].ends_with('s')
            })
        })
    };
    for chapter in CHAPTERS {
        assert!(!is_wrong(chapter, chapter.lesson), "{}", chapter.name);
    }
    assert!(is_wrong(chapter("sync-vs-async"), "{tasks} calls wait"));
}

#[test]
fn pages_of_ones_own_are_asked_about_as_well() {
    let crawler = chapter("crawler");
    let own = set(crawler, &[("url", "http://127.0.0.1:1/a")]);
    // The knobs of the embedded site are no figures of this run.
    assert!(!figures(crawler, &own).contains(&"12".to_owned()));
    assert_eq!(wrong(crawler, crawler.lesson, &own), None);
    let asks = |gap| {
        let lesson = crawler.lesson.replacen("one page", gap, 1);
        wrong(crawler, &lesson, &own)
    };
    assert!(asks("{pages|page|pages}").is_some());
    assert!(asks("{url}").is_some());
    assert!(asks("some pages").is_none());
    assert_eq!(own.get("url"), Some(list("http://127.0.0.1:1/a")));
}

fn list(text: &str) -> Value {
    let mut knobs = chapter("crawler").knobs.iter();
    let items = knobs.find_map(|knob| match knob.kind {
        Kind::List(items) => Some(items),
        _ => None,
    });
    Value::List(List::parse(items.unwrap(), text).unwrap())
}

/// All that is printed before anything happens: the opening, and the heading
/// of each scene with what is under it.
fn before_the_run(choice: &Choice) -> Option<String> {
    let plan = Plan::new(choice).ok()?;
    let report = plan.report();
    Some(screen(Page::new(80, true), |screen| {
        let mut full = Full::new(screen);
        full.begins(report).unwrap();
        for index in 0..report.scenes.len() {
            full.scene_begins(report, index).unwrap();
        }
    }))
}

fn choice(chapter: &'static Chapter, knobs: Knobs) -> Choice {
    Choice {
        knobs,
        all: true,
        ..Choice::new(chapter, Clock::Real)
    }
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_printed_before_a_run_has_its_figures_and_no_title() {
    for chapter in CHAPTERS {
        let mut runner = TestRunner::new(Config {
            failure_persistence: None,
            ..Config::with_cases(12)
        });
        let cases = (any_knobs(chapter), any_speed());
        let run = runner.run(&cases, |(knobs, speed)| {
            prop_assume!((chapter.check)(&knobs).is_ok());
            let at_speed = knobs.at_speed(speed);
            let mut choice = choice(chapter, knobs);
            choice.yes_wait = true;
            choice.speed = Some(speed);
            // Waits may be too short to be measured.
            let Some(printed) = before_the_run(&choice) else {
                return Ok(());
            };
            let printed = flat(&printed);
            let mut figures = figures(chapter, &at_speed);
            figures.push(speed.to_string());
            prop_assert_eq!(strays(&printed, &figures), [""; 0], "{}", printed);
            prop_assert!(!printed.contains(chapter.title), "{}", printed);
            let lesson = chapter.lesson(&at_speed);
            for text in lesson.watch.iter().map(|hint| &hint.text) {
                let hint = format!("Watch: {}", flat(text));
                prop_assert!(printed.contains(&hint), "{hint} in {printed}");
            }
            prop_assert!(printed.contains(&flat(&lesson.question)));
            prop_assert!(!printed.contains(&flat(&lesson.takeaway)));
            Ok(())
        });
        if let Err(error) = run {
            panic!("{}: {error}", chapter.name);
        }
    }
}

/// S6: `gather --b 5s` said "3s, 1s and 2s", and `--speed 4` said 3s.
#[test]
fn s6_the_printed_question_is_that_of_the_run() {
    let gather = chapter("gather");
    let mut choice = choice(gather, set(gather, &[("b", "5s")]));
    let printed = flat(&before_the_run(&choice).unwrap());
    assert!(printed.contains("take 3s, 5s and 2s."), "{printed}");
    choice.knobs = set(gather, &[("a", "8s"), ("b", "4s"), ("c", "12s")]);
    choice.speed = Some(4.0);
    let printed = flat(&before_the_run(&choice).unwrap());
    assert!(printed.contains("take 2s, 1s and 3s."), "{printed}");
    let tasks = chapter("sync-vs-async");
    choice.chapter = tasks;
    choice.knobs = set(tasks, &[("tasks", "5")]);
    let printed = flat(&before_the_run(&choice).unwrap());
    assert!(printed.contains("5 calls to make"), "{printed}");
}

/// The outcomes that a text tells.
fn outcomes(text: &str) -> Vec<&'static str> {
    let words = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        format!(" {} ", words.join(" ").to_lowercase())
    };
    let text = words(text);
    let outcomes = OUTCOMES.iter().copied();
    outcomes
        .filter(|told| text.contains(&words(told)))
        .collect()
}

#[test]
fn every_scene_has_a_hint_that_directs_the_eye_and_tells_nothing() {
    let scenes = CHAPTERS.iter().flat_map(|chapter| chapter.scenes);
    // Names that are no words of prose.
    let names: Vec<&str> = scenes
        .map(|scene| scene.name)
        .filter(|name| name.contains(['-', '_']))
        .collect();
    for chapter in CHAPTERS {
        let lesson = chapter.lesson(&defaults(chapter));
        let hints = lesson.watch.iter().map(|hint| hint.scene.as_str());
        let scenes = chapter.scenes.iter().map(|scene| scene.name);
        // One each, in their order, and none of another scene.
        assert_eq!(hints.collect::<Vec<_>>(), scenes.collect::<Vec<_>>());
        for hint in &lesson.watch {
            let (scene, text) = (&hint.scene, &hint.text);
            assert!(text.len() > 30, "{scene}: {text}");
            assert!(text.ends_with(['.', '?']), "{scene}: {text}");
            assert_eq!(outcomes(text), [""; 0], "{scene}: {text}");
            // A scene plays alone, too, so a hint speaks of no other.
            assert!(!text.contains('`'), "{scene}: {text}");
            let named = names.iter().find(|name| text.contains(**name));
            assert_eq!(named, None, "{scene}: {text}");
        }
    }
}

/// It is read before anything is predicted.
#[test]
fn every_chapter_has_an_analogy_that_tells_nothing() {
    for chapter in CHAPTERS {
        let analogy = chapter.lesson(&defaults(chapter)).analogy;
        assert!(analogy.len() > 100, "{}: {analogy}", chapter.name);
        assert_eq!(outcomes(&analogy), [""; 0], "{}", chapter.name);
        // It is of a shop, and not of a computer.
        for word in ["`", "task", "thread", "loop", "await", "async"] {
            assert!(!analogy.contains(word), "{}: {word}", chapter.name);
        }
    }
}

/// S7: what the nine lessons said that once gave the answer away.
#[test]
fn s7_what_gave_the_answer_away_is_known_for_it() {
    for told in [
        "In `async` only the scanning is solid, while the hands do nothing.",
        "In `lazy`, the line that begins with Start: it comes after the await.",
        "B is done first and A last, and still the line reads A, B, C.",
        "In `blocking-call` the row heartbeat falls silent.",
        "In `shielded` the row caller ends cancelled.",
        "In `async` three rows run side by side.",
        "The rows Task1 and Task2 end at the same moment.",
        "In `create_task` main speaks first, at 0s.",
        "In `to_thread` it never misses a tick.",
        "In `left-running` it stays, and they finish.",
    ] {
        assert!(!outcomes(told).is_empty(), "{told}");
    }
}

#[test]
fn what_differs_in_a_scene_is_said_and_not_what_comes_of_it() {
    for chapter in CHAPTERS {
        for scene in chapter.scenes {
            let told = outcomes(scene.about);
            // Who is cancelled is what the code says, whether a coroutine is
            // awaited, and who asks at once.
            let told = told.iter().filter(|told| {
                !["cancelled", "aborted", "nobody", "at once", "in turn"]
                    .contains(told)
            });
            assert_eq!(told.count(), 0, "{}: {}", scene.name, scene.about);
        }
    }
}

/// S8: the text of a default run spoke of scenes that it did not play.
#[test]
fn s8_a_default_run_speaks_of_its_own_scenes() {
    for chapter in on_virtual_clock() {
        let run = ran(&[chapter.name, "--clock", "virtual"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        // The last screen names what was not played.
        let last = format!("\n{}: {}\n", chapter.name, chapter.title);
        let (run, _) = run.stdout.split_once(&last).unwrap();
        for scene in chapter.scenes {
            let name = scene.name;
            let heading = format!("\n{name}  ");
            let plays = scene.plays != Plays::WhenAsked;
            assert_eq!(run.contains(&heading), plays, "{name}: {run}");
            if !plays && name.contains(['-', '_']) {
                assert!(!run.contains(name), "{name}: {run}");
            }
        }
    }
}

#[test]
fn a_question_on_paper_reveals_nothing() {
    for chapter in CHAPTERS {
        let show = ran(&["show", "--question", chapter.name]);
        assert_eq!((show.code, show.stderr.as_str()), (Some(0), ""));
        let shown = flat(&show.stdout);
        let lesson = chapter.lesson(&defaults(chapter));
        // It asks, and says where to look and how to play it.
        assert!(shown.contains(&flat(&lesson.question)), "{shown}");
        for hint in &lesson.watch {
            let hint = format!("{}: {}", hint.scene, flat(&hint.text));
            assert!(shown.contains(&hint), "{hint} in {shown}");
        }
        let command = format!("asyncade {}", chapter.name);
        let mut lines = show.stdout.lines().map(str::trim);
        assert!(lines.any(|line| line == command), "{shown}");
        // And no more than that.
        let answers = [&lesson.takeaway, &lesson.translation].into_iter();
        let answers = answers.chain(lesson.erratum.iter().map(|e| &e.text));
        let sentences =
            answers.flat_map(|text| text.split_inclusive(['.', ':']));
        let claims = chapter.claims.iter().map(|claim| claim.says);
        let abouts = chapter.scenes.iter().map(|scene| scene.about);
        let code = chapter.demo.lines().chain(chapter.twin.demo.lines());
        let told = sentences.chain(claims).chain(abouts).chain(code);
        for told in told.chain([chapter.title]).map(str::trim) {
            let is_known = told.len() > 12 && shown.contains(&flat(told));
            assert!(!is_known, "{told} in {shown}");
        }
    }
}

#[test]
fn a_question_on_paper_fits_on_it_and_its_commands_can_be_copied() {
    for chapter in CHAPTERS {
        let name = chapter.name;
        let commands =
            ["", " --all"].map(|all| format!("asyncade {name}{all}"));
        for columns in [24, 40, 50, 80, 120] {
            let page = Page::new(columns, true);
            let shown = screen(page, |screen| {
                command::question(chapter, screen).unwrap();
            });
            for line in shown.lines() {
                // A command is never broken, however narrow it is.
                let is_command = commands.contains(&line.trim().to_owned());
                let fits = is_command || !is_too_wide(line, columns);
                assert!(fits, "{name} at {columns}: {line:?}");
            }
            let mut scenes = chapter.scenes.iter();
            let others = scenes.any(|scene| scene.plays == Plays::WhenAsked);
            let lines = shown.lines().map(str::trim);
            let found = lines.filter(|line| line.starts_with("asyncade "));
            let expected = &commands[..if others { 2 } else { 1 }];
            assert_eq!(found.collect::<Vec<_>>(), expected);
        }
    }
}
