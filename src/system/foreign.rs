//! Text from outside: paths, arguments, what a Python says, what a far side
//! sends, lines of a trace. It may hold orders to the terminal (colours, a
//! cursor that moves, a title) or to whoever lays text out (right to left from
//! here on), and it may have no end. Whatever is shown of it goes through
//! here. Depends on nothing, so that every part may use it.

use std::borrow::Cow;
use std::path::Path;

/// More of a value that is wrong is not shown: it has to fit into a message.
const LONGEST: usize = 60;

/// More of a path is not shown.
const LONGEST_PATH: usize = 300;

/// Unicode's category `Cf`, the format characters, as of Unicode 16: nobody
/// sees them, and they decide how the rest is seen. Without U+200C and U+200D,
/// which Persian and many emoji are written with.
const FORMAT: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200b}'),
    ('\u{200e}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{2064}'),
    ('\u{2066}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

/// Whether a character is an order rather than something to be seen: a control
/// character (C0, DEL, C1), a line or paragraph separator, or a format
/// character, such as those that turn the direction of writing.
///
/// ```
/// use asyncade::system::foreign::is_order;
/// assert!(is_order('\u{1b}') && is_order('\u{9b}') && is_order('\u{202e}'));
/// assert!(!is_order('a') && !is_order('\u{e9}') && !is_order(' '));
/// ```
pub fn is_order(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}')
        || FORMAT
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&letter))
}

/// A text of one line, with `\u{1b}` and the like in place of orders.
///
/// ```
/// use asyncade::system::foreign::clean;
/// assert_eq!(clean("\u{1b}[2Jgone\n"), "\\u{1b}[2Jgone\\n");
/// ```
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(is_order) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for letter in text.chars() {
        push(&mut shown, letter);
    }
    Cow::Owned(shown)
}

/// As [`clean`], for a text that may have several lines.
pub fn clean_lines(text: &str) -> String {
    let lines: Vec<Cow<str>> = text.split('\n').map(clean).collect();
    lines.join("\n")
}

/// A value as a message shows it: as [`clean`], and cut short.
///
/// ```
/// use asyncade::system::foreign::short;
/// assert_eq!(short(&"a".repeat(100)), "a".repeat(60) + "...");
/// ```
pub fn short(text: &str) -> String {
    cut(text, LONGEST)
}

/// A path as a message shows it.
pub fn path(path: &Path) -> String {
    cut(&path.to_string_lossy(), LONGEST_PATH)
}

/// As [`clean`], but of at most that many characters.
pub fn cut(text: &str, most: usize) -> String {
    let mut letters = text.chars();
    let mut shown = String::new();
    for letter in letters.by_ref().take(most) {
        push(&mut shown, letter);
    }
    if letters.next().is_some() {
        shown.push_str("...");
    }
    shown
}

fn push(shown: &mut String, letter: char) {
    if !is_order(letter) {
        shown.push(letter);
    } else if letter.is_ascii() {
        shown.extend(letter.escape_debug());
    } else {
        shown.extend(letter.escape_unicode());
    }
}
