//! A run as a section of a course page: what is asked, the code, what happened,
//! what came of it, and what to remember. Pictures are text, so that the
//! section is all there is.

mod text;

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::Format;
use super::written::Written;
use crate::chapter::{Language, name_at, needed};
use crate::report::{Finding, Report, Reporter, Scene, Status};
use crate::system::foreign::clean_lines;
use crate::terminal::{
    Full, INTERRUPTED, Page, Screen, about, circumstances, outcome,
};
use crate::trace::{Source, What};
use text::{escape, fence, paragraphs, prose, span};

pub(super) const FORMAT: Format = Format {
    extension: "md",
    write: |report, out| write(report, out),
};

/// Pictures are laid out for so many columns.
const COLUMNS: usize = 80;

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    heading(report, out)?;
    if let Some(lesson) = &report.lesson {
        writeln!(out, "\n### The question")?;
        paragraphs(out, &lesson.question)?;
    }
    code(report, out)?;
    scenes(report, out)?;
    if report.interrupted {
        writeln!(out, "\n**{INTERRUPTED}**")?;
    }
    let failures = report.scenes.iter().filter_map(|scene| {
        let failure = scene.failure.as_ref()?;
        Some(format!("{} failed: {failure}", scene.name))
    });
    for failure in failures {
        writeln!(out, "\n**{}**", escape(&failure))?;
    }
    let outcome = outcome(report);
    if !outcome.is_empty() {
        writeln!(out, "\n### What came of it")?;
        writeln!(out, "\n**{}**", escape(&outcome))?;
    }
    claims(&report.findings, out)?;
    let Some(lesson) = &report.lesson else {
        return Ok(());
    };
    writeln!(out, "\n### To remember")?;
    paragraphs(out, &lesson.takeaway)?;
    if let Some(erratum) = &lesson.erratum {
        writeln!(out, "\n### Erratum: {}", escape(erratum.heading))?;
        paragraphs(out, &erratum.text)?;
    }
    Ok(())
}

/// What was run, and how.
fn heading(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let chapter = escape(&report.chapter);
    match report.title.as_str() {
        "" => writeln!(out, "## {chapter}")?,
        title => writeln!(out, "## {chapter}: {}", escape(title))?,
    }
    for note in circumstances(report) {
        writeln!(out, "\n{}", prose(&note))?;
    }
    let knobs = report.knobs.iter();
    let knobs = knobs.map(|(name, value)| span(&format!("--{name} {value}")));
    let knobs = knobs.collect::<Vec<_>>().join(", ");
    if !knobs.is_empty() {
        writeln!(out, "\nPlayed with {knobs}.")?;
    }
    Ok(())
}

/// The code of the scenes that were played, in both languages.
fn code(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.sources.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### The code")?;
    for source in &report.sources {
        let language = match source.lang.as_str() {
            "rust" => Some((Language::Rust, "Rust")),
            "python" => Some((Language::Python, "Python")),
            _ => None,
        };
        let file = escape(&source.file);
        match language {
            Some((_, name)) => writeln!(out, "\n#### {name}: {file}")?,
            None => writeln!(out, "\n#### {file}")?,
        }
        // Of a run that is of no chapter it is a stranger's.
        let language = language.filter(|_| report.lesson.is_some());
        let lines = language
            .and_then(|(language, _)| of_scenes(report, source, language));
        let lines = lines.unwrap_or_else(|| source.text.clone());
        let is_known = matches!(source.lang.as_str(), "rust" | "python");
        let lang = if is_known { &source.lang } else { "text" };
        fence(out, lang, &clean_lines(&lines))?;
    }
    Ok(())
}

/// What of a file the scenes need that were played.
fn of_scenes(
    report: &Report,
    source: &Source,
    language: Language,
) -> Option<String> {
    let functions: BTreeSet<String> = report
        .scenes
        .iter()
        .filter_map(|scene| function(report, scene))
        .collect();
    let functions: Vec<String> = functions.into_iter().collect();
    let mut text = String::new();
    let mut last = None;
    for part in needed(&source.text, language, &functions) {
        let first = part.lines.first().map(|(number, _)| *number);
        // Something is left out, or an empty line is.
        if last.is_some() && first != last {
            text.push('\n');
        }
        last = part.lines.last().map(|(number, _)| number + 1);
        for (_, line) in part.lines {
            text.push_str(line);
            text.push('\n');
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The function that a scene is: it has the same name in both languages, and
/// main is made in it.
fn function(report: &Report, scene: &Scene) -> Option<String> {
    let trace = scene.trace.as_ref()?;
    let places = trace.events.iter().filter(|event| event.lane == 0);
    let places =
        places.filter(|event| !matches!(event.what, What::Pend { .. }));
    let place = places.filter_map(|event| event.place()).next()?;
    let mut sources = report.sources.iter();
    let source = sources.find(|source| source.file == place.file)?;
    let language = match source.lang.as_str() {
        "python" => Language::Python,
        _ => Language::Rust,
    };
    name_at(&source.text, language, place.line)
}

/// Each scene that was played: its lines and its picture.
fn scenes(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n### What happened")?;
    let written = Written::default();
    let page = Page::new(COLUMNS, true);
    let mut screen = Screen::new(page, written.clone());
    let mut full = Full::new(&mut screen);
    for (index, scene) in report.scenes.iter().enumerate() {
        let Some(trace) = &scene.trace else { continue };
        let about = about(report, scene);
        let name = escape(&scene.name);
        writeln!(out, "\n#### {name}")?;
        if !about.is_empty() {
            writeln!(out, "\n{}", escape(&about))?;
        }
        if !scene.watch.is_empty() {
            writeln!(out, "\nWatch: {}", prose(&scene.watch))?;
        }
        full.opens(report, index);
        full.happened(&trace.events)?;
        full.scene_ends(report, index)?;
        let text = written.take();
        fence(out, "text", &console::strip_ansi_codes(&text))?;
    }
    Ok(())
}

/// Each claim with what became of it, and what shows it.
fn claims(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### What is claimed, and what shows it")?;
    for Finding {
        says,
        status,
        evidence,
        ..
    } in findings
    {
        let status = match status {
            Status::Holds => "Holds",
            Status::Broken => "Does not hold",
            Status::NotApplicable => "Does not apply",
        };
        writeln!(out, "\n- **{status}:** {}", prose(says))?;
        if !evidence.is_empty() {
            // Below the sentence, and part of the same item.
            writeln!(out, "\n  {}", escape(evidence))?;
        }
    }
    Ok(())
}
