//! The words of a piece of code that may be names, and how each is used. What
//! a comment or a string says is no code, but for what stands in the braces of
//! a string that is filled in.

use crate::chapter::Language;

/// A word that may be a name.
pub(super) struct Word {
    pub(super) text: String,
    /// A bracket follows, or Rust's `!(`.
    pub(super) is_called: bool,
    /// It belongs to what stands before it: `.word`, `::word`.
    pub(super) is_member: bool,
    /// It leads to what stands behind it: `word::`.
    pub(super) is_path: bool,
    /// It is given a meaning here, as a variable, a parameter or a field.
    pub(super) binds: bool,
}

/// The words of a piece of code.
pub(super) fn words(code: &str, language: Language) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let mut rest = code;
    // Brackets that are open since a Python function's parameters began.
    let mut parameters = 0_usize;
    while let Some(first) = rest.chars().next() {
        let before = &code[..code.len() - rest.len()];
        if is_comment(rest, language) {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if let Some(length) = string(rest, language) {
            let (string, after) = rest.split_at(length);
            // A docstring is prose, and what stands before a string says
            // whether it is filled in.
            let is_filled = match language {
                Language::Rust => true,
                Language::Python => before.ends_with('f'),
            };
            if before.ends_with(['f', 'b', 'r']) {
                found.pop_if(|word| matches!(&*word.text, "f" | "b" | "rb"));
            }
            if is_filled {
                let holes = holes(string);
                holes.for_each(|hole| found.extend(words(hole, language)));
            }
            rest = after;
        } else if first.is_alphabetic() || first == '_' {
            let end = |c: char| !c.is_alphanumeric() && c != '_';
            let (text, after) =
                rest.split_at(rest.find(end).unwrap_or(rest.len()));
            let last = found.last().map(|word| word.text.clone());
            let last = last.as_deref().unwrap_or_default();
            let is_defined = language == Language::Python && last == "def";
            found.push(Word {
                text: text.to_owned(),
                is_called: after.starts_with('(') || after.starts_with("!("),
                is_member: before.ends_with("::")
                    || (before.ends_with('.') && !before.ends_with("..")),
                is_path: after.starts_with("::"),
                binds: parameters > 0 || binds(last, after, language),
            });
            if is_defined && after.starts_with('(') {
                parameters = 1;
                rest = &after[1..];
            } else {
                rest = after;
            }
        } else {
            match first {
                '(' if parameters > 0 => parameters += 1,
                ')' => parameters = parameters.saturating_sub(1),
                _ => {}
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

/// Whether a word is given a meaning where it stands, by the word before it
/// and by what follows.
fn binds(last: &str, after: &str, language: Language) -> bool {
    let after = after.trim_start_matches(' ');
    match language {
        Language::Rust => {
            matches!(last, "let" | "mut" | "for")
                || (after.starts_with(':') && !after.starts_with("::"))
        }
        Language::Python => {
            matches!(last, "for" | "as")
                || (after.starts_with('=') && !after.starts_with("=="))
        }
    }
}

fn is_comment(rest: &str, language: Language) -> bool {
    rest.starts_with(match language {
        Language::Rust => "//",
        Language::Python => "#",
    }) && !rest.starts_with("#[")
}

/// The length of the string literal that a text begins with, if it does.
pub(super) fn string(rest: &str, language: Language) -> Option<usize> {
    let quotes: &[&str] = match language {
        // A single quote may be a lifetime's.
        Language::Rust => &["\""],
        Language::Python => &["\"\"\"", "\"", "'"],
    };
    let quote = quotes.iter().find(|quote| rest.starts_with(**quote))?;
    let mut from = quote.len();
    loop {
        let inside = rest.get(from..)?;
        let end = inside.find(quote).map(|at| at + from);
        let escape = inside.find('\\').map(|at| at + from);
        match (end, escape) {
            (Some(end), Some(escape)) if escape < end => from = escape + 2,
            (Some(end), _) => return Some(end + quote.len()),
            // It is not closed: nothing more of it is code.
            (None, _) => return Some(rest.len()),
        }
    }
}

/// What stands in the braces of a string. Two of them are a brace.
pub(super) fn holes(string: &str) -> impl Iterator<Item = &str> {
    let mut rest = string;
    std::iter::from_fn(move || {
        loop {
            let (_, inside) = rest.split_once('{')?;
            if let Some(after) = inside.strip_prefix('{') {
                rest = after;
                continue;
            }
            let (hole, after) = inside.split_once('}')?;
            rest = after;
            return Some(hole);
        }
    })
}
