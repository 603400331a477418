//! Questions before a run: what is right is what the trace says, read here a
//! second time and in another way; what is wrong is wrong; and the dialogue.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use asyncade::chapter::{Chapter, Knobs, Plays};
use asyncade::demos;
use asyncade::quiz::{Answer, Asker, Kind, Question, Value, random_knobs};
use asyncade::report::{Choice, Plan, Report};
use asyncade::trace::{By, Clock, Event, LaneKind, Outcome, Trace, What};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value as Json;

use crate::support::{
    any_knobs, asyncade, chapter, computing, on_virtual_clock, ran,
};

fn report(chapter: &'static Chapter, knobs: &Knobs) -> Report {
    let plan = Plan::new(&Choice {
        knobs: knobs.clone(),
        all: true,
        ..Choice::new(chapter, Clock::Virtual)
    });
    plan.unwrap().report().clone()
}

/// Every question about a chapter, and those that are asked.
fn questions(
    chapter: &'static Chapter,
    knobs: &Knobs,
    report: &Report,
    scenes: &[String],
) -> (Vec<Question>, Vec<Question>) {
    let course = &demos::COURSE;
    let asker = Asker {
        course,
        chapter,
        knobs,
        scenes,
    };
    let all = asker.all(report, |scene| &scene.ideal).unwrap();
    let best = asker.questions(report, |scene| &scene.ideal, 6).unwrap();
    (all, best)
}

pub fn names(
    chapter: &Chapter,
    is_asked: impl Fn(Plays) -> bool,
) -> Vec<String> {
    let scenes = chapter.scenes.iter().filter(|scene| is_asked(scene.plays));
    scenes.map(|scene| scene.name.to_owned()).collect()
}

/// What a trace says, read event by event and with none of the program's
/// timelines or states.
pub struct Read<'a>(pub &'a Trace);

impl Read<'_> {
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.0.events.iter()
    }

    pub fn lanes(&self) -> Vec<(&str, LaneKind)> {
        let spawned = self.events().filter_map(|event| match &event.what {
            What::Spawn { name, kind, .. } => Some((name.as_str(), *kind)),
            _ => None,
        });
        spawned.collect()
    }

    pub fn id(&self, name: &str) -> u32 {
        let lanes = self.lanes();
        let id = lanes.iter().position(|(lane, _)| *lane == name);
        u32::try_from(id.unwrap_or_else(|| panic!("no lane {name}"))).unwrap()
    }

    pub fn said(&self, line: &str) -> Vec<u64> {
        let says = self.events().filter(|event| {
            matches!(&event.what, What::Say { text, .. } if text == line)
        });
        says.map(|event| event.at).collect()
    }

    pub fn end(&self, lane: u32) -> (Outcome, u64) {
        let mut ends = self.events().filter(|event| event.lane == lane);
        ends.find_map(|event| match &event.what {
            What::End { outcome, .. } => Some((*outcome, event.at)),
            _ => None,
        })
        .unwrap()
    }

    pub fn alive(&self, at: u64) -> u64 {
        let until = self.events().filter(|e| e.at <= at && e.lane != 0);
        let change = until.map(|event| match event.what {
            What::Spawn { .. } => 1,
            What::End { .. } => -1,
            _ => 0,
        });
        change.sum::<i64>().try_into().unwrap()
    }

    /// Who has the loop's thread: whoever was polled last and has neither
    /// pended nor ended; if that was inside of another one, the outer has it
    /// again afterwards.
    pub fn holder(&self, at: u64) -> Option<&str> {
        let lanes = self.lanes();
        let mut stack: Vec<u32> = Vec::new();
        for event in self.events().filter(|event| event.at <= at) {
            if lanes[event.lane as usize].1 == LaneKind::Thread {
                continue;
            }
            match event.what {
                What::Poll { .. } => stack.push(event.lane),
                What::Pend { .. } | What::End { .. } => {
                    stack.retain(|lane| *lane != event.lane);
                }
                _ => {}
            }
        }
        stack.last().map(|lane| lanes[*lane as usize].0)
    }

    /// Whether a lane was woken and not polled since.
    pub fn is_ready(&self, lane: u32, at: u64) -> bool {
        let until = self.events().filter(|e| e.at <= at && e.lane == lane);
        let last = until.filter(|event| {
            matches!(
                event.what,
                What::Poll { .. } | What::Wake { .. } | What::End { .. }
            )
        });
        matches!(last.last().map(|e| &e.what), Some(What::Wake { .. }))
    }

    /// What woke main first since it pended last before it said a line.
    pub fn waker(&self, line: &str) -> String {
        let said = self
            .0
            .events
            .iter()
            .position(|e| {
                e.lane == 0
                    && matches!(&e.what, What::Say { text, .. } if text == line)
            })
            .unwrap();
        let mains = self.0.events[..said].iter().rev();
        let mains = mains.filter(|event| event.lane == 0);
        let since = mains.take_while(|e| !matches!(e.what, What::Pend { .. }));
        let wakes = since.filter_map(|event| match event.what {
            What::Wake { by } => Some(by),
            _ => None,
        });
        match wakes.last().unwrap() {
            By::Lane(lane) => self.lanes()[lane as usize].0.to_owned(),
            By::Timer => "a timer".to_owned(),
            other => panic!("{other:?}"),
        }
    }
}

/// A text in quotes, or the time behind `at`, of what is asked.
pub fn quoted(asks: &str) -> &str {
    let (_, rest) = asks.split_once('\'').unwrap();
    rest.rsplit_once('\'').unwrap().0
}

pub fn asked_at(asks: &str) -> u64 {
    let (_, rest) = asks.rsplit_once(" at ").unwrap();
    let time = rest.split([':', '?']).next().unwrap();
    let time = humantime(time);
    u64::try_from(time.as_nanos()).unwrap()
}

/// A time as the program writes it: `1h 5m 2.5s`.
fn humantime(text: &str) -> Duration {
    let words = text.split(' ').map(|word| {
        let (number, unit) = word.split_at(word.len() - 1);
        let unit = match unit {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            other => panic!("{other} in {text}"),
        };
        number.parse::<f64>().unwrap() * unit
    });
    Duration::from_secs_f64(words.sum())
}

const MILLI: u64 = 1_000_000;

/// Whether a value is the answer, as this file reads the trace.
fn is_true(question: &Question, value: &Value, trace: &Trace) -> bool {
    is_true_within(question, value, trace, MILLI)
}

/// The same, where a time may be so far off.
pub fn is_true_within(
    question: &Question,
    value: &Value,
    trace: &Trace,
    within: u64,
) -> bool {
    let read = Read(trace);
    let asks = &question.asks;
    let near = |time: Duration, at: u64| {
        u64::try_from(time.as_nanos()).unwrap().abs_diff(at) <= within
    };
    let between = |start: &str, end: &str| {
        let (_, rest) = asks.split_once(start).unwrap();
        rest.split_once(end).unwrap().0.to_owned()
    };
    match (question.kind, value) {
        (Kind::MainEnds, Value::Time(time)) => near(*time, read.end(0).1),
        (Kind::Line, value) => {
            match (read.said(quoted(asks)).as_slice(), value) {
                ([], Value::Never) => true,
                ([at], Value::Time(time)) => near(*time, *at),
                ([] | [_], _) => false,
                (more, _) => panic!("{asks}: said at {more:?}"),
            }
        }
        (Kind::LaneEnds, Value::End { outcome, at }) => {
            let end = read.end(read.id(&between("How does ", " end, and")));
            *outcome == end.0 && near(*at, end.1)
        }
        (Kind::Order, Value::Order(order)) => {
            let says = order.iter().map(|item| &question.items[*item].says);
            let is_one_moment = trace.events.iter().all(|event| event.at == 0);
            let ranks = says.map(|says| {
                let position = trace.events.iter().position(|e| {
                    matches!(&e.what, What::Say { text, .. } if text == says)
                });
                let position = position.unwrap();
                match is_one_moment {
                    true => position as u64,
                    false => trace.events[position].at,
                }
            });
            ranks.collect::<Vec<u64>>().is_sorted()
        }
        (Kind::Alive, Value::Count(count)) => {
            *count == read.alive(asked_at(asks))
        }
        (Kind::Thread, Value::Words(words)) => {
            words == read.holder(asked_at(asks)).unwrap_or("nobody")
        }
        (Kind::Doing, Value::Words(words)) => {
            let lane = read.id(&between("What does ", " do at"));
            let at = asked_at(asks);
            match words.split(' ').collect::<Vec<_>>().as_slice() {
                ["it", "could", ..] => read.is_ready(lane, at),
                ["it", "goes", ..] => {
                    read.holder(at) == Some(read.lanes()[lane as usize].0)
                }
                ["it", "has", ..] => read.end(lane).1 <= at,
                ["it", "waits:", ..] => {
                    !read.is_ready(lane, at) && read.end(lane).1 > at
                }
                other => panic!("{other:?}"),
            }
        }
        (Kind::Wakes, Value::Words(words)) => {
            *words == read.waker(quoted(asks))
        }
        other => panic!("{other:?}"),
    }
}

/// Checks all questions about a chapter with these knobs.
fn check(chapter: &'static Chapter, knobs: &Knobs) -> Result<(), String> {
    let report = report(chapter, knobs);
    let scenes = names(chapter, |_| true);
    let (all, best) = questions(chapter, knobs, &report, &scenes);
    for question in &best {
        if !all.contains(question) {
            return Err(format!("{} is none of all", question.asks));
        }
    }
    for question in &all {
        let shown =
            format!("{} {}: {question:#?}", chapter.name, question.scene);
        let right = question
            .choices
            .iter()
            .filter(|choice| choice.right)
            .count();
        if right != 1 {
            return Err(format!("{right} right choices: {shown}"));
        }
        if question.choices.len() < 2 {
            return Err(format!("nothing to choose: {shown}"));
        }
        for (index, choice) in question.choices.iter().enumerate() {
            let others = &question.choices[index + 1..];
            if others.iter().any(|other| other.says == choice.says) {
                return Err(format!(
                    "'{}' is there twice: {shown}",
                    choice.says
                ));
            }
            let grade = question.grade(&Answer(choice.value.clone()));
            if grade.right != choice.right {
                return Err(format!(
                    "'{}' is graded wrong: {shown}",
                    choice.says
                ));
            }
            // What is typed is what was meant.
            let typed = question.read(&question.typed(choice));
            let typed = typed.map_err(|why| format!("{why}: {shown}"))?;
            if question.grade(&typed).right != choice.right {
                return Err(format!(
                    "'{}' is read wrong: {shown}",
                    choice.says
                ));
            }
            if question.kind == Kind::Claim {
                continue;
            }
            let mut traces = report.traces_of(&question.scene);
            let trace = traces.next().unwrap();
            if is_true(question, &choice.value, trace) != choice.right {
                return Err(format!("'{}' is not so: {shown}", choice.says));
            }
            if !choice.right {
                let parting = question.parting(Some(&typed), trace);
                let parting = parting.ok_or(format!("nowhere: {shown}"))?;
                if parting.words.trim().is_empty() || parting.at > trace.elapsed
                {
                    return Err(format!("{parting:?}: {shown}"));
                }
            }
        }
    }
    Ok(())
}

trait Ideals {
    fn traces_of(&self, scene: &str) -> std::vec::IntoIter<&Trace>;
}

impl Ideals for Report {
    fn traces_of(&self, scene: &str) -> std::vec::IntoIter<&Trace> {
        let scenes = self.scenes.iter().filter(|own| own.name == scene);
        let traces: Vec<&Trace> = scenes.map(|scene| &scene.ideal).collect();
        traces.into_iter()
    }
}

#[test]
fn at_any_knobs_one_choice_is_right_and_it_is_what_the_trace_says() {
    let _core = computing();
    for chapter in on_virtual_clock() {
        check(chapter, &Knobs::new(chapter.knobs)).unwrap();
        let mut runner = TestRunner::new(Config {
            cases: 8,
            failure_persistence: None,
            ..Config::default()
        });
        runner
            .run(&any_knobs(chapter), |knobs| {
                prop_assume!((chapter.check)(&knobs).is_ok());
                check(chapter, &knobs).map_err(TestCaseError::fail)
            })
            .unwrap();
        for seed in 0..6 {
            check(chapter, &random_knobs(chapter, seed, |k| k)).unwrap();
        }
    }
}

#[test]
fn a_claim_that_is_said_to_fall_away_does_and_the_others_stay() {
    let mut asked = 0;
    for chapter in on_virtual_clock() {
        let knobs = Knobs::new(chapter.knobs);
        let report = report(chapter, &knobs);
        let scenes = names(chapter, |_| true);
        let (all, _) = questions(chapter, &knobs, &report, &scenes);
        for question in all.iter().filter(|q| q.kind == Kind::Claim) {
            asked += 1;
            let command = question.command.as_deref().unwrap();
            let options = command.split(" --").skip(1);
            let mut arguments = vec![chapter.name.to_owned()];
            for option in options {
                let (name, value) = option.split_once(' ').unwrap();
                arguments.push(format!("--{name}={value}"));
            }
            let rest = ["--all", "--clock=virtual", "--explain"];
            arguments.extend(rest.map(str::to_owned));
            let arguments: Vec<&str> =
                arguments.iter().map(String::as_str).collect();
            let mut command = asyncade(&arguments);
            let out = command.env("COLUMNS", "120").output().unwrap();
            let text = String::from_utf8(out.stdout).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            for choice in &question.choices {
                let at =
                    lines.iter().position(|line| line.contains(&choice.says));
                let at =
                    at.unwrap_or_else(|| panic!("{}: {text}", choice.says));
                // The evidence may be on a line below.
                let said = lines[at..].iter().take(6);
                let said: Vec<&str> = said
                    .take_while(|line| !line.trim().is_empty())
                    .copied()
                    .collect();
                let is_gone = said
                    .iter()
                    .skip(1)
                    .take(1)
                    .any(|line| line.contains("does not apply"));
                assert_eq!(is_gone, choice.right, "{}\n{said:#?}", choice.says);
            }
        }
    }
    assert!(asked >= 3, "only {asked}");
}

#[test]
fn every_chapter_has_questions_enough() {
    for chapter in on_virtual_clock() {
        let knobs = Knobs::new(chapter.knobs);
        let report = report(chapter, &knobs);
        let scenes = names(chapter, |plays| plays != Plays::WhenAsked);
        let (_, best) = questions(chapter, &knobs, &report, &scenes);
        let most = ["taskgroup", "shield", "timeout", "coroutines"];
        let least = if most.contains(&chapter.name) { 5 } else { 3 };
        assert!((least..=6).contains(&best.len()), "{}", chapter.name);
        let kinds: std::collections::BTreeSet<Kind> =
            best.iter().map(|question| question.kind).collect();
        assert!(kinds.len() >= 3, "{}: {kinds:?}", chapter.name);
        for question in &best {
            assert!(scenes.contains(&question.scene), "{}", question.scene);
            // It is not to be answered from its own words: it names what is
            // right only together with all that is wrong.
            let asks = question.asks.to_lowercase();
            let is_named = |says: &str| asks.contains(&says.to_lowercase());
            let right = question.right().unwrap();
            let lanes = question.choices.iter().filter(|choice| {
                !["a timer", "nobody"].contains(&choice.says.as_str())
            });
            let is_told = is_named(&right.says)
                && !{ lanes }.all(|choice| is_named(&choice.says));
            assert!(
                right.value == Value::Never || !is_told,
                "{asks}: {}",
                right.says
            );
        }
    }
}

#[test]
fn an_order_is_right_with_equal_times_in_any_order() {
    let chapter = chapter("sync-vs-async");
    let knobs = Knobs::new(chapter.knobs);
    let report = report(chapter, &knobs);
    let scenes = vec!["async".to_owned()];
    let (all, _) = questions(chapter, &knobs, &report, &scenes);
    let mut orders = all.iter().filter(|q| q.kind == Kind::Order);
    let question = orders.next().unwrap();
    let trace = report.traces_of("async").next().unwrap();
    let count = question.items.len();
    let (mut right, mut wrong) = (0, 0);
    permutations(count, &mut |order| {
        let value = Value::Order(order.to_vec());
        let expected = is_true(question, &value, trace);
        let typed: Vec<String> =
            order.iter().map(|item| (item + 1).to_string()).collect();
        for typed in [typed.join(" "), typed.join(","), typed.join("")] {
            let answer = question.read(&typed).unwrap();
            assert_eq!(question.grade(&answer).right, expected, "{typed}");
        }
        right += usize::from(expected);
        wrong += usize::from(!expected);
    });
    // Three that start at once, and three that end at once.
    assert_eq!((right, wrong), (36, 720 - 36));
    for nonsense in ["1 2 3", "1 1 2 3 4 5", "0 1 2 3 4 5", "", "a b c"] {
        assert!(question.read(nonsense).is_err(), "{nonsense}");
    }
}

fn permutations(count: usize, visit: &mut dyn FnMut(&[usize])) {
    fn go(
        rest: &mut Vec<usize>,
        done: &mut Vec<usize>,
        visit: &mut dyn FnMut(&[usize]),
    ) {
        if rest.is_empty() {
            visit(done);
        }
        for index in 0..rest.len() {
            let item = rest.remove(index);
            done.push(item);
            go(rest, done, visit);
            done.pop();
            rest.insert(index, item);
        }
    }
    go(&mut (0..count).collect(), &mut Vec::new(), visit);
}

#[test]
fn the_misunderstandings_are_the_ones_that_the_chapter_is_about() {
    let found = |name: &str, scene: &str, says: &str| {
        let chapter = chapter(name);
        let knobs = Knobs::new(chapter.knobs);
        let report = report(chapter, &knobs);
        let (all, _) = questions(chapter, &knobs, &report, &[scene.to_owned()]);
        let choices = all.into_iter().flat_map(|question| question.choices);
        let held = choices.filter_map(|choice| {
            let held = choice.belief?;
            (choice.says == says).then_some(held.belief)
        });
        held.collect::<Vec<_>>()
    };
    let shows = |name, scene, says, belief: &str| {
        let found = found(name, scene, says);
        assert!(found.contains(&belief), "{name} {scene} {says}: {found:?}");
    };
    let lazy = "Calling an async function starts it.";
    shows("coroutines", "lazy", "2s", lazy);
    let overlap = "Two calls overlap if each of them is awaited.";
    shows("tasks", "sequential", "2s", overlap);
    let immortal = "A shield makes a task immortal.";
    shows("shield", "article", "it finishes at 2s", immortal);
    let kill = "To cancel is to kill.";
    shows("shield", "article", "it is cancelled at 0.5s", kill);
    let blocks = "Blocking hurts only the one who blocks.";
    shows("to_thread", "blocking", "nobody", blocks);
    let siblings = "One failure stops the siblings.";
    shows("gather", "failure", "it is cancelled at 1s", siblings);
    let anything = "A timeout can stop anything.";
    shows("timeout", "blocking", "never", anything);
    let harmless = "Losing a task's handle is harmless.";
    shows("tasks", "dropped", "it finishes at 2s", harmless);
}

/// Runs `predict` with these lines on standard input.
pub fn asked(arguments: &[&str], lines: &str) -> (String, String, Option<i32>) {
    let mut command = asyncade(&["predict"]);
    command.args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    // It may have ended before it was told everything.
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    let out = child.wait_with_output().unwrap();
    (
        String::from_utf8(out.stdout).unwrap(),
        String::from_utf8(out.stderr).unwrap(),
        out.status.code(),
    )
}

pub fn objects(text: &str) -> Vec<Json> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn correct(objects: &[Json]) -> String {
    let typed = objects.iter().map(|object| object["correct"].as_str());
    let typed: Vec<&str> = typed.map(Option::unwrap).collect();
    typed.join("\n") + "\n"
}

#[test]
fn true_answers_score_full_and_false_ones_nothing() {
    let _core = computing();
    for chapter in on_virtual_clock() {
        for seed in [None, Some("1"), Some("2")] {
            let mut arguments = vec![chapter.name, "--json"];
            arguments.extend(seed.iter().flat_map(|seed| ["--seed", seed]));
            let (first, errors, code) = asked(&arguments, "nonsense\n");
            assert_eq!((errors.as_str(), code), ("", Some(0)));
            let first = objects(&first);
            assert!(first.len() >= 3, "{}", chapter.name);
            assert!(first.iter().all(|object| object["right"] == false));
            assert!(first[0]["reason"].is_string(), "{}", first[0]);
            assert!(first[1]["answer"].is_null(), "{}", first[1]);
            let (again, ..) = asked(&arguments, &correct(&first));
            for object in objects(&again) {
                assert_eq!(object["right"], true, "{object}");
            }
            arguments.retain(|argument| *argument != "--json");
            let (said, ..) = asked(&arguments, &correct(&first));
            let count = first.len();
            let score = format!("{count} of {count} right.");
            assert!(said.contains(&score), "{said}");
            // Nothing that is wrong is right, whoever types it.
            let wrong = first.iter().map(|object| {
                let choices = object["choices"].as_array().unwrap();
                let right = |c: &&Json| c["right"] == false;
                let index = choices.iter().position(|c| right(&c)).unwrap();
                match object["form"].as_str().unwrap() {
                    "choice" => (index + 1).to_string(),
                    _ => choices[index]["says"].as_str().unwrap().to_owned(),
                }
            });
            let wrong: Vec<String> = wrong.collect();
            let (said, ..) = asked(&arguments, &(wrong.join("\n") + "\n"));
            let score = format!("0 of {count} right.");
            assert!(said.contains(&score), "{said}");
        }
    }
}

#[test]
fn an_object_has_what_a_class_is_compared_by() {
    let (out, ..) = asked(&["gather", "--json", "--seed", "3"], "never\n");
    let object = &objects(&out)[0];
    for key in [
        "chapter", "scene", "kind", "asks", "form", "choices", "answer",
        "right", "correct", "knobs", "seed", "number", "evidence",
    ] {
        assert!(!object[key].is_null(), "{key}: {object}");
    }
    assert_eq!(object["seed"], 3);
    assert_eq!(object["knobs"].as_object().unwrap().len(), 3);
}

#[test]
fn nothing_is_seen_before_it_was_asked() {
    let (out, ..) = asked(&["gather", "gather"], "");
    assert!(out.contains("--a 3s   --b 1s   --c 2s"), "{out}");
    assert!(out.contains("demo.rs  the code that runs"), "{out}");
    assert!(out.contains("1 of "), "{out}");
    assert!(!out.contains("gather runs"), "{out}");
    // Of each scene all is asked before it runs.
    let (out, ..) = asked(&["taskgroup"], &"1\n".repeat(9));
    let order = |text: &str| out.find(text).unwrap_or_else(|| panic!("{out}"));
    assert!(order("  1 of 5.") < order("taskgroup runs"));
    assert!(order("taskgroup runs") < order("failure runs"));
    let between = &out[order("failure  both")..order("failure runs")];
    assert_eq!(between.matches(" of 5. ").count(), 3, "{between}");
    assert!(!between.contains("Right"), "{between}");
}

#[test]
fn the_end_of_input_ends_it_with_the_score_so_far() {
    let (out, errors, code) = asked(&["shield"], "0.5\n");
    assert_eq!((errors.as_str(), code), ("", Some(0)));
    assert!(out.contains("1 of 1 right. Not answered: 4."), "{out}");
    assert!(
        out.contains("✓ 1. Right: 0.5s. At 0.5s critical says"),
        "{out}"
    );
    assert!(out.trim_end().ends_with("asyncade shield"), "{out}");
    let (out, errors, code) = asked(&["shield"], "");
    assert_eq!((errors.as_str(), code), ("", Some(0)));
    assert!(out.contains("0 of 0 right. Not answered: 5."), "{out}");
}

#[test]
fn a_wrong_answer_is_shown_where_the_run_parts_from_it() {
    let arguments = ["shield", "article"];
    let (first, ..) = asked(&["shield", "article", "--json"], "");
    let first = objects(&first);
    let answers = first.iter().map(|object| {
        let asks = object["asks"].as_str().unwrap();
        let choices = object["choices"].as_array().unwrap();
        let find = |says: &str| {
            let index = choices.iter().position(|c| c["says"] == says);
            index.map(|index| (index + 1).to_string())
        };
        match asks {
            "How does critical end, and when?" => find("it finishes at 2s"),
            _ => None,
        }
        .unwrap_or("7777".to_owned())
    });
    let answers: Vec<String> = answers.collect();
    let (out, ..) = asked(&arguments, &(answers.join("\n") + "\n"));
    let out = crate::support::unwrapped(&out);
    for part in [
        "Your answer: it finishes at 2s. Right: it is cancelled at 1.5s.",
        "At 1.5s critical is cancelled: it was asked to stop (demo.rs:28).",
        "Belief: A shield makes a task immortal.",
        "Truth: It guards against the caller's cancellation, and nothing else.",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let arguments = ["shield", "article", "--lang", "python"];
    let (python, ..) = asked(&arguments, &"7777\n".repeat(9));
    assert!(python.contains("demo.py  the code in Python"), "{python}");
    assert!(python.contains("(demo.py:"), "{python}");
    assert!(!python.contains("demo.rs:"), "{python}");
}

#[test]
fn a_prediction_that_is_too_early_is_met_by_what_goes_on_there() {
    let chapter = chapter("gather");
    let knobs = Knobs::new(chapter.knobs);
    let report = report(chapter, &knobs);
    let scenes = vec!["gather".to_owned()];
    let (all, _) = questions(chapter, &knobs, &report, &scenes);
    let ends = all.iter().find(|q| q.kind == Kind::MainEnds).unwrap();
    let trace = report.traces_of("gather").next().unwrap();
    let parting = |text: &str| {
        let answer = ends.read(text).unwrap();
        assert!(!ends.grade(&answer).right, "{text}");
        ends.parting(Some(&answer), trace).unwrap()
    };
    let early = parting("1.5");
    assert_eq!(early.at, Duration::from_millis(1500));
    assert_eq!(early.words, "main still waits for A and for C");
    let late = parting("6s");
    assert_eq!(late.at, Duration::from_secs(3));
    assert_eq!(late.words, "main finishes");
    for near in ["3", "3s", "3000ms", "3.001", "2.999s"] {
        let answer = ends.read(near).unwrap();
        assert!(ends.grade(&answer).right, "{near}");
    }
    for off in ["3.002", "2.998", "0", "0s"] {
        let answer = ends.read(off).unwrap();
        assert!(!ends.grade(&answer).right, "{off}");
    }
    for nonsense in ["", "never", "soon", "-1", "3 parsecs", "1e400", "\u{1b}"]
    {
        assert!(ends.read(nonsense).is_err(), "{nonsense}");
    }
}

#[test]
fn answers_come_from_a_file() {
    let folder = std::env::temp_dir();
    let name = format!("asyncade-answers-{}.txt", std::process::id());
    let path: PathBuf = folder.join(name);
    let (first, ..) = asked(&["tasks", "--json"], "");
    fs::write(&path, correct(&objects(&first))).unwrap();
    let file = path.to_str().unwrap();
    let (out, _, code) = asked(&["tasks", "--answers", file], "nonsense\n");
    assert_eq!(code, Some(0));
    assert!(out.contains("5 of 5 right."), "{out}");
    // What is no answer counts as wrong, and the next line is the next answer.
    let mut lines = correct(&objects(&first));
    lines.replace_range(..lines.find('\n').unwrap(), "\u{1b}[31mred");
    fs::write(&path, lines).unwrap();
    let (out, _, code) = asked(&["tasks", "--answers", file], "");
    assert_eq!(code, Some(0));
    assert!(out.contains("4 of 5 right."), "{out}");
    assert!(out.contains("is no time"), "{out}");
    assert!(!out.contains("\u{1b}[31mred"), "{out}");
    // Neither a line without an end nor bytes that are no text do harm.
    fs::write(&path, [0xff].repeat(100_000)).unwrap();
    let (out, _, code) = asked(&["tasks", "--answers", file], "");
    assert_eq!(code, Some(0));
    assert!(out.contains("0 of 1 right."), "{out}");
    fs::remove_file(&path).unwrap();
    let missing = ran(&["predict", "tasks", "--answers", file]).refused();
    drop(missing);
    let (_, errors, code) = asked(&["tasks", "--answers", file], "");
    assert_eq!(code, Some(2));
    assert!(errors.contains("cannot read the answers"), "{errors}");
    let (_, errors, code) = asked(&["tasks", "--answers", "."], "");
    assert_eq!(code, Some(2));
    assert!(errors.contains("it is a folder"), "{errors}");
}

#[test]
fn a_room_sees_the_answer_when_enter_is_pressed() {
    let (out, _, code) = asked(&["gather", "--reveal"], "");
    assert_eq!(code, Some(0));
    assert_eq!(out.matches("Enter shows the answer").count(), 1, "{out}");
    assert!(!out.contains("Answer:"), "{out}");
    assert!(!out.contains(" right."), "{out}");
    let (out, ..) = asked(&["gather", "--reveal"], "\n\n");
    assert_eq!(out.matches("Enter shows the answer").count(), 3, "{out}");
    assert_eq!(out.matches("✓").count(), 2 + ends(&out), "{out}");
    // What a time may be is there to be voted on.
    let (out, ..) = asked(&["timeout", "wait_for", "--reveal"], "");
    assert!(out.contains("    -  "), "{out}");
}

/// The ticks that are ends of rows and not of answers.
fn ends(out: &str) -> usize {
    let rows = out.lines().filter(|line| line.contains(" finished "));
    rows.filter(|line| line.contains('✓')).count()
}

#[test]
fn a_seed_is_said_and_gives_the_same_again() {
    let (once, ..) = asked(&["gather", "--seed", "42"], "");
    let (again, ..) = asked(&["gather", "--seed", "42"], "");
    assert_eq!(once, again);
    assert!(once.contains("asyncade predict gather --seed 42"), "{once}");
    let (random, ..) = asked(&["gather", "--random"], "");
    assert!(
        random.contains("asyncade predict gather --seed "),
        "{random}"
    );
    let mut seen = BTreeMap::new();
    for seed in 0..20 {
        let chapter = chapter("gather");
        let knobs = random_knobs(chapter, seed, |knobs| knobs);
        seen.insert(format!("{:?}", knobs.describe()), seed);
    }
    assert!(seen.len() > 15, "{seen:?}");
    // What the user says is not random.
    let (own, ..) = asked(&["gather", "--seed", "42", "--b", "7s"], "");
    assert!(own.contains("--b 7s"), "{own}");
    // The command at the end plays what was asked about.
    assert!(
        own.trim_end().ends_with("--b 7s --c 500ms") || {
            let last = own.trim_end().lines().last().unwrap();
            last.contains("asyncade gather --a") && last.contains("--b 7s")
        }
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let (_, errors, code) = asked(&["gather", "nowhere"], "");
    assert_eq!(code, Some(2));
    assert!(errors.contains("gather has no scene 'nowhere'"), "{errors}");
    let (_, errors, code) = asked(&["gather", "--pages", "3"], "");
    assert_eq!(code, Some(2), "{errors}");
    for pair in [["--reveal", "--json"], ["--reveal", "--answers=x"]] {
        let (_, errors, code) = asked(&["gather", pair[0], pair[1]], "");
        assert_eq!(code, Some(2), "{errors}");
    }
}

#[test]
fn a_narrow_or_a_plain_page_has_the_same_questions() {
    for columns in ["40", "80", "120"] {
        for plain in [false, true] {
            let mut command = asyncade(&["predict", "shield", "article"]);
            command.args(plain.then_some("--plain"));
            command.env("COLUMNS", columns).stdin(Stdio::piped());
            command.stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let lines = "9\n".repeat(6);
            let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
            let out = child.wait_with_output().unwrap();
            let text = String::from_utf8(out.stdout).unwrap();
            let (_, runs) = text.split_once("article runs").unwrap();
            assert!(runs.contains(" right."), "{runs}");
            if plain {
                assert!(!runs.contains("╷") && !runs.contains('^'), "{runs}");
                continue;
            }
            assert!(runs.contains("^1"), "{runs}");
            let columns: usize = columns.parse().unwrap();
            for line in runs.lines() {
                let wide = crate::support::is_too_wide(line, columns);
                assert!(!wide || line.contains("asyncade "), "{line}");
            }
        }
    }
}
