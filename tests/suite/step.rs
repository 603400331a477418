//! The player: keys in, a screen out, in both directions; and the sentences
//! that say what happened and why, against the trace's own causes.

use asyncade::chapter::Knobs;
use asyncade::report::{self, Choice, Nobody, Plan, Report, Unheard, why};
use asyncade::terminal::{Flow, Page, Player};
use asyncade::timeline::{Doing, History, State};
use asyncade::trace::{By, Clock, How, LaneKind, On, Outcome, What};
use console::{Key, measure_text_width};

use crate::support::{chapter, computing, on_virtual_clock, ran};

fn played(name: &str) -> Report {
    let chapter = chapter(name);
    let plan = Plan::new(&Choice {
        all: true,
        twin: true,
        ..Choice::new(chapter, Clock::Virtual)
    });
    report::play(plan.unwrap(), &mut Nobody, Unheard::Stop).report
}

fn player(report: &Report, columns: usize, rows: usize) -> Player {
    let page = Page::new(columns, true).with_height(rows);
    Player::of(page, report, false).unwrap()
}

fn plain(frame: Vec<String>) -> Vec<String> {
    let rows = frame.into_iter();
    rows.map(|row| anstream::adapter::strip_str(&row).to_string())
        .collect()
}

/// Forward to the end and back to the start are the same screens in reverse,
/// in every scene of every chapter, in both worlds.
#[test]
fn back_is_what_it_was_on_the_way_forward() {
    let _core = computing();
    for chapter in on_virtual_clock() {
        let report = played(chapter.name);
        for python in [false, true] {
            let page = Page::new(80, true).with_height(24);
            let mut player = Player::of(page, &report, python).unwrap();
            for scene in 0..report.scenes.len() {
                let mut there = vec![player.frame()];
                // The end is where a step forward changes nothing.
                loop {
                    player.press(&Key::ArrowRight);
                    let frame = player.frame();
                    if Some(&frame) == there.last() {
                        break;
                    }
                    there.push(frame);
                    assert!(there.len() < 20_000);
                }
                let scene = &report.scenes[scene];
                let trace = match python {
                    false => scene.trace.as_ref().unwrap(),
                    true => &scene.counterpart.as_ref().unwrap().trace,
                };
                assert_eq!(there.len(), trace.events.len() + 1);
                for expected in there.iter().rev().skip(1) {
                    player.press(&Key::ArrowLeft);
                    assert_eq!(&player.frame(), expected);
                }
                player.press(&Key::Char(']'));
            }
        }
    }
}

/// Every row fits, at every size, and there are as many as the page has.
#[test]
fn a_screen_is_as_large_as_its_page() {
    for (columns, rows) in [(40, 12), (50, 18), (80, 24), (120, 50), (200, 70)]
    {
        for name in ["shield", "pitfalls", "coroutines", "cashier"] {
            let report = played(name);
            let mut player = player(&report, columns, rows);
            for _ in 0..3 {
                for _ in 0..40 {
                    let frame = plain(player.frame());
                    assert_eq!(frame.len(), rows, "{name}");
                    for row in &frame {
                        let width = measure_text_width(row);
                        assert!(width <= columns, "{columns}: {row:?}");
                    }
                    player.press(&Key::ArrowRight);
                }
                player.press(&Key::Char(']'));
            }
        }
    }
}

/// What is on the screen is what the trace says of that step.
#[test]
fn each_key_does_what_it_says() {
    let report = played("shield");
    let mut player = player(&report, 80, 24);
    let at = |player: &mut Player| -> (usize, String) {
        let frame = plain(player.frame());
        let step = frame[0].split(' ').nth(1).unwrap().parse().unwrap();
        let why = format!("{} {}", frame[1].trim(), frame[2].trim());
        (step, why.trim().to_owned())
    };
    let mut press = |keys: &[Key]| {
        for key in keys {
            assert_eq!(player.press(key), Flow::GoOn);
        }
        at(&mut player)
    };
    assert_eq!(press(&[]), (0, "Nothing has happened yet.".to_owned()));
    let (step, _) = press(&[Key::ArrowRight, Key::Char(' ')]);
    assert_eq!(step, 2);
    assert_eq!(press(&[Key::ArrowLeft]).0, 1);
    // At 0.5s main asks the work to stop.
    let (moment, woken) = press(&[Key::ArrowDown]);
    assert_eq!(woken, "main wakes: its timer of 0.5s is over.");
    let (_, asked) = press(&[Key::Char('/'), Key::Char('s'), Key::Char('t')]);
    assert_eq!(asked, woken, "nothing is looked for before Enter");
    let (_, asked) =
        press(&[Key::Char('o'), Key::Char('p'), Key::Char(','), Key::Enter]);
    assert_eq!(
        asked,
        "main asks critical to stop, and critical may say when."
    );
    // What woke critical is that main asked.
    let (_, end) = press(&[Key::Tab, Key::End]);
    assert!(end.starts_with("main ends"), "{end}");
    let (_, ended) = press(&[Key::Char('p')]);
    assert_eq!(
        ended,
        "critical ends cancelled: main had asked it to stop, and it stopped \
         by itself."
    );
    let (_, cause) = press(&[Key::Char('w')]);
    assert_eq!(cause, "critical wakes: its timer of 1s is over.");
    let (_, cause) = press(&[Key::ArrowLeft, Key::Char('w')]);
    assert_eq!(
        cause,
        "main asks critical to stop, and critical may say when."
    );
    // Up is the first step of this moment, and then of the one before.
    assert_eq!(press(&[Key::ArrowUp]).0, moment);
    assert_eq!(press(&[Key::ArrowUp]).0, 1);
    // By number; more than there are is the end.
    assert_eq!(press(&[Key::Char('1'), Key::Char('2'), Key::Enter]).0, 12);
    let (last, _) = press(&[const { Key::Char('9') }; 5]);
    assert_eq!(last, 12, "not before Enter");
    let (last, end) = press(&[Key::Enter]);
    assert_eq!(last, report.scenes[0].trace.as_ref().unwrap().events.len());
    assert!(end.starts_with("main ends"));
    // What main waits for: critical is chosen.
    press(&[Key::BackTab, Key::Home]);
    let waits = [Key::Char('/'), Key::Char('f'), Key::Char(' '), Key::Enter];
    press(&waits);
    assert_eq!(player.press(&Key::Char('?')), Flow::GoOn);
    assert!(plain(player.frame())[0].contains("one step forward"));
    assert_eq!(player.press(&Key::Char('q')), Flow::GoOn, "the help goes");
    assert_eq!(player.press(&Key::Char('q')), Flow::Quit);
}

/// Whatever is pressed, it goes on.
#[test]
fn ten_thousand_random_keys_break_nothing() {
    let reports = ["shield", "pitfalls", "coroutines"].map(played);
    // The same keys in every run.
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    let keys = [
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::Home,
        Key::End,
        Key::Tab,
        Key::BackTab,
        Key::Enter,
        Key::Backspace,
        Key::Unknown,
        Key::Del,
        Key::PageUp,
    ];
    let letters: Vec<char> =
        "npwc[]/?0123456789 maä\u{1b}\u{202e}€".chars().collect();
    for report in &reports {
        let mut player = player(report, 60, 20);
        for number in 0..10_000 {
            let key = if random(2) == 0 {
                keys[random(keys.len())].clone()
            } else {
                Key::Char(letters[random(letters.len())])
            };
            player.press(&key);
            if number % 97 == 0 {
                let size = (30 + random(100), 1 + random(40));
                player.on(Page::new(size.0, true).with_height(size.1));
            }
            if number % 7 == 0 {
                player.frame();
            }
        }
    }
}

/// A hundred thousand events are gone through without delay.
#[test]
fn a_long_run_is_stepped_without_delay() {
    let chapter = chapter("sync-vs-async");
    let tasks = &chapter.knobs[0];
    let mut knobs = Knobs::new(chapter.knobs);
    knobs.set(tasks, tasks.parse("10000").unwrap());
    let plan = Plan::new(&Choice {
        knobs,
        named: vec![chapter.scene("async").unwrap()],
        ..Choice::new(chapter, Clock::Virtual)
    });
    let report = report::play(plan.unwrap(), &mut Nobody, Unheard::Stop).report;
    let events = report.scenes[0].trace.as_ref().unwrap().events.len();
    assert!(events > 100_000, "{events}");
    let mut player = player(&report, 80, 24);
    player.press(&Key::End);
    let start = std::time::Instant::now();
    for _ in 0..20 {
        player.press(&Key::ArrowLeft);
        player.frame();
    }
    // Generous: a debug build on a busy machine.
    let each = start.elapsed() / 20;
    assert!(each < std::time::Duration::from_secs(1), "{each:?}");
}

fn lane(state: &State, id: u32) -> &str {
    &state.lane(id).unwrap().name
}

/// Each sentence says what the trace says, and names who it was.
#[test]
fn every_sentence_of_why_is_in_the_trace() {
    let mut seen = std::collections::BTreeSet::new();
    for chapter in on_virtual_clock() {
        let report = played(chapter.name);
        for trace in report.traces() {
            let mut history = History::new(trace.events.clone());
            for (index, event) in trace.events.iter().enumerate() {
                let state = history.state();
                let said = why(state, event);
                let own = match &event.what {
                    What::Spawn { name, .. } => name.clone(),
                    _ => lane(state, event.lane).to_owned(),
                };
                let mut must = Vec::new();
                let mut must_not = Vec::new();
                match &event.what {
                    What::Spawn { parent, .. } => {
                        must.extend(parent.map(|id| lane(state, id)));
                        must.push("nothing of it has run");
                        if said.contains("thread of its own") {
                            must.pop();
                        }
                    }
                    What::Poll { within, .. } => {
                        must.extend(within.map(|id| lane(state, id)));
                        let polled = state.lane(event.lane).unwrap();
                        if polled.kind != LaneKind::Thread {
                            let first = polled.polls == 0;
                            assert_eq!(said.contains("first time"), first);
                        }
                        if let (Some(by), 1..) = (polled.woken, polled.polls) {
                            must.extend(of(by, state, event.lane));
                        }
                    }
                    What::Wake { by } => {
                        must.extend(of(*by, state, event.lane));
                        must.push(" wakes");
                        let held = state.lanes().iter().find(|lane| {
                            lane.kind != LaneKind::Thread && lane.doing.holds()
                        });
                        let parked = state.lane(event.lane).unwrap().doing;
                        if parked == Doing::Parked {
                            must.extend(held.map(|lane| &*lane.name));
                        }
                    }
                    What::Say { text, .. } => must.push(text),
                    What::Cancel { target, .. } => {
                        must.push(lane(state, *target));
                    }
                    What::End { outcome, cause, .. } => {
                        let by = cause.and_then(|cause| cause.by);
                        let how = cause.map(|cause| cause.how);
                        if *outcome != Outcome::Cancelled {
                            must_not.push("cancelled");
                        }
                        match how {
                            Some(How::Shutdown) => must.push("main has ended"),
                            Some(How::Group) => must.push("group"),
                            Some(_) => {
                                must.extend(by.map(|id| lane(state, id)));
                            }
                            None => {}
                        }
                        if *outcome == Outcome::Unrun {
                            must.push("ever ran");
                            must.retain(|word| *word != own);
                        }
                    }
                    What::Wait {
                        on: On::Blocking { .. },
                        ..
                    } => {
                        must.push("blocks");
                    }
                    _ => {}
                }
                let world = &trace.header.world.name;
                let place = format!("{world} {} {index}", trace.header.name());
                if !matches!(event.what, What::Resource { .. }) {
                    assert!(said.contains(&own), "{place}: {said}");
                }
                for word in must {
                    assert!(said.contains(word), "{place}: {word} in {said}");
                }
                for word in must_not {
                    assert!(!said.contains(word), "{place}: {word} in {said}");
                }
                assert!(said.ends_with('.'), "{said}");
                assert!(!said.contains('?'), "{place}: {said}");
                seen.insert(std::mem::discriminant(&event.what).clone_hash());
                history.go_to(index + 1);
            }
        }
    }
    // Every kind of event was met.
    assert!(seen.len() >= 10, "{}", seen.len());
}

/// What has to be named of whoever woke a lane.
fn of(by: By, state: &State, own: u32) -> Option<&str> {
    match by {
        By::Lane(other) if other != own => Some(lane(state, other)),
        By::Timer => Some("timer"),
        By::Itself => Some("asked to be polled again"),
        _ => None,
    }
}

/// A discriminant that can be counted.
trait CloneHash {
    fn clone_hash(&self) -> u64;
}

impl<T: std::hash::Hash> CloneHash for T {
    fn clone_hash(&self) -> u64 {
        use std::hash::{DefaultHasher, Hasher};
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// What the issue of it all is for: why the critical work ended.
#[test]
fn the_sentences_that_teach_are_there() {
    let sentences = |name: &str, scene: &str| -> String {
        let report = played(name);
        let mut scenes = report.scenes.iter();
        let scene = scenes.find(|own| own.name == scene).unwrap();
        let trace = scene.trace.as_ref().unwrap();
        let page = Page::new(80, true);
        let mut player = Player::new(page, [trace], &report.sources).unwrap();
        player.sentences().collect::<Vec<_>>().join("\n")
    };
    for (chapter, scene, sentence) in [
        ("gather", "gather", "C wakes: its timer of 2s is over."),
        (
            "gather",
            "gather",
            "main is polled: A, which it awaits, has ended.",
        ),
        (
            "taskgroup",
            "failure",
            "Task2 ends cancelled: its group was shut down, because Task1 \
             failed.",
        ),
        (
            "timeout",
            "wait_for",
            "eternity is dropped where it waits: main, which polled it, has \
             let go of it.",
        ),
        (
            "tasks",
            "dropped",
            "World is cancelled where it waits: main has ended.",
        ),
        (
            "pitfalls",
            "forgotten-await",
            "save is thrown away: nobody awaited it, and nothing of it ever \
             ran.",
        ),
        (
            "to_thread",
            "blocking",
            "main blocks its thread, so nobody else can run until 3s.",
        ),
    ] {
        let said = sentences(chapter, scene);
        assert!(said.contains(sentence), "{sentence} in\n{said}");
    }
}

/// Without a terminal the same steps are sentences, one a line.
#[test]
fn without_a_terminal_the_steps_are_sentences() {
    let run = ran(&["shield", "article", "--step"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let trace = played("shield");
    let events = trace.scenes[0].trace.as_ref().unwrap().events.len();
    assert_eq!(run.stdout.lines().count(), events);
    let first = run.stdout.lines().next().unwrap();
    assert!(
        first.starts_with("step 1 at 0.000s: main is there"),
        "{first}"
    );
    assert!(!run.stdout.contains('\u{1b}'));
    // Several scenes say which one a step is of.
    let run = ran(&["shield", "--step", "--lang", "python"]);
    assert!(
        run.stdout
            .contains("\nshielded step 1 at 0.000s: main is there")
    );
}
