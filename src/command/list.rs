//! The chapters, in the article's order, and how to start.

use std::io::Write;

use anyhow::Result;
use colored::Colorize;

use crate::chapter::{Chapter, Course};
use crate::terminal::{Page, Screen};

/// The headings of the columns.
const CHAPTER: &str = "chapter";
const SHOWS: &str = "what it shows";
const IN_CLASS: &str = "in class";

/// Lists every chapter.
///
/// # Errors
/// If nobody reads the output any more.
pub fn list(course: &Course, screen: &mut Screen) -> Result<()> {
    let page = screen.page;
    page.prose(
        screen,
        0,
        "asyncade replays the demos of an article on Python's asyncio, chapter by chapter, on \
         tokio, and shows what really happened, when, and why it was faster.",
    )?;
    writeln!(screen)?;
    table(course, &page, screen)?;
    writeln!(screen)?;
    let in_class = format!(
        "In class: to read the question, to predict, to run it, to change one knob, and to talk \
         about it, {} minutes in all. To run a chapter takes seconds.",
        course.minutes()
    );
    page.prose(screen, 0, &in_class)?;
    let Some(first) = course.chapters.first() else {
        return Ok(screen.flush()?);
    };
    let name = first.name;
    writeln!(screen)?;
    page.prose(screen, 0, "Start with")?;
    writeln!(screen)?;
    page.command(screen, 2, &format!("asyncade {name}"))?;
    writeln!(screen)?;
    page.prose(
        screen,
        0,
        "What a chapter can do, its code in Rust and in Python, what beginners believe instead, \
         and all the rest:",
    )?;
    writeln!(screen)?;
    page.command(screen, 2, &format!("asyncade help {name}"))?;
    page.command(screen, 2, &format!("asyncade show {name}"))?;
    page.command(screen, 2, "asyncade list --beliefs")?;
    page.command(screen, 2, "asyncade help")?;
    screen.flush()?;
    Ok(())
}

/// The chapters, with a heading over each column: a number of minutes by itself
/// reads as how long a run takes.
fn table(course: &Course, page: &Page, screen: &mut Screen) -> Result<()> {
    let chapters = course.chapters.iter();
    let width = chapters.clone().map(|chapter| chapter.name.len()).max();
    let width = width.unwrap_or(0);
    if page.is_wide() {
        let right = page.width - IN_CLASS.len();
        let middle = right.saturating_sub(2 + width + 2);
        let heading =
            format!("  {:width$}  {SHOWS:middle$}{IN_CLASS}", CHAPTER);
        writeln!(screen, "{}", heading.underline())?;
        for Chapter {
            name,
            title,
            minutes,
            ..
        } in chapters
        {
            let name = format!("{name:width$}").bold();
            let minutes = format!("{minutes} min");
            let of = IN_CLASS.len();
            writeln!(screen, "  {name}  {title:middle$}{minutes:>of$}")?;
        }
        return Ok(());
    }
    let heading = format!("  {CHAPTER:width$}  {IN_CLASS}");
    writeln!(screen, "{}", heading.underline())?;
    for chapter in chapters {
        let name = format!("{:width$}", chapter.name).bold();
        let of = IN_CLASS.len();
        let minutes = format!("{} min", chapter.minutes);
        writeln!(screen, "  {name}  {minutes:>of$}")?;
        page.prose(screen, 4, chapter.title)?;
    }
    Ok(())
}
