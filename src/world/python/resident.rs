//! A CPython that stays, for whoever plays again and again: most of what a play
//! takes is that Python starts. The program is `demos/stage/stay.py`, which
//! plays each time in a fork of itself.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use serde_json::json;

use super::{
    Python, TO_ANSWER, TO_PLAY, arguments, blamed, demo, isolated, read,
};
use crate::chapter::{Chapter, Knobs, Twin};
use crate::system::child::Fault;
use crate::system::kept::{Answer, Kept};
use crate::trace::Trace;

/// A Python that starts at the first play, and stays. Where a program cannot
/// fork, it starts anew at each.
pub struct Resident {
    /// From the first play on. It ends before its files go: they are Python's.
    kept: Mutex<Option<Kept>>,
    python: Python,
}

impl Resident {
    /// One that plays with this Python. Nothing starts yet.
    pub fn new(python: Python) -> Resident {
        Resident {
            kept: Mutex::default(),
            python,
        }
    }

    /// The Python that it plays with.
    pub fn python(&self) -> &Python {
        &self.python
    }

    /// Plays as [`Python::play`] does, one call after the other. Who waits for
    /// another call waits within that one's bounds, and if the user asks us to
    /// stop, that one gives up at once, and then so does this.
    ///
    /// # Errors
    /// As [`Python::play`]. The next call works all the same.
    pub fn play(
        &self,
        chapter: &Chapter,
        twin: &Twin,
        knobs: &Knobs,
    ) -> Result<Vec<Trace>> {
        if cfg!(not(unix)) {
            return self.python.play(chapter, twin, knobs);
        }
        self.python.write(chapter)?;
        let request = json!({
            "demo": demo(chapter),
            "arguments": arguments(twin, knobs),
        });
        let asked = self.ask(&request.to_string());
        let answer =
            asked.map_err(|fault| blamed(fault, &self.python.program))?;
        let is_well = answer.status == 0;
        read(chapter, is_well, &answer.stdout, &answer.complaint)
    }

    /// Has the program that stays answer. If there is none, or if it has died
    /// since it was last asked, a new one does.
    fn ask(&self, request: &str) -> Result<Answer, Fault> {
        // Nothing is half done, whoever panicked: while it is asked, it is not
        // in there.
        let place = self.kept.lock();
        let mut place = place.unwrap_or_else(PoisonError::into_inner);
        if let Some(mut kept) = place.take() {
            match kept.ask(request, TO_PLAY) {
                Err(Fault::Gone {
                    is_silent: true, ..
                }) => {}
                asked => {
                    *place = asked.is_ok().then_some(kept);
                    return asked;
                }
            }
        }
        let mut kept = self.start()?;
        let answer = kept.ask(request, TO_PLAY)?;
        *place = Some(kept);
        Ok(answer)
    }

    fn start(&self) -> Result<Kept, Fault> {
        let stay = self.python.folder.path("demos/stage/stay.py");
        let mut command = isolated(&self.python.program);
        command.arg(stay);
        Kept::start(command, TO_ANSWER)
    }
}
