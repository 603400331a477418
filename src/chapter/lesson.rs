//! `lesson.md`, taken apart. A lesson is a Markdown file with these second
//! level headings, in this order: Question, Analogy, Watch, Takeaway, From
//! asyncio to tokio. Where the article is wrong, Erratum follows; where it is
//! right but does not show it, Not shown.
//!
//! Analogy tells of the same in a shop, and does not say what comes of it.
//! Watch is a list with an item for each scene, `- sync: the row main`, that
//! directs the eye and does not say what it will see. Figures that hang on
//! knobs or on the speed are [gaps](super::gaps).

use serde::Serialize;

use super::Knobs;
use super::gaps::fill;

/// The text around a chapter's scenes. Each part is plain text whose
/// paragraphs are separated by empty lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lesson {
    /// What the class is asked before anything runs.
    pub question: String,
    /// What it is like outside of a computer, for a page that has room for it.
    #[serde(skip)]
    pub analogy: String,
    /// Where to look, scene by scene. What is made of a run has it with its
    /// scenes, and so with those only that are played.
    #[serde(skip)]
    pub watch: Vec<Hint>,
    /// What to remember.
    pub takeaway: String,
    /// How the article's calls are spelled in tokio, and where they differ.
    pub translation: String,
    /// What the article gets wrong or does not show, if anything.
    pub erratum: Option<Correction>,
}

/// Where to look while a scene plays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The scene.
    pub scene: String,
    /// Which row, which moment, what to compare; never what comes of it.
    pub text: String,
}

/// What is to be said about the article itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Correction {
    /// Which of its two kinds it is, as a heading says it.
    pub heading: &'static str,
    /// What is wrong or not shown, and what is so.
    pub text: String,
}

/// The parts that correct the article, and what each of them is about.
const CORRECTIONS: [(&str, &str); 2] = [
    ("Erratum", "where the article is wrong"),
    (
        "Not shown",
        "where the article is right, but does not show it",
    ),
];

impl Lesson {
    /// Takes a lesson apart, and fills it in from the knobs of a run. A part
    /// that is missing is empty, which a test over all chapters forbids.
    pub fn of(markdown: &str, knobs: &Knobs) -> Lesson {
        let part = |heading: &str| {
            let lines = markdown
                .lines()
                .skip_while(|line| line.strip_prefix("## ") != Some(heading))
                .skip(1)
                .take_while(|line| !line.starts_with("## "));
            let lines = lines.collect::<Vec<_>>().join("\n");
            fill(lines.trim(), knobs)
        };
        Lesson {
            question: part("Question"),
            analogy: part("Analogy"),
            watch: part("Watch").lines().filter_map(Hint::parse).collect(),
            takeaway: part("Takeaway"),
            translation: part("From asyncio to tokio"),
            erratum: CORRECTIONS.into_iter().find_map(|(part_of, heading)| {
                let text = Some(part(part_of)).filter(|text| !text.is_empty());
                text.map(|text| Correction { heading, text })
            }),
        }
    }

    /// Where to look in that scene. Empty if nothing is said of it, which a
    /// test over all chapters forbids.
    pub fn hint(&self, scene: &str) -> &str {
        let hint = self.watch.iter().find(|hint| hint.scene == scene);
        hint.map_or("", |hint| &hint.text)
    }
}

impl Hint {
    /// Reads an item such as `- sync: the row main`.
    fn parse(item: &str) -> Option<Hint> {
        let (scene, text) = item.strip_prefix("- ")?.split_once(": ")?;
        Some(Hint {
            scene: scene.to_owned(),
            text: text.to_owned(),
        })
    }
}
