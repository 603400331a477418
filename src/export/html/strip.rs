//! A lane's row in few letters: a mark and how often it comes, one after the
//! other.

use serde::Serialize;

use crate::chapter::clock;
use crate::picture::{self, Axis, Mark};
use crate::trace::Outcome;

/// A row.
#[derive(Serialize)]
pub(super) struct Strip {
    /// As in `h12w3`: holds the thread for twelve columns, waits for three.
    marks: String,
    /// Where it ends, how, and when; on an axis of steps not when.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<(usize, Outcome, String)>,
}

impl Strip {
    /// Of a picture's row.
    pub fn of(strip: &picture::Strip, axis: Axis) -> Strip {
        let same = strip.marks.chunk_by(|a, b| a == b);
        let marks =
            same.map(|same| format!("{}{}", letter(same[0]), same.len()));
        Strip {
            marks: marks.collect(),
            end: strip.end.map(|end| {
                let at = match axis {
                    Axis::Time => clock(end.at),
                    Axis::Steps => String::new(),
                };
                (end.column, end.outcome, at)
            }),
        }
    }
}

fn letter(mark: Option<Mark>) -> char {
    match mark {
        None => 'n',
        Some(Mark::Hold) => 'h',
        Some(Mark::Poll) => 'p',
        Some(Mark::Say) => 's',
        Some(Mark::Lend) => 'l',
        Some(Mark::Wait) => 'w',
        Some(Mark::Ready) => 'r',
    }
}
