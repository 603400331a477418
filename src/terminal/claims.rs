//! A claim with its tick and its evidence.

use std::io::{self, Write};

use colored::Colorize;

use super::page::Page;
use crate::report::{Finding, Status};
use crate::system::foreign::clean;

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It holds.
    Holds,
    /// It does not.
    Broken,
    /// Neither: it says nothing here, and the evidence says why.
    Moot,
}

/// Writes a claim: the sentence behind its mark, the evidence below.
///
/// # Errors
/// Whatever the writer says.
pub fn check(
    page: &Page,
    out: &mut dyn Write,
    check: Check,
    sentence: &str,
    evidence: &str,
) -> io::Result<()> {
    // It quotes what was said, and who knows by whom.
    let evidence = &clean(evidence);
    if page.plain {
        let mark = match check {
            Check::Holds => "Holds",
            Check::Broken => "Does not hold",
            Check::Moot => "Note",
        };
        writeln!(out, "{mark}: {sentence}")?;
        return page.prose(out, 2, evidence);
    }
    let mark = match check {
        Check::Holds => page.glyphs.yes.to_string().green().bold(),
        Check::Broken => page.glyphs.no.to_string().red().bold(),
        Check::Moot => "-".dimmed(),
    };
    let sentence = page.wrap(4, sentence).join("\n");
    writeln!(out, "  {mark} {}", sentence.trim_start())?;
    if evidence.is_empty() {
        return Ok(());
    }
    page.aside(out, 6, evidence)
}

/// Writes a claim and what became of it.
///
/// # Errors
/// Whatever the writer says.
pub fn finding(
    page: &Page,
    out: &mut dyn Write,
    finding: &Finding,
) -> io::Result<()> {
    let Finding { says, evidence, .. } = finding;
    match finding.status {
        Status::Holds => check(page, out, Check::Holds, says, evidence),
        Status::Broken => check(page, out, Check::Broken, says, evidence),
        Status::NotApplicable => {
            let why = format!("does not apply: {evidence}");
            check(page, out, Check::Moot, says, &why)
        }
    }
}
