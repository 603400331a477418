//! What was measured, and what was not: everything that is shown of it is a
//! function of this.

use serde::Serialize;

use super::Subject;
use super::outside::Cost;
use crate::measure::{Load, Machine, Summary};

/// All of it.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// On what, with what, and when.
    pub machine: Machine,
    /// The command that was typed.
    pub command: String,
    /// How long each wait is, in seconds.
    pub wait: f64,
    /// How often each subject is measured.
    pub runs: usize,
    /// By the number of waits, smallest first.
    pub sections: Vec<Section>,
    /// What was not measured.
    pub left_out: Vec<LeftOut>,
    /// What else the machine did.
    pub load: Load,
    /// The user has stopped it.
    pub is_interrupted: bool,
}

impl Report {
    /// Whether one of our own could not be measured: that is an error of ours,
    /// or of the machine's.
    pub fn is_broken(&self) -> bool {
        let mut left_out = self.left_out.iter();
        left_out.any(|left_out| {
            let is_own = [Subject::Tokio, Subject::Recorded];
            is_own.contains(&left_out.subject) && !left_out.had_no_room
        })
    }
}

/// So many waits at once.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// How many.
    pub count: u64,
    /// Each subject that was measured, the floor first.
    pub rows: Vec<Row>,
}

/// A subject, and its figures in the order of its runs.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Who waits.
    pub subject: Subject,
    /// With which version.
    pub version: String,
    /// Its process with a single short wait: what it takes by itself.
    pub alone: Cost,
    /// Each run.
    pub costs: Vec<Cost>,
}

/// What was not measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Who.
    pub subject: Subject,
    /// At how many waits and above; at all of them if there is no number.
    pub count: Option<u64>,
    /// Why, as half a sentence.
    pub why: String,
    /// It was known before that there is no room for it.
    pub had_no_room: bool,
}

impl LeftOut {
    /// From so many waits on.
    pub fn at(subject: Subject, count: u64, why: String) -> LeftOut {
        LeftOut {
            subject,
            count: Some(count),
            why,
            had_no_room: false,
        }
    }

    /// From so many waits on, as there is no room.
    pub fn without_room(subject: Subject, count: u64, why: String) -> LeftOut {
        let had_no_room = true;
        LeftOut {
            had_no_room,
            ..LeftOut::at(subject, count, why)
        }
    }

    /// Altogether.
    pub fn wholly(subject: Subject, why: String) -> LeftOut {
        LeftOut {
            subject,
            count: None,
            why,
            had_no_room: false,
        }
    }
}

/// Medians over those of the floor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Ratios {
    /// Of the whole wall time.
    pub wall: f64,
    /// Of the wall time beyond the ideal.
    pub beyond: Option<f64>,
    /// Of the processor time.
    pub processor: Option<f64>,
    /// Of the peak memory.
    pub memory: Option<f64>,
}

/// Less processor time than this, in seconds, is counted in too few hundredths
/// of a second for a ratio.
const COUNTABLE: f64 = 0.05;

/// Less memory than this, in bytes, is what one run has more than another.
const SOME: f64 = 262_144.0;

/// A wait that ends less than this too late, in seconds, ends at the next tick
/// of a timer: a ratio of it says nothing.
const NOTICEABLE: f64 = 0.002;

impl Section {
    /// The bare tokio of the same section.
    pub fn floor(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.subject == Subject::Tokio)
    }

    /// A row's medians over those of the floor.
    pub fn ratios(&self, row: &Row, wait: f64) -> Option<Ratios> {
        let floor = self.floor()?;
        let over = |own: Option<f64>, floor: Option<f64>, least: f64| {
            let (own, floor) = (own?, floor?);
            (floor >= least && floor > 0.0).then_some(own / floor)
        };
        Some(Ratios {
            wall: row.wall()?.median / floor.wall()?.median,
            beyond: over(row.beyond(wait), floor.beyond(wait), NOTICEABLE),
            processor: over(
                row.processor().map(|summary| summary.median),
                floor.processor().map(|summary| summary.median),
                COUNTABLE,
            ),
            memory: over(
                row.memory().map(|summary| summary.median),
                floor.memory().map(|summary| summary.median),
                1.0,
            ),
        })
    }
}

impl Row {
    fn summary(&self, of: impl Fn(&Cost) -> Option<f64>) -> Option<Summary> {
        let figures: Option<Vec<f64>> = self.costs.iter().map(of).collect();
        Summary::of(&figures?)
    }

    /// The whole wall time of the waits, in seconds.
    pub fn wall(&self) -> Option<Summary> {
        self.summary(|cost| Some(cost.wall))
    }

    /// What the process took to start and to print, in seconds.
    pub fn start_up(&self) -> Option<Summary> {
        self.summary(|cost| Some(cost.start_up))
    }

    /// The median of the wall time beyond the ideal, which is one wait. Never
    /// below nothing: some clocks are a little early.
    pub fn beyond(&self, wait: f64) -> Option<f64> {
        Some((self.wall()?.median - wait).max(0.0))
    }

    /// The processor time of the whole process, in seconds.
    pub fn processor(&self) -> Option<Summary> {
        self.summary(|cost| cost.processor)
    }

    /// The most memory of the whole process, in bytes.
    pub fn memory(&self) -> Option<Summary> {
        self.summary(|cost| cost.memory.map(|bytes| bytes as f64))
    }

    /// What each wait adds to the process' memory, in bytes: what the process
    /// takes by itself is not counted.
    pub fn bytes_a_wait(&self, count: u64) -> Option<f64> {
        let more = self.memory()?.median - self.alone.memory? as f64;
        (more >= SOME).then(|| more / count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(subject: Subject, alone: u64, figures: &[(f64, f64, u64)]) -> Row {
        let cost = |&(wall, processor, memory): &(f64, f64, u64)| Cost {
            wall,
            start_up: 0.1,
            processor: Some(processor),
            memory: Some(memory),
        };
        Row {
            subject,
            version: String::new(),
            alone: cost(&(1.0, 0.0, alone)),
            costs: figures.iter().map(cost).collect(),
        }
    }

    #[test]
    fn ratios_are_of_medians_over_the_floors() {
        let mib = |n: u64| n << 20;
        let floor =
            [(1.1, 0.1, mib(2)), (9.0, 9.0, mib(9)), (1.0, 0.1, mib(1))];
        let own = [(1.3, 0.3, mib(6)), (1.2, 0.2, mib(5)), (1.4, 0.4, mib(7))];
        let section = Section {
            count: 10,
            rows: vec![
                row(Subject::Tokio, 500, &floor),
                row(Subject::Go, mib(1), &own),
            ],
        };
        let ratios = section.ratios(&section.rows[1], 1.0).unwrap();
        let is = |ratio: f64, expected: f64| (ratio - expected).abs() < 1e-9;
        assert!(is(ratios.wall, 1.3 / 1.1));
        assert!(is(ratios.beyond.unwrap(), 3.0));
        assert!(is(ratios.processor.unwrap(), 3.0));
        assert!(is(ratios.memory.unwrap(), 3.0));
        assert_eq!(section.rows[1].bytes_a_wait(10), Some(524_288.0));
    }

    #[test]
    fn what_was_counted_in_too_few_steps_has_no_ratio() {
        let section = Section {
            count: 10,
            rows: vec![
                row(Subject::Tokio, 500, &[(1.001, 0.01, 2_000)]),
                row(Subject::Go, 9_000, &[(1.2, 0.02, 6_000)]),
            ],
        };
        let ratios = section.ratios(&section.rows[1], 1.0).unwrap();
        assert_eq!((ratios.beyond, ratios.processor), (None, None));
        assert_eq!(ratios.memory, Some(3.0));
        // Hardly more than the process takes by itself is nothing to divide.
        assert_eq!(section.rows[1].bytes_a_wait(10), None);
        // And a run without a /proc has no sum of what the others have.
        let mut half = section.clone();
        let first = half.rows[1].costs[0];
        half.rows[1].costs.push(Cost {
            memory: None,
            ..first
        });
        assert_eq!(half.rows[1].memory(), None);
        assert!(half.rows[1].wall().is_some());
    }
}
