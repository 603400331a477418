//! What beginners believe, each with what is true and the moment of a run that
//! shows it.

use std::io;

use super::frame::{Frame, page as framed};
use super::{BELIEFS, CONTENTS, Page, chapter};
use crate::chapter::{Belief, Course, Proof};
use crate::export::html::{escaped, spot};
use crate::report::{Finding, Report};

/// Their page.
pub(super) fn page(
    course: &Course,
    reports: &[Report],
    search: &str,
) -> io::Result<Page> {
    let all = course.beliefs.iter().enumerate();
    let all = all.map(|(index, belief)| {
        let proofs = belief.proofs.iter();
        let proofs = proofs.map(|proof| shown(course, reports, proof));
        format!(
            "<li id=\"{}\"><h2>{}</h2>\n<p>{}</p>\n<ul>\n{}</ul></li>\n",
            id(index),
            escaped(belief.belief),
            escaped(belief.truth),
            proofs.collect::<String>()
        )
    });
    framed(&Frame {
        path: BELIEFS,
        title: "What a beginner believes, and what is true",
        heading: "Beliefs",
        ways: &format!("<a href=\"{CONTENTS}\">All chapters</a>\n"),
        body: &format!(
            "<ol class=\"beliefs\">\n{}</ol>\n",
            all.collect::<String>()
        ),
        search,
    })
}

/// Where a belief is.
pub(super) fn link(index: usize) -> String {
    format!("{BELIEFS}#{}", id(index))
}

fn id(index: usize) -> String {
    format!("belief-{}", index + 1)
}

/// The links to those that a chapter disproves.
pub(super) fn of_chapter(course: &Course, name: &str) -> String {
    let is_here = |belief: &Belief| {
        let mut proofs = belief.proofs.iter();
        proofs.any(|proof| proof.chapter == name)
    };
    let all = course.beliefs.iter().enumerate();
    let all = all.filter(|(_, belief)| is_here(belief));
    let links: String =
        all.map(|(index, belief)| item(index, belief)).collect();
    match links.as_str() {
        "" => links,
        links => format!(
            "<section class=\"around\" aria-label=\"Beliefs\">\n<h2>Is that so?</h2>\n\
             <p>What beginners believe, and this chapter has an answer to:</p>\n\
             <ul>\n{links}</ul>\n</section>\n"
        ),
    }
}

/// The link to one, in a list.
pub(super) fn item(index: usize, belief: &Belief) -> String {
    let (link, words) = (link(index), escaped(belief.belief));
    format!("<li><a href=\"{link}\">{words}</a></li>\n")
}

/// A claim, and the link to where it is to be seen.
fn shown(course: &Course, reports: &[Report], proof: &Proof) -> String {
    let Some((chapter, claim)) = course.proof(proof) else {
        return String::new();
    };
    let mut reports = reports.iter();
    let report = reports.find(|report| report.chapter == chapter.name);
    let place = report.and_then(|report| {
        let mut findings = report.findings.iter();
        let found = findings.find(|found| found.claim == claim.id)?;
        place(report, found)
    });
    let path = escaped(&chapter::path(chapter.name));
    let place = place.map_or(String::new(), |place| format!("#{place}"));
    format!(
        "<li><a href=\"{path}{place}\">{}</a>: {}</li>\n",
        escaped(chapter.name),
        escaped(claim.says)
    )
}

/// The moment that shows it: the last one that is one of a run, or else the end
/// of the last scene that it speaks of.
fn place(report: &Report, found: &Finding) -> Option<String> {
    let spots = found.facts.iter().map(|fact| &fact.spot);
    let mut moments = spots.clone().filter(|spot| spot.event.is_some());
    let place = moments.next_back().or_else(|| spots.clone().next_back())?;
    Some(spot(report, place))
}
