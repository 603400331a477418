//! What is to be said of what was measured, for every view alike. All of it
//! follows from the figures.

use super::plan::spaced;
use super::{LeftOut, Report, Row, Section, Subject};
use crate::chapter::time;
use crate::measure::comparison::{ratio, seconds};
use crate::measure::machine::tokio_version;

/// Two times that are so near to each other, in seconds, are no order.
const NEAR: f64 = 0.002;

/// A run that took so much longer than the median is pointed out, as part of
/// it.
const SLOW: f64 = 0.1;

impl Report {
    fn wait_in_words(&self) -> String {
        let wait = std::time::Duration::try_from_secs_f64(self.wait);
        time(wait.unwrap_or_default())
    }

    /// A section's heading.
    pub fn heading(&self, section: &Section) -> String {
        let (count, wait) = (spaced(section.count), self.wait_in_words());
        let waits = if section.count == 1 { "wait" } else { "waits" };
        format!("{count} {waits} of {wait} at once")
    }

    /// What is beyond the ideal, as a column's head.
    pub fn beyond_head(&self) -> String {
        format!("beyond {}", self.wait_in_words())
    }

    /// What the figures are figures of.
    pub fn counted(&self) -> String {
        let wait = self.wait_in_words();
        let runs = match self.runs {
            1 => "One run of each, in a process of its own".to_owned(),
            runs => format!(
                "Medians of {runs} runs, each in a process of its own, in \
                 random order"
            ),
        };
        let mut words = format!(
            "{runs}. Beyond {wait}: from the first wait's start to the last \
             one's end, less the {wait} that is ideal; starting the process \
             is not counted in it. Processor time and peak memory are of the \
             whole process, its start included, as the system counts them; a \
             wait's memory is what the peak has beyond that of one wait. The \
             ratios are to bare tokio, and left out where the system counts \
             too coarsely for one."
        );
        let has = |subject| {
            let mut sections = self.sections.iter();
            sections.any(|section| section.row(subject).is_some())
        };
        if has(Subject::Connections) {
            words += " A connection has both its ends, client and server, in \
                      the same process: two open files, and the memory of \
                      both; the kernel's buffers are not in it. The time to \
                      connect is counted.";
        }
        if has(Subject::Threads) {
            words += " What the kernel has of a thread is not in its memory.";
        }
        if has(Subject::Go) {
            words += " Go runs on all cores, as it does by default; tokio, \
                      Node.js and Python wait on one thread.";
        }
        words
    }

    /// On what and with what it was measured.
    pub fn circumstances(&self) -> String {
        let machine = &self.machine;
        let mut words = vec![machine.words()];
        words.push(format!("asyncade {}", machine.asyncade));
        words.extend(tokio_version().map(|v| format!("tokio {v}")));
        for subject in Subject::PEERS {
            let mut sections = self.sections.iter();
            let row = sections.find_map(|section| section.row(subject));
            words.extend(row.map(|row| row.version.clone()));
        }
        words.push(machine.date.clone());
        format!("{}.", words.join("; "))
    }

    /// What somebody who doubts should know.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.machine.build == "debug" {
            remarks.push(
                "This asyncade was built without optimisation, so tokio and \
                 what is recorded look several times as slow as they are. \
                 Measure with a release build."
                    .to_owned(),
            );
        }
        let rows = self.sections.iter().flat_map(|section| &section.rows);
        if rows.clone().any(|row| row.memory().is_none()) {
            remarks.push(
                "Without a /proc, where this process could be looked at, \
                 processor time and memory are left out."
                    .to_owned(),
            );
        }
        for section in &self.sections {
            let slow = section.rows.iter().filter_map(|row| {
                let wall = row.wall()?;
                let more = wall.max - wall.median;
                let is_slow = more > SLOW * wall.median && more > NEAR;
                is_slow.then(|| (row.subject.name(), wall))
            });
            for (name, wall) in slow {
                remarks.push(format!(
                    "The slowest run of {name} at {} took {}, and half of \
                     them no more than {}.",
                    spaced(section.count),
                    seconds(wall.max),
                    seconds(wall.median)
                ));
            }
        }
        remarks.extend(self.load.remarks());
        if self.is_interrupted {
            remarks.push(
                "Stopped: this is what was measured until then.".to_owned(),
            );
        }
        remarks
    }

    /// What came of it, in words. `None` if nothing was measured.
    pub fn conclusion(&self) -> Option<String> {
        // The largest size says the most; a peer may have had no room there.
        let with_peers = |section: &&Section| {
            section.rows.iter().any(|row| row.subject.is_peer())
        };
        let complete = |section: &&Section| {
            section.floor().is_some()
                && section.row(Subject::Recorded).is_some()
        };
        let sections = || self.sections.iter().rev().filter(complete);
        let section = sections().find(with_peers).or(sections().next());
        let section = section.or(self.sections.last())?;
        let mut rows: Vec<(&Row, f64)> = section
            .rows
            .iter()
            .filter_map(|row| Some((row, row.beyond(self.wait)?)))
            .collect();
        rows.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let each = rows.iter().map(|(row, beyond)| {
            format!("{} {}", place(row.subject), seconds(*beyond))
        });
        let each: Vec<String> = each.collect();
        let heading = self.heading(section);
        let ends = if section.count == 1 { "ends" } else { "end" };
        let mut words =
            format!("{heading} {ends} later than ideal: {}.", listed(&each));
        if let Some(cost) = section.recording(self.wait) {
            words += &format!(" {cost}");
        }
        if let Some(ahead) = section.ahead() {
            words += &format!(" {ahead}");
        }
        Some(words)
    }
}

impl Section {
    /// The row of a subject.
    pub fn row(&self, subject: Subject) -> Option<&Row> {
        self.rows.iter().find(|row| row.subject == subject)
    }

    /// What recording costs, in all.
    fn recording(&self, wait: f64) -> Option<String> {
        let ratios = self.ratios(self.row(Subject::Recorded)?, wait)?;
        let mut costs =
            vec![format!("{}x the time in all", ratio(ratios.wall))];
        let others = [
            (ratios.processor, "processor time"),
            (ratios.memory, "memory"),
        ];
        costs.extend(others.into_iter().filter_map(|(times, of)| {
            Some(format!("{}x the {of}", ratio(times?)))
        }));
        let costs = listed(&costs);
        Some(format!("Recorded, tokio takes {costs} of bare tokio."))
    }

    /// Which peers recorded tokio is ahead of. `None` without any.
    fn ahead(&self) -> Option<String> {
        let recorded = self.row(Subject::Recorded)?;
        let peers = self.rows.iter().filter(|row| row.subject.is_peer());
        let peers: Vec<&Row> = peers.collect();
        if peers.is_empty() {
            return None;
        }
        let names = |is_ahead: &dyn Fn(&Row) -> bool| {
            let ahead = peers.iter().filter(|peer| is_ahead(peer));
            let names = ahead.map(|peer| place(peer.subject).to_owned());
            listed(&names.collect::<Vec<_>>())
        };
        let median = |summary: Option<crate::measure::Summary>| {
            summary.map_or(f64::NAN, |summary| summary.median)
        };
        let own = (median(recorded.wall()), median(recorded.processor()));
        let in_wall = names(&|peer| median(peer.wall()) + NEAR < own.0);
        let in_processor = names(&|peer| median(peer.processor()) < own.1);
        let knows_processor = !own.1.is_nan();
        let none = match knows_processor {
            true => "no peer is ahead of it in time or in processor time",
            false => "no peer is ahead of it in time",
        };
        Some(match (in_wall.as_str(), in_processor.as_str()) {
            ("", "") => {
                format!("Recorded, tokio is ahead of the rest: {none}.")
            }
            (wall, "") => format!("Ahead of recorded tokio in time: {wall}."),
            ("", processor) => {
                format!(
                    "With less processor time than recorded tokio: \
                     {processor}."
                )
            }
            (wall, processor) => format!(
                "Ahead of recorded tokio in time: {wall}; with less processor \
                 time: {processor}."
            ),
        })
    }
}

impl LeftOut {
    /// In words.
    pub fn words(&self) -> String {
        let name = self.subject.name();
        let at = self.count.map_or(String::new(), |count| {
            format!(" at {} waits", spaced(count))
        });
        format!("Left out: {name}{at}: {}.", self.why)
    }
}

/// Processor time in words: the system counts it in hundredths of a second.
pub(crate) fn processor(time: f64) -> String {
    if time < 0.01 {
        return "<0.01s".to_owned();
    }
    seconds(time)
}

/// A subject within a sentence.
fn place(subject: Subject) -> &'static str {
    match subject {
        Subject::Tokio => "bare tokio",
        Subject::Recorded => "recorded tokio",
        Subject::Node => "Node.js",
        Subject::Go => "Go",
        Subject::Trio => "Trio",
        other => other.name(),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
