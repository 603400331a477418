//! The colours. What is to be read has the terminal's own foreground, which is
//! legible on its ground whatever that is; colour only adds, and only to marks.
//! These are of the fixed part of the 256 colours, which no theme changes, and
//! each stands out from dark and from light grounds, which a test computes.

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
pub(crate) const KEPT_WAITING: Color = BAD;

/// The colour of a lane's marks, the same in every view of a scene. Main has
/// the foreground's.
pub(crate) fn colour(lane: LaneId) -> Option<Color> {
    const COLOURS: [Color; 6] = [BLUE, PURPLE, OLIVE, ORANGE, TEAL, VIOLET];
    let index = lane.checked_sub(1)?;
    Some(COLOURS[index as usize % COLOURS.len()])
}

/// The colour of an end.
pub(crate) fn outcome_colour(outcome: Outcome) -> Color {
    match outcome {
        Outcome::Finished => GOOD,
        Outcome::Failed | Outcome::Panicked => BAD,
        Outcome::Cancelled | Outcome::Unrun => STOPPED,
    }
}
