//! A chapter on paper: what it asks, its code, and what it says.

use std::io::Write;

use anyhow::Result;
use colored::Colorize;

use super::screen::Screen;
use crate::chapter::Chapter;

/// Shows a chapter.
///
/// # Errors
/// If nobody reads the output any more.
pub fn show(chapter: &Chapter, screen: &mut Screen) -> Result<()> {
    let page = screen.page;
    let lesson = chapter.lesson();
    page.title(screen, chapter.name, chapter.title)?;
    writeln!(screen)?;
    page.prose(screen, 2, &lesson.question)?;
    page.heading(screen, "scenes", "")?;
    let width = chapter.scenes.iter().map(|scene| scene.name.len()).max();
    let width = width.unwrap_or(0);
    for scene in chapter.scenes {
        let about = page.wrap(width + 4, scene.about).join("\n");
        let name = format!("{:width$}", scene.name).bold();
        writeln!(screen, "  {name}  {}", about.trim_start())?;
    }
    page.heading(screen, "demo.rs", "the code that runs")?;
    for (number, line) in (1..).zip(chapter.demo.lines()) {
        let number = format!("{number:>3}").dimmed();
        writeln!(screen, "{number}  {line}")?;
    }
    page.heading(screen, "from asyncio to tokio", "")?;
    page.prose(screen, 2, &lesson.translation)?;
    page.heading(screen, "remember", "")?;
    page.prose(screen, 2, &lesson.takeaway)?;
    if let Some(erratum) = lesson.erratum {
        page.heading(screen, "erratum", "where the article is wrong")?;
        page.prose(screen, 2, &erratum)?;
    }
    screen.flush()?;
    Ok(())
}
