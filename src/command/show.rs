//! A chapter on paper: what it asks, its code, and what it says; or one scene
//! of it: its code, and what happens when it is played.

use std::io::Write;

use anyhow::Result;
use colored::Colorize;

use crate::chapter::{
    Chapter, Clocks, Knobs, Lang, Language, Part, Reading, Scene,
};
use crate::picture::Legend;
use crate::report::{self, Choice, Nobody, Plan, Unheard};
use crate::terminal::{self, Listing, Screen, listings, remember};
use crate::trace::Clock;

/// Shows a chapter, in the languages that are read.
///
/// # Errors
/// If nobody reads the output any more.
pub fn show(
    chapter: &Chapter,
    reading: Reading,
    screen: &mut Screen,
) -> Result<()> {
    let page = screen.page;
    let lesson = chapter.lesson(&Knobs::new(chapter.knobs));
    question(chapter, screen)?;
    page.heading(screen, "scenes", "")?;
    let width = chapter.scenes.iter().map(|scene| scene.name.len()).max();
    let width = width.unwrap_or(0);
    for scene in chapter.scenes {
        let about = page.wrap(width + 4, scene.about).join("\n");
        let name = format!("{:width$}", scene.name).bold();
        writeln!(screen, "  {name}  {}", about.trim_start())?;
    }
    code(reading, screen, |language| chapter.code(language))?;
    // Who reads no Rust need not know how it is spelled there.
    if reading.has(Language::Rust) {
        page.heading(screen, "from asyncio to tokio", "")?;
        page.prose(screen, 2, &lesson.translation)?;
    }
    remember(&page, screen, &lesson)?;
    screen.flush()?;
    Ok(())
}

/// Shows one scene of a chapter, with its picture at the article's figures.
///
/// # Errors
/// If the scene fails, or if nobody reads the output any more.
pub fn show_scene(
    chapter: &'static Chapter,
    scene: &'static Scene,
    reading: Reading,
    screen: &mut Screen,
) -> Result<()> {
    let page = screen.page;
    question(chapter, screen)?;
    page.heading(screen, scene.name, scene.about)?;
    code(reading, screen, |language| chapter.code_of(scene, language))?;
    picture(chapter, scene, reading, screen)?;
    screen.flush()?;
    Ok(())
}

fn question(chapter: &Chapter, screen: &mut Screen) -> Result<()> {
    let page = screen.page;
    page.title(screen, chapter.name, chapter.title)?;
    writeln!(screen)?;
    page.prose(
        screen,
        2,
        &chapter.lesson(&Knobs::new(chapter.knobs)).question,
    )?;
    Ok(())
}

/// Writes the code that is read.
pub(in crate::command) fn code(
    reading: Reading,
    screen: &mut Screen,
    code: impl Fn(Language) -> Vec<Part<'static>>,
) -> Result<()> {
    let python = match reading.lang {
        Lang::Python => "the code in Python; what runs is the same on tokio",
        _ => "the same on CPython",
    };
    let both = [
        (Language::Rust, "demo.rs", "the code that runs"),
        (Language::Python, "demo.py", python),
    ];
    let read = both.into_iter().filter(|(of, ..)| reading.has(*of));
    let read = read.map(|(language, name, about)| Listing {
        name,
        about,
        language,
        code: code(language),
    });
    let page = screen.page;
    listings(&page, screen, &read.collect::<Vec<_>>())?;
    Ok(())
}

/// Plays a scene where that takes no time, and draws what happened.
fn picture(
    chapter: &'static Chapter,
    scene: &'static Scene,
    reading: Reading,
    screen: &mut Screen,
) -> Result<()> {
    let page = screen.page;
    let knobs = Knobs::new(chapter.knobs);
    let play = format!(
        "asyncade {} --scene {}{}",
        chapter.name,
        scene.name,
        reading.option()
    );
    if let Clocks::RealOnly { why, .. } = scene.clocks(&knobs) {
        writeln!(screen)?;
        let note = format!(
            "Its picture is not drawn here, because it {why}. Play it with '{play}'."
        );
        page.aside(screen, 2, &note)?;
        return Ok(());
    }
    let plan = Plan::new(&Choice {
        knobs,
        named: vec![scene],
        reading,
        ..Choice::new(chapter, Clock::Virtual)
    })?;
    let played = report::play(plan, &mut Nobody, Unheard::GoOn);
    if let Some(failure) = played.failure {
        return Err(failure);
    }
    let about = "on the virtual clock, at the article's figures";
    page.heading(screen, "picture", about)?;
    for scene in &played.report.scenes {
        let mut known = Legend::default();
        let report = &played.report;
        terminal::scene(&page, screen, report, scene, &mut known)?;
        terminal::apart(&page, screen, scene)?;
    }
    writeln!(screen)?;
    page.aside(screen, 2, &format!("Play it with '{play}'."))?;
    Ok(())
}
