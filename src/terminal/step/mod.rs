//! A recorded run, step by step, in both directions. [`Player`] is the machine:
//! keys in, a screen out, and no terminal; [`seat`] sits it before one.

mod frame;
mod seat;
mod tape;

use console::Key;

use super::page::Page;
use crate::report::Report;
use crate::trace::{Source, Trace};
use tape::Tape;

pub use seat::{Stepped, step};

/// What is being stepped through.
pub struct Player {
    tapes: Vec<Tape>,
    /// The one that is on the screen.
    at: usize,
    page: Page,
    entry: Entry,
    /// What to say on the last row, until the next key.
    note: String,
}

/// What the user is typing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Nothing,
    /// A step to go to.
    Number(String),
    /// A text to find.
    Text(String),
    /// The keys are shown.
    Help,
}

/// Whether it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// With another screen.
    GoOn,
    /// The user has seen enough.
    Quit,
}

/// The keys, and what they do.
const KEYS: [(&str, &str); 13] = [
    ("right, space", "one step forward"),
    ("left", "one step back"),
    ("down, up", "to the next moment, to the previous one"),
    ("Tab", "choose the next lane; with shift the previous one"),
    (
        "n, p",
        "to the chosen lane's next step, to its previous one",
    ),
    ("w", "to what woke the chosen lane"),
    ("c", "to what the chosen lane waits for"),
    ("Home, End", "to the beginning, to the end"),
    ("12 Enter", "to that step"),
    (
        "/ text Enter",
        "to the next step that says so; / Enter: again",
    ),
    ("], [", "the next scene, the previous one"),
    ("?", "these keys"),
    ("q, Esc", "enough"),
];

impl Player {
    /// For the traces of a run, on such a page. `None` if there are none.
    pub fn new<'a>(
        page: Page,
        traces: impl IntoIterator<Item = &'a Trace>,
        sources: &[Source],
    ) -> Option<Player> {
        let tapes = traces.into_iter();
        let tapes = tapes.map(|trace| Tape::new(trace, sources, page.steps));
        let mut tapes: Vec<Tape> = tapes.collect();
        tapes.iter_mut().for_each(|tape| tape.go_to(0));
        (!tapes.is_empty()).then_some(Player {
            tapes,
            at: 0,
            page,
            entry: Entry::Nothing,
            note: String::new(),
        })
    }

    /// For a report: tokio's traces or, for whoever reads Python only, what
    /// CPython does where that is known.
    pub fn of(page: Page, report: &Report, python: bool) -> Option<Player> {
        let traces = report.scenes.iter().filter_map(|scene| {
            let other = scene.counterpart.as_ref();
            let other = other.map(|other| &other.trace).filter(|_| python);
            other.or(scene.trace.as_ref())
        });
        Player::new(page, traces, &report.sources)
    }

    /// From now on on a page of another size.
    pub fn on(&mut self, page: Page) {
        self.page = page;
    }

    /// Every step as a line of words: what the player says where there is no
    /// screen to play on.
    pub fn sentences(&mut self) -> impl Iterator<Item = String> + '_ {
        let several = self.tapes.len() > 1;
        self.tapes.iter_mut().flat_map(move |tape| {
            (1..=tape.len()).map(move |step| {
                tape.go_to(step);
                frame::sentence(tape, several)
            })
        })
    }

    fn tape(&mut self) -> &mut Tape {
        &mut self.tapes[self.at]
    }

    /// Takes in a key.
    pub fn press(&mut self, key: &Key) -> Flow {
        self.note.clear();
        match std::mem::replace(&mut self.entry, Entry::Nothing) {
            Entry::Nothing => return self.command(key),
            // Any key takes the help away.
            Entry::Help => {}
            Entry::Number(typed) => self.number(typed, key),
            Entry::Text(typed) => self.text(typed, key),
        }
        Flow::GoOn
    }

    fn command(&mut self, key: &Key) -> Flow {
        let tape = self.tape();
        let step = tape.step();
        match key {
            Key::ArrowRight | Key::Char(' ') => tape.go_to(step + 1),
            Key::ArrowLeft => tape.go_to(step.saturating_sub(1)),
            Key::ArrowDown => tape.next_moment(),
            Key::ArrowUp => tape.previous_moment(),
            Key::Home => tape.go_to(0),
            Key::End => tape.go_to(usize::MAX),
            Key::Tab => tape.choose(true),
            Key::BackTab => tape.choose(false),
            Key::Char('n') => {
                let found = tape.next_of_chosen();
                self.or_say(found, "it has no later step");
            }
            Key::Char('p') => {
                let found = tape.previous_of_chosen();
                self.or_say(found, "it has no earlier step");
            }
            Key::Char('w') => {
                let found = tape.go_to_what_woke();
                self.or_say(found, "nobody has woken it yet");
            }
            Key::Char('c') => {
                let found = tape.go_to_what_it_waits_for();
                self.or_say(found, "it waits for nothing");
            }
            Key::Char(']') => self.at = (self.at + 1) % self.tapes.len(),
            Key::Char('[') => {
                self.at = (self.at + self.tapes.len() - 1) % self.tapes.len();
            }
            Key::Char('/') => self.entry = Entry::Text(String::new()),
            Key::Char('?') => self.entry = Entry::Help,
            Key::Char(digit) if digit.is_ascii_digit() => {
                self.entry = Entry::Number(digit.to_string());
            }
            Key::Char('q') | Key::Escape | Key::CtrlC => return Flow::Quit,
            _ => {}
        }
        Flow::GoOn
    }

    fn or_say(&mut self, found: bool, note: &str) {
        if !found {
            note.clone_into(&mut self.note);
        }
    }

    fn number(&mut self, mut typed: String, key: &Key) {
        /// More digits than any run has steps.
        const MOST: usize = 12;
        match key {
            Key::Char(digit) if digit.is_ascii_digit() => {
                if typed.len() < MOST {
                    typed.push(*digit);
                }
                self.entry = Entry::Number(typed);
            }
            Key::Backspace if typed.len() > 1 => {
                typed.pop();
                self.entry = Entry::Number(typed);
            }
            Key::Enter => {
                let step = typed.parse().unwrap_or(usize::MAX);
                self.tape().go_to(step);
            }
            // Anything else gives it up.
            _ => {}
        }
    }

    fn text(&mut self, mut typed: String, key: &Key) {
        /// Longer than any line of the screen.
        const MOST: usize = 200;
        match key {
            Key::Char(letter) if !letter.is_control() => {
                if typed.len() < MOST {
                    typed.push(*letter);
                }
                self.entry = Entry::Text(typed);
            }
            Key::Backspace if !typed.is_empty() => {
                typed.pop();
                self.entry = Entry::Text(typed);
            }
            Key::Enter => {
                let found = self.tape().search(typed);
                self.or_say(found, "no step says so");
            }
            _ => {}
        }
    }

    /// The screen, row by row: as many as the page has, none of them wider.
    pub fn frame(&mut self) -> Vec<String> {
        let (page, at, count) = (self.page, self.at, self.tapes.len());
        let last = match &self.entry {
            Entry::Help => return frame::help(&page, &KEYS),
            Entry::Number(typed) => format!("go to step {typed}"),
            Entry::Text(typed) => format!("find {typed}"),
            Entry::Nothing if !self.note.is_empty() => self.note.clone(),
            Entry::Nothing if page.is_wide() => {
                "right, left: step   down, up: moment   ?: all keys   q: enough"
                    .to_owned()
            }
            Entry::Nothing => "right, left   ?: keys   q: enough".to_owned(),
        };
        frame::frame(&page, self.tape(), (at + 1, count), &last)
    }
}
