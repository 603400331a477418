//! Measures what a plan says: every subject of a part in turn, so that whatever
//! drifts on the machine hits all of them alike.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::outside::{self, Cost, Failure};
use super::peer::{Peer, untuned};
use super::plan::Part;
use super::work::{self, BECOME};
use super::{Asked, LeftOut, Plan, Report, Row, Section, Subject};
use crate::measure::{Experiment, Machine, Turn, Watch, Yield};
use crate::system::folder::Folder;
use crate::system::random;
use crate::system::stop;

/// Is told how far it has come.
pub(crate) trait Progress {
    /// All processes together should take so long.
    fn begins(&mut self, length: Duration);
    /// A process starts, which should take so long.
    fn starts(&mut self, subject: Subject, count: u64, length: Duration);
    /// It has run for so long.
    fn ticks(&mut self, elapsed: Duration);
    /// It is over.
    fn ends(&mut self);
}

/// A single wait of that length, for what a process takes by itself.
const SHORT: Duration = Duration::from_millis(1);

/// Measures it. If the user asks us to stop, what was measured until then is
/// what there is.
///
/// # Errors
/// If this program cannot be found to be started again, or the system gives no
/// temporary folder.
pub(crate) fn measure(
    asked: &Asked,
    plan: Plan,
    progress: &mut dyn Progress,
) -> Result<Report> {
    let own = env::current_exe()
        .context("this program does not know where it is itself")?;
    let folder = Folder::new().context("there is no temporary folder")?;
    let machine = Machine::look();
    let mut watch = Watch::start();
    let mut bench = Bench {
        own: &own,
        asked,
        stands: Vec::new(),
        left_out: plan.left_out,
    };
    let mut parts = plan.parts;
    progress.begins(SHORT);
    let ready = bench.prepare(&mut parts, &folder, progress);
    if asked.require_peers
        && let Some(missing) = bench.missing()
    {
        bail!("{missing}, and --require-peers wants every one of them");
    }
    let mut sections = Vec::new();
    if ready.is_ok() {
        progress.begins(bench.length(&parts));
        for part in &parts {
            sections.extend(bench.section(part, &mut watch, progress));
            if stop::asked().is_some() {
                break;
            }
        }
    }
    Ok(Report {
        machine,
        command: asked.command.clone(),
        wait: asked.wait.as_secs_f64(),
        runs: asked.runs,
        sections,
        left_out: bench.left_out,
        load: watch.end(),
        is_interrupted: stop::asked().is_some(),
    })
}

/// Where subjects are measured.
struct Bench<'a> {
    own: &'a Path,
    asked: &'a Asked,
    stands: Vec<Stand>,
    left_out: Vec<LeftOut>,
}

/// A subject that can be measured.
struct Stand {
    subject: Subject,
    peer: Option<Peer>,
    alone: Cost,
}

impl Bench<'_> {
    /// Looks for every subject, and measures it once with nothing to do, which
    /// also fetches it from the disk. Those that cannot be measured are taken
    /// out of the parts.
    fn prepare(
        &mut self,
        parts: &mut Vec<Part>,
        folder: &Folder,
        progress: &mut dyn Progress,
    ) -> Result<(), Failure> {
        for subject in Subject::ALL {
            if !parts.iter().any(|part| part.subjects.contains(&subject)) {
                continue;
            }
            progress.starts(subject, 1, SHORT);
            let stand = self.stand(subject, folder, progress);
            progress.ends();
            match stand {
                Ok(stand) => self.stands.push(stand),
                Err(Failure::Stopped) => return Err(Failure::Stopped),
                Err(Failure::Unfit(why)) => {
                    // What limits it does not matter any more.
                    self.left_out.retain(|left| left.subject != subject);
                    self.left_out.push(LeftOut::wholly(subject, why));
                    for part in parts.iter_mut() {
                        part.subjects.retain(|other| *other != subject);
                    }
                }
            }
        }
        // A part that was there for one subject only has nothing to show.
        parts.retain(|part| part.subjects.len() > 1);
        Ok(())
    }

    /// A peer that cannot be measured at all, in words.
    fn missing(&self) -> Option<String> {
        let mut left_out = self.left_out.iter();
        let missing = left_out
            .find(|left| left.subject.is_peer() && left.count.is_none())?;
        let LeftOut { subject, why, .. } = missing;
        Some(format!("{}: {why}", subject.name()))
    }

    fn stand(
        &self,
        subject: Subject,
        folder: &Folder,
        progress: &mut dyn Progress,
    ) -> Result<Stand, Failure> {
        let python = &self.asked.python;
        let peer = subject
            .is_peer()
            .then(|| Peer::find(subject, python, folder))
            .transpose()?;
        let command = self.command(subject, peer.as_ref(), 1, SHORT);
        let limit = self.limit(1);
        let alone = outside::measure(command, 1, SHORT, limit, |elapsed| {
            progress.ticks(elapsed);
        })?;
        Ok(Stand {
            subject,
            peer,
            alone,
        })
    }

    fn command(
        &self,
        subject: Subject,
        peer: Option<&Peer>,
        count: u64,
        wait: Duration,
    ) -> Command {
        let words: Vec<OsString> = match peer {
            None => {
                let own = self.own.as_os_str().to_owned();
                let rest = work::arguments(subject, count, wait);
                let rest = rest.into_iter().map(OsString::from);
                std::iter::once(own).chain(rest).collect()
            }
            Some(peer) => {
                let mut words = peer.command(count, wait);
                // So it ends when we are gone, whatever ended us.
                if cfg!(unix) {
                    let own = self.own.as_os_str().to_owned();
                    words.splice(0..0, [own, BECOME.into()]);
                }
                words
            }
        };
        // There is a program in front of either.
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        untuned(&mut command);
        command
    }

    /// About how long a process takes, for a bar.
    fn guess(&self, subject: Subject, count: u64) -> Duration {
        let nanos = match subject {
            Subject::Tokio | Subject::Recorded => 800,
            Subject::Go | Subject::Node => 5_000,
            Subject::Asyncio | Subject::Uvloop => 15_000,
            Subject::Threads | Subject::Connections => 60_000,
            Subject::Trio => 70_000,
        };
        self.asked.wait + Duration::from_nanos(nanos * count)
    }

    /// About how long all of it takes.
    fn length(&self, parts: &[Part]) -> Duration {
        let runs = self.asked.runs.try_into().unwrap_or(u32::MAX);
        let guess = |part: &Part| {
            let subjects = part.subjects.iter();
            let all = subjects.map(|subject| self.guess(*subject, part.count));
            all.sum::<Duration>().saturating_mul(runs)
        };
        parts.iter().map(guess).sum()
    }

    /// The most time that a process may take: far more than any of them needs,
    /// and not so much that one that hangs holds up everything.
    fn limit(&self, count: u64) -> Duration {
        let each = Duration::from_micros(150);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let usual = self.asked.wait
            + Duration::from_secs(30)
            + each.saturating_mul(count);
        self.asked.limit.unwrap_or(usual)
    }

    /// Measures a part. `None` if nothing of it was.
    fn section(
        &mut self,
        part: &Part,
        watch: &mut Watch,
        progress: &mut dyn Progress,
    ) -> Option<Section> {
        let (count, wait) = (part.count, self.asked.wait);
        let stands = part.subjects.iter().filter_map(|subject| {
            let mut stands = self.stands.iter();
            stands.find(|stand| stand.subject == *subject)
        });
        let stands: Vec<&Stand> = stands.collect();
        let experiment = Experiment {
            subjects: stands.len(),
            warmups: 0,
            runs: self.asked.runs,
            seed: random::new_seed(),
        };
        let limit = self.limit(count);
        let mut run = |turn: Turn| {
            let stand = stands[turn.subject];
            let subject = stand.subject;
            progress.starts(subject, count, self.guess(subject, count));
            let command =
                self.command(subject, stand.peer.as_ref(), count, wait);
            let cost =
                outside::measure(command, count, wait, limit, |elapsed| {
                    progress.ticks(elapsed);
                });
            watch.doze();
            progress.ends();
            match cost {
                Ok(cost) => Yield::Figure(cost),
                Err(Failure::Stopped) => Yield::Stopped,
                Err(Failure::Unfit(why)) => Yield::Unfit(why),
            }
        };
        let is_stopped = || stop::asked().is_some();
        let taken = experiment.conduct(&mut run, is_stopped);
        let mut rows = Vec::new();
        let mut left_out = Vec::new();
        for (stand, taken) in stands.into_iter().zip(taken) {
            if let Some(why) = taken.unfit {
                // Half of its figures are none.
                left_out.push(LeftOut::at(stand.subject, count, why));
            } else if !taken.figures.is_empty() {
                rows.push(Row {
                    subject: stand.subject,
                    version: version(stand),
                    alone: stand.alone,
                    costs: taken.figures,
                });
            }
        }
        self.left_out.extend(left_out);
        (!rows.is_empty()).then_some(Section { count, rows })
    }
}

fn version(stand: &Stand) -> String {
    match &stand.peer {
        Some(peer) => peer.version.clone(),
        None => format!("asyncade {}", env!("CARGO_PKG_VERSION")),
    }
}
