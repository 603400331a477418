//! The pages that are of no run: what is common to them, and the search.

use std::io;

use super::Page;
use crate::export::html::{
    Reach, STYLE, escaped, fill, policy, without_comments,
};

const PAGE: &str = include_str!("frame.html");
const SCRIPT: &str = include_str!("search.js");
/// What these pages have beside what a run's page has.
const OWN_STYLE: &str = include_str!("book.css");

/// What is different in each.
pub(super) struct Frame<'a> {
    pub path: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// The same, where one sees it already.
    pub heading: &'a str,
    /// Links to the other pages, as HTML.
    pub ways: &'a str,
    /// What is on it, as HTML.
    pub body: &'a str,
    /// What the search looks through, as JSON in a script.
    pub search: &'a str,
}

/// The page.
pub(super) fn page(frame: &Frame) -> io::Result<Page> {
    let script = without_comments(SCRIPT);
    let style = format!("{STYLE}{OWN_STYLE}");
    let about = frame.title.trim_start_matches(frame.heading);
    let about = about.trim_start_matches(": ");
    let mut bytes = Vec::new();
    fill(PAGE, &mut bytes, |gap| {
        Some(match gap {
            "policy" => policy(&script, &style, Reach::Nowhere),
            "title" => escaped(frame.title),
            "style" => style.clone(),
            "ways" => frame.ways.to_owned(),
            "heading" => escaped(frame.heading),
            "about" => escaped(about),
            "body" => frame.body.to_owned(),
            "program" => escaped(env!("CARGO_PKG_VERSION")),
            "entries" => frame.search.to_owned(),
            "script" => script.clone(),
            _ => return None,
        })
    })?;
    Ok(Page {
        path: frame.path.to_owned(),
        bytes,
    })
}
