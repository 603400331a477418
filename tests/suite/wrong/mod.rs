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
    Chapter, Finding, Knob, Knobs, Played, Plays, Run, Scene,
};
use asyncade::run;
use asyncade::trace::{Clock, Trace};

use crate::support::{chapter, on_virtual_clock};

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
    run: fn(Set) -> Run,
}

/// A chapter's knobs, by name.
#[derive(Clone, Copy)]
struct Set<'a> {
    chapter: &'a Chapter,
    knobs: &'a Knobs,
}

impl Set<'_> {
    fn knob(&self, name: &str) -> &'static Knob {
        let mut knobs = self.chapter.knobs.iter();
        knobs.find(|knob| knob.name == name).unwrap()
    }

    fn time(&self, name: &str) -> Duration {
        self.knobs.time(self.knob(name))
    }

    fn count(&self, name: &str) -> u32 {
        self.knobs.count(self.knob(name))
    }
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

/// Plays the wrong program in the place of its scene, and the other scenes of
/// the chapter as they are.
fn play(chapter: &Chapter, knobs: &Knobs, wrong: &Wrong) -> Vec<Trace> {
    let play = |scene: &Scene| {
        if scene.name != wrong.scene {
            return run::scene(chapter, scene, knobs, Clock::Virtual).unwrap();
        }
        let recorder = |knobs: &Knobs| (wrong.run)(Set { chapter, knobs });
        run::future(chapter, scene, recorder(knobs), knobs, Clock::Virtual)
            .unwrap()
    };
    chapter.scenes.iter().map(play).collect()
}
