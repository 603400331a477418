//! Wrong programs: for every claim at least one demo with the mistake that a
//! beginner makes, in the place of the right scene. The claim must see through
//! it. A file a chapter; to add a program, write it and add its row.

mod as_completed;
mod cashier;
mod coroutines;
mod gather;
mod pitfalls;
mod shield;
mod sync_vs_async;
mod taskgroup;
mod tasks;
mod timeout;
mod to_thread;
mod wait;

use std::collections::BTreeSet;
use std::time::Duration;

use asyncade::chapter::{
    Chapter, Claim, Finding, Knob, Knobs, Played, Plays, Run, Scene,
};
use asyncade::run;
use asyncade::trace::{Clock, Trace};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{
    any_knobs, chapter, on_virtual_clock, transcript, undisturbed,
};

/// A wrong program, and the claims that must not hold of it.
struct Wrong {
    /// In whose place it is played.
    scene: &'static str,
    /// What is wrong about it.
    mistake: &'static str,
    /// The claims that must see it.
    claims: &'static [&'static str],
    /// What is set for it, where the article's figures do not show it.
    knobs: &'static [(&'static str, &'static str)],
    /// The program.
    run: fn(&Knobs) -> Run,
}

const WRONG: &[(&str, &[Wrong])] = &[
    ("cashier", cashier::WRONG),
    ("sync-vs-async", sync_vs_async::WRONG),
    ("coroutines", coroutines::WRONG),
    ("tasks", tasks::WRONG),
    ("taskgroup", taskgroup::WRONG),
    ("gather", gather::WRONG),
    ("as_completed", as_completed::WRONG),
    ("wait", wait::WRONG),
    ("timeout", timeout::WRONG),
    ("shield", shield::WRONG),
    ("to_thread", to_thread::WRONG),
    ("pitfalls", pitfalls::WRONG),
];

/// A chapter's knob, by name.
fn knob(chapter: &Chapter, name: &str) -> &'static Knob {
    let mut knobs = chapter.knobs.iter();
    let knob = knobs.find(|knob| knob.name == name);
    knob.unwrap_or_else(|| panic!("{} has no --{name}", chapter.name))
}

/// Plays the wrong program in the place of its scene, and the other scenes
/// that its claims speak of as they are.
fn play(chapter: &Chapter, wrong: &Wrong, knobs: &Knobs) -> Vec<Trace> {
    let claims = wrong.claims.iter().map(|id| claim(chapter, id));
    let named: BTreeSet<&str> =
        claims.flat_map(|claim| claim.scenes).copied().collect();
    assert!(named.contains(wrong.scene), "{}", wrong.mistake);
    let play = |name| {
        let scene = chapter.scene(name).unwrap();
        let mut run = scene.run;
        if name == wrong.scene {
            run = wrong.run;
        }
        let scene = Scene {
            name: scene.name,
            about: scene.about,
            plays: Plays::WhenAsked,
            run,
        };
        run::scene(chapter, &scene, knobs, Clock::Virtual).unwrap()
    };
    named.into_iter().map(play).collect()
}

fn claim(chapter: &Chapter, id: &str) -> &'static Claim {
    let claim = chapter.claims.iter().find(|claim| claim.id == id);
    claim.unwrap_or_else(|| panic!("{} has no claim {id}", chapter.name))
}

/// The article's figures, and what is set for this program.
fn knobs(chapter: &Chapter, wrong: &Wrong) -> Knobs {
    let mut knobs = Knobs::new(chapter.knobs);
    for (name, value) in wrong.knobs {
        let knob = knob(chapter, name);
        knobs.set(knob, knob.parse(value).unwrap());
    }
    knobs
}

#[test]
fn each_claim_sees_through_the_wrong_program() {
    let mut fooled = Vec::new();
    for (name, programs) in WRONG {
        let chapter = chapter(name);
        for wrong in *programs {
            let knobs = knobs(chapter, wrong);
            let traces = play(chapter, wrong, &knobs);
            let played = Played::new(&knobs, &traces);
            for id in wrong.claims {
                let found = played.check(claim(chapter, id)).unwrap();
                if !found.is_broken() {
                    let mistake = wrong.mistake;
                    fooled.push(format!("{name} {id}: {mistake}: {found:?}"));
                }
            }
        }
    }
    assert!(fooled.is_empty(), "{}", fooled.join("\n"));
}

#[test]
fn no_claim_is_without_a_wrong_program() {
    let seen: BTreeSet<_> = WRONG
        .iter()
        .flat_map(|(name, programs)| {
            let claims = programs.iter().flat_map(|wrong| wrong.claims);
            claims.map(|id| (*name, *id))
        })
        .collect();
    let claims = on_virtual_clock().flat_map(|chapter| {
        let claims = chapter.claims.iter();
        claims.map(|claim| (chapter.name, claim.id))
    });
    assert_eq!(seen, claims.collect());
}

#[test]
fn no_speed_makes_a_wrong_program_right() {
    for (name, programs) in WRONG {
        let chapter = chapter(name);
        for wrong in *programs {
            for speed in [1.0, 4.0, 20.0, 100.0] {
                let knobs = knobs(chapter, wrong).at_speed(speed);
                let mut traces = play(chapter, wrong, &knobs);
                for trace in &mut traces {
                    // As it would be for real, on a machine that is never late.
                    trace.header.clock = Clock::Real;
                }
                let played = Played::new(&knobs, &traces);
                for id in wrong.claims {
                    let found = played.check(claim(chapter, id)).unwrap();
                    assert!(
                        !matches!(found, Finding::Holds(_)),
                        "{name} {id} at speed {speed}: {}: {found:?}",
                        wrong.mistake
                    );
                }
            }
        }
    }
}

/// Whether a wrong program does at these knobs just what the right one does:
/// says the same, when that does, and ends as it does.
fn comes_to_the_same(
    chapter: &Chapter,
    wrong: &Wrong,
    knobs: &Knobs,
    traces: &[Trace],
) -> bool {
    let scene = chapter.scene(wrong.scene).unwrap();
    let right = run::scene(chapter, scene, knobs, Clock::Virtual).unwrap();
    let mut traces = traces.iter();
    let wrong = traces.find(|trace| trace.header.name() == scene.name);
    transcript(&right) == transcript(wrong.unwrap())
}

#[test]
fn no_knob_makes_a_wrong_program_right() {
    let _alone = undisturbed();
    let mut right = Vec::new();
    for (name, programs) in WRONG {
        let chapter = chapter(name);
        for wrong in *programs {
            let mut runner = TestRunner::new(Config {
                cases: 40,
                failure_persistence: None,
                ..Config::default()
            });
            let result = runner.run(&any_knobs(chapter), |knobs| {
                prop_assume!((chapter.check)(&knobs).is_ok());
                let traces = play(chapter, wrong, &knobs);
                let played = Played::new(&knobs, &traces);
                for id in wrong.claims {
                    let found = played.check(claim(chapter, id)).unwrap();
                    let holds = matches!(found, Finding::Holds(_));
                    prop_assert!(
                        !holds
                            || comes_to_the_same(
                                chapter, wrong, &knobs, &traces
                            ),
                        "{id}: {found:?}"
                    );
                }
                Ok(())
            });
            if let Err(error) = result {
                right.push(format!("{name}: {}: {error}", wrong.mistake));
            }
        }
    }
    assert!(right.is_empty(), "{}", right.join("\n"));
}

/// How long a knob's time is.
fn time(chapter: &str, knobs: &Knobs, name: &str) -> Duration {
    knobs.time(knob(self::chapter(chapter), name))
}

/// What number a knob has.
fn count(chapter: &str, knobs: &Knobs, name: &str) -> u32 {
    knobs.count(knob(self::chapter(chapter), name))
}
