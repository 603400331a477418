//! CPython as the witness: its recording everywhere, and CPython itself where
//! there is a python3.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{
    any_knobs, asyncade, chapter, computing, on_virtual_clock, play_all,
    python, ran,
};
use asyncade::chapter::{Knobs, Value};
use asyncade::demos::COURSE;
use asyncade::demos::beliefs::{BELIEFS, PRACTICES};
use asyncade::trace::{Cause, Clock, How, Outcome, Trace, What};
use asyncade::world;
use asyncade::world::compare::{is_expected, of_scene, parting};
use asyncade::world::python::{self, Resident};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// A Python that there is not.
const NONE: &str = "/nonexistent/python3";

#[test]
fn tokio_agrees_with_the_recording_in_every_scene() {
    let run = ran(&["verify", "--python", NONE]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let scenes: usize =
        on_virtual_clock().map(|chapter| chapter.scenes.len()).sum();
    let errata: usize = on_virtual_clock()
        .map(|chapter| chapter.twin.errata.len())
        .sum();
    let closing = format!(
        "{scenes} scenes: tokio and CPython's recording agree; in 2 they part, as they must.\n\
         {errata} of {errata} runs of the article's own way go as the errata \
         say.\n"
    );
    assert!(run.stdout.ends_with(&closing), "{}", run.stdout);
    assert!(scenes > 40 && errata >= 5, "{scenes} {errata}");
}

#[test]
fn a_recording_is_of_the_articles_figures_and_of_every_scene() {
    for chapter in on_virtual_clock() {
        let knobs = Knobs::new(chapter.knobs);
        let (lesson, knobs) = (chapter.lesson(&knobs), knobs.describe());
        let recording = python::recording(&chapter.twin).unwrap();
        for trace in &recording {
            assert_eq!(trace.header.world.name, "asyncio");
            assert_eq!(trace.header.knobs, knobs);
            assert_eq!(asyncade::trace::check(trace), Ok(()));
        }
        let errata = chapter.twin.errata.iter().map(|erratum| erratum.scene);
        let scenes = chapter.scenes.iter().map(|scene| scene.name);
        let expected: BTreeSet<&str> = scenes.chain(errata).collect();
        let recorded = recording.iter().map(|trace| trace.header.name());
        assert_eq!(recorded.collect::<BTreeSet<_>>(), expected);
        assert!(chapter.twin.errata.is_empty() || lesson.erratum.is_some());
    }
}

#[test]
fn a_difference_is_found_whatever_it_is() {
    let chapter = chapter("gather");
    let trace = world::scene(
        chapter,
        chapter.scene("failure").unwrap(),
        &Knobs::new(chapter.knobs),
        Clock::Virtual,
    );
    let trace = trace.unwrap();
    assert_eq!(parting(&trace, &trace), None);
    let differs = |change: fn(&mut Trace)| {
        let mut other = trace.clone();
        change(&mut other);
        parting(&trace, &other).map(|parting| parting.to_string())
    };
    let said = |trace: &mut Trace, text: &str| {
        let mut events = trace.events.iter();
        let is = |what: &What| matches!(what, What::Say { text: said, .. } if said == text);
        events.position(|event| is(&event.what)).unwrap()
    };
    // Later, other words, another order, another end, missing, one too many.
    assert!(
        differs(|trace| trace.events.last_mut().unwrap().at += 1).is_some()
    );
    assert!(
        differs(|trace| {
            let what = &mut trace.events.last_mut().unwrap().what;
            let detail = None;
            *what = What::End {
                outcome: Outcome::Failed,
                detail,
                cause: None,
            };
        })
        .is_some()
    );
    let mut missing = trace.clone();
    let line = said(&mut missing, "C done");
    missing.events.remove(line);
    assert_eq!(
        parting(&trace, &missing).unwrap().to_string(),
        "tokio: 2.000s C: C done; CPython: 2.000s C finished"
    );
    let mut more = trace.clone();
    let last = more.events.last().unwrap().clone();
    more.events.push(last);
    assert_eq!(
        parting(&trace, &more).unwrap().to_string(),
        "tokio: nothing more; CPython: 3.000s main finished"
    );
    // Who is polled how often is each runtime's own affair.
    let polls = |event: &asyncade::trace::Event| {
        !matches!(event.what, What::Poll { .. } | What::Pend { .. })
    };
    let mut fewer = trace.clone();
    fewer.events.retain(polls);
    assert_eq!(parting(&trace, &fewer), None);
}

#[test]
fn cpython_agrees_at_the_articles_figures() {
    let Some(python) = python() else { return };
    let run = ran(&["verify", "--require-python"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let closing = format!(
        "tokio and CPython {} agree; in 2 they part, as they must.",
        python.version()
    );
    assert!(run.stdout.contains(&closing), "{}", run.stdout);
}

#[test]
fn who_ended_whom_is_compared() {
    let chapter = chapter("taskgroup");
    let trace = world::scene(
        chapter,
        chapter.scene("failure").unwrap(),
        &Knobs::new(chapter.knobs),
        Clock::Virtual,
    );
    let trace = trace.unwrap();
    let otherwise =
        |to: Option<Cause>| {
            let mut other = trace.clone();
            let mut causes = other.events.iter_mut().filter_map(|event| {
                match &mut event.what {
                    What::End { cause, .. } if cause.is_some() => Some(cause),
                    _ => None,
                }
            });
            *causes.next().unwrap() = to;
            drop(causes);
            parting(&trace, &other).map(|parting| parting.to_string())
        };
    let by = |lane, how| {
        Some(Cause {
            by: Some(lane),
            how,
        })
    };
    let here = "tokio: 1.000s Task2 cancelled by main; CPython: 1.000s";
    assert_eq!(
        otherwise(by(1, How::Group)).unwrap(),
        format!("{here} Task2 cancelled by Task1")
    );
    assert_eq!(
        otherwise(by(0, How::Shutdown)).unwrap(),
        format!("{here} Task2 cancelled as main ended")
    );
    assert_eq!(otherwise(None).unwrap(), format!("{here} Task2 cancelled"));
    // By which means is each world's own affair.
    assert_eq!(otherwise(by(0, How::Abort)), None);
}

#[test]
fn cpython_agrees_at_random_knobs() {
    let _alone = computing();
    let Some(python) = python().map(Resident::new) else {
        return;
    };
    for chapter in on_virtual_clock() {
        let twin = &chapter.twin;
        let config = Config {
            cases: 12,
            max_shrink_iters: 50,
            failure_persistence: None,
            ..Config::default()
        };
        let result =
            TestRunner::new(config).run(&any_knobs(chapter), |knobs| {
                prop_assume!((chapter.check)(&knobs).is_ok());
                let cpython = python.play(chapter, twin, &knobs).unwrap();
                for trace in play_all(chapter, &knobs) {
                    let name = trace.header.name();
                    let other = of_scene(&cpython, name).unwrap();
                    let found = parting(&trace, other);
                    let fork = twin.fork(name, &knobs).map(|(fork, _)| fork);
                    prop_assert!(
                        is_expected(found.as_ref(), fork.as_ref()),
                        "{name}: {found:?}, expected {fork:?}"
                    );
                }
                Ok(())
            });
        if let Err(error) = result {
            panic!("{}: {error}", chapter.name);
        }
    }
}

/// A scene may part for several reasons, and says the one that applies.
#[test]
fn why_two_worlds_part_goes_by_the_knobs() {
    let gather = chapter("gather");
    // How long A, B and C take, in milliseconds.
    for (times, reason) in [
        ([3000, 1000, 2000], "drops plain futures"),
        ([2000, 1000, 2000], "drops plain futures"),
        ([3000, 2500, 2000], "drops plain futures"),
        ([1000, 1500, 2000], "drops plain futures"),
        ([1000, 1000, 2000], "in the same millisecond"),
        ([3000, 2000, 2000], "in the same millisecond"),
        ([1000, 2000, 2000], "in the same millisecond"),
        ([2000, 3000, 2000], "in the same millisecond"),
        ([3000, 5000, 2000], "nobody left"),
        ([1000, 1000, 500], "nobody left"),
    ] {
        let mut knobs = Knobs::new(gather.knobs);
        for (knob, millis) in gather.knobs.iter().zip(times) {
            knobs.set(knob, Value::Time(Duration::from_millis(millis)));
        }
        let (_, why) = gather.twin.fork("try_join", &knobs).unwrap();
        let reasons = [
            "drops plain futures",
            "in the same millisecond",
            "nobody left",
        ];
        let given = reasons.into_iter().find(|words| why.contains(words));
        assert_eq!(given, Some(reason), "{times:?}: {why}");
    }
}

/// T22: the chapter is the one that clap takes for it, wherever options and
/// their values stand and whatever they are called.
#[test]
fn t22_verify_knows_its_chapter_whatever_else_is_said() {
    let has_python = python().is_some();
    for arguments in [
        &["verify", "coroutines", "--url", "wait"][..],
        &["verify", "--url", "wait", "coroutines"],
        &["verify", "--url=gather", "coroutines"],
        &["--color", "never", "verify", "gather", "--b", "2s"],
        &["--color=never", "verify", "--b=2s", "gather"],
        &["verify", "gather", "gather", "--b", "2s"],
        &["verify", "sync_vs_async", "--tasks", "4"],
    ] {
        // Understood, and only then is a Python needed.
        let none = [arguments, &["--python", NONE]].concat();
        let run = ran(&none);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
        let why = "for other knobs a python3 is needed";
        assert!(run.stderr.contains(why), "{arguments:?}: {}", run.stderr);
        if has_python {
            let run = ran(arguments);
            assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stdout);
            let agree = ["agree.", "agree; in 1 they part"];
            let agree = agree.iter().any(|words| run.stdout.contains(words));
            assert!(agree, "{arguments:?}: {}", run.stdout);
        }
    }
    for (arguments, expected) in [
        (
            &["verify", "wait", "--url", "x"][..],
            "unexpected argument '--url'",
        ),
        (
            &["verify", "wait", "gather", "--b", "2s"],
            "unexpected argument '--b'",
        ),
        (&["verify", "--b", "2s"], "unexpected argument '--b'"),
        (
            &["verify", "gather", "--bogus"],
            "unexpected argument '--bogus'",
        ),
        (&["verify", "gathr", "--b", "2s"], "did you mean 'gather'?"),
        (&["verify", "gather", "--b"], "'--b <TIME>' needs a value"),
    ] {
        let run = ran(arguments);
        let refused = run.refused();
        let told = format!("{}; {}", refused.wrong, refused.instead.join("; "));
        assert!(told.contains(expected), "{arguments:?}: {refused:?}");
        assert_eq!(refused.more, "asyncade verify --help");
    }
}

/// A shell script that stands in for a Python.
fn script(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let all = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&path, all).unwrap();
    }
    path
}

#[test]
fn without_a_python_the_recording_is_the_witness() {
    let old = script("python-3.8.10", "echo 3.8.10");
    for (python, says) in [
        ("/nonexistent/python3", "could not be run"),
        (
            old.to_str().unwrap(),
            "is Python 3.8.10, and 3.11 is needed",
        ),
        ("/bin/true", "is not a Python 3"),
    ] {
        let run = ran(&["verify", "gather", "--python", python]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert!(run.stderr.contains(says), "{}", run.stderr);
        assert!(
            run.stdout.contains("CPython's recording agree"),
            "{}",
            run.stdout
        );

        let run =
            ran(&["verify", "gather", "--python", python, "--require-python"]);
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
    let run = ran(&[
        "verify",
        "gather",
        "--a",
        "1s",
        "--python",
        "/nonexistent/python3",
    ]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(
        run.stderr.contains("for other knobs a python3 is needed"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_knobs_of_one_chapter_may_follow_and_of_several_not() {
    let python = "/nonexistent/python3";
    let run = ran(&[
        "verify", "gather", "shield", "--a", "1s", "--python", python,
    ]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("unexpected argument '--a'"),
        "{}",
        run.stderr
    );
    let run = ran(&["verify", "gather", "--a", "0s"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("a time of zero"), "{}", run.stderr);
    let help = ran(&["verify", "gather", "--help"]);
    assert!(help.stdout.contains("--b <TIME>"), "{}", help.stdout);
}

#[test]
fn a_python_that_says_something_else_is_found_out() {
    // Answers as a Python, and then plays another scene's recording.
    let recording = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("demos/gather/cpython.ndjson");
    let recording = fs::read_to_string(recording).unwrap();
    let wrong =
        recording.replace("\"text\":\"C done\"", "\"text\":\"C was here\"");
    assert_ne!(wrong, recording);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("python-wrong.ndjson");
    fs::write(&file, wrong).unwrap();
    let answers = format!(
        "case \"$*\" in *version_info*) echo 3.13.0;; *) cat '{}';; esac",
        file.display()
    );
    let path = script("python-wrong", &answers);
    let run = ran(&["verify", "gather", "--python", path.to_str().unwrap()]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains(
            "tokio: 6.000s main: C done; CPython: 6.000s main: C was here"
        ),
        "{said}"
    );
}

#[test]
fn twin_shows_both_worlds_in_one_picture() {
    let run = ran(&["gather", "--clock", "virtual", "--twin", "--all"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout.contains("CPython does the same"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("Here the two worlds part"),
        "{}",
        run.stdout
    );
    let rows = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("    CPython"));
    assert!(rows.count() > 10, "{}", run.stdout);
    let without =
        asyncade(&["gather", "--clock", "virtual", "--twin", "--a", "1s"])
            .env("PATH", "")
            .output()
            .unwrap();
    assert_eq!(without.status.code(), Some(2));
    let stderr = String::from_utf8(without.stderr).unwrap();
    assert!(stderr.contains("or leave the knobs out"), "{stderr}");
}

#[test]
fn every_belief_and_practice_is_proved() {
    let beliefs = BELIEFS.iter().map(|belief| belief.proofs);
    let practices = PRACTICES.iter().map(|practice| practice.proofs);
    assert_eq!((BELIEFS.len(), PRACTICES.len()), (13, 7));
    for proofs in beliefs.chain(practices) {
        assert!(!proofs.is_empty());
        for proof in proofs {
            // The very command that the screen names shows the very claim.
            let (chapter, claim) = COURSE.proof(proof).unwrap();
            let command = COURSE.command(proof);
            let mut arguments: Vec<&str> = command.split(' ').collect();
            assert_eq!(arguments.remove(0), "asyncade");
            arguments.push("--plain");
            if !chapter.is_real_only() {
                arguments.extend(["--clock", "virtual"]);
            }
            let run = ran(&arguments);
            let words: Vec<&str> = run.stdout.split_whitespace().collect();
            let shown = words.join(" ");
            let proved = format!("Holds: {}", claim.says);
            assert!(shown.contains(&proved), "{command}: {}", run.stdout);
        }
    }
    assert!(
        ran(&["checklist"])
            .stdout
            .contains("7 of 7 practices proved.")
    );
    let listed = ran(&["list", "--beliefs"]).stdout;
    for belief in BELIEFS {
        assert!(listed.contains(belief.belief), "{}", belief.belief);
    }
}
