//! Whatever is written can be read, on a dark ground and on a light one: text
//! has the terminal's own foreground, and colours are for marks.

use std::collections::BTreeSet;

use crate::support::{on_virtual_clock, ran};

/// Black, VS Code's dark, Solarized's dark; white, Solarized's light, and the
/// light grey of a projector that is not at its best.
const GROUNDS: [[u8; 3]; 6] = [
    [0, 0, 0],
    [0x1e, 0x1e, 0x1e],
    [0, 0x2b, 0x36],
    [0xff, 0xff, 0xff],
    [0xfd, 0xf6, 0xe3],
    [0xee, 0xee, 0xee],
];

/// What graphics need to be told from their ground, by the Web Content
/// Accessibility Guidelines 2.2, 1.4.11.
const ENOUGH: f64 = 3.0;

/// What xterm's 256 colours are from the 17th on, a cube and greys; the others
/// are what a theme makes of them.
fn of_the_cube(code: u8) -> Option<[u8; 3]> {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let n = usize::from(code.checked_sub(16)?);
    Some(if n < 216 {
        [LEVELS[n / 36], LEVELS[n / 6 % 6], LEVELS[n % 6]]
    } else {
        [u8::try_from(8 + (n - 216) * 10).unwrap(); 3]
    })
}

fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn contrast_is_what_the_guidelines_say() {
    // Black on white, and the grey that is just legible on it.
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.01);
    assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
    // What xterm makes of yellow is not to be seen on white.
    assert!(contrast([205, 205, 0], [255; 3]) < 2.0);
}

/// A style, and the text that has it.
type Piece = (Vec<u8>, String);

/// Takes an output apart: after each escape code the text up to the next one.
fn pieces(output: &str) -> Vec<Piece> {
    let mut pieces = vec![(Vec::new(), String::new())];
    let mut rest = output;
    while let Some((text, after)) = rest.split_once('\u{1b}') {
        pieces.last_mut().unwrap().1.push_str(text);
        // Nothing but styles is ever written.
        let after = after.strip_prefix('[').unwrap();
        let (codes, after) = after.split_once('m').unwrap();
        let codes: Vec<u8> = codes
            .split(';')
            .map(|code| if code.is_empty() { "0" } else { code })
            .map(|code| code.parse().unwrap())
            .collect();
        // Styles add up until they are reset.
        let before = pieces.last().unwrap().0.clone();
        let style = match codes.as_slice() {
            [0] => Vec::new(),
            _ => [before, codes].concat(),
        };
        pieces.push((style, String::new()));
        rest = after;
    }
    pieces.last_mut().unwrap().1.push_str(rest);
    pieces
}

/// What is wrong with how a text is shown, and which colour it has.
fn wrong((style, text): &Piece) -> (Option<String>, Option<u8>) {
    let mut colour = None;
    let mut codes = style.iter();
    while let Some(code) = codes.next() {
        match code {
            // Bold, italic, underlined: the foreground's own colour.
            1 | 3 | 4 => {}
            // A rule says nothing.
            2 if text.chars().all(|letter| "\u{2500}- \n".contains(letter)) => {
            }
            38 if codes.next() == Some(&5) => colour = codes.next().copied(),
            other => return (Some(format!("{other} of {style:?}")), None),
        }
    }
    let Some(code) = colour else {
        return (None, None);
    };
    let Some(of) = of_the_cube(code) else {
        return (Some(format!("{code} is what a theme makes of it")), colour);
    };
    let least = GROUNDS.iter().map(|ground| contrast(of, *ground));
    let least = least.fold(f64::MAX, f64::min);
    if least < ENOUGH {
        return (Some(format!("{code} has {least:.2} at worst")), colour);
    }
    // A mark is as large as a letter may be; letters want more than marks.
    if text.chars().any(char::is_alphanumeric) {
        return (Some(format!("{text:?} is coloured")), colour);
    }
    (None, colour)
}

/// A file of other lines than answers.
const NO_ANSWERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

/// S5: every style that anything has.
#[test]
fn s5_every_style_in_use_is_legible_on_dark_and_on_light() {
    let mut outputs = Vec::new();
    for chapter in on_virtual_clock() {
        let name = chapter.name;
        let run = ["--color", "always", name, "--clock", "virtual", "--all"];
        outputs.push([&run[..], &["--explain", "--twin"]].concat());
        outputs.push(vec!["--color", "always", "show", name, "--lang", "both"]);
    }
    for more in [
        &["list"][..],
        &["list", "--beliefs"],
        &["checklist"],
        &["prove"],
        &["show", "--question", "gather"],
        // Lines that are no answers: all of them are wrong.
        &["predict", "shield", "--answers", NO_ANSWERS],
        &["help"],
        &["help", "gather"],
        &["diff", "gather", "gather", "failure", "--all"],
        &["diff", "gather", "--", "--b", "5"],
        // As many lanes as there are colours.
        &["cashier", "--clock", "virtual", "--customers", "9", "-q"],
    ] {
        outputs.push([&["--color", "always"], more].concat());
    }
    let mut colours = BTreeSet::new();
    for arguments in outputs {
        let run = ran(&arguments);
        // What is compared differs.
        let code = i32::from(arguments.contains(&"diff"));
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
        for piece in pieces(&run.stdout) {
            let (wrong, colour) = wrong(&piece);
            assert_eq!(wrong, None, "{arguments:?}: {piece:?}");
            colours.extend(colour);
        }
    }
    assert!(colours.len() >= 8, "{colours:?}");
}

#[test]
fn what_cannot_be_read_everywhere_is_found() {
    let is_found = |output: &str| {
        let pieces = pieces(output);
        pieces.iter().any(|piece| wrong(piece).0.is_some())
    };
    assert!(!is_found(
        "\u{1b}[1mtext\u{1b}[0m \u{1b}[38;5;28m\u{2713}\u{1b}[0m"
    ));
    for bad in [
        // White, yellow, dim, a colour that is too light, coloured letters.
        "\u{1b}[37m\u{2588}\u{1b}[0m",
        "\u{1b}[33mx\u{1b}[0m",
        "\u{1b}[2mdemo.rs:12\u{1b}[0m",
        "\u{1b}[38;5;226m\u{2588}\u{1b}[0m",
        "\u{1b}[38;5;28mfine\u{1b}[0m",
        "\u{1b}[1m\u{1b}[36mx\u{1b}[0m",
    ] {
        assert!(is_found(bad), "{bad:?}");
    }
}
