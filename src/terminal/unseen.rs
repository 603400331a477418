//! A run that is recorded before anybody is shown it. What must be said before
//! it is, and of what takes its time that it does; all of it on stderr.

use std::io;
use std::time::Duration;

use super::page::Page;
use super::quiet::announce;
use crate::chapter::time;
use crate::report::{Report, Reporter};

/// Nobody wonders about a wait that is shorter.
const MOMENT: Duration = Duration::from_secs(1);

/// Says that something is being recorded.
pub(crate) struct Unseen {
    page: Page,
    /// What is to be said of the scene that plays, until it was.
    untold: Option<String>,
}

impl Unseen {
    /// On stderr, with the measures of that page.
    pub fn new(page: Page) -> Unseen {
        Unseen { page, untold: None }
    }

    fn tell(&mut self) {
        if let Some(note) = self.untold.take() {
            // Nothing is left to do if stderr is closed.
            let _ = self.page.prose(&mut anstream::stderr(), 0, &note);
        }
    }
}

impl Reporter for Unseen {
    fn begins(&mut self, report: &Report) -> io::Result<()> {
        announce(report, &self.page);
        Ok(())
    }

    fn scene_begins(
        &mut self,
        report: &Report,
        index: usize,
    ) -> io::Result<()> {
        let scene = &report.scenes[index];
        let length = scene.length(report.speed);
        let mut note = format!("note: {} is recorded, unseen", scene.name);
        if length >= MOMENT {
            note += &format!("; it takes about {}", time(length));
        }
        self.untold = Some(note);
        if length >= MOMENT {
            self.tell();
        }
        Ok(())
    }

    fn tick(&mut self, now: Duration) -> io::Result<()> {
        // Nobody knew how long it would take.
        if now >= MOMENT {
            self.tell();
        }
        Ok(())
    }
}
