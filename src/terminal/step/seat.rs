//! The player before a terminal: keys from it, frames onto it. What it was
//! like before comes back however this ends. Where there is no terminal the
//! same steps are sentences.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use console::{Key, Term};

use super::super::screen::{Screen, measured};
use super::{Flow, Player};
use crate::system::pause;
use crate::system::stop;
use crate::system::whole_screen::WholeScreen;

/// How soon a resize and a request to stop are seen.
const TICK: Duration = Duration::from_millis(50);

/// What was typed while a frame was drawn is read within that time.
const MEANWHILE: Duration = Duration::from_millis(2);

/// What Ctrl-Z is where the terminal does not act on it.
const CTRL_Z: char = '\u{1a}';

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// The user had seen enough.
    Enough,
    /// Somebody asked the program to stop.
    Stopped,
}

/// Steps through what is on the player.
///
/// # Errors
/// If the terminal cannot be used, or if nobody reads the output any more.
pub fn step(mut player: Player, screen: &mut Screen) -> io::Result<Stepped> {
    let is_terminal = io::stdout().is_terminal() && io::stdin().is_terminal();
    if is_terminal && !screen.page.plain && !screen.is_dumb() {
        return play(player, screen);
    }
    // On a terminal the next step comes with Enter.
    let mut waits = is_terminal.then(|| io::stdin().lock());
    let mut enter = String::new();
    for sentence in player.sentences() {
        writeln!(screen, "{sentence}")?;
        if stop::asked().is_some() {
            return Ok(Stepped::Stopped);
        }
        if let Some(input) = &mut waits {
            screen.flush()?;
            enter.clear();
            if input.read_line(&mut enter)? == 0 || enter.trim() == "q" {
                break;
            }
        }
    }
    screen.flush()?;
    Ok(Stepped::Enough)
}

fn play(mut player: Player, screen: &Screen) -> io::Result<Stepped> {
    let mut whole = WholeScreen::enter()?;
    let mut keys = Keys::new();
    let mut page = screen.page;
    let mut is_new = true;
    loop {
        let now = measured(page);
        if now.columns != page.columns || now.height != page.height {
            is_new = true;
        }
        page = now;
        if is_new {
            player.on(page);
            whole.draw(&styled(player.frame()))?;
            is_new = false;
        }
        match keys.next(TICK) {
            Ok(first) => {
                is_new = true;
                // What was typed meanwhile is one frame.
                let mut next = Some(first);
                while let Some(key) = next {
                    match key {
                        // The terminal does not act on these either.
                        Key::CtrlC => return Ok(Stepped::Stopped),
                        Key::Char(CTRL_Z) => {
                            whole.leave();
                            pause::now();
                            whole = WholeScreen::enter()?;
                        }
                        key if player.press(&key) == Flow::Quit => {
                            return Ok(Stepped::Enough);
                        }
                        _ => {}
                    }
                    next = keys.next(MEANWHILE).ok();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            // No more keys will come.
            Err(RecvTimeoutError::Disconnected) => {
                return Ok(Stepped::Enough);
            }
        }
        if stop::asked().is_some() {
            return Ok(Stepped::Stopped);
        }
    }
}

/// Rows as the terminal may show them: by the same rule as all other output.
fn styled(rows: Vec<String>) -> Vec<String> {
    let choice = anstream::AutoStream::choice(&io::stdout());
    if choice != anstream::ColorChoice::Never {
        return rows;
    }
    let plain = |row: String| console::strip_ansi_codes(&row).into_owned();
    rows.into_iter().map(plain).collect()
}

/// The keys, as they are pressed: reading them blocks, so it has a thread of
/// its own, which ends with the program. It reads no key that nobody wants:
/// whoever reads one changes the terminal, which is to be as it was when the
/// last one has been pressed.
struct Keys {
    wants: Sender<()>,
    keys: Receiver<Key>,
    /// One is being read.
    is_coming: bool,
}

impl Keys {
    fn new() -> Keys {
        let (wants, wanted) = mpsc::channel();
        let (sender, keys) = mpsc::channel();
        thread::spawn(move || {
            let terminal = Term::stdout();
            while let Ok(()) = wanted.recv()
                && let Ok(key) = terminal.read_key_raw()
                && let Ok(()) = sender.send(key)
            {}
        });
        Keys {
            wants,
            keys,
            is_coming: false,
        }
    }

    /// The next key, if it is pressed within that time.
    fn next(&mut self, within: Duration) -> Result<Key, RecvTimeoutError> {
        if !self.is_coming {
            // If nobody reads any more, that is seen below.
            let _ = self.wants.send(());
            self.is_coming = true;
        }
        let key = self.keys.recv_timeout(within)?;
        self.is_coming = false;
        Ok(key)
    }
}
