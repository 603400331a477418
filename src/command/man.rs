//! The manual: a page for the program, and one for each of its commands.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::report::Usage;
use crate::system::foreign;
use crate::system::output::Output;
use crate::terminal::{Screen, Section};

/// Its pages.
pub struct Manual {
    /// The program's own first.
    pages: Vec<Sheet>,
}

/// A page.
struct Sheet {
    man: Man,
    command: Command,
    /// What it says beside what clap knows.
    sections: Vec<Section>,
}

impl Manual {
    /// The manual of a program; `sections` knows what to say of it and of each
    /// command beside what clap knows.
    pub fn new(
        mut program: Command,
        sections: impl Fn(Option<&str>) -> Vec<Section>,
    ) -> Manual {
        program.build();
        let version = program.get_version().unwrap_or_default();
        let source = format!("{} {version}", program.get_name());
        let page = |command: &Command, sections| Sheet {
            man: Man::new(command.clone()).source(source.clone()),
            command: command.clone(),
            sections,
        };
        let commands = program.get_subcommands();
        let commands = commands.filter(|command| !command.is_hide_set());
        let pages = commands
            .map(|command| page(command, sections(Some(command.get_name()))));
        Manual {
            pages: std::iter::once(page(&program, sections(None)))
                .chain(pages)
                .collect(),
        }
    }
}

impl Sheet {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let man = &self.man;
        man.render_title(out)?;
        man.render_name_section(out)?;
        man.render_synopsis_section(out)?;
        man.render_description_section(out)?;
        man.render_options_section(out)?;
        if self.command.has_subcommands() {
            man.render_subcommands_section(out)?;
        }
        for section in &self.sections {
            let mut roff = Roff::new();
            roff.control("SH", [section.heading.to_uppercase().as_str()]);
            for (term, about) in &section.rows {
                if about.is_empty() {
                    roff.control("PP", []);
                    roff.text([bold(term.as_str())]);
                } else {
                    roff.control("TP", []);
                    roff.text([bold(term.as_str())]);
                    roff.text([roman(about.as_str())]);
                }
            }
            roff.to_writer(out)?;
        }
        let name = self.command.get_display_name();
        let is_part = name.is_some_and(|name| name.contains('-'));
        if is_part {
            let mut roff = Roff::new();
            roff.control("SH", ["SEE ALSO"]);
            roff.text([bold("asyncade"), roman("(1)")]);
            roff.to_writer(out)?;
        } else {
            man.render_version_section(out)?;
        }
        Ok(())
    }
}

/// Prints the program's own page.
///
/// # Errors
/// If nobody reads the output any more.
pub fn man(manual: &Manual, screen: &mut Screen) -> Result<()> {
    for page in manual.pages.iter().take(1) {
        page.write(screen)?;
    }
    screen.flush()?;
    Ok(())
}

/// Writes every page to a folder, which is made if it is not there.
///
/// # Errors
/// A [`Usage`] error if there is no such folder and none can be made, or if a
/// page cannot be written there. What the file system says otherwise.
pub fn man_pages(
    manual: &Manual,
    folder: &Path,
    screen: &mut Screen,
) -> Result<()> {
    let shown = foreign::path(folder);
    let cannot = format!("cannot write the manual to '{shown}'");
    if folder.exists() && !folder.is_dir() {
        let usage = Usage::new("it is a file", "give a folder");
        return Err(usage.of(&cannot).into());
    }
    fs::create_dir_all(folder).map_err(|error| {
        let instead = "choose a folder that you can write to";
        Usage::new(error.to_string(), instead).of(&cannot)
    })?;
    let pages = manual.pages.iter();
    let drafts = pages.map(|page| {
        Output::new(&folder.join(page.man.get_filename()))
            .map(|output| (page, output))
            .map_err(|usage| usage.of(&cannot))
    });
    // All that can be known to go wrong is known before anything is written.
    let drafts: Vec<(&Sheet, Output)> = drafts.collect::<Result<_, _>>()?;
    let count = drafts.len();
    for (page, output) in drafts {
        output
            .write(|out| page.write(out))
            .with_context(|| cannot.clone())?;
    }
    writeln!(screen, "{count} pages of the manual are in '{shown}'.")?;
    screen.flush()?;
    Ok(())
}
