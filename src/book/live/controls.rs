//! The knobs as a form: it works without a script as well, only not at once.

use std::time::Duration;

use super::MEASURE;
use super::slider::Slider;
use crate::book::chapter::path;
use crate::chapter::{Chapter, Kind, Knob, Knobs, time};
use crate::export::html::escaped;
use crate::report::Report;

/// The form of a chapter, with its knobs where they are.
pub(super) fn form(
    chapter: &Chapter,
    knobs: &Knobs,
    report: &Report,
) -> String {
    let article = Knobs::new(chapter.knobs);
    let fields = chapter.knobs.iter();
    let fields: String = fields
        .map(|knob| field(chapter, knob, knobs, &article))
        .collect();
    let (kind, run) = match chapter.is_real_only() {
        true => (" data-measured", measure(report)),
        false => ("", "<button id=\"run\">Run</button>\n".to_owned()),
    };
    let path = escaped(&path(chapter.name));
    format!(
        "<form id=\"knobs\" method=\"get\" action=\"{path}\" \
         aria-label=\"Knobs\"{kind}>\n<div class=\"knobs\">\n{fields}</div>\n\
         <p class=\"row\">{run}<a id=\"article\" href=\"{path}\">As in the \
         article</a> <code id=\"typed\">{}</code></p>\n\
         <p id=\"fault\" role=\"alert\" hidden></p>\n\
         <p id=\"busy\" role=\"status\"></p>\n</form>\n",
        escaped(&command(chapter, knobs))
    )
}

/// What measures it, and how long that takes.
fn measure(report: &Report) -> String {
    format!(
        "<input type=\"hidden\" name=\"{MEASURE}\" value=\"1\">\
         <button id=\"run\">Measure</button> <span id=\"takes\">takes about \
         {}</span>\n",
        time(report.length())
    )
}

/// A knob: what it is, a slider if it has figures, and what it is set to. It is
/// empty where it follows another.
fn field(
    chapter: &Chapter,
    knob: &Knob,
    knobs: &Knobs,
    article: &Knobs,
) -> String {
    let name = escaped(knob.name);
    let own = shown(knob, article);
    let value = match knob.kind {
        Kind::SameAs(_) if !knobs.is_set(knob) => String::new(),
        _ => shown(knob, knobs),
    };
    let (own, hint) = match knob.kind {
        Kind::List(_) => return String::new(),
        Kind::SameAs(other) => (String::new(), format!("as {}", other.name)),
        _ => (own, String::new()),
    };
    let slider = Slider::of(chapter, knob, knobs, article);
    let slider = slider.map_or(String::new(), |slider| {
        let unit = if slider.is_time { "time" } else { "count" };
        format!(
            "<input type=\"range\" aria-label=\"{name}\" hidden \
             min=\"{}\" max=\"{}\" step=\"{}\" value=\"{}\" data-least=\"{}\" \
             data-unit=\"{unit}\">",
            slider.from, slider.to, slider.step, slider.at, slider.least
        )
    });
    let [value, own, hint] = [value, own, hint].map(|text| escaped(&text));
    format!(
        "<div class=\"knob\"><label for=\"knob-{name}\">{name}</label>\
         {slider}<input id=\"knob-{name}\" name=\"{name}\" value=\"{value}\" \
         placeholder=\"{hint}\" data-article=\"{own}\" \
         aria-describedby=\"about-{name}\" aria-errormessage=\"fault\" \
         autocomplete=\"off\" \
         spellcheck=\"false\"><small id=\"about-{name}\">{}</small></div>\n",
        escaped(knob.help)
    )
}

/// A knob's value, as somebody would type it.
fn shown(knob: &Knob, knobs: &Knobs) -> String {
    match knob.kind {
        Kind::Time(_) | Kind::SameAs(_) => typed(knobs.time(knob)),
        Kind::Count { .. } | Kind::Cores(_) => knobs.count(knob).to_string(),
        Kind::Text(_) => knobs.text(knob).to_owned(),
        Kind::List(_) => String::new(),
    }
}

/// A time in one unit if that can be, as the script writes it: `500ms`, `2.5s`.
fn typed(time: Duration) -> String {
    let millis = time.as_millis();
    match millis {
        0..1_000 => format!("{millis}ms"),
        1_000..60_000 => format!("{}s", millis as f64 / 1_000.0),
        _ => humantime::format_duration(time).to_string(),
    }
}

/// What shows the same in a terminal.
fn command(chapter: &Chapter, knobs: &Knobs) -> String {
    let set = chapter.knobs.iter().filter(|knob| knobs.is_set(knob));
    let set = set.map(|knob| match shown(knob, knobs) {
        value if value.chars().all(is_plain) => {
            format!(" --{} {value}", knob.name)
        }
        value => {
            format!(" --{} '{}'", knob.name, value.replace('\'', "'\\''"))
        }
    });
    let clock = match chapter.is_real_only() {
        true => "",
        false => " --clock virtual --twin",
    };
    format!(
        "asyncade {}{} --all{clock}",
        chapter.name,
        set.collect::<String>()
    )
}

/// What means nothing to a shell.
fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ".:/_-".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_as_it_is_typed() {
        for (millis, words) in [
            (1, "1ms"),
            (999, "999ms"),
            (1000, "1s"),
            (2500, "2.5s"),
            (1234, "1.234s"),
            (60_000, "1m"),
            (90_500, "1m 30s 500ms"),
            (3_600_000, "1h"),
        ] {
            let time = Duration::from_millis(millis);
            assert_eq!(typed(time), words);
            assert_eq!(crate::chapter::parse_time(words), Ok(time));
        }
    }
}
