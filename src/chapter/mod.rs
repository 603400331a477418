//! A chapter as data: its knobs, its scenes, what it measures, and what it
//! claims. Everything that names a chapter (subcommands, help, `list`, the
//! README's table, completions, tests) follows from these values.

mod belief;
mod check;
mod claim;
mod code;
mod course;
mod due;
mod gaps;
mod heartbeat;
mod knob;
mod lang;
mod length;
mod lesson;
mod list;
mod mistake;
mod played;
mod time;
mod twin;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::task::JoinError;

pub use belief::{Belief, Practice, Proof};
pub use check::{Check, in_order, short};
pub use claim::{Claim, Evidence, Fact, Finding, Spot};
pub use code::{Part, Say, says};
pub(crate) use code::{name_at, needed};
pub use course::Course;
pub(crate) use due::clock_adds;
pub use due::{AT_ONCE, Due, after};
pub use gaps::number_of;
pub use heartbeat::check_heartbeat;
pub use knob::{Kind, Knob, Knobs, Value};
pub use lang::{Lang, Language, Reading};
pub(crate) use length::parse as parse_time;
pub use lesson::{Correction, Hint, Lesson};
pub use list::{Item, Items, List};
pub use mistake::Mistake;
pub use played::Played;
pub use time::{clock, time};
pub use twin::{Erratum, Fork, Parting, Twin};

use crate::stage::Runtime;
use crate::system::usage::Usage;
use crate::timeline::Timeline;
use crate::trace::Source;

/// One section of the article.
pub struct Chapter {
    /// The subcommand's name.
    pub name: &'static str,
    /// The chapter in half a line.
    pub title: &'static str,
    /// How long a class needs for it, in minutes: to read the question, to
    /// predict, to run it, to change one knob, and to talk about it.
    pub minutes: u32,
    /// The chapter's own options, in the order of the help.
    pub knobs: &'static [Knob],
    /// What the knobs must satisfy together; an error says what to change.
    pub check: fn(&Knobs) -> Result<(), Usage>,
    /// The runs it consists of, the baseline first.
    pub scenes: &'static [Scene],
    /// What its speed-up is, and between which scenes.
    pub measure: Measure,
    /// The sentences it teaches, each with its proof.
    pub claims: &'static [Claim],
    /// `lesson.md`: see [`Lesson`].
    pub lesson: &'static str,
    /// `demo.rs`: the code that runs is the code that is shown.
    pub demo: &'static str,
    /// The same on CPython.
    pub twin: Twin,
}

/// One run of a chapter's story.
pub struct Scene {
    /// What `--scene` calls it.
    pub name: &'static str,
    /// What is different in this one, in half a line.
    pub about: &'static str,
    /// Whether it plays when no scene is named.
    pub plays: Plays,
    /// The code, with its knobs set.
    pub run: fn(&Knobs) -> Run,
}

/// When a scene plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plays {
    /// With the chapter.
    Always,
    /// With the chapter, but there on the virtual clock: it takes too long to
    /// sit through, and is for real only if named.
    AlwaysVirtual,
    /// With `--all`, or if named.
    WhenAsked,
}

/// A scene that is ready to run.
pub struct Run {
    /// The code, with its knobs set.
    pub future: Pin<Box<dyn Future<Output = Result<(), JoinError>> + Send>>,
    /// The name of the function in `demo.rs` that it is.
    pub function: &'static str,
    /// The clocks that it can play on.
    pub clocks: Clocks,
    /// The runtime, if what it shows is a runtime of that kind. Any other scene
    /// plays on the one that the user asks for.
    pub runtime: Option<Runtime>,
}

/// The clocks that a scene can play on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clocks {
    /// The virtual one as well as the real one.
    Both,
    /// The real one only: the scene waits for the world outside, which no
    /// virtual clock can hurry.
    RealOnly {
        /// What it does that only the real clock can time, as the end of a
        /// sentence: "waits for the post".
        why: &'static str,
        /// How long it would take if nothing but its waits took time, where
        /// that can be known.
        ideal: Option<Duration>,
        /// What its lanes are called, `main` aside.
        lanes: Vec<String>,
    },
}

impl Run {
    /// The same, for the real clock only, and [why](Clocks::RealOnly::why). As
    /// the scene cannot be tried on the virtual clock, it says itself what is
    /// to be known beforehand: how long it would ideally take, and what its
    /// lanes are called.
    pub fn real_only(
        self,
        why: &'static str,
        ideal: Option<Duration>,
        lanes: Vec<String>,
    ) -> Run {
        Run {
            clocks: Clocks::RealOnly { why, ideal, lanes },
            ..self
        }
    }

    /// The same, on a runtime of its own.
    pub fn on(self, runtime: Runtime) -> Run {
        Run {
            runtime: Some(runtime),
            ..self
        }
    }
}

/// Makes a [`Run`] of what a function of `demo.rs` returned, whether that is
/// nothing or a result whose error is a panicked task.
pub fn run<F>(scene: F) -> Run
where
    F: Future<Output: Into<Finished>> + Send + 'static,
{
    // The type of an async function's future is named after the function:
    // `asyncade::demos::gather::demo::failure::{{closure}}`.
    let path = std::any::type_name::<F>();
    let function = path.rsplit("::").nth(1).unwrap_or(path);
    Run {
        future: Box::pin(async { scene.await.into().0 }),
        function,
        clocks: Clocks::Both,
        runtime: None,
    }
}

/// What a scene's future may return; see [`run`].
pub struct Finished(Result<(), JoinError>);

impl From<()> for Finished {
    fn from((): ()) -> Self {
        Finished(Ok(()))
    }
}

impl From<Result<(), JoinError>> for Finished {
    fn from(result: Result<(), JoinError>) -> Self {
        Finished(result)
    }
}

/// What a chapter's gain is, and between which two scenes.
pub struct Measure {
    /// What is measured, as in `total time`.
    pub what: &'static str,
    /// The scene it is compared with. Empty if the chapter compares nothing.
    pub baseline: &'static str,
    /// The scene that shows the gain.
    pub scene: &'static str,
    /// What the gain is, between the two scenes' names, with `{}` for how many
    /// times: `was {} faster than`. Of a fact, nothing is said so.
    pub gain: &'static str,
    /// The figure, read off a timeline; `None` if it has none.
    pub figure: Figure,
}

/// How a measure is taken.
pub enum Figure {
    /// A time: less is better, and the two make a ratio.
    Time(fn(&Timeline) -> Option<Duration>),
    /// A yes or no: there is no ratio, and none is claimed.
    Fact(fn(&Timeline) -> bool),
}

impl Scene {
    /// The clocks that it can play on.
    pub fn clocks(&self, knobs: &Knobs) -> Clocks {
        // A future does nothing before it is polled, so this runs nothing.
        (self.run)(knobs).clocks
    }
}

impl Chapter {
    /// Whether any of its scenes plays on the real clock only.
    pub fn is_real_only(&self) -> bool {
        self.why_real_only().is_some()
    }

    /// Why one of its scenes plays on the real clock only, if one does: see
    /// [`Clocks::RealOnly`].
    pub fn why_real_only(&self) -> Option<&'static str> {
        let knobs = Knobs::new(self.knobs);
        let mut scenes = self.scenes.iter();
        scenes.find_map(|scene| match scene.clocks(&knobs) {
            Clocks::Both => None,
            Clocks::RealOnly { why, .. } => Some(why),
        })
    }

    /// The scene of that name; `-` and `_` are the same.
    pub fn scene(&self, name: &str) -> Option<&'static Scene> {
        self.scenes.iter().find(|scene| same_name(scene.name, name))
    }

    /// Its folder below `demos`: Rust allows no `-` in a module's name.
    pub fn folder(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Where a function of `demo.rs` begins: its line, from 1.
    pub fn line_of(&self, function: &str) -> Option<u32> {
        let head = format!("fn {function}(");
        let mut lines = (1..).zip(self.demo.lines());
        lines.find_map(|(number, line)| line.contains(&head).then_some(number))
    }

    /// Its code in both languages, as the places of a trace name it.
    pub fn sources(&self) -> Vec<Source> {
        let source = |file: &str, lang: &str, text: &str| Source {
            file: format!("demos/{}/{file}", self.folder()),
            lang: lang.to_owned(),
            text: text.to_owned(),
        };
        vec![
            source("demo.rs", "rust", self.demo),
            source("demo.py", "python", self.twin.demo),
        ]
    }

    /// The lesson's parts, with these knobs, at their speed.
    pub fn lesson(&self, knobs: &Knobs) -> Lesson {
        Lesson::of(self.lesson, knobs)
    }
}

/// Whether two names are the same to a user: `-` and `_` are interchangeable.
pub fn same_name(a: &str, b: &str) -> bool {
    a.replace('_', "-") == b.replace('_', "-")
}
