//! A chapter on paper: what it asks, its code, and what it says.

use std::io::Write;

use anyhow::Result;
use colored::Colorize;

use crate::chapter::{Chapter, Knobs};
use crate::terminal::{Language, Listing, Screen, listings, remember};

/// Shows a chapter.
///
/// # Errors
/// If nobody reads the output any more.
pub fn show(chapter: &Chapter, screen: &mut Screen) -> Result<()> {
    let page = screen.page;
    let lesson = chapter.lesson(&Knobs::new(chapter.knobs));
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
    let rust = Listing {
        name: "demo.rs",
        about: "the code that runs",
        language: Language::Rust,
        code: chapter.demo,
    };
    let python = Listing {
        name: "demo.py",
        about: "the same on CPython",
        language: Language::Python,
        code: chapter.twin.demo,
    };
    listings(&page, screen, [&rust, &python])?;
    page.heading(screen, "from asyncio to tokio", "")?;
    page.prose(screen, 2, &lesson.translation)?;
    remember(&page, screen, &lesson)?;
    screen.flush()?;
    Ok(())
}
