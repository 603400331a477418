//! Questions about a run that was measured: one choice is right, also in the
//! eyes of somebody who reads the trace in another way, on a slower machine,
//! and in another run. What the machine adds decides nothing.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use asyncade::chapter::{Knobs, Plays};
use asyncade::demos;
use asyncade::quiz::{Answer, Asker, Kind, Question, Value, random_knobs};
use asyncade::report::{self, Choice, Nobody, Plan, Report, Unheard};
use asyncade::trace::{By, Clock, Trace, What};

use crate::predict::{
    Read, asked, asked_at, is_true_within, names, objects, quoted,
};
use crate::support::{asyncade, chapter, undisturbed};

const MILLI: u64 = 1_000_000;

/// Two lines that are no further apart may come in any order, and two that
/// are may not: what a machine adds to a wait, twice.
const AT_ONCE: u64 = 34 * MILLI;

/// The crawler at these knobs.
fn knobs(set: &[(&str, &str)]) -> Knobs {
    let crawler = chapter("crawler");
    let mut knobs = Knobs::new(crawler.knobs);
    for (name, value) in set {
        let mut all = crawler.knobs.iter();
        let knob = all.find(|knob| knob.name == *name).unwrap();
        knobs.set(knob, knob.parse(value).unwrap());
    }
    knobs
}

/// Settings that make other runs of it: rounds, one after the other, all at
/// once, pages that fail, a single page, short waits, and random ones.
fn settings() -> Vec<Knobs> {
    let all: [&[(&str, &str)]; 7] = [
        &[],
        &[("pages", "4"), ("limit", "2"), ("latency", "100ms")],
        &[("pages", "3"), ("limit", "1"), ("latency", "100ms")],
        &[("pages", "5"), ("limit", "5"), ("latency", "150ms")],
        &[("pages", "4"), ("timeout", "100ms")],
        &[("pages", "1")],
        &[("pages", "6"), ("latency", "10ms")],
    ];
    let mut settings: Vec<Knobs> = all.iter().map(|set| knobs(set)).collect();
    settings.push(random_knobs(chapter("crawler"), 1, |knobs| knobs));
    settings
}

fn record(knobs: &Knobs) -> Report {
    let plan = Plan::new(&Choice {
        knobs: knobs.clone(),
        all: true,
        ..Choice::new(chapter("crawler"), Clock::Real)
    });
    let played = report::play(plan.unwrap(), &mut Nobody, Unheard::GoOn);
    assert!(played.failure.is_none());
    played.report
}

fn trace<'a>(report: &'a Report, scene: &str) -> &'a Trace {
    let mut scenes = report.scenes.iter();
    let scene = scenes.find(|own| own.name == scene).unwrap();
    scene.trace.as_ref().unwrap()
}

/// Every question about what was recorded, and those that are asked.
fn questions(knobs: &Knobs, report: &Report) -> (Vec<Question>, Vec<Question>) {
    let crawler = chapter("crawler");
    let scenes = names(crawler, |plays| plays != Plays::WhenAsked);
    let asker = Asker {
        course: &demos::COURSE,
        chapter: crawler,
        knobs,
        scenes: &scenes,
    };
    let all = asker.all(report, |scene| scene.trace.as_ref().unwrap());
    let best =
        asker.questions(report, |scene| scene.trace.as_ref().unwrap(), 6);
    (all.unwrap(), best.unwrap())
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap()
}

/// When an answer says that something is.
fn time_of(value: &Value) -> Option<u64> {
    match value {
        Value::Time(at) | Value::End { at, .. } => Some(nanos(*at)),
        _ => None,
    }
}

/// Whether a value is the answer, as this file reads a measured trace.
fn is_true(question: &Question, value: &Value, trace: &Trace) -> bool {
    let Value::Order(order) = value else {
        let within = nanos(question.within);
        return is_true_within(question, value, trace, within);
    };
    let read = Read(trace);
    let says = order.iter().map(|item| &question.items[*item].says);
    let said: Vec<u64> = says.map(|says| read.said(says)[0]).collect();
    // No line comes before one that was said clearly sooner.
    let is_before = |(index, at): (usize, &u64)| {
        said[index..].iter().all(|later| *at < later + AT_ONCE)
    };
    said.iter().enumerate().all(is_before)
}

/// Checks every question against a trace of the same scene, be it the one that
/// it was made from or another.
fn check(question: &Question, trace: &Trace) -> Result<(), String> {
    let right = question.choices.iter().filter(|choice| choice.right);
    if right.count() != 1 || question.choices.len() < 2 {
        return Err("not one of several".to_owned());
    }
    for (index, choice) in question.choices.iter().enumerate() {
        let says = &choice.says;
        let mut others = question.choices[index + 1..].iter();
        if others.any(|other| other.says == *says) {
            return Err(format!("'{says}' is there twice"));
        }
        let grade = question.grade(&Answer(choice.value.clone()));
        let typed = question.read(&question.typed(choice)).unwrap();
        if grade.right != choice.right || question.grade(&typed) != grade {
            return Err(format!("'{says}' is graded wrong"));
        }
        if is_true(question, &choice.value, trace) != choice.right {
            return Err(format!("'{says}' is not so"));
        }
        // What is on the screen is as good as its number.
        if let Value::Time(_) = choice.value {
            let typed = question.read(says).unwrap();
            if question.grade(&typed).right != choice.right {
                return Err(format!("'{says}' typed is graded wrong"));
            }
        }
        if !choice.right {
            let parting = question.parting(Some(&typed), trace);
            let parting = parting.ok_or("nowhere".to_owned())?;
            if parting.words.trim().is_empty() || parting.at > trace.elapsed {
                return Err(format!("{parting:?}"));
            }
        }
    }
    Ok(())
}

/// A time may be off by what a machine adds, and never by more than half of
/// what is between right and wrong.
fn check_within(question: &Question, trace: &Trace) -> Result<(), String> {
    let right = question.right().unwrap();
    let Some(at) = time_of(&right.value) else {
        return Ok(());
    };
    let within = nanos(question.within);
    if within < 15 * MILLI {
        return Err(format!("only {within}"));
    }
    if within > 150 * MILLI + trace.elapsed.as_nanos() as u64 / 10 {
        return Err(format!("as much as {within}"));
    }
    let alike = |value: &Value| match (value, &right.value) {
        (Value::End { outcome: a, .. }, Value::End { outcome: b, .. }) => {
            a == b
        }
        (Value::Time(_), Value::Time(_)) => true,
        _ => false,
    };
    for choice in question.choices.iter().filter(|choice| !choice.right) {
        let apart = time_of(&choice.value).filter(|_| alike(&choice.value));
        if apart.is_some_and(|other| other.abs_diff(at) < 2 * within) {
            return Err(format!("'{}' is too near", choice.says));
        }
    }
    // What nobody has waited for is no answer, unless it is the right one.
    if at > 34 * MILLI && at <= within {
        return Err("no time at all would be right".to_owned());
    }
    Ok(())
}

/// The same run on a machine that is a bit slower, and busy: all times are
/// stretched by 2 %, and each event is up to `late` later still.
fn disturbed(trace: &Trace, late: u64, seed: u64) -> Trace {
    let mut trace = trace.clone();
    let (mut random, mut last) = (seed, 0);
    for event in &mut trace.events {
        random = random.wrapping_mul(6_364_136_223_846_793_005);
        random = random.wrapping_add(1_442_695_040_888_963_407);
        let jitter = (random >> 33) % (late + 1);
        last = last.max(event.at + event.at / 50 + jitter);
        event.at = last;
    }
    trace.elapsed = Duration::from_nanos(last);
    trace
}

#[test]
fn of_what_was_measured_one_choice_is_right_also_on_a_slower_machine() {
    let _alone = undisturbed();
    let mut count = 0;
    for knobs in settings() {
        let report = record(&knobs);
        let (all, best) = questions(&knobs, &report);
        let mut slower = report.clone();
        for scene in &mut slower.scenes {
            let trace = scene.trace.take().unwrap();
            scene.trace = Some(disturbed(&trace, 4 * MILLI, 7));
        }
        let (there, _) = questions(&knobs, &slower);
        for question in &all {
            let shown = format!("{:?}: {question:#?}", knobs.describe());
            let own = trace(&report, &question.scene);
            let result =
                check(question, own).and_then(|()| check_within(question, own));
            assert_eq!(result, Ok(()), "{shown}");
            // What is right here is right there, and what is wrong is wrong.
            let other = trace(&slower, &question.scene);
            let result = check(question, other);
            assert_eq!(result, Ok(()), "on a slower machine: {shown}");
            count += 1;
            // There the same question has the same answer.
            let mut same = there.iter();
            let same = same.find(|other| {
                (&other.asks, &other.scene) == (&question.asks, &question.scene)
                    && question.items.is_empty()
            });
            if let Some(same) = same {
                let right = Answer(same.right().unwrap().value.clone());
                assert!(question.grade(&right).right, "{shown}\n{same:#?}");
            }
        }
        for question in &best {
            assert!(all.contains(question), "{question:#?}");
        }
    }
    assert!(count > 100, "only {count}");
}

/// What is asked about one run is as true of the next one.
#[test]
fn what_is_right_of_one_run_is_right_of_the_next() {
    let _alone = undisturbed();
    for knobs in [knobs(&[]), knobs(&[("pages", "4"), ("limit", "2")])] {
        let mut wrong = Vec::new();
        // Another program may have had the machine.
        let is_so = (0..4).any(|_| {
            let (one, other) = (record(&knobs), record(&knobs));
            let (all, _) = questions(&knobs, &one);
            wrong = all
                .iter()
                .filter_map(|question| {
                    let other = trace(&other, &question.scene);
                    let why = check(question, other).err()?;
                    Some(format!("{} {}: {why}", question.scene, question.asks))
                })
                .collect();
            wrong.is_empty()
        });
        assert!(is_so, "{wrong:#?}");
    }
}

#[test]
fn the_crawler_is_asked_about_what_it_is_about() {
    let _alone = undisturbed();
    let knobs = knobs(&[]);
    let report = record(&knobs);
    let (all, best) = questions(&knobs, &report);
    assert!((3..=6).contains(&best.len()), "{best:#?}");
    let has = |kind, scene: &str| {
        best.iter().any(|q| q.kind == kind && q.scene == scene)
    };
    let asked: Vec<_> = best.iter().map(|q| (&q.scene, q.kind)).collect();
    assert!(has(Kind::MainEnds, "async"), "{asked:?}");
    assert!(has(Kind::Alive, "async"), "{asked:?}");
    assert!(has(Kind::Order, "async"), "{asked:?}");
    assert!(has(Kind::LaneEnds, "sync"), "{asked:?}");
    for question in &best {
        // Nobody has to guess a time, and none of them gives another away.
        let is_typed = matches!(question.kind, Kind::Alive | Kind::Order);
        let form = format!("{:?}", question.form);
        assert_eq!(form != "Choice", is_typed, "{question:#?}");
        let said = question.items.iter().map(|item| item.says.as_str());
        let mut said = said.chain([question.asks.as_str()]);
        assert!(!said.any(|text| text.contains("at once")), "{question:#?}");
        let asks = question.asks.to_lowercase();
        let right = &question.right().unwrap().says;
        assert!(!asks.contains(right.as_str()), "{asks}: {right}");
    }
    let find = |kind, scene: &str, asks: &str| {
        let mut all = all.iter().filter(|q| q.kind == kind && q.scene == scene);
        let found = all.find(|q| q.asks.contains(asks));
        found.unwrap_or_else(|| panic!("no {kind:?} of {scene} '{asks}'"))
    };
    let mistakes = |question: &Question| {
        let choices = question.choices.iter();
        let wrong = choices.filter(|choice| !choice.right);
        wrong
            .map(|choice| format!("{:?}", choice.mistake.unwrap()))
            .collect::<Vec<_>>()
    };
    // The sum, which is the other scene's time as well, and one latency.
    let ends = find(Kind::MainEnds, "async", "main");
    assert_eq!(mistakes(ends), ["FirstEnd", "Sum"], "{ends:#?}");
    // In the second round, and not at once, nor when its turn would be.
    let page = find(Kind::Line, "async", "GET /page/7");
    for mistake in ["NoWait", "OtherScene", "MainsEnd"] {
        assert!(mistakes(page).contains(&mistake.to_owned()), "{page:#?}");
    }
    // As many as there are permits, and not all of them.
    let alive = find(Kind::Alive, "async", "alive");
    assert_eq!(alive.right().unwrap().value, Value::Count(6));
    assert_eq!(mistakes(alive), ["OtherScene", "AllAlive"]);
    // Nobody is asked what the machine decides.
    assert!(all.iter().all(|q| q.kind != Kind::Claim));
    assert!(!all.iter().any(|q| q.asks.contains("Fetched: 12")));
}

/// A typed time is right if a machine could have added what it is off by.
#[test]
fn a_time_may_be_typed_as_one_computes_it() {
    let _alone = undisturbed();
    let knobs = knobs(&[]);
    let report = record(&knobs);
    let (all, _) = questions(&knobs, &report);
    let ends: Vec<_> =
        all.iter().filter(|q| q.kind == Kind::MainEnds).collect();
    let right = |question: &Question, text: &str| {
        question.grade(&question.read(text).unwrap()).right
    };
    let [sync, concurrent] = ends[..] else {
        panic!("{ends:#?}");
    };
    for (question, own, others) in [
        (
            sync,
            ["2.4s", "about 2.4s", "2400ms"],
            ["0.4s", "0.2s", "0s"],
        ),
        (concurrent, ["0.4s", "400ms", "0.4"], ["2.4s", "0.2s", "0s"]),
    ] {
        let is_busy = trace(&report, &question.scene).elapsed
            > Duration::from_millis(if question == sync { 2500 } else { 450 });
        for text in own {
            assert!(is_busy || right(question, text), "{text}: {question:#?}");
        }
        for text in others {
            assert!(!right(question, text), "{text}: {question:#?}");
        }
        for nonsense in ["", "0", "9", "soon", "never", "-1", "about", "7777"] {
            assert!(question.read(nonsense).is_err(), "{nonsense}");
        }
        assert!(question.how().contains("or a time"), "{}", question.how());
    }
}

/// A time that is asked for is not one at which something happens.
#[test]
fn a_quiet_time_is_far_from_everything() {
    let _alone = undisturbed();
    for knobs in settings() {
        let report = record(&knobs);
        let (all, _) = questions(&knobs, &report);
        let kinds = [Kind::Alive, Kind::Thread, Kind::Doing];
        for question in all.iter().filter(|q| kinds.contains(&q.kind)) {
            let at = asked_at(&question.asks);
            let events = trace(&report, &question.scene).events.iter();
            let nearest = events.map(|event| event.at.abs_diff(at)).min();
            assert!(nearest > Some(15 * MILLI), "{question:#?}");
            // And it is no figure that somebody has measured.
            assert_eq!(at % (10 * MILLI), 0, "{question:#?}");
        }
    }
}

#[test]
fn of_several_threads_nobody_is_asked_who_has_the_one() {
    let _alone = undisturbed();
    let knobs = knobs(&[("pages", "3"), ("latency", "100ms")]);
    let mut report = record(&knobs);
    let (one, _) = questions(&knobs, &report);
    assert!(one.iter().any(|question| question.kind == Kind::Thread));
    for scene in &mut report.scenes {
        scene.trace.as_mut().unwrap().header.world.workers = 2;
    }
    let (several, best) = questions(&knobs, &report);
    let kinds = [Kind::Thread, Kind::Doing];
    assert!(several.iter().all(|q| !kinds.contains(&q.kind)));
    assert!(best.len() >= 3, "{best:#?}");
}

/// Who of several that end at once wakes main is chance.
#[test]
fn of_those_that_end_at_once_none_is_asked_for() {
    let _alone = undisturbed();
    let knobs = knobs(&[("pages", "3"), ("latency", "100ms")]);
    let report = record(&knobs);
    let (all, _) = questions(&knobs, &report);
    assert!(all.iter().all(|question| question.kind != Kind::Wakes));
    // If the others end later, it is asked, and it is not chance.
    let mut apart = report.clone();
    let scene = apart.scenes.iter_mut().find(|scene| scene.name == "async");
    let events = &mut scene.unwrap().trace.as_mut().unwrap().events;
    let mut add = 0;
    for event in events {
        let wakes_main = event.lane == 0
            && matches!(event.what, What::Wake { by: By::Lane(_) });
        event.at += add;
        add += 200 * MILLI * u64::from(wakes_main);
    }
    let (all, _) = questions(&knobs, &apart);
    let wakes: Vec<_> = all.iter().filter(|q| q.kind == Kind::Wakes).collect();
    assert!(!wakes.is_empty());
    for question in wakes {
        let read = Read(trace(&apart, "async"));
        let right = &question.right().unwrap().says;
        assert_eq!(*right, read.waker(quoted(&question.asks)));
    }
}

#[test]
fn a_crawl_is_recorded_unseen_and_then_asked_about() {
    let _alone = undisturbed();
    let quick = ["crawler", "--pages", "4", "--limit", "2"];
    let (out, errors, code) = asked(&quick, &"7777\n".repeat(9));
    assert_eq!(code, Some(0), "{errors}");
    let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = |text: &str| {
        flat.find(text)
            .unwrap_or_else(|| panic!("no {text}: {out}"))
    };
    let said = place(
        "crawler waits for real sockets, and that cannot be computed: it has \
         just run, unseen, and these are questions about that run.",
    );
    assert!(said < place(" 1 of "), "{out}");
    assert!(place("sync runs what happened, as it was measured") > said);
    assert!(!flat.contains("virtual clock"), "{out}");
    assert!(out.contains("^1"), "{out}");
    let again = "asyncade crawler --pages 4 --limit 2";
    assert!(out.trim_end().ends_with(again), "{out}");
    // No longer than a moment: nothing is to be said.
    assert_eq!(errors, "");
    // A program reads only what it is for.
    let mut arguments = quick.to_vec();
    arguments.push("--json");
    let (out, errors, code) = asked(&arguments, "nonsense\n");
    assert_eq!((errors.as_str(), code), ("", Some(0)));
    let objects = objects(&out);
    assert!(objects.len() >= 3, "{out}");
    assert!(objects[0]["reason"].is_string(), "{}", objects[0]);
    assert!(objects[0]["within"].is_u64(), "{}", objects[0]);
    assert!(objects[1]["answer"].is_null(), "{}", objects[1]);
    let reveal = [&quick[..], &["--reveal"]].concat();
    let (out, ..) = asked(&reveal, "\n\n\n\n\n\n\n");
    assert!(out.contains("unseen"), "{out}");
    assert!(out.contains("Answer: "), "{out}");
    assert!(out.contains("async runs"), "{out}");
}

/// Plays the part of somebody who knows: looks up each right answer as the
/// questions are asked, in the trace that they are about.
#[test]
fn true_answers_score_full_and_false_ones_nothing() {
    let _alone = undisturbed();
    for knobs in settings() {
        let report = record(&knobs);
        let (all, _) = questions(&knobs, &report);
        for question in &all {
            let own = trace(&report, &question.scene);
            for choice in &question.choices {
                let typed = question.typed(choice);
                let answer = question.read(&typed).unwrap();
                let expected = is_true(question, &answer.0, own);
                assert_eq!(question.grade(&answer).right, expected);
            }
        }
    }
    // Two pages of 100ms in turn, and both at once: it takes no looking up.
    let quick = ["crawler", "--pages=2", "--latency=300ms", "--json"];
    let answers = |end: &'static str| {
        move |scene: &str| match scene {
            "sync" if end == "right" => "0.6s",
            "async" if end == "right" => "0.3s",
            _ => "5s",
        }
    };
    for end in ["right", "wrong"] {
        for scene in ["sync", "async"] {
            let mut arguments = quick.to_vec();
            arguments.push(scene);
            let line = format!("{}\n", answers(end)(scene)).repeat(9);
            let (out, ..) = asked(&arguments, &line);
            let objects = objects(&out);
            let ends = objects.iter().filter(|o| o["kind"] == "main-ends");
            for object in ends {
                assert_eq!(object["right"], end == "right", "{object}");
            }
        }
    }
}

#[test]
fn what_is_sent_to_others_is_said_before_it_is() {
    let url = "http://127.0.0.1:1/";
    let (_, errors, code) = asked(&["crawler", "--url", url], "");
    assert_eq!(code, Some(0), "{errors}");
    let flat = errors.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "Pages of your own: 1 page in 2 scenes, so 2 requests will be";
    assert!(flat.starts_with(said), "{errors}");
    // Whoever names a scene has others sent nothing more.
    for rest in [&["async"][..], &["async", "--json"]] {
        let mut arguments = vec!["crawler", "--url", url];
        arguments.extend(rest);
        let (_, errors, _) = asked(&arguments, "");
        let flat = errors.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("1 request will be sent"), "{errors}");
    }
}

#[test]
fn what_takes_too_long_to_be_recorded_is_refused() {
    let long = ["crawler", "--pages", "1000", "--latency", "10s"];
    let (out, errors, code) = asked(&long, "");
    assert_eq!((out.as_str(), code), ("", Some(2)));
    assert!(
        errors.contains("before anything could be asked"),
        "{errors}"
    );
    assert!(errors.contains("set its options lower"), "{errors}");
    let (_, errors, code) = asked(&["crawler", "--latency", "1ms"], "");
    assert_eq!(code, Some(2));
    assert!(errors.contains("too short to be measured"), "{errors}");
}

/// Sends Ctrl-C to a `predict` as soon as its output has these words in it;
/// what it has written, and how it ended.
fn stopped_at(words: &str, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = asyncade(&["predict"]);
    command.args(arguments).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let input = child.stdin.take();
    let (mut out, mut errors) =
        (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let reader = thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).unwrap();
        text
    });
    let mut text = String::new();
    let mut buffer = [0; 4096];
    let words = words.to_owned();
    let start = Instant::now();
    let mut sent = false;
    loop {
        let read = out.read(&mut buffer).unwrap();
        if read == 0 {
            break;
        }
        text += &String::from_utf8_lossy(&buffer[..read]);
        if !sent && text.contains(&words) {
            // It is recording by now, or waits for an answer.
            thread::sleep(Duration::from_millis(300));
            let pid = child.id().to_string();
            let kill = Command::new("kill").args(["-INT", &pid]).status();
            sent = kill.unwrap().success();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{text}");
    }
    let code = child.wait().unwrap().code();
    drop(input);
    text += &reader.join().unwrap();
    (text, code)
}

#[test]
fn ctrl_c_ends_it_while_it_records_and_while_it_asks() {
    let _alone = undisturbed();
    let long = ["crawler", "--latency", "5s"];
    let (text, code) = stopped_at("--latency 5s", &long);
    assert_eq!(code, Some(130), "{text}");
    assert!(text.contains("note: sync is recorded, unseen"), "{text}");
    assert!(!text.contains("these are questions"), "{text}");
    let quick = ["crawler", "--latency", "50ms"];
    let (text, code) = stopped_at("  > ", &quick);
    assert_eq!(code, Some(130), "{text}");
    assert!(!text.contains(" right."), "{text}");
}
