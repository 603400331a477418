//! The options, as clap derives them. What depends on the chapters (their names
//! as values, their knobs) is put in by [`chapters`](super::chapters).

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};

use super::compare::CompareArgs;
use super::scale::ScaleArgs;
use crate::chapter::{Lang, Reading};
use crate::command::{Output, Showing};
use crate::report::Usage;
use crate::stage::Runtime;
use crate::terminal::Screen;
use crate::trace;

/// What the values are called whose names are the course's: of what else is
/// said of one that is wrong, an error knows them by it.
pub(super) const CHAPTER: &str = "CHAPTER";
pub(super) const SCENE: &str = "SCENE";
pub(super) const COMMAND: &str = "COMMAND";

/// Replays the demos of an article on Python's asyncio, chapter by chapter, on
/// tokio, and shows what really happened, when, and why it was faster.
#[derive(Parser)]
#[command(name = "asyncade", version)]
#[command(subcommand_negates_reqs = true, disable_help_subcommand = true)]
pub(super) struct Cli {
    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    #[command(subcommand)]
    pub tool: Option<Tool>,
}

/// The commands beside the chapters.
#[derive(Subcommand)]
pub(super) enum Tool {
    /// List the chapters
    List {
        /// List what beginners believe instead, and where each is shown
        #[arg(long)]
        beliefs: bool,
    },
    /// Show the article's seven practices, each with its proof
    Checklist,
    /// Show a chapter's code and what it teaches, or one of its scenes
    Show {
        /// The chapter
        // The values of it are put in later, which would make it the last.
        #[arg(index = 1)]
        #[arg(value_name = CHAPTER)]
        chapter: String,
        /// Ask its question and say what to watch, and reveal nothing
        #[arg(long, conflicts_with_all = ["scene", "lang"])]
        question: bool,
        /// One of its scenes: only its code, and its picture
        #[arg(index = 2)]
        scene: Option<String>,
        /// The code that is shown [default: the variable ASYNCADE_LANG, or
        /// else rust]
        #[arg(long, value_enum, value_name = "LANG")]
        lang: Option<LangArg>,
    },
    /// Ask what will happen in a chapter, run it, and grade the answers
    ///
    /// What is right is read off the run itself, so other knobs are other
    /// questions. A chapter that plays on the real clock only cannot be
    /// computed: it is recorded first, unseen, and then asked about. Its times
    /// are there to choose from, and one that is typed may be off by what a
    /// machine adds.
    Predict {
        /// The chapter; its knobs may follow
        // The values of it are put in later, which would make it the last.
        #[arg(index = 1)]
        #[arg(value_name = CHAPTER)]
        chapter: String,
        /// The scenes, in place of those that play by default
        #[arg(index = 2)]
        #[arg(value_name = SCENE, num_args = 0..)]
        scenes: Vec<String>,
        /// Random knobs: other questions each time
        #[arg(long)]
        random: bool,
        /// The random knobs of this seed: the same questions each time
        #[arg(long, value_name = "N")]
        seed: Option<u64>,
        /// Take the answers from a file, one a line
        #[arg(long, value_name = "FILE", conflicts_with = "reveal")]
        answers: Option<PathBuf>,
        /// Print an object for each question and its answer, and nothing else
        #[arg(long, conflicts_with = "reveal")]
        json: bool,
        /// Show each answer when Enter is pressed, for a room to guess first
        #[arg(long)]
        reveal: bool,
        /// Write the run to a file, once all has been asked; may be repeated
        #[arg(long, value_name = "FILE")]
        export: Vec<PathBuf>,
        /// Sentences in place of pictures, for screen readers; so does
        /// the variable ACCESSIBLE
        #[arg(long)]
        plain: bool,
        /// The code that is shown [default: the variable ASYNCADE_LANG, or
        /// else rust]
        #[arg(long, value_enum, value_name = "LANG")]
        lang: Option<LangArg>,
    },
    /// Check every claim on the virtual clock; exit 1 if one does not hold
    Prove {
        /// The chapters; if none is named, all that need no real time
        #[arg(value_name = CHAPTER)]
        chapter: Vec<String>,
    },
    /// Compare tokio with CPython, scene by scene; exit 1 if they differ
    Verify {
        /// The chapters; all of them if none is named. With one named, its
        /// knobs may follow, and --scene
        #[arg(value_name = CHAPTER)]
        chapter: Vec<String>,
        /// The Python to ask, 3.11 or later
        #[arg(long, value_name = "PATH", default_value = "python3")]
        python: PathBuf,
        /// Fail if there is no such Python, instead of using the recording
        #[arg(long)]
        require_python: bool,
    },
    /// Measure baseline against gain for real, many times, in random order
    Compare(CompareArgs),
    /// Measure what thousands of waits at once cost, here and elsewhere
    Scale(Box<ScaleArgs>),
    /// Open recorded traces, and show them as the runs that made them
    View(ViewArgs),
    /// Write a site of all chapters to a folder, to be opened in a browser
    Book {
        /// The folder, which is made if it is not there
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        /// Write to a folder that is not empty: a book that is there is
        /// replaced, and all else stays
        #[arg(long)]
        force: bool,
    },
    /// Serve the same site to a browser here, with knobs that can be moved
    Serve {
        /// The port, on this machine only; 0 is any that is free
        #[arg(long, value_name = "N", default_value = "0")]
        #[arg(allow_hyphen_values = true, value_parser = port)]
        port: u16,
        /// Open it in the browser
        #[arg(long)]
        open: bool,
    },
    /// Compare two settings of a chapter, two of its scenes, or two files of
    /// traces; exit 1 if they differ
    Diff {
        /// A chapter, or a file that --export has written
        #[arg(value_name = "CHAPTER|FILE")]
        subject: PathBuf,
        /// Two scenes of the chapter, or the other file
        #[arg(value_name = "SCENE|FILE")]
        with: Vec<PathBuf>,
        /// Show all that differs, and not only what a screen has room for
        #[arg(long)]
        all: bool,
        /// Print what differs as JSON, and nothing else
        #[arg(long, conflicts_with_all = ["all", "plain"])]
        json: bool,
        /// Sentences in place of pictures, for screen readers; so does
        /// the variable ACCESSIBLE
        #[arg(long)]
        plain: bool,
        /// What stands behind -- are the chapter's knobs for the second run,
        /// what stands before it those for the first
        #[arg(last = true, value_name = "KNOBS")]
        other: Vec<OsString>,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command
    Man {
        /// Write the pages of all commands to this folder, and make it if
        /// there is none
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Print the help of a chapter or of a command
    Help {
        /// The chapter or the command; without one, the help of asyncade
        #[arg(value_name = COMMAND)]
        command: Option<String>,
    },
}

/// The options of `view`.
#[derive(Args)]
pub(super) struct ViewArgs {
    /// The files, as --export FILE.ndjson writes them; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// Play them at their own pace, with the picture that grows
    #[arg(long, conflicts_with = "json")]
    pub play: bool,
    /// Play them F times as fast
    #[arg(long, value_name = "F", value_parser = speed, requires = "play", allow_hyphen_values = true)]
    pub speed: Option<f64>,
    /// Step through them in both directions
    #[arg(long, conflicts_with_all = ["quiet", "json", "explain", "play"])]
    pub step: bool,
    /// Write what is seen to a file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub export: Vec<PathBuf>,
    #[command(flatten)]
    pub show: ShowArgs,
}

/// How a run is shown, whether it is played or was recorded.
#[derive(Args)]
pub(super) struct ShowArgs {
    /// Print the traces as NDJSON, and nothing else
    #[arg(long, conflicts_with = "quiet")]
    pub json: bool,
    /// Show the last screen only: the pictures, the result and the claims
    #[arg(long, short)]
    pub quiet: bool,
    /// Say also what it means: figures, evidence, and what to remember
    #[arg(long, conflicts_with_all = ["quiet", "json"])]
    pub explain: bool,
    /// What the columns of a picture stand for
    #[arg(long, value_enum, default_value = "time")]
    pub axis: AxisArg,
    /// Draw no picture while a scene plays, only when it is over
    #[arg(long)]
    pub no_progress: bool,
    /// Sentences in place of pictures, for screen readers; so does
    /// the variable ACCESSIBLE
    #[arg(long)]
    pub plain: bool,
    /// The code that is referred to [default: the variable ASYNCADE_LANG, or
    /// else rust]
    #[arg(long, value_enum, value_name = "LANG")]
    pub lang: Option<LangArg>,
}

impl ShowArgs {
    /// What is shown of a run that is not stepped through, on that screen.
    pub fn showing(&self, screen: &mut Screen) -> Showing<'_> {
        screen.page.plain |= self.plain;
        screen.page.steps = self.axis == AxisArg::Steps;
        Showing {
            output: match (self.json, self.quiet) {
                (true, _) => Output::Json,
                (_, true) => Output::Quiet,
                _ => Output::Full,
            },
            explains: self.explain,
            steps: false,
            live: !self.no_progress && !screen.page.plain,
            exports: &[],
        }
    }

    /// The code that it refers to. A trace names the code that ran, and nobody
    /// need ask CPython.
    pub fn code(&self, reading: Reading) -> Reading {
        if self.json {
            Reading::default()
        } else {
            reading
        }
    }
}

/// The options that every chapter has.
#[derive(Args)]
#[command(next_help_heading = "Playing")]
pub(super) struct PlayArgs {
    /// Play every scene
    #[arg(long, conflicts_with_all = ["scenes", "scene"])]
    pub all: bool,
    /// Measure on the machine's own clock, or compute at once on tokio's
    /// paused one
    #[arg(long, value_enum, default_value = "real")]
    pub clock: ClockArg,
    /// Run tasks on one thread (current_thread, the default) or on N workers
    /// (multi_thread:N; without N, as many as the machine has cores)
    #[arg(long, value_name = "RUNTIME", value_parser = super::runtime::runtime)]
    pub runtime: Option<Runtime>,
    /// Divide every duration by F, and still measure for real
    #[arg(long, value_name = "F", value_parser = speed, allow_hyphen_values = true)]
    pub speed: Option<f64>,
    /// Play also what takes more than ten minutes
    #[arg(long)]
    pub yes_wait: bool,
    // The formats are put in later.
    /// Write the run to a file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub export: Vec<PathBuf>,
    /// Record it, on the virtual clock unless --clock real is given, and step
    /// through it in both directions
    #[arg(long, conflicts_with_all = ["quiet", "json", "explain", "twin"])]
    pub step: bool,
    /// Show what CPython does in the same scenes, and where the two part
    #[arg(long)]
    pub twin: bool,
    #[command(flatten)]
    pub show: ShowArgs,
}

impl PlayArgs {
    /// Whether tasks are to have several threads.
    pub fn is_multi_thread(&self) -> bool {
        self.runtime.is_some_and(Runtime::is_multi_thread)
    }
}

/// The languages by their names on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum LangArg {
    /// Rust, which is what runs
    Rust,
    /// Python: the same on CPython
    Python,
    /// The two side by side
    Both,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Lang {
        match lang {
            LangArg::Rust => Lang::Rust,
            LangArg::Python => Lang::Python,
            LangArg::Both => Lang::Both,
        }
    }
}

/// The axes by their names on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AxisArg {
    /// Time, but steps where everything happens at one moment
    Time,
    /// Steps: the order in which lanes are polled, however long each poll took
    Steps,
}

/// The clocks by their names on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum ClockArg {
    /// The machine's own: what is shown was measured
    Real,
    /// Tokio's paused clock: exact and instant
    Virtual,
}

impl From<ClockArg> for trace::Clock {
    fn from(clock: ClockArg) -> trace::Clock {
        match clock {
            ClockArg::Real => trace::Clock::Real,
            ClockArg::Virtual => trace::Clock::Virtual,
        }
    }
}

/// A port of this machine's.
fn port(text: &str) -> Result<u16, Usage> {
    text.parse().map_err(|_| Usage::of_count(text, 0, u16::MAX))
}

pub(super) fn speed(text: &str) -> Result<f64, Usage> {
    match text.parse::<f64>() {
        Ok(speed) if (0.01..=1000.0).contains(&speed) => Ok(speed),
        _ => Err(Usage::new(
            "out of range, or no number",
            "give a number from 0.01 to 1000: 10 is ten times as fast",
        )),
    }
}
