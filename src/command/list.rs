//! The chapters, in the article's order, and how to start.

use std::io::Write;

use anyhow::Result;
use colored::Colorize;

use crate::chapter::Course;
use crate::terminal::Screen;

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
    let chapters = course.chapters.iter();
    let width = chapters.clone().map(|chapter| chapter.name.len()).max();
    let width = width.unwrap_or(0);
    for chapter in chapters {
        let name = format!("{:width$}", chapter.name).bold();
        let minutes = format!("{:>2} min", chapter.minutes).dimmed();
        let title = page.wrap(0, chapter.title).join(" ");
        if page.is_wide() {
            let gap =
                page.width.saturating_sub(2 + width + 2 + title.len() + 6);
            writeln!(screen, "  {name}  {title}{:gap$}{minutes}", "")?;
        } else {
            writeln!(screen, "  {name} {minutes}")?;
            page.aside(screen, 4, chapter.title)?;
        }
    }
    writeln!(screen)?;
    page.prose(
        screen,
        0,
        "Start with 'asyncade sync-vs-async'. 'asyncade gather --help' lists \
         the options of a chapter, and 'asyncade show gather' prints its code. \
         Both are in Rust, which is what runs; add '--lang python' to read \
         Python, or set ASYNCADE_LANG=python once.",
    )?;
    writeln!(screen)?;
    page.prose(
        screen,
        0,
        "'asyncade checklist' proves the article's practices, 'asyncade list \
         --beliefs' lists what beginners believe instead, 'asyncade prove' \
         checks every claim, and 'asyncade verify' asks CPython.",
    )?;
    screen.flush()?;
    Ok(())
}
