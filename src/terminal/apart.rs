//! Where CPython does something else than tokio, for whoever reads its code.

use std::io::{self, Write};

use super::claims::{Check, check};
use super::page::Page;
use super::sources::short;
use crate::chapter::clock;
use crate::report::{Apart, Scene};
use crate::system::foreign::clean;

/// More of what CPython says is counted.
const MOST: usize = 8;

/// Says where the two worlds part, and why.
pub fn parting(
    page: &Page,
    out: &mut dyn Write,
    at: &str,
    why: Option<&str>,
) -> io::Result<()> {
    let part = format!("Here the two worlds part. {at}.");
    check(page, out, Check::Note, &part, why.unwrap_or_default())
}

/// Says of a scene what whoever reads Python has to know: where CPython does
/// something else. If its world is drawn beside tokio's, that is said already.
pub fn apart(
    page: &Page,
    out: &mut dyn Write,
    scene: &Scene,
) -> io::Result<()> {
    let python = scene.in_python.as_ref();
    let Some(apart) = python.and_then(|python| python.apart.as_ref()) else {
        return Ok(());
    };
    if scene.counterpart.is_none() {
        parting(page, out, &apart.at, apart.why.as_deref())?;
    }
    instead(page, out, apart)
}

/// Writes what CPython says from there on, if that is known.
fn instead(page: &Page, out: &mut dyn Write, apart: &Apart) -> io::Result<()> {
    if apart.instead.is_empty() {
        return Ok(());
    }
    page.prose(out, 4, "What demo.py says from there on:")?;
    for said in apart.instead.iter().take(MOST) {
        let (at, lane) = (clock(said.at), clean(&said.lane));
        let (text, place) = (clean(&said.text), short(&said.place));
        let line = format!("{at} {lane}: {text} ({place})");
        for line in page.wrap(6, &line) {
            writeln!(out, "{line}")?;
        }
    }
    let more = apart.instead.len().saturating_sub(MOST);
    if more > 0 {
        writeln!(out, "      and {more} lines more")?;
    }
    Ok(())
}
