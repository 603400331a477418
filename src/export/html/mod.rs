//! One page that plays a run: everything is in it, and it asks nobody for
//! anything. What is to be read without a script is plain HTML ([`parts`]);
//! what the script plays is data ([`run`]), and the script is in `script`, a
//! file an idea. The page allows just this script and this style, by their
//! hashes.

mod around;
mod hash;
mod moment;
mod parts;
mod recording;
mod run;
mod strip;
mod table;
mod text;
mod texts;

use std::io::{self, Write};

use serde::Serialize;

use self::run::Run;
use self::texts::Texts;
use super::Format;
use crate::picture::{self, axis, scale};
use crate::report::{Report, Scene};
use crate::system::foreign::clean;
use crate::terminal::{HELD, about, doing};
use crate::timeline::Doing;

pub(crate) use around::{Around, Live};
pub(crate) use hash::source_hash;
pub(crate) use moment::spot;
pub(crate) use text::{escaped, in_link, in_script, paragraphs};

pub(super) const FORMAT: Format = Format {
    extension: "html",
    write: |report, out| page(report, &Around::default(), out),
};

const PAGE: &str = include_str!("page.html");
pub(crate) const STYLE: &str = include_str!("player.css");
/// The parts of the player, in the order in which they build on each other.
const SCRIPT: &str = concat!(
    include_str!("script/fold.js"),
    include_str!("script/picture.js"),
    include_str!("script/code.js"),
    include_str!("script/roving.js"),
    include_str!("script/link.js"),
    include_str!("script/state.js"),
    include_str!("script/show.js"),
    include_str!("script/move.js"),
    include_str!("script/play.js"),
    include_str!("script/player.js"),
);

/// What the script plays.
#[derive(Serialize)]
struct Data<'a> {
    /// What a lane can do, in the order of the numbers that stand for it.
    doings: [&'static str; 7],
    scenes: Vec<Words>,
    /// What a lane is whose timer is over while somebody has the thread.
    held: &'static str,
    /// What is said of lanes and steps.
    texts: &'a [String],
    runs: &'a [Run],
}

/// What is said of a scene before it is played.
#[derive(Serialize)]
struct Words {
    name: String,
    about: String,
    watch: String,
    /// That its scale is its own, if it is.
    scale: Option<String>,
    /// What has to be known to read its picture right.
    notes: Vec<String>,
}

/// Writes a report's page, with what is around it where it is one of several.
pub(crate) fn page(
    report: &Report,
    around: &Around,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut texts = Texts::default();
    let runs = runs(report, &mut texts);
    let data = Data {
        doings: DOINGS.map(doing),
        scenes: report.scenes.iter().map(|one| words(report, one)).collect(),
        held: HELD,
        texts: &texts.all,
        runs: &runs,
    };
    let data = in_script(&serde_json::to_string(&data)?);
    let live = around.live.as_ref();
    let hidden = || " hidden".to_owned();
    let more = |of: fn(&Live) -> &'static str| live.map_or("", of);
    let script = format!("{SCRIPT}{}", more(|live| live.script));
    let script = without_comments(&script);
    let style = format!("{STYLE}{}", more(|live| live.style));
    let reach = live.map_or(Reach::Nowhere, |_| Reach::Own);
    let name = parts::name(report);
    let answer = parts::answer(report, &runs);
    fill(PAGE, out, |gap| {
        Some(match gap {
            "policy" => policy(&script, &style, reach),
            "before" => around.before.clone(),
            "story" => around.story.clone(),
            "after" => around.after.clone(),
            "name" => escaped(&name),
            "style" => style.clone(),
            "head" => parts::head(report),
            "question" => parts::question(report),
            "controls" => live.map_or(String::new(), |l| l.controls.clone()),
            "code" => parts::code(report),
            "answer" => answer.clone(),
            // What is still to be measured has no answer yet.
            "no-answer" if live.is_some() && runs.is_empty() => hidden(),
            "no-answer" if answer.is_empty() => hidden(),
            "no-steps" if runs.is_empty() => hidden(),
            "steps" => table::steps(report, &runs, &texts),
            "foot" => parts::foot(report),
            "data" => data.clone(),
            "script" => script.clone(),
            _ => return None,
        })
    })
}

fn words(report: &Report, scene: &Scene) -> Words {
    let text = |text: &str| clean(text).into_owned();
    let axis = axis(report, scene);
    let scale = scale(report, scene, axis);
    let notes = picture::notes(scene, axis);
    Words {
        scale: picture::own_scale(report, axis, scale),
        name: text(&scene.name),
        about: text(&about(report, scene)),
        watch: text(&scene.watch),
        notes: notes.iter().map(|note| text(note)).collect(),
    }
}

/// Every `Doing`, by its number.
const DOINGS: [Doing; 7] = [
    Doing::Unbegun,
    Doing::Running,
    Doing::Blocking,
    Doing::Lending,
    Doing::Parked,
    Doing::Ready,
    Doing::Ended,
];

/// So many events are in a page as a whole, or of the largest runs only a part.
const MOST_EVENTS: usize = 600;

/// Every run that was played, each scene's on tokio followed by CPython's.
fn runs(report: &Report, texts: &mut Texts) -> Vec<Run> {
    let lengths = report.traces().map(|trace| trace.events.len());
    let most = most_of_a_run(lengths.collect());
    let mut runs = Vec::new();
    for scene in &report.scenes {
        let axis = axis(report, scene);
        let scale = scale(report, scene, axis);
        let mut traces = scene.traces();
        let own = traces.next();
        runs.extend(own.map(|own| Run::of(own, axis, scale, most, texts)));
        let other = traces.next().map(|other| other.at_speed(report.speed));
        runs.extend(
            other.map(|other| Run::of(&other, axis, scale, most, texts)),
        );
    }
    runs
}

/// How many events a run may have that is in the page as a whole, when there
/// are runs of these lengths.
fn most_of_a_run(mut lengths: Vec<usize>) -> usize {
    lengths.sort_unstable();
    while let Some(longest) = lengths.last().copied()
        && lengths.iter().sum::<usize>() > MOST_EVENTS
    {
        lengths.retain(|length| *length < longest);
    }
    lengths.last().copied().unwrap_or(0)
}

/// Whom a page may ask for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nobody.
    Nowhere,
    /// Whoever it is from.
    Own,
}

/// Nothing may be loaded, and nothing may run or look otherwise than what was
/// written here.
pub(crate) fn policy(script: &str, style: &str, reach: Reach) -> String {
    let reach = match reach {
        Reach::Nowhere => "form-action 'none'",
        Reach::Own => "connect-src 'self'; form-action 'self'",
    };
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; \
         base-uri 'none'; {reach}",
        source_hash(script),
        source_hash(style)
    )
}

/// A script without its comments, which are for whoever reads the program, and
/// without what its lines begin with.
pub(crate) fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim_start);
    let lines =
        lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Writes a page with its gaps, `{{name}}`, filled in. What is filled in may
/// look like a gap, and is none.
pub(crate) fn fill(
    page: &str,
    out: &mut dyn Write,
    part: impl Fn(&str) -> Option<String>,
) -> io::Result<()> {
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        out.write_all(before.as_bytes())?;
        let (gap, after) = after.split_once("}}").unwrap_or((after, ""));
        let part = part(gap).unwrap_or_default();
        out.write_all(part.as_bytes())?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doings_have_their_numbers() {
        for (number, doing) in DOINGS.into_iter().enumerate() {
            assert_eq!(doing as usize, number);
        }
    }
}
