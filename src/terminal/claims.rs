//! A claim with its tick and its evidence.

use std::io::{self, Write};

use colored::Colorize;

use super::ink::{BAD, GOOD};
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
    Note,
}

/// The columns of a mark and what is around it.
const MARK: usize = 4;

/// Writes a claim: the sentence behind its mark, the evidence below.
pub fn check(
    page: &Page,
    out: &mut dyn Write,
    check: Check,
    sentence: &str,
    evidence: &str,
) -> io::Result<()> {
    // It quotes what was said, and who knows by whom.
    let evidence = &short(&clean(evidence), page.glyphs.ellipsis);
    for line in marked(page, check, sentence) {
        writeln!(out, "{line}")?;
    }
    if evidence.is_empty() {
        return Ok(());
    }
    page.prose(out, if page.plain { 2 } else { MARK + 2 }, evidence)
}

/// Writes a claim and what became of it.
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
            check(page, out, Check::Note, says, &why)
        }
    }
}

/// A claim as it stands in a summary: without its evidence, unless it does not
/// hold. On one row, it is cut.
pub(super) fn row(page: &Page, finding: &Finding, on_one: bool) -> Vec<String> {
    let (mark, words) = match finding.status {
        Status::Holds => (Check::Holds, finding.says.clone()),
        Status::NotApplicable => {
            let words = format!("(does not apply) {}", finding.says);
            (Check::Note, words)
        }
        Status::Broken => {
            let evidence = clean(&finding.evidence);
            let evidence = short(&evidence, page.glyphs.ellipsis);
            let words = format!("{} But: {evidence}", finding.says);
            return marked(page, Check::Broken, &words);
        }
    };
    if on_one {
        marked(page, mark, &page.cut(MARK, &words))
    } else {
        marked(page, mark, &words)
    }
}

/// A sentence behind its mark.
fn marked(page: &Page, check: Check, sentence: &str) -> Vec<String> {
    if page.plain {
        let mark = match check {
            Check::Holds => "Holds",
            Check::Broken => "Does not hold",
            Check::Note => "Note",
        };
        return vec![format!("{mark}: {sentence}")];
    }
    let mark = match check {
        Check::Holds => page.glyphs.yes.to_string().color(GOOD).bold(),
        Check::Broken => page.glyphs.no.to_string().color(BAD).bold(),
        Check::Note => "-".normal(),
    };
    let mut lines = page.wrap(MARK, sentence);
    if let Some(first) = lines.first_mut() {
        *first = format!("  {mark} {}", first.trim_start());
    }
    lines
}

/// The most letters of a claim's evidence that anybody reads.
const LONGEST: usize = 400;

/// Evidence that quotes a thousand lines, cut.
fn short(evidence: &str, ellipsis: &str) -> String {
    if evidence.chars().count() <= LONGEST {
        return evidence.to_owned();
    }
    let kept: String = evidence.chars().take(LONGEST).collect();
    format!("{kept}{ellipsis}")
}
