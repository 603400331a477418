//! `lesson.md`, taken apart. A lesson is a Markdown file with these second
//! level headings, in this order, the last of them only where the article is
//! wrong: Question, Watch, Takeaway, From asyncio to tokio, Erratum.

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
    /// What the article gets wrong, if anything.
    pub erratum: Option<String>,
}

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
            erratum: Some(part("Erratum")).filter(|text| !text.is_empty()),
        }
    }
}
