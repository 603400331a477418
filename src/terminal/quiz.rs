//! A question, and what became of an answer.

use std::io::{self, Write};
use std::time::Duration;

use colored::Colorize;

use super::chart::Sheet;
use super::claims::{Check, check};
use super::page::Page;
use super::sources::Sources;
use crate::chapter::{Language, Mistake, time};
use crate::picture::Axis;
use crate::quiz::{Form, Grade, Parting, Question};
use crate::report::{Report, Scene};
use crate::system::foreign::clean;

/// Writes a question with what there is to choose from. Who has to find a time
/// or a number is shown no choices, unless the answer is only thought of.
pub(crate) fn question(
    page: &Page,
    out: &mut dyn Write,
    number: usize,
    of: usize,
    question: &Question,
    is_thought_of: bool,
) -> io::Result<()> {
    writeln!(out)?;
    let asks = format!("{number} of {of}. {}", clean(&question.asks));
    let lines = page.wrap(2, &asks).join("\n");
    writeln!(out, "{}", lines.bold())?;
    let list: Vec<&str> = match question.form {
        Form::Order => question
            .items
            .iter()
            .map(|item| item.says.as_str())
            .collect(),
        Form::Choice => choices(question),
        _ if is_thought_of => choices(question),
        _ => Vec::new(),
    };
    let is_numbered = matches!(question.form, Form::Order | Form::Choice);
    for (number, says) in (1..).zip(list) {
        let mark = match is_numbered {
            true => format!("{number}  "),
            false => "-  ".to_owned(),
        };
        let lines = page.wrap(4 + mark.len(), &clean(says)).join("\n");
        writeln!(out, "    {mark}{}", lines.trim_start())?;
    }
    Ok(())
}

fn choices(question: &Question) -> Vec<&str> {
    let choices = question.choices.iter();
    choices.map(|choice| choice.says.as_str()).collect()
}

/// What became of an answer.
pub(crate) struct Graded<'a> {
    /// The question's number.
    pub number: usize,
    /// The question.
    pub question: &'a Question,
    /// What was typed; `None` if nothing was, as it was only thought of.
    pub typed: Option<&'a str>,
    /// Its worth, or why it is no answer.
    pub grade: Option<Result<&'a Grade, &'a str>>,
    /// Where the run parts from it, if it is wrong.
    pub parting: Option<Parting>,
}

/// Writes what became of an answer. `seen` is the scene that it is about, if it
/// is about one and that was played.
pub(crate) fn graded(
    page: &Page,
    out: &mut dyn Write,
    seen: Option<(&Report, &Scene)>,
    graded: &Graded,
) -> io::Result<()> {
    let Graded {
        number, question, ..
    } = graded;
    let right = question.right().map_or("", |choice| &choice.says);
    let is_right = matches!(graded.grade, Some(Ok(Grade { right: true, .. })));
    if graded.grade.is_none() || is_right {
        let right = match (is_right, question.form) {
            // One right order is as good as another.
            (true, Form::Order) => "Right.".to_owned(),
            (true, _) => format!("Right: {right}."),
            (false, Form::Order) => String::new(),
            (false, _) => format!("Answer: {right}."),
        };
        let words = format!("{number}. {right} {}", question.evidence);
        check(page, out, Check::Holds, &clean(&words), "")?;
        return command(page, out, question);
    }
    let said = graded.typed.unwrap_or_default();
    let said = match (&graded.grade, question.form) {
        (
            Some(Ok(Grade {
                choice: Some(choice),
                ..
            })),
            Form::Choice,
        ) => choice.says.as_str(),
        _ => said,
    };
    let words = format!("{number}. Your answer: {said}. Right: {right}.");
    check(page, out, Check::Broken, &clean(&words), "")?;
    let indent = if page.plain { 2 } else { 6 };
    let mut says = Vec::new();
    if let Some(Err(why)) = graded.grade {
        says.push((*why).to_owned());
    }
    says.push(match &graded.parting {
        Some(parting) => format!(
            "At {} {}{}.",
            time(parting.at),
            parting.words,
            seen.map_or(String::new(), |(report, scene)| place(
                report, scene, parting
            ))
        ),
        None => question.evidence.clone(),
    });
    if graded
        .parting
        .as_ref()
        .is_some_and(|p| !question.evidence.contains(&p.words))
    {
        says.push(question.evidence.clone());
    }
    if let Some(Ok(Grade {
        choice: Some(choice),
        ..
    })) = graded.grade
    {
        says.extend(choice.mistake.map(Mistake::says).map(str::to_owned));
        page.prose(out, indent, &clean(&says.join(" ")))?;
        if let Some(held) = &choice.belief {
            page.prose(out, indent, &format!("Belief: {}", held.belief))?;
            page.prose(out, indent, &format!("Truth: {}", held.truth))?;
        }
    } else {
        page.prose(out, indent, &clean(&says.join(" ")))?;
    }
    command(page, out, question)
}

fn command(
    page: &Page,
    out: &mut dyn Write,
    question: &Question,
) -> io::Result<()> {
    match &question.command {
        Some(command) => page.command(out, 6, command),
        None => Ok(()),
    }
}

/// Where it happens in the code that is read, in brackets. Of what is not said
/// only the Rust code's place is known.
fn place(report: &Report, scene: &Scene, parting: &Parting) -> String {
    let Some(place) = &parting.place else {
        return String::new();
    };
    let place = match &parting.said {
        Some(said) => Sources::of(report, scene).text(place, said),
        None if report.reading.has(Language::Rust) => {
            super::sources::short(place)
        }
        None => return String::new(),
    };
    format!(" ({place})")
}

/// Points at times of a scene's picture, from below: a row with a number under
/// the column of each. Nothing where the picture has no axis of time.
pub(crate) fn pointers(
    page: &Page,
    out: &mut dyn Write,
    report: &Report,
    scene: &Scene,
    times: &[(usize, Duration)],
) -> io::Result<()> {
    if page.plain || times.is_empty() {
        return Ok(());
    }
    let sheet = Sheet::new(*page, report);
    let layout = sheet.layout(report, scene, 1);
    if layout.axis != Axis::Time || layout.scale.is_zero() {
        return Ok(());
    }
    let mut times = times.to_vec();
    times.sort_by_key(|(_, at)| *at);
    let mut row = String::new();
    for (number, at) in times {
        let share = at.as_secs_f64() / layout.scale.as_secs_f64();
        let column = (share * layout.columns as f64) as usize;
        let gap = (sheet.before() + column).saturating_sub(row.chars().count());
        let gap = if row.is_empty() { gap } else { gap.max(1) };
        row += &" ".repeat(gap);
        row += &format!("^{number}");
    }
    writeln!(out, "{row}")
}
