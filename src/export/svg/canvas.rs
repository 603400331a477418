//! What an SVG is written with. Everything that is text is escaped here, cut to
//! the room that it has, and there as a whole for whoever points at it.

use std::fmt::{self, Write};

use console::measure_text_width;

use crate::system::foreign::clean;

/// How wide and how high a letter is. Every font of the list is as narrow, so
/// that what fits here fits there.
pub(super) const LETTER: f64 = 9.64;
pub(super) const FONT: f64 = 16.0;

/// Monospaced, as machines have it. Nothing is fetched.
const FONTS: &str = "ui-monospace,SFMono-Regular,Menlo,Consolas,\
    'DejaVu Sans Mono','Liberation Mono','Courier New',monospace";

/// The two grounds. What is drawn has its own, and is as legible where a page
/// or a program does not ask whether all is dark: then it is the light one.
const STYLE: &str = "\
.g{fill:#fff}.i{fill:#1b1f24}.l{stroke:#1b1f24}\
@media (prefers-color-scheme:dark){\
.g{fill:#14171c}.i{fill:#f0f3f6}.l{stroke:#f0f3f6}}";

/// A picture that is being drawn, from top to bottom.
pub(super) struct Canvas {
    width: f64,
    body: String,
}

/// How a text is set.
#[derive(Clone, Copy, Default)]
pub(super) struct Set {
    /// Times as large as the rest; 0 is 1.
    pub larger: f64,
    pub bold: bool,
}

impl Canvas {
    pub fn new(width: f64) -> Canvas {
        Canvas {
            width,
            body: String::new(),
        }
    }

    /// The file, of a picture that is so high.
    pub fn finish(self, height: f64, title: &str, about: &str) -> String {
        let (width, height) = (number(self.width), number(height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\">\n\
             <title>{}</title>\n<desc>{}</desc>\n<style>{STYLE}</style>\n\
             <rect class=\"g\" width=\"{width}\" height=\"{height}\" \
             fill=\"#fff\"/>\n\
             <g class=\"i\" fill=\"#1b1f24\" font-family=\"{FONTS}\" \
             font-size=\"{FONT}\">\n{}</g>\n</svg>\n",
            escape(title),
            escape(about),
            self.body,
        )
    }

    /// Opens a group that is about something.
    pub fn group(&mut self, about: &str) {
        self.draw(format_args!("<g><title>{}</title>", escape(about)));
    }

    /// Closes the group that was opened last.
    pub fn end_group(&mut self) {
        self.draw(format_args!("</g>"));
    }

    /// Text whose letters stand on a line, in so much room. How wide it is.
    pub fn text(
        &mut self,
        (x, y): (f64, f64),
        room: f64,
        set: Set,
        text: &str,
    ) -> f64 {
        let larger = if set.larger == 0.0 { 1.0 } else { set.larger };
        let letter = LETTER * larger;
        let text = clean(text);
        let most = (room / letter).max(1.0) as usize;
        let shown = console::truncate_str(&text, most, "\u{2026}");
        let whole = if shown == text {
            String::new()
        } else {
            format!("<title>{}</title>", escape(&text))
        };
        let bold = if set.bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let size = match larger {
            1.0 => String::new(),
            _ => format!(" font-size=\"{}\"", number(FONT * larger)),
        };
        let (x, y) = (number(x), number(y));
        self.draw(format_args!(
            "<text x=\"{x}\" y=\"{y}\"{size}{bold}>{whole}{}</text>",
            escape(&shown)
        ));
        measure_text_width(&shown) as f64 * letter
    }

    /// An element, or part of one.
    pub fn draw(&mut self, element: fmt::Arguments) {
        // To a string nothing can fail to be written.
        let _ = writeln!(self.body, "{element}");
    }
}

/// A text in XML, with no letter that means something or that XML forbids.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in clean(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.extend(letter.escape_unicode()),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A length, with as many digits as can be seen.
pub(super) fn number(length: f64) -> String {
    let digits = format!("{length:.1}");
    digits.strip_suffix(".0").unwrap_or(&digits).to_owned()
}
