//! Plays a chapter, shows it, and writes it to files.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Error, Result};

use super::Ending;
use crate::chapter::Lang;
use crate::export::{Export, FORMATS};
use crate::report::{
    self, Choice, Nobody, Plan, Played, Reporter, Unheard, Usage,
};
use crate::terminal::{
    self, Full, Json, Player, Quiet, Screen, Stepped, WithLive,
};
use crate::world::interrupt;

/// What of a run is shown, and where else it goes.
pub struct Showing<'a> {
    /// What is shown on the screen.
    pub output: Output,
    /// What it means, too.
    pub explains: bool,
    /// A picture that grows, if the screen can have one.
    pub live: bool,
    /// It is recorded first, and then stepped through.
    pub steps: bool,
    /// The files that the report is written to.
    pub exports: &'a [PathBuf],
}

/// What the user wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Everything.
    Full,
    /// The last screen, which says what came of it.
    Quiet,
    /// The traces, and nothing else.
    Json,
}

/// Plays what was chosen.
///
/// # Errors
/// A [`Usage`](report::Usage) error before anything is played; if a scene
/// fails, or if nobody reads the output any more. What was to be written to
/// files is written all the same; what cannot be is said on stderr, and the
/// run ends [broken](Ending::Broken).
pub fn play(
    choice: &Choice,
    showing: &Showing,
    screen: &mut Screen,
) -> Result<Ending> {
    // From here on Ctrl-C is a request, so that nothing is left half done.
    interrupt::listen();
    perform(plan(choice, showing)?, showing, screen)
}

/// Plays a plan.
///
/// # Errors
/// As [`play`].
pub fn perform(
    plan: Plan,
    showing: &Showing,
    screen: &mut Screen,
) -> Result<Ending> {
    let exports = Export::prepare_all(showing.exports, FORMATS)?;
    let unheard = if exports.is_empty() {
        Unheard::Stop
    } else {
        Unheard::GoOn
    };
    let Played {
        report,
        failure,
        unheard,
    } = if showing.steps {
        report::play(plan, &mut Nobody, unheard)
    } else {
        let mut reporter = reporter(showing, plan.is_paced(), screen);
        report::play(plan, reporter.as_mut(), unheard)
    };
    let mut is_whole = true;
    for export in exports {
        if let Err(error) = export.finish(&report) {
            is_whole = false;
            // What else there is to write is as good as before.
            terminal::complain(&error);
        }
    }
    if let Some(error) = failure {
        return Err(error);
    }
    if report.interrupted || interrupt::requested() {
        return Ok(Ending::Interrupted);
    }
    if showing.steps {
        let python = report.reading.lang == Lang::Python;
        let player = Player::of(screen.page, &report, python);
        if let Some(player) = player
            && terminal::step(player, screen)? == Stepped::Stopped
        {
            return Ok(Ending::Interrupted);
        }
        return Ok(Ending::of(!is_whole));
    }
    match unheard {
        // Nobody was told of the claims, but what could not be written counts.
        Some(error) if is_whole => Err(Error::from(error)),
        Some(_) => Ok(Ending::Broken),
        None => Ok(Ending::of(report.is_broken() || !is_whole)),
    }
}

/// Decides what to do. Whoever reads Python steps through what CPython does;
/// where nobody can say what that is, through the same on tokio.
fn plan(choice: &Choice, showing: &Showing) -> Result<Plan> {
    match Plan::new(choice) {
        Err(error) if showing.steps && choice.twin && error.is::<Usage>() => {
            let choice = Choice {
                twin: false,
                ..choice.clone()
            };
            let plan = Plan::new(&choice)?;
            let words = "note: there is no Python to ask what CPython does at \
                         these figures; these are the steps on tokio";
            // Nothing is left to do if stderr is closed.
            let _ = writeln!(anstream::stderr(), "{words}");
            Ok(plan)
        }
        plan => plan,
    }
}

fn reporter<'a>(
    showing: &Showing,
    is_paced: bool,
    screen: &'a mut Screen,
) -> Box<dyn Reporter + 'a> {
    let (page, is_live) = (screen.page, showing.live && screen.live);
    let full = |screen| Full::new(screen).explaining(showing.explains);
    match showing.output {
        Output::Json => Box::new(Json::new(screen)),
        Output::Quiet => Box::new(Quiet::new(screen)),
        Output::Full if is_live => {
            let live = WithLive::new(full(screen), page);
            Box::new(live.of_every_clock(is_paced))
        }
        Output::Full => Box::new(full(screen)),
    }
}
