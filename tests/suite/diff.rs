//! `asyncade diff`: two runs compared. What it finds is held against a reading
//! of the two traces that is made here, event by event, and shares nothing with
//! the program's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use asyncade::chapter::Knobs;
use asyncade::report::difference::{
    self, Both, End, EndChange, MEASURED, SceneDifference,
};
use asyncade::trace::{Clock, Event, Trace, What, ndjson};
use asyncade::world;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::support::{
    Ran, any_knobs, asyncade, chapter, computing, is_too_wide,
    on_virtual_clock, play_all, ran, text, unwrapped,
};

/// One thing that a trace says: when, and what in words of this file's own.
type Fact = (u64, String);

/// A trace as facts, in order: who is born of whom, who says what, who ends how
/// and by whom.
fn facts(trace: &Trace) -> Vec<Fact> {
    let mut names: Vec<&str> = Vec::new();
    let mut facts = Vec::new();
    for event in &trace.events {
        if let What::Spawn { name, .. } = &event.what {
            names.push(name);
        }
        let lane = names[event.lane as usize];
        let what = match &event.what {
            What::Spawn { kind, parent, .. } => {
                let parent = parent.map(|parent| names[parent as usize]);
                format!(
                    "born {lane} {} {parent:?}",
                    format!("{kind:?}") == "Thread"
                )
            }
            What::Say { text, .. } => format!("said {lane} {text}"),
            What::End {
                outcome,
                cause,
                detail,
            } => {
                let why = match format!("{outcome:?}").as_str() {
                    "Failed" => format!("{detail:?}"),
                    "Cancelled" => cause.map_or(String::new(), |cause| {
                        let by = cause.by.map(|by| names[by as usize]);
                        let is_end = format!("{:?}", cause.how) == "Shutdown";
                        format!("{by:?} {is_end}")
                    }),
                    _ => String::new(),
                };
                format!("ends {lane} {outcome:?} {why}")
            }
            _ => continue,
        };
        facts.push((event.at, what));
    }
    facts
}

/// How often each of them is there, and at which times.
fn tally(facts: &[Fact], kind: &str) -> BTreeMap<String, Vec<u64>> {
    let mut tally: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (at, what) in facts.iter().filter(|fact| fact.1.starts_with(kind)) {
        tally.entry(what.clone()).or_default().push(*at);
    }
    tally
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap()
}

/// Holds what was found of two exact runs against their facts.
fn is_right(a: &Trace, b: &Trace) -> Result<(), TestCaseError> {
    let found = SceneDifference::of(a, b, None);
    let (facts_a, facts_b) = (facts(a), facts(b));
    prop_assert_eq!(found.tolerance, Duration::ZERO);
    prop_assert_eq!(found.moments.a, facts_a.len());

    // Where they part: by what happens, and by when it happens.
    let same = facts_a.iter().zip(&facts_b);
    let same = same.take_while(|(a, b)| a.1 == b.1).count();
    let next = |facts: &[Fact]| facts.get(same).map(|fact| fact.0);
    let what = found.parting.what.as_ref();
    let at = |side: &Both<Option<_>>, is_a: bool| {
        let moment: &Option<world::compare::Moment> =
            if is_a { &side.a } else { &side.b };
        moment.as_ref().map(|moment| nanos(moment.at))
    };
    prop_assert_eq!(what.and_then(|w| at(w, true)), next(&facts_a));
    prop_assert_eq!(what.and_then(|w| at(w, false)), next(&facts_b));
    prop_assert_eq!(
        what.is_none(),
        same == facts_a.len() && same == facts_b.len()
    );
    let mut shifts = facts_a.iter().zip(&facts_b).take(same);
    let shift = shifts.find(|(a, b)| a.0 != b.0).map(|(a, b)| (a.0, b.0));
    let when = found.parting.when.as_ref();
    let when = when.map(|w| (nanos(w.a.at), nanos(w.b.at)));
    prop_assert_eq!(when, shift);

    // The lines: with those that moved to another lane aside, each is said as
    // often as the facts have it, and at their times.
    let (said_a, said_b) = (tally(&facts_a, "said"), tally(&facts_b, "said"));
    let keys: BTreeSet<&String> = said_a.keys().chain(said_b.keys()).collect();
    let (mut changed, mut only_a, mut only_b) = (0, 0, 0);
    for key in keys {
        let none = Vec::new();
        let at_a = said_a.get(key).unwrap_or(&none);
        let at_b = said_b.get(key).unwrap_or(&none);
        changed += at_a.iter().zip(at_b).filter(|(a, b)| a != b).count();
        only_a += at_a.len().saturating_sub(at_b.len());
        only_b += at_b.len().saturating_sub(at_a.len());
    }
    let (moved, stayed): (Vec<_>, Vec<_>) =
        found.lines.iter().partition(|l| l.a.lane != l.b.lane);
    prop_assert_eq!(stayed.len(), changed);
    prop_assert_eq!(found.unsaid.a.len() + moved.len(), only_a);
    prop_assert_eq!(found.unsaid.b.len() + moved.len(), only_b);
    for line in &found.lines {
        prop_assert_eq!(&line.a.text, &line.b.text);
        for (line, said) in [(&line.a, &said_a), (&line.b, &said_b)] {
            let key = format!("said {} {}", line.lane, line.text);
            prop_assert!(said[&key].contains(&nanos(line.at)), "{}", key);
        }
    }

    // The order of what both say on the same lanes.
    let spoken = |facts: &[Fact], other: &BTreeMap<String, Vec<u64>>| {
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for (key, times) in other {
            left.insert(key, times.len());
        }
        let mut order: Vec<String> = Vec::new();
        for (_, what) in facts.iter().filter(|f| f.1.starts_with("said")) {
            if let Some(count) = left.get_mut(what.as_str())
                && *count > 0
            {
                *count -= 1;
                order.push(what.clone());
            }
        }
        order
    };
    let (order_a, order_b) =
        (spoken(&facts_a, &said_b), spoken(&facts_b, &said_a));
    let unique: BTreeSet<&String> = order_a.iter().collect();
    if moved.is_empty() && unique.len() == order_a.len() {
        // Each line that has another one before it here and behind it there.
        let place = |of: &str| order_b.iter().position(|line| line == of);
        let is_moved = |line: &String| {
            let here = order_a.iter().position(|other| other == line);
            order_a.iter().enumerate().any(|(other, text)| {
                (Some(other) < here) != (place(text) < place(line))
                    && text != line
            })
        };
        let in_order = |order: &[String]| -> Vec<String> {
            let lines = order.iter().filter(|line| is_moved(line));
            lines.cloned().collect()
        };
        let keys = |lines: &[difference::Line]| -> Vec<String> {
            let keys = lines.iter();
            keys.map(|line| format!("said {} {}", line.lane, line.text))
                .collect()
        };
        let found = found.order.clone().unwrap_or_default();
        prop_assert_eq!(keys(&found.a), in_order(&order_a));
        prop_assert_eq!(keys(&found.b), in_order(&order_b));
    }

    // The ends, of lanes whose names are theirs alone.
    let ends = |trace: &Trace| -> BTreeMap<String, Vec<(u64, String)>> {
        let mut ends: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
        let mut names: Vec<&str> = Vec::new();
        for Event { at, lane, what } in &trace.events {
            if let What::Spawn { name, .. } = what {
                names.push(name);
            }
            if let What::End {
                outcome,
                detail,
                cause,
            } = what
            {
                let by = cause.and_then(|cause| cause.by);
                let by = by.map(|by| names[by as usize]);
                let how = cause.map(|cause| cause.how);
                let is_failed = outcome.to_string() == "failed";
                let detail = detail.as_ref().filter(|_| is_failed);
                let words = format!("{outcome} {detail:?} {by:?} {how:?}");
                let name = names[*lane as usize].to_owned();
                ends.entry(name).or_default().push((*at, words));
            }
        }
        ends
    };
    let (ends_a, ends_b) = (ends(a), ends(b));
    let mut expected: Vec<(String, bool)> = Vec::new();
    for (lane, at_a) in &ends_a {
        if let (Some(at_b), 1) = (ends_b.get(lane), at_a.len())
            && at_a != at_b
        {
            expected.push((lane.clone(), at_a[0].1 != at_b[0].1));
        }
    }
    let found_ends = found.ends.iter().map(
        |EndChange {
             lane,
             otherwise,
             ends,
         }| {
            for (end, all) in [(&ends.a, &ends_a), (&ends.b, &ends_b)] {
                let End { at, .. } = end.as_ref().unwrap();
                assert_eq!(all[lane][0].0, nanos(*at), "{lane}");
            }
            (lane.clone(), *otherwise)
        },
    );
    let mut found_ends: Vec<(String, bool)> = found_ends.collect();
    found_ends.sort();
    prop_assert_eq!(found_ends, expected);

    // The lanes of one side only, by how many there are of each name.
    let born = |facts: &[Fact]| {
        let mut born: BTreeMap<String, usize> = BTreeMap::new();
        for (_, what) in facts.iter().filter(|f| f.1.starts_with("born")) {
            let name = what["born ".len()..].rsplitn(3, ' ').last().unwrap();
            let name =
                name.trim_end_matches(" true").trim_end_matches(" false");
            *born.entry(name.to_owned()).or_default() += 1;
        }
        born
    };
    let (born_a, born_b) = (born(&facts_a), born(&facts_b));
    let only = |of: &BTreeMap<String, usize>,
                other: &BTreeMap<String, usize>| {
        let more = of.iter().map(|(name, count)| {
            count.saturating_sub(other.get(name).copied().unwrap_or(0))
        });
        more.sum::<usize>()
    };
    prop_assert_eq!(found.lanes.a.len(), only(&born_a, &born_b));
    prop_assert_eq!(found.lanes.b.len(), only(&born_b, &born_a));
    Ok(())
}

#[test]
fn what_is_found_is_what_the_traces_say() {
    let _core = computing();
    for chapter in on_virtual_clock() {
        let pairs = (any_knobs(chapter), any_knobs(chapter));
        let mut runner = TestRunner::new(Config {
            cases: 12,
            failure_persistence: None,
            ..Config::default()
        });
        let checked = runner.run(&pairs, |(a, b)| {
            prop_assume!((chapter.check)(&a).is_ok());
            prop_assume!((chapter.check)(&b).is_ok());
            let (a, b) = (play_all(chapter, &a), play_all(chapter, &b));
            for (place, trace) in a.iter().enumerate() {
                is_right(trace, &b[place])?;
                // And two scenes, of two settings.
                is_right(trace, &b[(place + 1) % b.len()])?;
            }
            Ok(())
        });
        checked.unwrap_or_else(|error| panic!("{}: {error}", chapter.name));
    }
}

#[test]
fn nothing_differs_from_itself() {
    for chapter in on_virtual_clock() {
        let name = chapter.name;
        let run = ran(&["diff", name, "--json", "--", first_knob(name)]);
        assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
        let json: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(json["same"], true);
        for scene in json["scenes"].as_array().unwrap() {
            for list in ["figures", "lines", "ends", "begins", "settings"] {
                assert_eq!(scene[list], serde_json::json!([]), "{name}");
            }
            let parting = serde_json::json!({"what": null, "when": null});
            assert_eq!(scene["parting"], parting);
            assert!(scene["moments"]["a"].as_u64().unwrap() > 1);
        }
        let run = ran(&["diff", name, "--", first_knob(name)]);
        assert_eq!(run.code, Some(0), "{name}");
        let said = unwrapped(&run.stdout);
        assert!(said.starts_with(&format!("{name}: no difference: ")));
        assert_eq!(said.matches(". ").count(), 0, "one sentence: {said}");
        for scene in chapter.scenes {
            let run = ran(&["diff", name, scene.name, scene.name]);
            assert_eq!(run.code, Some(0), "{name}/{}", scene.name);
            // With itself and, which is the wrong program that would find
            // nothing either, with another one.
            let other = chapter.scenes.iter().find(|s| s.name != scene.name);
            let run = ran(&["diff", name, scene.name, other.unwrap().name]);
            assert_eq!(run.code, Some(1), "{name}/{}", scene.name);
        }
    }
}

/// A knob of a chapter, set to the article's figure.
fn first_knob(name: &str) -> &'static str {
    let chapter = chapter(name);
    let knob = chapter.knobs[0].name;
    let value = &Knobs::new(chapter.knobs).describe()[knob];
    Box::leak(format!("--{knob}={value}").into_boxed_str())
}

/// What `diff` prints at a width, without colours.
fn shown(arguments: &[&str], columns: &str) -> Ran {
    let mut command = asyncade(&["diff"]);
    command.args(arguments).env("COLUMNS", columns);
    command.output().unwrap().into()
}

#[test]
fn screens() {
    for (name, arguments) in [
        ("gather-b", &["gather", "--b", "1s", "--", "--b", "5s"][..]),
        ("tasks", &["tasks", "sequential", "create_task"]),
        ("taskgroup", &["taskgroup", "taskgroup", "failure"]),
    ] {
        let run = shown(arguments, "80");
        assert_eq!(run.code, Some(1));
        insta::assert_snapshot!(format!("diff-{name}"), run.stdout);
        let run = shown(arguments, "40");
        insta::assert_snapshot!(format!("diff-40-{name}"), run.stdout);
    }
    let plain = ["--plain", "taskgroup", "taskgroup", "failure"];
    insta::assert_snapshot!("diff-plain", shown(&plain, "80").stdout);
    let all = ["--all", "gather", "--b", "1s", "--", "--b", "5s"];
    insta::assert_snapshot!("diff-all", shown(&all, "80").stdout);
}

#[test]
fn it_fits_a_screen_and_every_width() {
    let _core = computing();
    for chapter in on_virtual_clock() {
        let name = chapter.name;
        let mut asked: Vec<Vec<String>> = Vec::new();
        for knob in chapter.knobs {
            let value = if knob.parse("7").is_ok() { "7" } else { "0.7" };
            let knob = format!("--{}={value}", knob.name);
            asked.push(vec![name.into(), "--".into(), knob]);
        }
        for scene in chapter.scenes {
            let baseline = chapter.measure.baseline;
            asked.push(vec![name.into(), baseline.into(), scene.name.into()]);
        }
        for arguments in asked {
            let arguments: Vec<&str> =
                arguments.iter().map(String::as_str).collect();
            for columns in [40, 60, 80, 120] {
                let run = shown(&arguments, &columns.to_string());
                if run.code == Some(2) {
                    // Knobs that the chapter refuses.
                    assert_eq!(run.stdout, "", "{arguments:?}");
                    assert!(run.stderr.contains("help: "), "{}", run.stderr);
                    continue;
                }
                let rows = run.stdout.lines().count();
                let said = format!("{arguments:?}:\n{}", run.stdout);
                assert!(rows <= if columns < 80 { 24 } else { 22 }, "{said}");
                for line in run.stdout.lines() {
                    let width = console::measure_text_width(line);
                    assert!(width <= columns, "{width}: {said}");
                    assert!(!is_too_wide(line, columns), "{said}");
                }
                if run.code == Some(1) {
                    assert!(run.stdout.contains("hey "), "{said}");
                    assert!(run.stdout.matches("main ").count() > 1, "{said}");
                    let plain =
                        shown(&[&["--plain"], &arguments[..]].concat(), "80");
                    assert!(!plain.stdout.contains(['→', '╷', '…', '┃']));
                }
            }
        }
    }
}

/// Everything that there is a row for is in `--all`, and what is left out
/// otherwise is counted.
#[test]
fn what_is_left_out_is_counted() {
    let knobs = ["gather", "--", "--b", "5s"];
    let all = shown(&[&["--all"], &knobs[..]].concat(), "120").stdout;
    let some = shown(&knobs, "120").stdout;
    let rows = |text: &str| -> Vec<String> {
        let rows = text.lines().filter(|row| row.contains(" → "));
        let rows = rows.filter(|row| row.starts_with("  "));
        rows.map(str::to_owned).collect()
    };
    let more = some
        .lines()
        .find_map(|row| row.trim().strip_suffix(" more: --all shows them."));
    let more: usize = more.unwrap().parse().unwrap();
    assert_eq!(rows(&some).len() + more, rows(&all).len(), "{some}{all}");
    for row in rows(&some) {
        assert!(all.contains(&row), "{row}");
    }
}

fn file(name: &str, traces: &[Trace]) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("diff");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    let text: Vec<String> = traces.iter().map(text).collect();
    fs::write(&path, text.concat()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn json(arguments: &[&str]) -> (Option<i32>, Value) {
    let run = ran(&[&["diff", "--json"], arguments].concat());
    assert_eq!(run.stderr, "", "{arguments:?}");
    assert_eq!(run.stdout.matches('\n').count(), 1);
    (run.code, serde_json::from_str(&run.stdout).unwrap())
}

/// CPython's recordings against tokio's traces: they differ just where `verify`
/// says that they must.
#[test]
fn two_worlds_differ_where_they_must() {
    for chapter in on_virtual_clock() {
        let knobs = Knobs::new(chapter.knobs);
        let own = file(
            &format!("{}.ndjson", chapter.name),
            &play_all(chapter, &knobs),
        );
        let recorded = ndjson::read(chapter.twin.recording.as_bytes()).unwrap();
        // Without the runs of the article's own way, which tokio has not.
        let shared = recorded.into_iter();
        let shared: Vec<Trace> = shared
            .filter(|trace| chapter.scene(trace.header.name()).is_some())
            .collect();
        let other = file(&format!("{}-py.ndjson", chapter.name), &shared);
        let (code, found) = json(&[&other, &own]);
        let part = |name| chapter.twin.fork(name, &knobs).is_some();
        let any = chapter.scenes.iter().any(|scene| part(scene.name));
        assert_eq!(code, Some(i32::from(any)), "{found}");
        for scene in found["scenes"].as_array().unwrap() {
            let name = scene["names"]["a"].as_str().unwrap();
            let must = part(name);
            assert_eq!(scene["same"], !must, "{}/{name}", chapter.name);
            let world = serde_json::json!(
                {"what": "world", "a": "asyncio", "b": "tokio"}
            );
            assert_eq!(scene["settings"][0], world);
        }
    }
}

/// A run on the real clock, made of one on the virtual clock.
fn measured(trace: &Trace, late: impl Fn(usize) -> u64) -> Trace {
    let mut trace = trace.clone();
    trace.header.clock = Clock::Real;
    let mut before = 0;
    for (place, event) in trace.events.iter_mut().enumerate() {
        before = (event.at + late(place)).max(before);
        event.at = before;
    }
    trace.elapsed = Duration::from_nanos(before);
    trace
}

#[test]
fn measured_times_are_compared_with_a_tolerance() {
    let chapter = chapter("gather");
    let knobs = Knobs::new(chapter.knobs);
    let run = |name: &str| {
        let scene = chapter.scene(name).unwrap();
        world::scene(chapter, scene, &knobs, Clock::Virtual).unwrap()
    };
    let exact = run("gather");
    let limit = nanos(MEASURED);
    let late = measured(&exact, |place| place as u64 % 7 * limit / 7);
    let later = measured(&exact, |place| {
        if exact.events[place].at >= 2_000_000_000 {
            2 * limit
        } else {
            0
        }
    });
    let (a, b, c) = (
        file("exact.ndjson", std::slice::from_ref(&exact)),
        file("late.ndjson", &[late]),
        file("later.ndjson", std::slice::from_ref(&later)),
    );
    assert_eq!(json(&[&a, &b]).0, Some(0));
    let said = ran(&["diff", &a, &b]).stdout;
    assert!(said.contains("within 0.02s is the same"), "{said}");
    let (code, found) = json(&[&a, &c]);
    assert_eq!(code, Some(1));
    let parting = &found["scenes"][0]["parting"];
    assert_eq!(parting["when"]["a"]["at"], 2_000_000_000);
    assert_eq!(parting["when"]["b"]["at"], 2_040_000_000);
    assert_eq!(parting["what"], Value::Null);

    // What is within the tolerance has no order either; what is not has.
    let swap = |apart: u64| {
        let mut trace = measured(&exact, |_| 0);
        let said = |event: &Event| match &event.what {
            What::Say { text, .. } => Some(text.clone()),
            _ => None,
        };
        let at = |text: &str| {
            let mut all = trace.events.iter();
            all.position(|e| said(e).as_deref() == Some(text)).unwrap()
        };
        // A's line comes as much before C's as it has to to be first.
        let (c, a) = (at("C done"), at("A done"));
        let mut line = trace.events[a].clone();
        trace.events.remove(a);
        line.at = trace.events[c].at - apart;
        trace.events.insert(c, line);
        let mut other = measured(&exact, |_| 0);
        other.events[a].at = trace.events[c + 1].at;
        let moved = other.events.remove(a);
        other.events.insert(c + 1, moved);
        (trace, other)
    };
    let (early, after) = swap(limit / 2);
    let found = SceneDifference::of(&early, &after, None);
    assert!(
        found.parting.what.is_none() && found.order.is_none(),
        "{found:?}"
    );
    let (early, after) = swap(3 * limit);
    let found = SceneDifference::of(&early, &after, None);
    assert!(found.parting.when.is_some(), "{found:?}");
}

#[test]
fn claims_of_which_something_else_became_are_named() {
    let (code, found) = json(&["taskgroup", "--", "--task1", "3s"]);
    assert_eq!(code, Some(1));
    let claims = found["claims"].as_array().unwrap();
    assert!(!claims.is_empty());
    for claim in claims {
        let status = &claim["status"];
        assert_eq!(
            (&status["a"], &status["b"]),
            (&"holds".into(), &"not-applicable".into())
        );
    }
    // Of files, too, if both are whole runs of the chapter; and one that is
    // broken is.
    let chapter = chapter("gather");
    let traces = play_all(chapter, &Knobs::new(chapter.knobs));
    let mut broken = traces.clone();
    for event in &mut broken[1].events {
        event.at *= 2;
    }
    broken[1].elapsed *= 2;
    let (a, b) = (file("whole.ndjson", &traces), file("slow.ndjson", &broken));
    let (_, found) = json(&[&a, &b]);
    let claims = found["claims"].as_array().unwrap();
    let slowest = claims.iter().find(|c| c["claim"] == "slowest-not-sum");
    assert_eq!(slowest.unwrap()["status"]["b"], "broken", "{found}");
}

#[test]
fn files_are_paired_by_their_scenes() {
    let chapter = chapter("gather");
    let traces = play_all(chapter, &Knobs::new(chapter.knobs));
    let all = file("all.ndjson", &traces);
    let two = file("two.ndjson", &traces[..2]);
    let one = file("one.ndjson", &traces[..1]);
    let other = file("other.ndjson", &traces[1..2]);
    let cut = file(
        "cut.ndjson",
        &[Trace {
            cut_off: true,
            ..traces[1].clone()
        }],
    );
    let mut turned = traces.clone();
    turned.reverse();
    let turned = file("turned.ndjson", &turned);
    assert_eq!(json(&[&all, &all]).0, Some(0));
    assert_eq!(json(&[&all, &turned]).0, Some(0));
    let (code, found) = json(&[&all, &two]);
    assert_eq!(code, Some(1));
    let left = serde_json::json!(["failure", "return_exceptions", "try_join"]);
    assert_eq!(found["alone"], serde_json::json!({"a": left, "b": []}));
    let said = ran(&["diff", &all, &two]).stdout;
    assert!(said.contains("Only in all.ndjson: failure"), "{said}");
    // Of one each it does not matter what they are of.
    let (code, found) = json(&[&one, &other]);
    assert_eq!(
        (code, &found["scenes"][0]["names"]["b"]),
        (Some(1), &"gather".into())
    );
    let refused =
        ran(&["diff", &two, &file("three.ndjson", &traces[2..])]).refused();
    assert!(refused.wrong.starts_with(
        "the two files have no scene in common: sequential, gather in '"
    ));
    let said = ran(&["diff", &other, &cut]).stdout;
    assert!(
        said.contains("in cut.ndjson stops before its end"),
        "{said}"
    );
    assert_eq!(json(&[&cut, &cut]).0, Some(0));
}

#[test]
fn bad_input_is_answered() {
    let there = file("there.ndjson", &[]);
    let text = file("text.ndjson", &[]);
    fs::write(&text, "\u{1b}[2J{}\n").unwrap();
    for (arguments, wrong, instead) in [
        (
            &["gather"][..],
            "nothing to compare gather with",
            "behind '--': as in 'asyncade diff gather -- --a 6'",
        ),
        (
            &["gather", "gather"],
            "nothing to compare gather with",
            "name another scene",
        ),
        (
            &["gather", "a", "b"],
            "gather has no scene 'a'",
            "name one of sequential, gather",
        ),
        (
            &["gather", "failur", "gather"],
            "no scene 'failur'",
            "did you mean 'failure'?",
        ),
        (
            &["gather", "failure", "gather", "try_join"],
            "3 scenes are more than two",
            "give two scenes",
        ),
        (
            &["gather", "wait"],
            "gather and wait are two chapters",
            "of one",
        ),
        (
            &["gather", "Cargo.toml"],
            "gather is a chapter, and 'Cargo.toml' a file",
            "a file with another file",
        ),
        (
            &["Cargo.toml", "gather"],
            "'Cargo.toml' is a file, and gather a chapter",
            "a file with another file",
        ),
        (
            &["Cargo.toml"],
            "nothing to compare 'Cargo.toml' with",
            "name another file",
        ),
        (
            &["Cargo.toml", "README.md", "LICENSE-MIT"],
            "3 files are more than two",
            "two files at a time",
        ),
        (
            &["Cargo.toml", "README.md"],
            "cannot read 'Cargo.toml': line 1: not a line of a trace",
            "--export",
        ),
        (
            &["Cargo.toml", "README.md", "--b", "3"],
            "'--b' is of a chapter",
            "leave it out",
        ),
        (
            &["Cargo.toml", "README.md", "--", "--b", "3"],
            "behind '--' stand knobs",
            "leave it out",
        ),
        (
            &["gathr"],
            "'gathr' is no chapter and no file",
            "did you mean 'gather'?",
        ),
        (
            &["zzz", "yyy"],
            "'zzz' is no chapter and no file",
            "'asyncade list'",
        ),
        (
            &["Cargo.toml", "zzz"],
            "there is no file 'zzz'",
            "another file",
        ),
        (
            &["gather", "--hello", "2", "--", "--b", "1"],
            "unexpected argument '--hello'",
            "--a, --b, --c",
        ),
        (
            &["gather", "--", "--hello", "2"],
            "unexpected argument '--hello'",
            "--a, --b, --c",
        ),
        (
            &["gather", "--", "--b", "x"],
            "invalid value 'x'",
            "give seconds",
        ),
        (
            &["gather", "--", "failure"],
            "'failure' is none",
            "both scenes before it",
        ),
        (
            &["gather", "--", "x"],
            "'x' is none",
            "as in 'asyncade diff gather",
        ),
        (
            &["gather", "--scene", "failur", "--", "--b", "2"],
            "no scene 'failur'",
            "did you mean 'failure'?",
        ),
        (
            &["gather", "gather", "failure", "--scene", "failure"],
            "'--scene' cannot be used",
            "two settings",
        ),
        (
            &["wait", "--workers", "2", "--fail", "3", "--", "--fail", "1"],
            "",
            "",
        ),
        (
            &["crawler", "--", "--pages", "3"],
            "waits for real sockets",
            "'--export'",
        ),
        (
            &["gather", "--json", "--plain", "--", "--b", "2"],
            "cannot be used with",
            "leave one",
        ),
        (&[&there, &there], "has no trace in it", "--export"),
        (&[&text, &text], "line 1: not a line of a trace", "--export"),
        (&[], "is missing", "asyncade diff cashier sync async"),
    ] {
        let run = ran(&[&["diff"], arguments].concat());
        assert!(!run.stderr.contains('\u{1b}'));
        let refused = run.refused();
        assert!(refused.wrong.contains(wrong), "{arguments:?}: {refused:?}");
        let said = refused.instead.join("\n");
        assert!(said.contains(instead), "{arguments:?}: {refused:?}");
        assert_eq!(refused.more, "asyncade diff --help");
    }
    let refused = ran(&["diff", "src", "src"]).refused();
    assert!(refused.wrong.contains("cannot read 'src'"), "{refused:?}");
}

/// What stands before `--` belongs to the first, what stands behind it to the
/// second; two scenes without it have one setting.
#[test]
fn knobs_belong_to_their_side() {
    let names = |arguments: &[&str]| {
        let (_, found) = json(arguments);
        let name =
            |side: &str| found["names"][side].as_str().unwrap().to_owned();
        (name("a"), name("b"), found)
    };
    let (a, b, _) = names(&["gather", "--a", "2", "--", "--b", "90"]);
    assert_eq!(
        (a.as_str(), b.as_str()),
        ("--a 2s --b 1s", "--a 3s --b 1m 30s")
    );
    let (a, b, found) = names(&["gather", "sequential", "gather", "--a", "7"]);
    assert_eq!((a.as_str(), b.as_str()), ("sequential", "gather"));
    assert_eq!(found["scenes"][0]["settings"], serde_json::json!([]));
    assert_eq!(
        found["scenes"][0]["figures"][0]["a"]["time"],
        10_000_000_000_u64
    );
    let (a, b, _) = names(&["gather", "gather", "failure", "--", "--a", "7"]);
    assert_eq!(
        (a.as_str(), b.as_str()),
        ("gather --a 3s", "failure --a 7s")
    );
    // What follows another knob was not set.
    let (a, b, _) = names(&["taskgroup", "--", "--task1", "3"]);
    assert_eq!((a.as_str(), b.as_str()), ("--task1 1s", "--task1 3s"));
    let scenes = |arguments: &[&str]| -> Vec<String> {
        let (_, found) = json(arguments);
        let scenes = found["scenes"].as_array().unwrap().iter();
        scenes
            .map(|s| s["names"]["a"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        scenes(&["gather", "--", "--b", "2"]),
        ["sequential", "gather"]
    );
    assert_eq!(
        scenes(&["gather", "failure", "--", "--b", "2"]),
        ["failure"]
    );
    let two = ["gather", "--scene", "failure,try-join", "--", "--b", "2"];
    assert_eq!(scenes(&two), ["failure", "try_join"]);
}

/// Names and lines of a file of a stranger are shown, and give no orders.
#[test]
fn a_strangers_file_gives_no_orders() {
    let chapter = chapter("gather");
    let mut traces = play_all(chapter, &Knobs::new(chapter.knobs));
    for event in &mut traces[1].events {
        match &mut event.what {
            What::Spawn { name, .. } => name.push_str("\u{1b}[31m\u{202e}"),
            What::Say { text, .. } => text.push_str("\u{1b}]0;x\u{7}\n"),
            _ => {}
        }
    }
    let a = file("clean.ndjson", &traces[..1]);
    let b = file("dirty\u{9b}.ndjson", &traces[1..2]);
    for more in [&[][..], &["--all"], &["--plain"]] {
        let run = ran(&[&["diff", &a, &b], more].concat());
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        let orders = ['\u{1b}', '\u{9b}', '\u{202e}', '\u{7}'];
        assert!(!run.stdout.contains(orders), "{}", run.stdout);
    }
}

proptest! {
    #![proptest_config(Config { cases: 60, failure_persistence: None, ..Config::default() })]

    /// A file that was tampered with is compared or refused, and nothing falls
    /// over.
    #[test]
    fn a_file_with_lines_missing_is_no_reason_to_panic(
        which in 0..1000_usize, from in 0..400_usize, count in 1..5_usize,
    ) {
        let chapters: Vec<_> = on_virtual_clock().collect();
        let chapter = chapters[which % chapters.len()];
        let traces = play_all(chapter, &Knobs::new(chapter.knobs));
        let whole: Vec<String> = traces.iter().map(text).collect();
        let whole = whole.concat();
        let lines: Vec<&str> = whole.lines().collect();
        let from = from % lines.len();
        let kept = lines.iter().enumerate();
        let kept: Vec<&str> = kept
            .filter(|(place, line)| {
                !(from..from + count).contains(place) && !line.contains("\"done\":true")
            })
            .map(|(_, line)| *line)
            .collect();
        let a = file("tampered-a.ndjson", &traces);
        let b = file("tampered-b.ndjson", &[]);
        fs::write(&b, kept.join("\n")).unwrap();
        let run = ran(&["diff", &a, &b]);
        prop_assert!(matches!(run.code, Some(1 | 2)), "{}", run.stderr);
        prop_assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    }
}
