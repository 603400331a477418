//! The whole of a terminal, for a while: another screen than the one on which
//! the shell is, without a cursor, and keys that are not echoed. What was
//! there comes back when this goes, also if the program ends at once.

use std::io::{self, Write};

#[cfg(unix)]
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::stop::{self, Held, Leftover};

/// Another screen, and no cursor.
const ENTER: &str = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[2J";

/// The cursor, and the shell's screen.
pub(crate) const LEAVE: &str = "\u{1b}[?25h\u{1b}[?1049l";

/// The terminal, until this goes.
#[derive(Debug)]
pub(crate) struct WholeScreen {
    _held: Held,
}

impl WholeScreen {
    /// Takes the terminal that standard output is.
    ///
    /// # Errors
    /// If it is none, or cannot be written to.
    pub fn enter() -> io::Result<WholeScreen> {
        let ((), held) = stop::hold(|| {
            let before = Before::now()?;
            let mut out = io::stdout().lock();
            out.write_all(ENTER.as_bytes())?;
            out.flush()?;
            before.take_keys();
            Ok(((), Leftover::Terminal(before)))
        })?;
        Ok(WholeScreen { _held: held })
    }

    /// Gives it back.
    pub fn leave(self) {}

    /// Writes rows over whatever is on it.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn draw(&mut self, rows: &[String]) -> io::Result<()> {
        let mut frame = "\u{1b}[H".to_owned();
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                frame.push_str("\r\n");
            }
            frame.push_str(row);
            frame.push_str("\u{1b}[K");
        }
        frame.push_str("\u{1b}[J");
        let mut out = io::stdout().lock();
        out.write_all(frame.as_bytes())?;
        out.flush()
    }
}

/// How a terminal treated its keys.
#[derive(Debug)]
pub struct Before {
    #[cfg(unix)]
    modes: Termios,
}

impl Before {
    #[cfg(unix)]
    fn now() -> io::Result<Before> {
        let modes = tcgetattr(io::stdin())?;
        Ok(Before { modes })
    }

    #[cfg(not(unix))]
    fn now() -> io::Result<Before> {
        Ok(Before {})
    }

    /// Has each key come as it is pressed, and echoes none, also while nobody
    /// reads one.
    fn take_keys(&self) {
        #[cfg(unix)]
        {
            let mut modes = self.modes.clone();
            modes.make_raw();
            modes.output_modes = self.modes.output_modes;
            // Who reads a key asks for it, too.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &modes);
        }
    }

    /// Makes it so again.
    pub(super) fn restore(self) {
        // What cannot be restored is gone.
        let mut out = io::stdout().lock();
        let _ = out.write_all(LEAVE.as_bytes());
        let _ = out.flush();
        #[cfg(unix)]
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.modes);
    }
}
