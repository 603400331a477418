//! Wrong programs: for every claim at least one demo with the mistake that a
//! beginner makes, in the place of the right scene. The claim must see through
//! it. A file a chapter; to add a program, write it and add its entry.

mod as_completed;
mod cashier;
mod coroutines;
mod crawler;
mod gather;
mod parallel;
mod pitfalls;
mod shield;
mod sync_vs_async;
mod taskgroup;
mod tasks;
mod timeout;
mod to_thread;
mod wait;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use asyncade::chapter::{Chapter, Finding, Knob, Knobs, Played};
use asyncade::stage::Session;
use asyncade::trace::{Clock, Subject, Trace};
use asyncade::world;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{
    any_knobs, chapter, computing, on_virtual_clock, play_all, transcript,
};

/// A wrong program, and the claims that must not hold for it.
struct Wrong {
    /// In whose place it is played.
    scene: &'static str,
    /// What is wrong about it, in words.
    mistake: &'static str,
    /// The claims that must see it.
    claims: &'static [&'static str],
    /// What is set for it, where the article's figures do not show it.
    knobs: &'static [(&'static str, &'static str)],
    /// The program.
    run: fn(Set) -> Program,
}

/// What a wrong program is: anything that can be recorded.
type Program = Pin<Box<dyn Future<Output = ()>>>;

/// A chapter's knobs, by name.
#[derive(Clone, Copy)]
struct Set<'a> {
    chapter: &'a Chapter,
    knobs: &'a Knobs,
}

impl Set<'_> {
    fn time(self, name: &str) -> Duration {
        self.knobs.time(knob(self.chapter, name))
    }

    fn count(self, name: &str) -> u32 {
        self.knobs.count(knob(self.chapter, name))
    }

    fn text(self, name: &str) -> String {
        self.knobs.text(knob(self.chapter, name)).to_owned()
    }

    /// Seconds of the article, as the speed has them.
    fn seconds(self, seconds: f64) -> Duration {
        self.knobs.seconds(seconds)
    }
}

fn knob(chapter: &Chapter, name: &str) -> &'static Knob {
    let mut knobs = chapter.knobs.iter();
    let knob = knobs.find(|knob| knob.name == name);
    knob.unwrap_or_else(|| panic!("{} has no --{name}", chapter.name))
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

/// Every wrong program, with its chapter.
fn all() -> impl Iterator<Item = (&'static Chapter, &'static Wrong)> {
    WRONG.iter().flat_map(|(name, wrong)| {
        let chapter = chapter(name);
        wrong.iter().map(move |wrong| (chapter, wrong))
    })
}

/// The knobs that a wrong program is played with.
fn knobs(chapter: &Chapter, wrong: &Wrong) -> Knobs {
    let mut knobs = Knobs::new(chapter.knobs);
    for (name, value) in wrong.knobs {
        let knob = knob(chapter, name);
        knobs.set(knob, knob.parse(value).unwrap());
    }
    knobs
}

/// Plays the wrong program in the place of its scene.
fn play(chapter: &Chapter, knobs: &Knobs, wrong: &Wrong) -> Trace {
    let scene = chapter.scene(wrong.scene).unwrap();
    let session = Session::of(Subject::Scene {
        chapter: chapter.name.to_owned(),
        scene: scene.name.to_owned(),
        title: chapter.title.to_owned(),
        about: wrong.mistake.to_owned(),
    });
    let session = session
        .clock(Clock::Virtual)
        .knobs(knobs.describe(), knobs.speed());
    let program = (wrong.run)(Set { chapter, knobs });
    session.record(program).unwrap().trace
}

/// What each claim says of the right scenes, and of the same with the wrong
/// program among them.
fn findings(
    chapter: &Chapter,
    knobs: &Knobs,
    wrong: &Wrong,
    clock: Clock,
) -> Vec<(&'static str, Finding, Finding)> {
    let mut traces = play_all(chapter, knobs);
    let mut mistaken = traces.clone();
    let mut places = mistaken.iter_mut();
    let place = places.find(|trace| trace.header.name() == wrong.scene);
    *place.unwrap() = play(chapter, knobs, wrong);
    for trace in traces.iter_mut().chain(&mut mistaken) {
        trace.header.clock = clock;
    }
    let right = Played::new(knobs, &traces);
    let mistaken = Played::new(knobs, &mistaken);
    let claims = wrong.claims.iter().map(|id| {
        let mut claims = chapter.claims.iter();
        let claim = claims.find(|claim| claim.id == *id);
        let claim = claim.unwrap_or_else(|| panic!("there is no claim {id}"));
        assert!(claim.scenes.contains(&wrong.scene), "{id}: {}", wrong.scene);
        let [right, wrong] =
            [&right, &mistaken].map(|played| played.check(claim).unwrap());
        (claim.id, right, wrong)
    });
    claims.collect()
}

#[test]
fn no_claim_holds_for_a_wrong_program() {
    let mut fooled = Vec::new();
    for (chapter, wrong) in all() {
        let knobs = knobs(chapter, wrong);
        let found = findings(chapter, &knobs, wrong, Clock::Virtual);
        for (id, of_right, of_wrong) in found {
            let what = format!("{}: {id}: {}", chapter.name, wrong.mistake);
            let holds = matches!(of_right, Finding::Holds(_));
            assert!(holds, "{what}: the right one: {of_right:?}");
            if !of_wrong.is_broken() {
                fooled.push(format!("{what}: {}", of_wrong.words()));
            }
        }
    }
    assert!(fooled.is_empty(), "{}", fooled.join("\n"));
}

#[test]
fn no_claim_holds_for_a_wrong_program_at_any_speed() {
    for (chapter, wrong) in all() {
        for speed in [2.0, 5.0, 20.0] {
            let knobs = knobs(chapter, wrong).at_speed(speed);
            let found = findings(chapter, &knobs, wrong, Clock::Real);
            for (id, of_right, of_wrong) in found {
                assert!(
                    !matches!(of_wrong, Finding::Holds(_)),
                    "{}: {id} at speed {speed}: {}: {of_wrong:?}",
                    chapter.name,
                    wrong.mistake
                );
                assert!(!of_right.is_broken(), "{id} at {speed}: {of_right:?}");
            }
        }
    }
}

/// Whether a wrong program does at these knobs just what the right one does:
/// says the same, when that does, and ends as it does.
fn comes_to_the_same(chapter: &Chapter, knobs: &Knobs, wrong: &Wrong) -> bool {
    let scene = chapter.scene(wrong.scene).unwrap();
    let right = world::scene(chapter, scene, knobs, Clock::Virtual).unwrap();
    transcript(&right) == transcript(&play(chapter, knobs, wrong))
}

#[test]
fn no_knob_makes_a_wrong_program_right() {
    let _alone = computing();
    let mut right = Vec::new();
    for (chapter, wrong) in all() {
        let mut runner = TestRunner::new(Config {
            cases: 40,
            failure_persistence: None,
            ..Config::default()
        });
        let result = runner.run(&any_knobs(chapter), |knobs| {
            prop_assume!((chapter.check)(&knobs).is_ok());
            for (id, _, found) in
                findings(chapter, &knobs, wrong, Clock::Virtual)
            {
                prop_assert!(
                    !matches!(found, Finding::Holds(_))
                        || comes_to_the_same(chapter, &knobs, wrong),
                    "{id}: {found:?}"
                );
            }
            Ok(())
        });
        if let Err(error) = result {
            let mistake = wrong.mistake;
            right.push(format!("{}: {mistake}: {error}", chapter.name));
        }
    }
    assert!(right.is_empty(), "{}", right.join("\n"));
}

#[test]
fn no_claim_is_without_a_wrong_program() {
    let seen: BTreeSet<_> = all()
        .flat_map(|(chapter, wrong)| {
            wrong.claims.iter().map(|id| (chapter.name, *id))
        })
        .collect();
    let claims = on_virtual_clock().flat_map(|chapter| {
        let claims = chapter.claims.iter();
        claims.map(|claim| (chapter.name, claim.id))
    });
    let unseen: Vec<_> = claims.filter(|claim| !seen.contains(claim)).collect();
    assert_eq!(unseen, []);
}
