//! What clap says of arguments that make no sense, as what is wrong and what
//! to do instead. clap knows names; what they are names of is known here.

use std::error::Error;

use anyhow::Result;
use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::nearest::nearest;
use super::options::{CHAPTER, COMMAND, SCENE};
use crate::chapter::{Chapter, Course};
use crate::command::Ending;
use crate::report::Usage;
use crate::system::foreign;

/// Who was asked for what.
pub(super) struct Asked<'a> {
    pub course: &'a Course,
    pub parser: &'a Command,
    /// The subcommand, if there is such a one, as it was typed.
    pub subcommand: Option<&'a str>,
    /// The chapters that `verify` or `diff` was asked of.
    pub chapters: &'a [&'static Chapter],
}

/// What clap has to say: the version on stdout, and errors as ours.
pub(super) fn refusal(error: clap::Error, asked: &Asked) -> Result<Ending> {
    if error.kind() == ErrorKind::DisplayVersion {
        error.print()?;
        return Ok(Ending::Fine);
    }
    Err(asked.usage(error).into())
}

impl Asked<'_> {
    /// The command whose help says more.
    pub fn help(&self) -> String {
        match self.subcommand {
            Some(name) if name != "help" => format!("asyncade {name} --help"),
            _ => "asyncade --help".to_owned(),
        }
    }

    /// What is wrong with what clap has read.
    pub fn usage(&self, error: clap::Error) -> Usage {
        // Of what the user typed no more than can be shown.
        let word = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => foreign::short(text),
            Some(ContextValue::Strings(texts)) => {
                let texts = texts.iter().map(|text| foreign::short(text));
                texts.collect::<Vec<_>>().join(", ")
            }
            _ => String::new(),
        };
        let argument = word(ContextKind::InvalidArg);
        let value = word(ContextKind::InvalidValue);
        match error.kind() {
            ErrorKind::InvalidSubcommand => {
                self.no_command(&word(ContextKind::InvalidSubcommand))
            }
            ErrorKind::InvalidValue if value.is_empty() => Usage::new(
                format!("'{argument}' needs a value, and has none"),
                match valid(&error).as_str() {
                    "" => "give one".to_owned(),
                    valid => format!("give one of: {valid}"),
                },
            ),
            ErrorKind::InvalidValue if argument.contains(SCENE) => {
                self.no_scene(&value)
            }
            ErrorKind::InvalidValue if argument.contains(COMMAND) => {
                self.no_command(&value)
            }
            ErrorKind::InvalidValue if argument.contains(CHAPTER) => {
                self.no_chapter(&value)
            }
            ErrorKind::InvalidValue => {
                let wrong = format!("invalid value '{value}' for '{argument}'");
                let valid = valid(&error);
                match nearest(&value, valid.split(", ")) {
                    Some(near) => {
                        Usage::new(wrong, format!("did you mean '{near}'?"))
                            .or(format!("give one of: {valid}"))
                    }
                    None => Usage::new(wrong, format!("give one of: {valid}")),
                }
            }
            ErrorKind::ValueValidation => {
                let what = format!("invalid value '{value}' for '{argument}'");
                match error.source() {
                    Some(source) => match source.downcast_ref::<Usage>() {
                        Some(usage) => cleaned(usage).of(&what),
                        None => Usage::new(
                            what,
                            foreign::short(&source.to_string()),
                        ),
                    },
                    None => Usage::new(what, "give another one"),
                }
            }
            ErrorKind::UnknownArgument => self.no_option(&argument),
            ErrorKind::ArgumentConflict => {
                let prior = word(ContextKind::PriorArg);
                if prior == argument {
                    let wrong = format!("'{argument}' is given more than once");
                    return Usage::new(wrong, "give it once");
                }
                Usage::new(
                    format!("'{argument}' cannot be used with '{prior}'"),
                    "leave one of the two out",
                )
            }
            ErrorKind::MissingRequiredArgument => {
                let wrong = format!("{argument} is missing");
                Usage::new(wrong, self.example())
            }
            ErrorKind::TooManyValues => Usage::new(
                format!("'{argument}' takes no value, and has '{value}'"),
                "leave the value out",
            ),
            ErrorKind::InvalidUtf8 => Usage::new(
                "one of the arguments is not UTF-8",
                "give names and values in UTF-8",
            ),
            _ => {
                let text = error.to_string();
                let first = text.lines().next().unwrap_or_default();
                let first = first.trim_start_matches("error: ");
                Usage {
                    wrong: foreign::clean(first).into_owned(),
                    instead: Vec::new(),
                    more: None,
                }
            }
        }
    }

    /// What was to be a chapter or a tool is none.
    fn no_command(&self, word: &str) -> Usage {
        let wrong = format!("there is no chapter or command '{word}'");
        let commands = self.parser.get_subcommands();
        let names = commands.map(Command::get_name).chain(["--version"]);
        let names: Vec<&str> = names.collect();
        if let Some(near) = nearest(word, names.into_iter()) {
            return Usage::new(wrong, format!("did you mean '{near}'?"));
        }
        let having = self.having(word);
        if let Some(chapter) = having.first() {
            return Usage::new(
                wrong,
                format!(
                    "'{word}' is a scene of {}: type 'asyncade {} {word}'",
                    names_of(&having),
                    chapter.name,
                ),
            );
        }
        Usage::new(wrong, "'asyncade list' lists the chapters")
    }

    /// What was to be a chapter is none.
    fn no_chapter(&self, word: &str) -> Usage {
        let wrong = format!("there is no chapter '{word}'");
        let names = self.course.chapters.iter().map(|chapter| chapter.name);
        if let Some(near) = nearest(word, names) {
            return Usage::new(wrong, format!("did you mean '{near}'?"));
        }
        let having = self.having(word);
        // Of the chapters that were named, if one of them has it.
        let named = self.chapters.iter();
        let mut named = named.filter(|c| c.scene(word).is_some());
        if let (Some(chapter), Some("verify")) =
            (named.next().or(having.first()), self.subcommand)
        {
            let command =
                format!("asyncade verify {} --scene {word}", chapter.name);
            return Usage::new(
                wrong,
                format!(
                    "'{word}' is a scene of {}: type '{command}'",
                    chapter.name
                ),
            );
        }
        Usage::new(wrong, "'asyncade list' lists the chapters")
    }

    /// What was to be a scene of a chapter is none.
    fn no_scene(&self, word: &str) -> Usage {
        let named = self.subcommand.and_then(|name| self.course.find(name));
        let Some(chapter) = named.or(self.chapters.first().copied()) else {
            return Usage::new(
                format!("there is no scene '{word}'"),
                "'asyncade list' lists the chapters",
            );
        };
        let wrong = format!("{} has no scene '{word}'", chapter.name);
        let names = chapter.scenes.iter().map(|scene| scene.name);
        let all: Vec<&str> = names.clone().collect();
        let all = format!("its scenes are {}", all.join(", "));
        if let Some(near) = nearest(word, names) {
            return Usage::new(wrong, format!("did you mean '{near}'?"))
                .or(all);
        }
        let command = self.parser.find_subcommand(word);
        match command.map(Command::get_name) {
            Some("help") => {
                let help = format!("type 'asyncade help {}'", chapter.name);
                Usage::new(wrong, help).or(all)
            }
            Some(name) => Usage::new(
                wrong,
                format!("type 'asyncade {name}', by itself, if you mean that"),
            )
            .or(all),
            None => Usage::new(wrong, all),
        }
    }

    /// What was to be an option is none.
    fn no_option(&self, word: &str) -> Usage {
        let wrong = format!("unexpected argument '{word}'");
        let command = self
            .subcommand
            .and_then(|name| self.parser.find_subcommand(name));
        let mut names: Vec<String> = Vec::new();
        for arg in command.unwrap_or(self.parser).get_arguments() {
            let long = arg.get_long().map(|name| format!("--{name}"));
            names.extend(long);
        }
        if let Some(near) = nearest(word, names.iter().map(String::as_str)) {
            return Usage::new(wrong, format!("did you mean '{near}'?"));
        }
        let is_compare = command.is_some_and(|c| c.get_name() == "compare");
        if is_compare && self.is_of_a_chapter(word, &["Knobs"], &[]) {
            return Usage::new(
                wrong,
                "knobs are of one chapter: name that, and no other",
            );
        }
        let is_verify = command.is_some_and(|c| c.get_name() == "verify");
        if is_verify && self.is_of_a_chapter(word, &["Knobs"], &["scene"]) {
            return Usage::new(
                wrong,
                "knobs and scenes are of one chapter: name that, and no other",
            );
        }
        let all = ["Knobs", "Playing"];
        if command.is_none() && self.is_of_a_chapter(word, &all, &[]) {
            return Usage::new(
                wrong,
                format!("name a chapter first: {}", self.example()),
            );
        }
        let named = command.map(Command::get_name);
        let chapter = match named {
            Some("diff") => self.chapters.first().copied(),
            name => name.and_then(|name| self.course.find(name)),
        };
        match chapter {
            Some(chapter) if word.starts_with('-') => {
                let knobs = chapter.knobs.iter();
                let knobs: Vec<String> =
                    knobs.map(|knob| format!("--{}", knob.name)).collect();
                let knobs = knobs.join(", ");
                Usage::new(
                    wrong,
                    format!("the knobs of {} are {knobs}", chapter.name),
                )
            }
            _ => Usage::new(wrong, "leave it out"),
        }
    }

    /// Whether an option is one that some chapter has under these headings,
    /// or with these names.
    fn is_of_a_chapter(
        &self,
        option: &str,
        headings: &[&str],
        names: &[&str],
    ) -> bool {
        let Some(name) = option.strip_prefix("--") else {
            return false;
        };
        let mut chapters = self.course.chapters.iter();
        chapters.any(|chapter| {
            let command = self.parser.find_subcommand(chapter.name);
            let mut arguments =
                command.into_iter().flat_map(Command::get_arguments);
            arguments.any(|arg| {
                let heading = arg.get_help_heading().unwrap_or_default();
                arg.get_long() == Some(name)
                    && (headings.contains(&heading) || names.contains(&name))
            })
        })
    }

    /// The chapters that have a scene of that name.
    fn having(&self, scene: &str) -> Vec<&'static Chapter> {
        let chapters = self.course.chapters.iter().copied();
        chapters
            .filter(|chapter| chapter.scene(scene).is_some())
            .collect()
    }

    /// Something of that kind that works.
    fn example(&self) -> String {
        let command = match self.subcommand {
            Some(name) => format!("asyncade {name}"),
            None => "asyncade".to_owned(),
        };
        match (self.subcommand, self.course.chapters.first()) {
            (Some("view"), _) => format!("as in '{command} run.ndjson'"),
            (Some("completions"), _) | (_, None) => {
                format!("as in '{command} bash'")
            }
            // It takes two to be compared.
            (Some("diff"), Some(chapter)) => {
                let scenes = chapter.scenes.iter().take(2);
                let scenes = scenes.map(|scene| scene.name);
                let scenes = scenes.collect::<Vec<_>>().join(" ");
                format!("as in '{command} {} {scenes}'", chapter.name)
            }
            (_, Some(chapter)) => {
                format!("as in '{command} {}'", chapter.name)
            }
        }
    }
}

/// The values that would have been valid, as one text.
fn valid(error: &clap::Error) -> String {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.join(", "),
        _ => String::new(),
    }
}

fn names_of(chapters: &[&Chapter]) -> String {
    let names: Vec<&str> = chapters.iter().map(|c| c.name).collect();
    names.join(" and ")
}

/// What a parser of ours says of a value may repeat it.
fn cleaned(usage: &Usage) -> Usage {
    Usage {
        wrong: foreign::clean(&usage.wrong).into_owned(),
        ..usage.clone()
    }
}
