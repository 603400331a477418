//! What a help and a manual page say beside what clap knows: which scenes
//! there are and when they play, how a time is typed, and examples that work.
//! All of it follows from the course.

use clap::Command;
use clap::builder::StyledStr;

use super::chapters::capitalised;
use crate::chapter::{
    Chapter, Course, Figure, Kind, Knob, Knobs, Plays, Scene,
};
use crate::terminal::{Page, Section};

/// What stands before and after what clap writes.
pub(super) struct Guide {
    /// What comes first, after what it is: a chapter's question, or more of a
    /// tool.
    pub question: Option<String>,
    pub before: Vec<Section>,
    pub after: Vec<Section>,
}

impl Guide {
    /// What is to be said of a command: of a chapter, of a tool, or, without a
    /// name, of the program.
    pub fn of(course: &Course, whole: &Command, name: Option<&str>) -> Guide {
        let Some(name) = name else {
            return Guide {
                question: None,
                before: vec![chapters(course), tools(course, whole)],
                after: vec![of_all(course)],
            };
        };
        match course.find(name) {
            Some(chapter) => {
                let command = whole.find_subcommand(name);
                Guide {
                    question: Some(
                        chapter.lesson(&Knobs::new(chapter.knobs)).question,
                    ),
                    before: scenes(chapter),
                    after: vec![times(), of_chapter(chapter, command)],
                }
            }
            None => Guide {
                question: whole.find_subcommand(name).and_then(more),
                before: Vec::new(),
                after: vec![of_tool(course, name)],
            },
        }
    }

    /// The help of a subcommand, as clap's template.
    pub fn template(&self, page: &Page) -> StyledStr {
        self.around("{all-args}", page)
    }

    /// The help of the program: its commands are among the sections.
    pub fn template_of_all(&self, page: &Page) -> StyledStr {
        let heading = Section {
            heading: "Options".to_owned(),
            rows: Vec::new(),
        };
        let heading = heading.lines(page).join("\n");
        self.around(&format!("{heading}\n{{options}}"), page)
    }

    fn around(&self, arguments: &str, page: &Page) -> StyledStr {
        let mut template = "{about-with-newline}\n".to_owned();
        if let Some(question) = &self.question {
            template += &format!("{}\n\n", page.wrap(0, question).join("\n"));
        }
        template += "{usage-heading} {usage}\n\n";
        let text = |section: &Section| section.lines(page).join("\n");
        for section in &self.before {
            template += &format!("{}\n\n", text(section));
        }
        template += arguments;
        for section in &self.after {
            template += &format!("\n\n{}", text(section));
        }
        template.into()
    }
}

/// A row without more ado.
fn row(term: impl Into<String>, about: impl Into<String>) -> (String, String) {
    (term.into(), about.into())
}

fn examples(rows: Vec<(String, String)>) -> Section {
    let heading = "Examples".to_owned();
    Section { heading, rows }
}

fn chapters(course: &Course) -> Section {
    let chapters = course.chapters.iter();
    Section {
        heading: "Chapters, in the order of the article".to_owned(),
        rows: chapters
            .map(|chapter| row(chapter.name, capitalised(chapter.title)))
            .collect(),
    }
}

fn tools(course: &Course, whole: &Command) -> Section {
    let commands = whole.get_subcommands();
    let tools = commands.filter(|tool| course.find(tool.get_name()).is_none());
    let mut tools: Vec<&Command> = tools.collect();
    tools.sort_by_key(|tool| tool.get_display_order());
    Section {
        heading: "Tools".to_owned(),
        rows: tools
            .into_iter()
            .map(|tool| {
                let about = tool.get_about().map(ToString::to_string);
                row(tool.get_name(), about.unwrap_or_default())
            })
            .collect(),
    }
}

/// The scenes of a chapter, by when they play.
fn scenes(chapter: &Chapter) -> Vec<Section> {
    let groups = [
        (Plays::Always, "Scenes that play by default"),
        (
            Plays::AlwaysVirtual,
            "Scenes that play by default, on the virtual clock unless named",
        ),
        (Plays::WhenAsked, "Scenes that play if named, or with --all"),
    ];
    let sections = groups.map(|(plays, heading)| {
        let scenes = chapter.scenes.iter();
        let scenes = scenes.filter(|scene| scene.plays == plays);
        Section {
            heading: heading.to_owned(),
            rows: scenes.map(|scene| row(scene.name, scene.about)).collect(),
        }
    });
    let sections = sections.into_iter();
    sections
        .filter(|section| !section.rows.is_empty())
        .collect()
}

/// What there is to be said of a tool beside what it does.
fn more(tool: &Command) -> Option<String> {
    let long = tool.get_long_about()?.to_string();
    let (_, more) = long.split_once("\n\n")?;
    Some(more.to_owned())
}

/// How a time is typed: every chapter has one among its knobs.
fn times() -> Section {
    Section {
        heading: "A TIME is typed so".to_owned(),
        rows: vec![
            row("5, 2.5", "seconds, as in the article"),
            row("500ms, 2s, 1m 30s, 1h", "with a unit"),
        ],
    }
}

fn of_chapter(chapter: &Chapter, command: Option<&Command>) -> Section {
    let name = chapter.name;
    let mut rows = vec![row(
        format!("asyncade {name}"),
        "the scenes that play by default",
    )];
    if let Some(scene) = asked_for(chapter) {
        let only = format!("only {}: {}", scene.name, scene.about);
        rows.push(row(format!("asyncade {name} {}", scene.name), only));
    }
    if let Some((knob, value)) = other_figure(chapter) {
        rows.push(row(
            format!("asyncade {name} --{} {value}", knob.name),
            format!("another figure: {}", uncapitalised(knob.help)),
        ));
    }
    if !chapter.is_real_only() {
        rows.push(row(
            format!("asyncade {name} --all --clock virtual"),
            "every scene, computed at once",
        ));
    }
    let mut arguments = command.into_iter().flat_map(Command::get_arguments);
    if arguments.any(|arg| arg.get_id() == "lang") {
        rows.push(row(
            format!("asyncade {name} --lang python"),
            "with the lines of the Python source",
        ));
    }
    rows.push(row(
        format!("asyncade show {name}"),
        "the code, and what it teaches",
    ));
    examples(rows)
}

/// What is worth to be named: a scene that does not play by itself, if the
/// chapter has one, else its last.
fn asked_for(chapter: &Chapter) -> Option<&'static Scene> {
    let mut scenes = chapter.scenes.iter();
    scenes
        .find(|scene| scene.plays == Plays::WhenAsked)
        .or(chapter.scenes.last())
}

/// A knob, and twice its figure, if the chapter takes it: a time before a
/// number, as more of anything takes longer.
pub(super) fn other_figure(
    chapter: &Chapter,
) -> Option<(&'static Knob, String)> {
    let knobs = chapter.knobs.iter();
    let times = knobs.clone().filter(|k| matches!(k.kind, Kind::Time(_)));
    let counts = knobs.filter(|k| matches!(k.kind, Kind::Count { .. }));
    times.chain(counts).find_map(|knob| {
        let value = match knob.kind {
            Kind::Count { default, max, .. } => {
                (2 * default).min(max).to_string()
            }
            _ => {
                let knobs = Knobs::new(chapter.knobs);
                let twice = 2 * knobs.time(knob);
                twice.as_secs_f64().to_string()
            }
        };
        let mut knobs = Knobs::new(chapter.knobs);
        knobs.set(knob, knob.parse(&value).ok()?);
        (chapter.check)(&knobs).ok()?;
        Some((knob, value))
    })
}

/// The first chapter, and the first that has a scene which plays only if it is
/// named.
fn first(course: &Course) -> Option<(&'static Chapter, &'static Scene)> {
    let mut chapters = course.chapters.iter();
    chapters.find_map(|chapter| {
        let mut scenes = chapter.scenes.iter();
        let scene = scenes.find(|scene| scene.plays == Plays::WhenAsked)?;
        Some((*chapter, scene))
    })
}

fn of_all(course: &Course) -> Section {
    let mut rows = Vec::new();
    if let Some(chapter) = course.chapters.first() {
        rows.push(row(
            format!("asyncade {}", chapter.name),
            "play a chapter, for real",
        ));
    }
    if let Some((chapter, scene)) = first(course) {
        let name = chapter.name;
        rows.push(row(
            format!("asyncade {name} {}", scene.name),
            "one scene of a chapter",
        ));
        if let Some((knob, value)) = other_figure(chapter) {
            rows.push(row(
                format!("asyncade {name} --{} {value}", knob.name),
                "with another figure than the article's",
            ));
        }
        rows.push(row(
            format!("asyncade {name} --all --clock virtual"),
            "every scene, computed at once",
        ));
        rows.push(row(
            format!("asyncade help {name}"),
            "its scenes and its options",
        ));
        rows.push(row(
            format!("asyncade show {name}"),
            "its code, and what it teaches",
        ));
    }
    rows.push(row("asyncade prove", "check every claim"));
    examples(rows)
}

fn of_tool(course: &Course, name: &str) -> Section {
    let mut rows = vec![row(format!("asyncade {name}"), "")];
    let chapter = first(course);
    match (name, chapter) {
        ("list", _) => {
            rows = vec![
                row("asyncade list", "the chapters"),
                row(
                    "asyncade list --beliefs",
                    "what beginners believe instead",
                ),
            ]
        }
        ("show", Some((chapter, _))) => {
            rows = vec![row(
                format!("asyncade show {}", chapter.name),
                "its code, and what it teaches",
            )]
        }
        ("predict", Some((chapter, scene))) => {
            let name = chapter.name;
            rows = vec![
                row(
                    format!("asyncade predict {name}"),
                    "the scenes that play by default",
                ),
                row(
                    format!("asyncade predict {name} {}", scene.name),
                    format!("only {}: {}", scene.name, scene.about),
                ),
                row(
                    format!("asyncade predict {name} --seed 7"),
                    "with other figures than the article's",
                ),
            ]
        }
        ("prove", Some((chapter, _))) => {
            rows = vec![
                row("asyncade prove", "the claims of all chapters"),
                row(
                    format!("asyncade prove {}", chapter.name),
                    "of one of them",
                ),
            ]
        }
        ("verify", Some((chapter, scene))) => {
            rows = vec![
                row("asyncade verify", "every scene of every chapter"),
                row(
                    format!("asyncade verify {}", chapter.name),
                    "of one chapter",
                ),
                row(
                    format!(
                        "asyncade verify {} --scene {}",
                        chapter.name, scene.name
                    ),
                    "one scene",
                ),
            ]
        }
        ("compare", _) => {
            let mut chapters = course.chapters.iter();
            let measured =
                chapters.find(|c| matches!(c.measure.figure, Figure::Time(_)));
            let name = measured.map_or("", |chapter| chapter.name);
            rows = vec![row(
                format!("asyncade compare {name} --speed 10"),
                "one chapter, ten times as fast as the article",
            )];
            let counted = measured.and_then(|chapter| {
                let mut knobs = chapter.knobs.iter();
                knobs.find(|k| matches!(k.kind, Kind::Count { .. }))
            });
            if let Some(knob) = counted {
                let knob = knob.name;
                rows.push(row(
                    format!(
                        "asyncade compare {name} --speed 20 --sweep {knob}=1..4"
                    ),
                    "how the gain goes with a knob",
                ));
            }
            rows.push(row(
                "asyncade compare --speed 20 --runs 1",
                "every chapter that measures a time, once",
            ));
        }
        ("scale", _) => {
            rows = vec![
                row("asyncade scale 1k --runs 1", "a first look"),
                row(
                    "asyncade scale 1k --threads --connections --wait 100ms",
                    "beside a thread each, and a connection each",
                ),
                row(
                    "asyncade scale 1k --peers --wait 100ms --runs 1",
                    "beside other languages' runtimes",
                ),
            ]
        }
        ("view", Some((chapter, _))) => {
            rows = vec![
                row(
                    format!("asyncade {} --export run.ndjson", chapter.name),
                    "record a run",
                ),
                row("asyncade view run.ndjson", "see it again"),
                row("asyncade view run.ndjson --step", "step by step"),
            ]
        }
        ("book", _) => {
            rows = vec![
                row("asyncade book site", "all chapters, for a class to read"),
                row("asyncade book site --force", "the same, made anew"),
            ]
        }
        ("serve", _) => {
            rows = vec![
                row("asyncade serve --open", "move its knobs in a browser"),
                row("asyncade serve --port 8000", "at a port of your choice"),
            ]
        }
        ("diff", Some((chapter, scene))) => {
            let name = chapter.name;
            let baseline = chapter.measure.baseline;
            rows = vec![row(
                format!("asyncade diff {name} {baseline} {}", scene.name),
                "two of its scenes",
            )];
            if let Some((knob, value)) = other_figure(chapter) {
                rows.push(row(
                    format!("asyncade diff {name} -- --{} {value}", knob.name),
                    "the article's figures, and another one",
                ));
                rows.push(row(
                    format!(
                        "asyncade diff {name} --scene {} --{} 1 -- --{} 5",
                        scene.name, knob.name, knob.name
                    ),
                    "one scene in two settings",
                ));
            }
            rows.push(row(
                "asyncade diff a.ndjson b.ndjson",
                "two files that --export has written",
            ));
        }
        ("completions", _) => {
            rows = vec![row(
                "asyncade completions bash",
                "for the bash-completion of this user, if written to a file there",
            )]
        }
        ("man", _) => {
            rows = vec![
                row("asyncade man", "the page of asyncade itself"),
                row("asyncade man --dir man1", "the pages of all its commands"),
            ]
        }
        ("help", Some((chapter, _))) => {
            rows = vec![
                row("asyncade help", "every chapter and tool"),
                row(format!("asyncade help {}", chapter.name), "one of them"),
            ]
        }
        _ => {}
    }
    examples(rows)
}

/// As a sentence goes on.
fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
