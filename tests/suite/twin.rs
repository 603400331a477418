//! CPython as the witness: its recording everywhere, and CPython itself where
//! there is a python3.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{
    any_knobs, asyncade, chapter, on_virtual_clock, play_all, ran, undisturbed,
};
use asyncade::chapter::{Chapter, Knobs, Twin};
use asyncade::demos::COURSE;
use asyncade::demos::beliefs::{BELIEFS, PRACTICES};
use asyncade::trace::{Cause, Clock, How, Outcome, Trace, What};
use asyncade::world;
use asyncade::world::compare::{Parting, parting};
use asyncade::world::python::{self, Python};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// The chapters that can be compared.
fn twins() -> impl Iterator<Item = (&'static Chapter, &'static Twin)> {
    on_virtual_clock().map(|chapter| (chapter, &chapter.twin))
}

fn what(parting: &Parting) -> (Option<&str>, Option<&str>) {
    let tokio = parting.tokio.as_ref().map(|moment| moment.what.as_str());
    let cpython = parting.cpython.as_ref().map(|moment| moment.what.as_str());
    (tokio, cpython)
}

/// How a scene's two traces differ from what the chapter's data says of them.
fn surprise(
    twin: &Twin,
    knobs: &Knobs,
    tokio: &Trace,
    cpython: &[Trace],
) -> Option<String> {
    let scene = tokio.header.name();
    let other = cpython.iter().find(|trace| trace.header.name() == scene);
    let Some(other) = other else {
        return Some(format!("CPython has no scene {scene}"));
    };
    let fork = twin.nature(scene).and_then(|nature| (nature.first)(knobs));
    let found = parting(tokio, other);
    let as_expected = match (&found, &fork) {
        (None, None) => true,
        (Some(found), Some(fork)) => {
            what(found) == (Some(&fork.tokio), Some(&fork.cpython))
        }
        _ => false,
    };
    (!as_expected).then(|| format!("{scene}: {found:?}, expected {fork:?}"))
}

#[test]
fn tokio_agrees_with_the_recording_in_every_scene() {
    for (chapter, twin) in twins() {
        let knobs = Knobs::new(chapter.knobs);
        let recording = python::recording(twin).unwrap();
        for trace in play_all(chapter, &knobs) {
            let surprise = surprise(twin, &knobs, &trace, &recording);
            assert_eq!(surprise, None, "{}", chapter.name);
        }
        for trace in &recording {
            assert_eq!(trace.header.world.name, "asyncio");
            assert_eq!(trace.header.knobs, knobs.describe());
        }
    }
}

#[test]
fn what_the_article_gets_wrong_is_recorded() {
    let mut count = 0;
    for (chapter, twin) in twins() {
        let recording = python::recording(twin).unwrap();
        for erratum in twin.errata {
            let trace = recording
                .iter()
                .find(|trace| trace.header.name() == erratum.scene)
                .unwrap();
            let lines = asyncade::world::compare::lines(trace);
            assert_eq!(lines, erratum.says, "{}", chapter.name);
            assert!(chapter.lesson().erratum.is_some(), "{}", chapter.name);
            count += 1;
        }
    }
    assert!(count >= 5);
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
    let _alone = undisturbed();
    let Ok(python) = Python::find(Path::new("python3")) else {
        eprintln!(
            "there is no python3 of 3.11 or later: only the recording was compared"
        );
        return;
    };
    for (chapter, twin) in twins() {
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
                    let surprise = surprise(twin, &knobs, &trace, &cpython);
                    prop_assert_eq!(surprise, None);
                }
                Ok(())
            });
        if let Err(error) = result {
            panic!("{}: {error}", chapter.name);
        }
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
    assert_eq!((BELIEFS.len(), PRACTICES.len()), (12, 7));
    for proofs in beliefs.chain(practices) {
        assert!(!proofs.is_empty());
        for proof in proofs {
            // The very command that the screen names shows the very claim.
            let (_, claim) = COURSE.proof(proof).unwrap();
            let command = COURSE.command(proof);
            let mut arguments: Vec<&str> = command.split(' ').collect();
            assert_eq!(arguments.remove(0), "asyncade");
            arguments.extend(["--clock", "virtual", "--plain"]);
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
