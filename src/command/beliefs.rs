//! What is believed, and what is true.

use std::io::Write;

use anyhow::Result;
use colored::Colorize;

use crate::chapter::Course;
use crate::terminal::Screen;

/// Lists what beginners believe, what is true, and the scene that shows it.
///
/// # Errors
/// If nobody reads the output any more.
pub fn beliefs(course: &Course, screen: &mut Screen) -> Result<()> {
    let page = screen.page;
    page.title(
        screen,
        "beliefs",
        "what a beginner believes, and what is true",
    )?;
    for belief in course.beliefs {
        writeln!(screen)?;
        let lines = page.wrap(2, belief.belief).join("\n");
        writeln!(screen, "{}", lines.bold())?;
        page.prose(screen, 4, belief.truth)?;
        let commands = belief.proofs.iter().map(|proof| course.command(proof));
        let mut commands: Vec<String> = commands.collect();
        // One scene may show two things.
        commands.dedup();
        for command in commands {
            page.command(screen, 4, &command)?;
        }
    }
    screen.flush()?;
    Ok(())
}
