//! The characters that pictures are drawn with, for terminals that show Unicode
//! and for those that do not.

use crate::picture::Mark;
use crate::trace::Outcome;

/// What pictures are drawn with. Each is one column wide.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Glyphs {
    /// Holds the thread.
    pub hold: char,
    /// Is polled: has the thread for a moment.
    pub poll: char,
    /// Has the thread for a moment, and says a line.
    pub say: char,
    /// Polls a lane inside of it.
    pub lend: char,
    /// Waits.
    pub wait: char,
    /// Its wait is over, but it does not get the thread.
    pub ready: char,
    /// A mark on the time axis.
    pub tick: char,
    /// Before the name of a lane, in its colour.
    pub tag: char,
    /// Left out for want of room.
    pub ellipsis: &'static str,
    /// From what it was to what it is.
    pub arrow: &'static str,
    /// The rule under a heading.
    pub rule: char,
    finished: char,
    failed: char,
    cancelled: char,
    panicked: char,
    unrun: char,
    /// It holds.
    pub yes: char,
    /// It does not hold.
    pub no: char,
}

/// For terminals that show Unicode.
pub(super) const UNICODE: Glyphs = Glyphs {
    hold: '█',
    poll: '┃',
    say: '●',
    lend: '┄',
    wait: '─',
    ready: '▒',
    tick: '╷',
    tag: '▎',
    ellipsis: "…",
    arrow: "→",
    rule: '─',
    finished: '✓',
    failed: '✗',
    cancelled: '⊘',
    panicked: '‼',
    unrun: '∅',
    yes: '✓',
    no: '✗',
};

/// For those that do not.
pub(super) const ASCII: Glyphs = Glyphs {
    hold: '#',
    poll: '|',
    say: 'o',
    lend: '.',
    wait: '-',
    ready: '!',
    tick: '\'',
    tag: ' ',
    ellipsis: "~",
    arrow: "->",
    rule: '-',
    finished: '>',
    failed: 'x',
    cancelled: '/',
    panicked: 'X',
    unrun: '0',
    yes: '+',
    no: 'x',
};

impl Glyphs {
    /// The mark of what a lane does; a blank where it does not exist.
    pub fn mark(&self, mark: Option<Mark>) -> char {
        match mark {
            None => ' ',
            Some(Mark::Hold) => self.hold,
            Some(Mark::Poll) => self.poll,
            Some(Mark::Say) => self.say,
            Some(Mark::Lend) => self.lend,
            Some(Mark::Wait) => self.wait,
            Some(Mark::Ready) => self.ready,
        }
    }

    /// The mark at the end of a lane.
    pub fn end(&self, outcome: Outcome) -> char {
        match outcome {
            Outcome::Finished => self.finished,
            Outcome::Failed => self.failed,
            Outcome::Cancelled => self.cancelled,
            Outcome::Panicked => self.panicked,
            Outcome::Unrun => self.unrun,
        }
    }
}
