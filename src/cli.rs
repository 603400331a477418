//! The command line. A chapter's subcommand, its options and its help come
//! from the chapter list, so there is nothing here to edit when one is added.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{
    Arg, ArgAction, ArgMatches, Args, ColorChoice, Command, FromArgMatches,
};
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::chapter::{Chapter, Kind, Knob, Knobs, List, Value};
use crate::command::{
    self, Choice, Ending, Export, Output, Plan, Screen, Usage, Witness,
};
use crate::demos;
use crate::foreign;
use crate::trace;

/// Replays the demos of an article on Python's asyncio, chapter by chapter, on
/// tokio, and shows what really happened, when, and why it was faster.
#[derive(Parser)]
#[command(name = "asyncade", version, max_term_width = 100)]
#[command(subcommand_negates_reqs = true, disable_help_subcommand = true)]
struct Cli {
    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    #[command(subcommand)]
    tool: Option<Tool>,
}

/// The commands beside the chapters.
#[derive(Subcommand)]
enum Tool {
    /// List the chapters
    List {
        /// List what beginners believe instead, and where each is shown
        #[arg(long)]
        beliefs: bool,
    },
    /// Show the article's seven practices, each with its proof
    Checklist,
    /// Show a chapter's code and what it teaches
    Show {
        /// The chapter
        #[arg(value_parser = chapter_names())]
        chapter: String,
    },
    /// Check every claim on the virtual clock; exit 1 if one does not hold
    Prove {
        /// The chapters; if none is named, all that need no real time
        #[arg(value_parser = chapter_names())]
        chapter: Vec<String>,
    },
    /// Compare tokio with CPython, scene by scene; exit 1 if they differ
    Verify {
        /// The chapters; all of them if none is named. With one named, its
        /// knobs may follow
        #[arg(value_parser = chapter_names())]
        chapter: Vec<String>,
        /// The Python to ask, 3.11 or later
        #[arg(long, value_name = "PATH", default_value = "python3")]
        python: PathBuf,
        /// Fail if there is no such Python, instead of using the recording
        #[arg(long)]
        require_python: bool,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// The options that every chapter has.
#[derive(Args)]
#[command(next_help_heading = "Playing")]
struct PlayArgs {
    /// Play every scene
    #[arg(long, conflicts_with = "scene")]
    all: bool,
    /// Measure for real, or compute at once
    #[arg(long, value_enum, default_value = "real")]
    clock: ClockArg,
    /// Divide every duration by F, and still measure for real
    #[arg(long, value_name = "F", value_parser = speed, allow_hyphen_values = true)]
    speed: Option<f64>,
    /// Play also what takes more than ten minutes
    #[arg(long)]
    yes_wait: bool,
    /// Print the traces as NDJSON, and nothing else
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    /// Write the traces to a file (.ndjson) once they are whole, in place of
    /// one that is there; may be repeated
    #[arg(long, value_name = "FILE")]
    export: Vec<PathBuf>,
    /// Show the verdict and the claims only
    #[arg(long, short)]
    quiet: bool,
    /// Draw no progress bars
    #[arg(long)]
    no_progress: bool,
    /// Sentences in place of pictures and bars, for screen readers; so does
    /// the variable ACCESSIBLE
    #[arg(long)]
    plain: bool,
    /// Show what CPython does in the same scenes, and where the two part
    #[arg(long)]
    twin: bool,
}

/// The clocks by their names on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum ClockArg {
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

/// Does what the arguments ask for.
///
/// # Errors
/// A [`Usage`] error if they make no sense, or whatever the command says.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Result<Ending> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parser = with_knobs(command(), &arguments);
    let matches = match parser.try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return usage(error, &arguments),
    };
    command::colour(
        matches
            .get_one("color")
            .copied()
            .unwrap_or(ColorChoice::Auto),
    );
    let mut screen = Screen::detect();
    if let Some((name, matches)) = matches.subcommand()
        && let Some(chapter) = demos::find(name)
    {
        return play(chapter, matches, &mut screen);
    }
    match Cli::from_arg_matches(&matches)?.tool {
        None | Some(Tool::List { beliefs: false }) => {
            command::list(&mut screen)?
        }
        Some(Tool::List { beliefs: true }) => command::beliefs(&mut screen)?,
        Some(Tool::Checklist) => return command::checklist(&mut screen),
        Some(Tool::Show { chapter }) => {
            if let Some(chapter) = demos::find(&chapter) {
                command::show(chapter, &mut screen)?;
            }
        }
        Some(Tool::Prove { chapter }) => {
            // None named is not the same as all of them: some need real time.
            let chapters = match chapter[..] {
                [] => Vec::new(),
                _ => named(&chapter),
            };
            return command::prove(&chapters, &mut screen);
        }
        Some(Tool::Verify {
            chapter,
            python,
            require_python,
        }) => {
            let matches = matches.subcommand_matches("verify");
            // From here on Ctrl-C is a request, so that no Python is left.
            command::listen();
            let chapters = named(&chapter).into_iter().map(|chapter| {
                let knobs = Knobs::new(chapter.knobs);
                match matches {
                    Some(matches) => (chapter, set(chapter, knobs, matches)),
                    None => (chapter, knobs),
                }
            });
            let chapters: Vec<_> = chapters.collect();
            let witness = Witness {
                python: &python,
                required: require_python,
            };
            return command::verify(&chapters, &witness, &mut screen);
        }
        Some(Tool::Completions { shell }) => {
            // Into memory first: clap_complete panics on a closed pipe.
            let mut script = Vec::new();
            clap_complete::generate(
                shell,
                &mut command(),
                "asyncade",
                &mut script,
            );
            io::stdout().write_all(&script)?;
        }
        Some(Tool::Man) => {
            clap_mangen::Man::new(command()).render(&mut io::stdout())?
        }
    }
    Ok(Ending::Fine)
}

/// `verify` takes the knobs of a chapter if it is given just one: only then is
/// it clear whose they are.
fn with_knobs(command: Command, arguments: &[OsString]) -> Command {
    let mut words = arguments.iter().skip(1).filter_map(|word| word.to_str());
    if words.next() != Some("verify") {
        return command;
    }
    let named: Vec<&Chapter> = words.filter_map(demos::find).collect();
    match named[..] {
        [chapter] => command.mut_subcommand("verify", |verify| {
            verify.args(chapter.knobs.iter().map(knob))
        }),
        _ => command,
    }
}

/// The chapters of those names; all of them if none is named.
fn named(names: &[String]) -> Vec<&'static Chapter> {
    if names.is_empty() {
        return demos::CHAPTERS.to_vec();
    }
    let mut chapters: Vec<&'static Chapter> = Vec::new();
    for chapter in names.iter().filter_map(|name| demos::find(name)) {
        // Named twice it is still one.
        if chapters.iter().all(|other| other.name != chapter.name) {
            chapters.push(chapter);
        }
    }
    chapters
}

/// A chapter's knobs as the arguments set them.
fn set(chapter: &Chapter, mut knobs: Knobs, matches: &ArgMatches) -> Knobs {
    for knob in chapter.knobs {
        let mut options = vec![knob.name];
        if let Kind::List(items) = knob.kind {
            options.push(items.file);
        }
        for option in options {
            // An option that this command does not have is none that was set.
            let values = matches.try_get_many::<Value>(option).ok().flatten();
            let values = values.into_iter().flatten();
            values.for_each(|value| knobs.set(knob, value.clone()));
        }
    }
    knobs
}

/// The whole command: a subcommand for each chapter, then the tools.
pub fn command() -> Command {
    let mut command = Cli::command();
    let chapters = demos::CHAPTERS.len();
    for (order, tool) in command.get_subcommands_mut().enumerate() {
        *tool = tool.clone().display_order(chapters + order);
    }
    let chapters = demos::CHAPTERS.iter().enumerate();
    command.subcommands(
        chapters
            .map(|(order, chapter)| subcommand(chapter).display_order(order)),
    )
}

fn subcommand(chapter: &'static Chapter) -> Command {
    let title = capitalised(chapter.title);
    let question = chapter.lesson().question;
    let command = Command::new(chapter.name)
        .aliases(swapped(chapter.name))
        .args(chapter.knobs.iter().map(knob))
        .args(chapter.knobs.iter().filter_map(file_of))
        .arg(scene(chapter));
    // These come with a description of their own, which is not the chapter's.
    PlayArgs::augment_args(command)
        .long_about(format!("{title}\n\n{question}"))
        .about(title)
}

/// A chapter's option.
fn knob(knob: &'static Knob) -> Arg {
    let arg = Arg::new(knob.name)
        .long(knob.name)
        .aliases(swapped(knob.name))
        // So that `-1s` is a value that is wrong, and not an unknown option.
        .allow_hyphen_values(true)
        .value_parser(|text: &str| knob.parse(text))
        .help_heading("Knobs");
    match knob.kind {
        Kind::Time(default) => arg
            .value_name("TIME")
            .help(format!("{} [default: {default}]", knob.help)),
        Kind::SameAs(other) => arg
            .value_name("TIME")
            .help(format!("{} [default: as --{}]", knob.help, other.name)),
        Kind::Count { default, min, max } => arg.value_name("N").help(format!(
            "{} [default: {default}, {min} to {max}]",
            knob.help
        )),
        Kind::Text(default) => arg
            .value_name("TEXT")
            .help(format!("{} [default: {default}]", knob.help)),
        Kind::List(items) => arg
            .value_name(items.name)
            .help(format!("{}; may be repeated", knob.help))
            .action(ArgAction::Append)
            .conflicts_with_all(items.instead_of),
    }
}

/// The option beside a knob that takes a list, which reads it from a file.
fn file_of(knob: &'static Knob) -> Option<Arg> {
    let Kind::List(items) = knob.kind else {
        return None;
    };
    Some(
        Arg::new(items.file)
            .long(items.file)
            .aliases(swapped(items.file))
            .value_name("FILE")
            .help(format!(
                "The same for each line of a file of {}s; see --{}",
                items.name, knob.name
            ))
            .action(ArgAction::Append)
            .conflicts_with_all(items.instead_of)
            .value_parser(move |path: &str| {
                List::read(items, path).map(Value::List)
            })
            .help_heading("Knobs"),
    )
}

/// `--scene`, with the scenes of this chapter as its values.
fn scene(chapter: &'static Chapter) -> Arg {
    let values = chapter.scenes.iter().map(|scene| {
        PossibleValue::new(scene.name)
            .aliases(swapped(scene.name))
            .help(scene.about)
    });
    Arg::new("scene")
        .long("scene")
        .value_name("NAME")
        .help("Play this scene; may be repeated")
        .help_heading("Playing")
        .action(ArgAction::Append)
        .value_parser(PossibleValuesParser::new(values))
}

fn chapter_names() -> PossibleValuesParser {
    let values = demos::CHAPTERS.iter().map(|chapter| {
        PossibleValue::new(chapter.name).aliases(swapped(chapter.name))
    });
    PossibleValuesParser::new(values)
}

/// The other spelling of a name, if it has one: `-` and `_` are
/// interchangeable.
fn swapped(name: &str) -> Option<String> {
    let other = if name.contains('_') {
        name.replace('_', "-")
    } else {
        name.replace('-', "_")
    };
    (other != name).then_some(other)
}

/// A title as clap's own texts begin, unless it begins with a name of code.
fn capitalised(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    if word.contains('_') {
        return text.to_owned();
    }
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.01..=1000.0).contains(&speed) => Ok(speed),
        _ => Err("give a number from 0.01 to 1000; 10 is ten times as fast"
            .to_owned()),
    }
}

/// Plays a chapter as its options say.
fn play(
    chapter: &'static Chapter,
    matches: &ArgMatches,
    screen: &mut Screen,
) -> Result<Ending> {
    let args = PlayArgs::from_arg_matches(matches)?;
    let knobs = set(chapter, Knobs::new(chapter.knobs), matches);
    let named = matches.get_many::<String>("scene").into_iter().flatten();
    // From here on Ctrl-C is a request, so that nothing is left half done.
    command::listen();
    let plan = Plan::new(&Choice {
        chapter,
        knobs,
        named: named.filter_map(|name| chapter.scene(name)).collect(),
        all: args.all,
        clock: args.clock.into(),
        speed: args.speed,
        yes_wait: args.yes_wait,
        twin: args.twin,
    })?;
    let exports = Export::prepare_all(&args.export)?;
    let output = match (args.json, args.quiet) {
        (true, _) => Output::Json,
        (_, true) => Output::Quiet,
        _ => Output::Full,
    };
    screen.page.plain |= args.plain;
    let bars = !args.no_progress && !screen.page.plain;
    command::play(&plan, exports, output, bars, screen)
}

/// What clap has to say: help and version on stdout, an error as one line.
fn usage(mut error: clap::Error, arguments: &[OsString]) -> Result<Ending> {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        error.print()?;
        return Ok(Ending::Fine);
    }
    clean(&mut error);
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let said = text
        .lines()
        .map(str::trim)
        .take_while(|line| {
            !line.starts_with("Usage:") && !line.starts_with("For more")
        })
        .filter(|line| !line.is_empty());
    let line = said.collect::<Vec<_>>().join("; ").replace(['[', ']'], "");
    // What a parser of ours says of a value may repeat it.
    let line = foreign::clean(&line.replace(":;", ":")).into_owned();
    // Options belong to a subcommand, if there is one.
    let word = arguments.get(1).and_then(|word| word.to_str());
    let known = word.filter(|word| command().find_subcommand(word).is_some());
    let known = known.map_or(String::new(), |word| format!("{word} "));
    Err(Usage(format!("{line} (see 'asyncade {known}--help')")).into())
}

/// Makes what the user typed fit to be shown. A suggestion that repeats it is
/// left out if it is not.
fn clean(error: &mut clap::Error) {
    let typed = |kind: &ContextKind, value: &ContextValue| match value {
        ContextValue::String(text) => {
            let text = ContextValue::String(foreign::short(text));
            Some((*kind, text))
        }
        ContextValue::Strings(texts) => {
            let texts = texts.iter().map(|text| foreign::short(text));
            Some((*kind, ContextValue::Strings(texts.collect())))
        }
        _ => None,
    };
    let context = error.context();
    let cleaned: Vec<_> = context
        .filter_map(|(kind, value)| typed(&kind, value))
        .collect();
    let mut fits = true;
    for (kind, value) in cleaned {
        // Of what follows here the valid values are ours, and may be longer.
        if kind == ContextKind::ValidValue {
            continue;
        }
        fits &= error.insert(kind, value.clone()) == Some(value);
    }
    if !fits {
        error.remove(ContextKind::Suggested);
    }
}
