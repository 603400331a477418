//! What is to be read on the page, with a script and without: the question, the
//! code, and the answer.

use super::moment::{link, moment};
use super::run::Run;
use super::text::{escaped, escaped_lines, paragraphs};
use crate::chapter::Fact;
use crate::report::{Finding, Report, Scene, Status};
use crate::terminal::circumstances;
use crate::trace::{Source, Trace};

/// What the page is called.
pub(super) fn name(report: &Report) -> String {
    match report.title.as_str() {
        "" => report.chapter.clone(),
        title => format!("{}: {title}", report.chapter),
    }
}

/// Its head.
pub(super) fn head(report: &Report) -> String {
    let name = escaped(&report.chapter);
    match report.title.as_str() {
        "" => format!("<h1>{name}</h1>"),
        title => format!("<h1>{name}</h1> <p>{}</p>", escaped(title)),
    }
}

/// What is asked before anything is seen, and where to look.
pub(super) fn question(report: &Report) -> String {
    let lesson = report.lesson.as_ref();
    let mut html = lesson.map_or(String::new(), |lesson| {
        let question = paragraphs(&lesson.question);
        format!("<h2>The question</h2>\n<div class=\"ask\">{question}</div>")
    });
    let circumstances = circumstances(report);
    html.extend(circumstances.iter().map(|note| paragraphs(note)));
    html
}

/// Every source file: the report's, and those that a trace brings along.
pub(super) fn code(report: &Report) -> String {
    let mut sources: Vec<&Source> = report.sources.iter().collect();
    for source in report.traces().flat_map(|trace| &trace.sources) {
        if !sources.iter().any(|other| other.file == source.file) {
            sources.push(source);
        }
    }
    let is_in = |source: &Source| {
        let mut events = report.traces().flat_map(|trace| &trace.events);
        events.any(|event| {
            event.place().is_some_and(|place| place.file == source.file)
        })
    };
    let listings = sources.into_iter().map(|source| {
        let file = escaped(&source.file);
        let name = source.file.rsplit('/').next().unwrap_or(&source.file);
        let open = if is_in(source) { " open" } else { "" };
        format!(
            "<details class=\"file\" data-file=\"{file}\"{open}>\n\
             <summary>{}</summary>\n\
             <pre tabindex=\"0\" role=\"region\" aria-label=\"{file}\">\n\
             {}</pre>\n</details>\n",
            escaped(name),
            escaped_lines(&source.text)
        )
    });
    listings.collect()
}

/// What came of it: the verdict, the claims with their evidence, and what to
/// remember.
pub(super) fn answer(report: &Report, runs: &[Run]) -> String {
    let mut html = String::new();
    if let Some(verdict) = &report.verdict {
        let sentence = escaped(&verdict.sentence);
        html += &format!("<p class=\"verdict\">{sentence}</p>\n");
        let notes = verdict.notes.iter();
        html.extend(notes.map(|note| paragraphs(note)));
    }
    html.extend(report.scenes.iter().map(remarks));
    if !report.findings.is_empty() {
        html += "<h3>Claims, checked against these runs</h3>\n";
        html += "<ul class=\"claims\" data-roving>\n";
        html.extend(report.findings.iter().map(|one| finding(one, runs)));
        html += "</ul>\n";
    }
    let Some(lesson) = &report.lesson else {
        return html;
    };
    html += &part("Remember", &lesson.takeaway);
    if let Some(erratum) = &lesson.erratum {
        let heading = format!("Erratum: {}", erratum.heading);
        html += &part(&heading, &erratum.text);
    }
    html + &part("From asyncio to tokio", &lesson.translation)
}

fn part(heading: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("<h3>{}</h3>\n{}", escaped(heading), paragraphs(text))
}

/// What has to be known of a scene, and where CPython parts from it.
fn remarks(scene: &Scene) -> String {
    let other = scene.counterpart.as_ref();
    let parting = other.and_then(|other| {
        let at = other.parting.as_ref()?;
        let why = other.why.as_deref().unwrap_or_default();
        Some(format!("Here the two worlds part. {at}. {why}"))
    });
    let failure = scene.failure.as_ref();
    let failure = failure.map(|why| format!("It came to no good end: {why}"));
    let remarks = scene.notes.iter().cloned().chain(parting).chain(failure);
    let remarks = remarks.map(|remark| {
        let (name, remark) = (escaped(&scene.name), escaped(&remark));
        format!("<p><strong>{name}:</strong> {remark}</p>\n")
    });
    remarks.collect()
}

/// A claim, what became of it, and where that is to be seen.
fn finding(finding: &Finding, runs: &[Run]) -> String {
    let (class, status) = match finding.status {
        Status::Holds => ("holds", "holds"),
        Status::Broken => ("broken", "does not hold"),
        Status::NotApplicable => ("moot", "does not apply"),
    };
    let is_of_several = finding.scenes.len() > 1;
    // The same may have been asked for several reasons.
    let mut facts: Vec<String> = Vec::new();
    for fact in &finding.facts {
        let scene = is_of_several.then_some(fact.spot.scene.as_str());
        let fact = evidence(fact, scene, runs);
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    let list = match facts.is_empty() {
        true => String::new(),
        false => format!("<ul>\n{}</ul>\n", facts.concat()),
    };
    format!(
        "<li class=\"{class}\"><strong>{status}</strong> {}\n<p>{}</p>\n{list}\
         </li>\n",
        escaped(&finding.says),
        escaped(&finding.evidence)
    )
}

/// A piece of evidence, with the scene that it is of where they are several.
fn evidence(fact: &Fact, scene: Option<&str>, runs: &[Run]) -> String {
    let scene = scene.map_or(String::new(), |scene| {
        format!("<em>{}:</em> ", escaped(scene))
    });
    let what = escaped(&fact.what);
    let what = match moment(fact, runs) {
        Some((run, step)) => {
            format!("<a href=\"#{}\">{what}</a>", link(run, step))
        }
        None => what,
    };
    let measured = escaped(&fact.measured);
    let expected = match fact.holds {
        true => String::new(),
        false => format!(", should be: {}", escaped(&fact.expected)),
    };
    format!("<li>{scene}{what}: {measured}{expected}</li>\n")
}

/// How it was made.
pub(super) fn foot(report: &Report) -> String {
    let knobs = report.knobs.iter();
    let knobs = knobs.map(|(name, value)| format!("{name} {value}"));
    let knobs: Vec<String> = knobs.collect();
    let clock = format!("{} clock", report.clock);
    let speed =
        (report.speed != 1.0).then(|| format!("speed {}", report.speed));
    let worlds = report.traces().map(world).collect::<Vec<String>>();
    let mut known: Vec<&str> = Vec::new();
    for world in &worlds {
        if !known.contains(&world.as_str()) {
            known.push(world);
        }
    }
    let known = known.into_iter().map(str::to_owned);
    let parts: Vec<String> = knobs
        .into_iter()
        .chain([clock])
        .chain(speed)
        .chain(known)
        .collect();
    format!(
        "<p>asyncade {}: {}</p>",
        escaped(&report.program),
        escaped(&parts.join(", "))
    )
}

fn world(trace: &Trace) -> String {
    let world = &trace.header.world;
    match &world.version {
        Some(version) => format!("{} {version}", world.called()),
        None => world.called().to_owned(),
    }
}
