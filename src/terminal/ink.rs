//! The colours of lanes and of ends.

use colored::Color;

use crate::trace::{LaneId, Outcome};

/// The colour of a lane, the same in every view of a scene.
pub(super) fn colour(lane: LaneId) -> Color {
    const COLOURS: [Color; 6] = [
        Color::Cyan,
        Color::Magenta,
        Color::Yellow,
        Color::Blue,
        Color::Green,
        Color::BrightCyan,
    ];
    match lane.checked_sub(1) {
        None => Color::White,
        Some(index) => COLOURS[index as usize % COLOURS.len()],
    }
}

/// The colour of an end.
pub(super) fn outcome_colour(outcome: Outcome) -> Color {
    match outcome {
        Outcome::Finished => Color::Green,
        Outcome::Failed | Outcome::Panicked => Color::Red,
        Outcome::Cancelled | Outcome::Unrun => Color::Yellow,
    }
}
