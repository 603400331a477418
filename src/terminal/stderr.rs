//! The terminal as the bars see it. Two things differ from what indicatif
//! would use by itself: a terminal that goes away is nobody's error, and a
//! line is not filled up with spaces to get to the next one, so that the `^C`
//! which a terminal echoes does not push the bars out of place.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use console::Term;
use indicatif::TermLike;

/// Standard error.
#[derive(Debug)]
pub(super) struct Stderr {
    term: Term,
    /// Whether the line that the cursor is on has been filled up. Only if
    /// another one follows does the cursor leave it.
    filled: AtomicBool,
}

impl Stderr {
    pub fn new() -> Stderr {
        Stderr {
            term: Term::buffered_stderr(),
            filled: AtomicBool::new(false),
        }
    }
}

/// Bars are a nicety: if they cannot be drawn, they are not.
fn calmly(_drawn: io::Result<()>) -> io::Result<()> {
    Ok(())
}

impl TermLike for Stderr {
    fn width(&self) -> u16 {
        self.term.size().1
    }

    fn height(&self) -> u16 {
        self.term.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        calmly(self.term.move_cursor_up(n))
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        calmly(self.term.move_cursor_down(n))
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        calmly(self.term.move_cursor_right(n))
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        calmly(self.term.move_cursor_left(n))
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        calmly(self.term.write_line(text))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        // An empty line is one, too.
        if !text.is_empty() && text.bytes().all(|byte| byte == b' ') {
            self.filled.store(true, Ordering::Relaxed);
            return Ok(());
        }
        if self.filled.swap(false, Ordering::Relaxed) {
            calmly(self.term.write_line(""))?;
        }
        calmly(self.term.write_str(text))
    }

    fn clear_line(&self) -> io::Result<()> {
        calmly(self.term.clear_line())
    }

    fn flush(&self) -> io::Result<()> {
        self.filled.store(false, Ordering::Relaxed);
        calmly(self.term.flush())
    }
}
