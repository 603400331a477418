//! The colours. What is to be read has the terminal's own foreground, which is
//! legible on its ground whatever that is; colour only adds, and only to marks.
//! These are of the fixed part of the 256 colours, which no theme changes, and
//! each stands out from dark and from light grounds: see the tests.

use colored::Color;

use crate::trace::{LaneId, Outcome};

const BLUE: Color = Color::AnsiColor(32);
const PURPLE: Color = Color::AnsiColor(133);
const OLIVE: Color = Color::AnsiColor(64);
const ORANGE: Color = Color::AnsiColor(166);
const TEAL: Color = Color::AnsiColor(30);
const VIOLET: Color = Color::AnsiColor(99);

/// Something is well.
pub(super) const GOOD: Color = Color::AnsiColor(28);
/// Something is not.
pub(super) const BAD: Color = Color::AnsiColor(196);
/// Something was stopped before its end.
const STOPPED: Color = ORANGE;
/// Somebody could go on, and cannot: the one thing to see.
pub(super) const KEPT_WAITING: Color = BAD;

/// The colour of a lane's marks, the same in every view of a scene. Main has
/// the foreground's.
pub(super) fn colour(lane: LaneId) -> Option<Color> {
    const COLOURS: [Color; 6] = [BLUE, PURPLE, OLIVE, ORANGE, TEAL, VIOLET];
    let index = lane.checked_sub(1)?;
    Some(COLOURS[index as usize % COLOURS.len()])
}

/// The colour of an end.
pub(super) fn outcome_colour(outcome: Outcome) -> Color {
    match outcome {
        Outcome::Finished => GOOD,
        Outcome::Failed | Outcome::Panicked => BAD,
        Outcome::Cancelled | Outcome::Unrun => STOPPED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Black, VS Code's dark, Solarized's dark; white, Solarized's light, and
    /// the light grey of a projector that is not at its best.
    const GROUNDS: [[u8; 3]; 6] = [
        [0, 0, 0],
        [0x1e, 0x1e, 0x1e],
        [0, 0x2b, 0x36],
        [0xff, 0xff, 0xff],
        [0xfd, 0xf6, 0xe3],
        [0xee, 0xee, 0xee],
    ];

    /// What graphics need to be told from their ground, by the Web Content
    /// Accessibility Guidelines, 1.4.11.
    const ENOUGH: f64 = 3.0;

    /// What xterm's 256 colours are from the 17th on: a cube, and greys.
    fn of_the_cube(code: u8) -> [u8; 3] {
        const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        match code.checked_sub(16).map(usize::from) {
            Some(n) if n < 216 => {
                [LEVELS[n / 36], LEVELS[n / 6 % 6], LEVELS[n % 6]]
            }
            Some(n) => [u8::try_from(8 + (n - 216) * 10).unwrap(); 3],
            None => panic!("{code} is a colour that themes change"),
        }
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
    fn every_colour_stands_out_from_every_ground() {
        let outcomes = [
            Outcome::Finished,
            Outcome::Failed,
            Outcome::Cancelled,
            Outcome::Panicked,
            Outcome::Unrun,
        ];
        let ends = outcomes.map(outcome_colour);
        let used = (1..7).filter_map(colour).chain(ends);
        for colour in used.chain([GOOD, BAD, STOPPED, KEPT_WAITING]) {
            let Color::AnsiColor(code) = colour else {
                panic!("{colour:?} is a colour that themes change");
            };
            for ground in GROUNDS {
                let contrast = contrast(of_the_cube(code), ground);
                assert!(contrast >= ENOUGH, "{code} on {ground:?}: {contrast}");
            }
        }
    }

    #[test]
    fn contrast_is_what_the_guidelines_say() {
        // Black on white, and the grey that is just legible on it.
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.01);
        assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
        // What themes make of yellow is not legible on white.
        assert!(contrast([205, 205, 0], [255; 3]) < ENOUGH);
    }
}
