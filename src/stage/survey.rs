//! A look at a whole recording before it is written down: what of it is known
//! only later than it should be told.

use std::collections::{HashMap, HashSet};

use super::note::{Entry, Note, TaskNumber};
use crate::trace::{LaneId, LaneKind};

/// What is found out later.
#[derive(Default)]
pub(super) struct Survey {
    /// The lane of each task.
    pub tasks: HashMap<TaskNumber, LaneId>,
    /// The lanes that the runtime polls, and that are thereby tasks.
    pub are_tasks: HashSet<LaneId>,
    /// The first entry that tells of the end: that at which `main` lets go of
    /// what it owns, or at which the runtime does.
    pub ending: usize,
}

impl Survey {
    pub fn of(entries: impl Iterator<Item = Entry>) -> Survey {
        let mut survey = Survey::default();
        let mut unpolled = HashSet::new();
        let mut returns = Returns::default();
        let mut shutdown = None;
        let mut count = 0;
        for (index, entry) in entries.enumerate() {
            let lane = entry.lane;
            match entry.note {
                Note::Spawn {
                    kind: LaneKind::Future,
                    ..
                } => {
                    unpolled.insert(lane);
                }
                Note::Poll { within, task, .. } => {
                    if unpolled.remove(&lane) && within.is_none() {
                        survey.are_tasks.insert(lane);
                    }
                    survey.tasks.extend(task.map(|task| (task, lane)));
                }
                Note::Task { task } => {
                    if unpolled.remove(&lane) {
                        survey.are_tasks.insert(lane);
                    }
                    survey.tasks.insert(task, lane);
                }
                Note::Shutdown => {
                    shutdown.get_or_insert(index);
                }
                _ => {}
            }
            returns.take(index, entry);
            count = index + 1;
        }
        let shutdown = shutdown.unwrap_or(count);
        survey.ending = returns.last.map_or(shutdown, |at| at.min(shutdown));
        survey
    }
}

/// Where `main` is polled for the last time, if it has ended. What it owns it
/// lets go of there, a set of tasks for one; and where there are several
/// threads, what is ended by that may be over before `main` is.
#[derive(Default)]
struct Returns {
    polled: Option<usize>,
    last: Option<usize>,
}

impl Returns {
    fn take(&mut self, index: usize, entry: Entry) {
        if entry.lane != MAIN || self.last.is_some() {
            return;
        }
        match entry.note {
            Note::Poll { .. } => self.polled = Some(index),
            Note::End { .. } => self.last = self.polled,
            _ => {}
        }
    }
}

/// What a run begins and ends with is spawned first.
const MAIN: LaneId = 0;
