//! A completion script for a shell.

use std::io::Write;

use anyhow::Result;
use clap::Command;
use clap_complete::Shell;

use crate::terminal::Screen;

/// Prints what completes a command's arguments in a shell.
///
/// # Errors
/// If nobody reads the output any more.
pub fn completions(
    mut command: Command,
    shell: Shell,
    screen: &mut Screen,
) -> Result<()> {
    // Into memory first: clap_complete panics on a closed pipe.
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut script);
    screen.write_all(&script)?;
    screen.flush()?;
    Ok(())
}
