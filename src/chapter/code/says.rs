//! The lines of a `demo.py` that say something: what each of them can say, and
//! which of them says a given text.

use serde::Serialize;

use super::Part;
use super::words::string;
use crate::chapter::Language;

/// A call of `say`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Say {
    /// Its line, from 1.
    pub line: u32,
    /// What it says, as far as that stands there: the pieces between which
    /// something is filled in. A whole text is one piece.
    pub pieces: Vec<String>,
}

impl Say {
    /// Whether it can say a text, and how much of it stands in the code: of
    /// several that can, the one that says most of it itself is the one.
    pub fn fits(&self, text: &str) -> Option<usize> {
        let (first, rest) = self.pieces.split_first()?;
        let mut left = text.strip_prefix(first.as_str())?;
        if let Some((last, middle)) = rest.split_last() {
            for piece in middle {
                left = left.split_once(piece.as_str())?.1;
            }
            left = left.strip_suffix(last.as_str())?;
            let _filled_in = left;
        } else if !left.is_empty() {
            return None;
        }
        Some(self.pieces.iter().map(String::len).sum())
    }
}

/// Every call of `say` in a piece of Python. Each stands on one line.
pub fn says(code: &[Part]) -> Vec<Say> {
    let mut found = Vec::new();
    for (line, text) in code.iter().flat_map(|part| &part.lines) {
        let call = text.trim_start().strip_prefix("say(");
        if let Some(argument) = call {
            let pieces = pieces(argument);
            found.push(Say {
                line: *line,
                pieces,
            });
        }
    }
    found
}

/// What of an argument stands there.
fn pieces(argument: &str) -> Vec<String> {
    let anything = vec![String::new(), String::new()];
    let (is_filled, rest) = match argument.strip_prefix('f') {
        Some(rest) if rest.starts_with('"') => (true, rest),
        _ => (false, argument),
    };
    let Some(length) = string(rest, Language::Python) else {
        // A variable: it says whatever it holds.
        return anything;
    };
    let Some(inside) = rest.get(1..length - 1) else {
        return anything;
    };
    if !is_filled {
        return vec![inside.to_owned()];
    }
    let mut pieces = Vec::new();
    let mut left = inside;
    while let Some((piece, after)) = left.split_once('{') {
        pieces.push(piece.to_owned());
        left = after.split_once('}').map_or("", |(_, after)| after);
    }
    pieces.push(left.to_owned());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_say_fits_what_it_can_say() {
        let lines = vec![
            (7, "    say(f\"Got: {name}, {size} bytes\")"),
            (8, "    say(\"main is done\")"),
            (9, "        say(what)"),
            (10, "    say(f\"{name} done\")"),
            (11, "    lane(say)"),
        ];
        let name = None;
        let says = says(&[Part { name, lines }]);
        let lines = |text: &str| -> Vec<u32> {
            let fitting = says.iter().filter(|say| say.fits(text).is_some());
            fitting.map(|say| say.line).collect()
        };
        assert_eq!(lines("Got: X, 5 bytes"), [7, 9]);
        assert_eq!(lines("Got: X bytes"), [9]);
        assert_eq!(lines("main is done"), [8, 9, 10]);
        assert_eq!(lines("main is done "), [9]);
        let best = |text: &str| {
            let best = says.iter().max_by_key(|say| say.fits(text));
            best.map(|say| say.line)
        };
        assert_eq!(best("main is done"), Some(8));
        assert_eq!(best("B done"), Some(10));
        assert_eq!(best("Got: X, 5 bytes"), Some(7));
    }
}
