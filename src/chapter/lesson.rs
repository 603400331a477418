//! `lesson.md`, taken apart. A lesson is a Markdown file with these second
//! level headings, in this order: Question, Watch, Takeaway, From asyncio to
//! tokio. Where the article is wrong, Erratum follows; where it is right but
//! does not show it, Not shown.

use serde::Serialize;

/// The text around a chapter's scenes. Each part is plain text whose
/// paragraphs are separated by empty lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lesson {
    /// What the class is asked before anything runs.
    pub question: String,
    /// What to look at while it runs.
    pub watch: String,
    /// What to remember.
    pub takeaway: String,
    /// How the article's calls are spelled in tokio, and where they differ.
    pub translation: String,
    /// What the article gets wrong or does not show, if anything.
    pub erratum: Option<Correction>,
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
    /// Takes a lesson apart. A part that is missing is empty, which a test
    /// over all chapters forbids.
    pub fn parse(markdown: &str) -> Lesson {
        let part = |heading: &str| {
            let lines = markdown
                .lines()
                .skip_while(|line| line.strip_prefix("## ") != Some(heading))
                .skip(1)
                .take_while(|line| !line.starts_with("## "));
            lines.collect::<Vec<_>>().join("\n").trim().to_owned()
        };
        Lesson {
            question: part("Question"),
            watch: part("Watch"),
            takeaway: part("Takeaway"),
            translation: part("From asyncio to tokio"),
            erratum: CORRECTIONS.into_iter().find_map(|(part_of, heading)| {
                let text = Some(part(part_of)).filter(|text| !text.is_empty());
                text.map(|text| Correction { heading, text })
            }),
        }
    }
}
