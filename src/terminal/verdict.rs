//! The verdict: the baseline against the scene that shows the gain, each with
//! the figure that was measured, and the ratio of the two.

use std::io::{self, Write};
use std::time::Duration;

use colored::Colorize;
use console::measure_text_width;

use super::page::Page;
use crate::chapter::clock;
use crate::report::{Figure, Verdict};

/// Writes a verdict.
///
/// # Errors
/// Whatever the writer says.
pub(super) fn verdict(
    page: &Page,
    out: &mut dyn Write,
    verdict: &Verdict,
) -> io::Result<()> {
    page.heading(out, "verdict", &verdict.what)?;
    if page.plain {
        return in_words(out, verdict);
    }
    let names = verdict
        .figures
        .iter()
        .map(|row| measure_text_width(&row.scene));
    let names = names.max().unwrap_or(0).min(page.width / 3);
    let longest = verdict.figures.iter().filter_map(|row| match row.figure {
        Figure::Time(time) => Some(time),
        Figure::Fact(_) => None,
    });
    let longest = longest
        .max()
        .unwrap_or_default()
        .max(Duration::from_nanos(1));
    // Room for the figure and the ratio.
    let most = page.width.saturating_sub(2 + names + 2 + 20);
    for (index, row) in verdict.figures.iter().enumerate() {
        let last = index + 1 == verdict.figures.len();
        let name = page.fit(&row.scene, names);
        let mut line = match row.figure {
            Figure::Time(time) => {
                let share = time.as_secs_f64() / longest.as_secs_f64();
                let length = ((share * most as f64).round() as usize).max(1);
                let bar: String =
                    std::iter::repeat_n(page.glyphs.hold, length).collect();
                let bar = if last { bar.green() } else { bar.dimmed() };
                let gap = most.saturating_sub(length);
                format!("{name}  {bar}{:gap$} {:>8}", "", clock(time))
            }
            Figure::Fact(true) => format!("{name}  {}", "yes".green()),
            Figure::Fact(false) => format!("{name}  {}", "no".red()),
        };
        if last && let Some(value) = verdict.ratio {
            let ratio = Verdict::ratio_in_words(value).bold();
            // Beside the figure if there is room, else below it.
            let used = 2 + measure_text_width(&line) + 2 + ratio.len();
            let gap = if used <= page.width { "  " } else { "\n    " };
            line += &format!("{gap}{ratio}");
        }
        writeln!(out, "  {line}")?;
        if let Some(remark) = &row.remark {
            page.aside(out, 4 + names, remark)?;
        }
    }
    for note in &verdict.notes {
        page.prose(out, 2, note)?;
    }
    Ok(())
}

/// The verdict without its bars.
fn in_words(out: &mut dyn Write, verdict: &Verdict) -> io::Result<()> {
    for row in &verdict.figures {
        let figure = match row.figure {
            Figure::Time(time) => clock(time),
            Figure::Fact(true) => "yes".to_owned(),
            Figure::Fact(false) => "no".to_owned(),
        };
        let remark = row.remark.as_ref();
        let remark = remark.map_or(String::new(), |words| format!(", {words}"));
        writeln!(out, "{}: {figure}{remark}.", row.scene)?;
    }
    if let Some(value) = verdict.ratio {
        writeln!(out, "The ratio is {}.", Verdict::ratio_in_words(value))?;
    }
    for note in &verdict.notes {
        writeln!(out, "{note}")?;
    }
    Ok(())
}
