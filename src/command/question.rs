//! A chapter before it is played: what it asks, where to look, and how to play
//! it. Nothing here answers: no title, no code, nothing to remember.

use std::io::{self, Write};

use anyhow::Result;
use colored::Colorize;

use crate::chapter::{Chapter, Hint, Knobs, Plays};
use crate::terminal::Screen;

/// Asks what a chapter asks.
///
/// # Errors
/// If nobody reads the output any more.
pub fn question(chapter: &Chapter, screen: &mut Screen) -> Result<()> {
    let page = screen.page;
    let lesson = chapter.lesson(&Knobs::new(chapter.knobs));
    writeln!(screen, "{}", chapter.name.bold())?;
    writeln!(screen)?;
    page.prose(screen, 2, &lesson.question)?;
    let plays = |hint: &&Hint| {
        let scene = chapter.scene(&hint.scene);
        scene.is_some_and(|scene| scene.plays != Plays::WhenAsked)
    };
    let (played, others): (Vec<_>, Vec<_>) =
        lesson.watch.iter().partition(plays);
    page.heading(screen, "watch", "")?;
    watch(screen, &played, &format!("asyncade {}", chapter.name))?;
    if !others.is_empty() {
        page.heading(screen, "more scenes", "not played by default")?;
        let all = format!("asyncade {} --all", chapter.name);
        watch(screen, &others, &all)?;
    }
    screen.flush()?;
    Ok(())
}

/// Where to look, scene by scene, and the command that plays them: on a line
/// of its own, to be copied.
fn watch(
    screen: &mut Screen,
    hints: &[&Hint],
    command: &str,
) -> io::Result<()> {
    let page = screen.page;
    for hint in hints {
        let lines = page.wrap(4, &format!("{}: {}", hint.scene, hint.text));
        let lines = lines.join("\n");
        let text = lines.trim_start().strip_prefix(hint.scene.as_str());
        let text = text.unwrap_or_default();
        writeln!(screen, "  {}{text}", hint.scene.bold())?;
    }
    writeln!(screen)?;
    writeln!(screen, "  {command}")
}
