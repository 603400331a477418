//! The manual page.

use std::io::Write;

use anyhow::Result;
use clap::Command;

use crate::terminal::Screen;

/// Prints a command's manual page.
///
/// # Errors
/// If nobody reads the output any more.
pub fn man(command: Command, screen: &mut Screen) -> Result<()> {
    clap_mangen::Man::new(command).render(screen)?;
    screen.flush()?;
    Ok(())
}
