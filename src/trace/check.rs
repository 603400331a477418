//! What makes a list of events a trace: lanes and waits that are introduced
//! before they are spoken of, and lanes that are polled, parked and ended in
//! turn. What a reader takes from a file has passed here, so nothing that
//! works on a trace has to ask again.

use super::{By, Event, LaneId, LaneKind, On, Trace, WaitId, What};

/// Checks the events of a trace that was not read from a file.
///
/// # Errors
/// Names the first event that breaks a rule, counted from 1, and the rule.
pub fn check(trace: &Trace) -> Result<(), String> {
    let mut checker = Checker::default();
    for (number, event) in (1..).zip(&trace.events) {
        checker
            .take(event)
            .map_err(|wrong| format!("event {number}: {wrong}"))?;
    }
    checker.finish(trace.elapsed.as_nanos())
}

/// The rules, applied event by event.
#[derive(Default)]
pub(super) struct Checker {
    at: u64,
    lanes: Vec<Lane>,
    /// The lane of each wait, and whether the wait is open.
    waits: Vec<(LaneId, bool)>,
}

struct Lane {
    is_thread: bool,
    state: State,
    within: Option<LaneId>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Running,
    Ended,
}

impl Checker {
    /// Takes the next event.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn take(&mut self, event: &Event) -> Result<(), String> {
        let Event { at, lane, what } = event;
        if *at < self.at {
            return Err(format!(
                "{at} comes after {}: times run backwards",
                self.at
            ));
        }
        self.at = *at;
        if let What::Spawn { kind, parent, .. } = what {
            return self.spawn(*lane, *kind, *parent);
        }
        let state = self.lane(*lane)?.state;
        if state == State::Ended {
            return Err(format!("lane {lane} has ended already"));
        }
        match what {
            What::Spawn { .. } => Ok(()),
            What::Poll { within, .. } => self.poll(*lane, *within),
            What::Pend { waits, .. } => {
                self.must_run(*lane)?;
                for wait in waits {
                    if !self.wait(*wait)?.1 {
                        return Err(format!("wait {wait} is over already"));
                    }
                }
                self.lanes[*lane as usize].state = State::Idle;
                Ok(())
            }
            What::Wait { wait, on, .. } => {
                if *wait as usize != self.waits.len() + 1 {
                    return Err(format!(
                        "wait {wait} comes where {} is next",
                        self.waits.len() + 1
                    ));
                }
                self.must_run(*lane)?;
                self.known(on)?;
                self.waits.push((*lane, true));
                Ok(())
            }
            What::Done { wait } => {
                self.must_run(*lane)?;
                self.close(*lane, *wait)
            }
            // A lane that is dropped gives its waits up without being polled.
            What::Drop { wait } => self.close(*lane, *wait),
            What::Wake { by } => {
                if let By::Lane(other) = by {
                    self.lane(*other)?;
                }
                if self.lanes[*lane as usize].is_thread {
                    return Err("a thread is not woken".to_owned());
                }
                Ok(())
            }
            What::Say { .. } | What::Resource { .. } => Ok(()),
            What::Cancel { target, .. } => self.lane(*target).map(|_| ()),
            What::End { cause, .. } => {
                if let Some(by) = cause.and_then(|cause| cause.by) {
                    self.lane(by)?;
                }
                self.lanes[*lane as usize].state = State::Ended;
                Ok(())
            }
        }
    }

    /// Checks what can be said only at the end.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn finish(&self, elapsed: u128) -> Result<(), String> {
        if elapsed < u128::from(self.at) {
            return Err(format!(
                "it stopped at {elapsed}, before its last event at {}",
                self.at
            ));
        }
        Ok(())
    }

    fn spawn(
        &mut self,
        lane: LaneId,
        kind: LaneKind,
        parent: Option<LaneId>,
    ) -> Result<(), String> {
        if lane as usize != self.lanes.len() {
            return Err(format!(
                "lane {lane} is spawned where {} is next",
                self.lanes.len()
            ));
        }
        match parent {
            Some(parent) => drop(self.lane(parent)?),
            None if lane == 0 => {}
            None => return Err(format!("lane {lane} has no parent")),
        }
        self.lanes.push(Lane {
            is_thread: kind == LaneKind::Thread,
            state: State::Idle,
            within: None,
        });
        Ok(())
    }

    fn poll(
        &mut self,
        lane: LaneId,
        within: Option<LaneId>,
    ) -> Result<(), String> {
        if let Some(outer) = within {
            self.must_run(outer)?;
            // An inner lane that came to run its own outer one would be its
            // own caller.
            let mut above = Some(outer);
            while let Some(id) = above {
                if id == lane {
                    return Err(format!("lane {lane} runs inside itself"));
                }
                let outer = &self.lanes[id as usize];
                above = outer.within.filter(|_| outer.state == State::Running);
            }
        }
        let lane_state = &mut self.lanes[lane as usize];
        if lane_state.state == State::Running {
            return Err(format!("lane {lane} is polled while it runs"));
        }
        lane_state.state = State::Running;
        lane_state.within = within;
        Ok(())
    }

    fn close(&mut self, lane: LaneId, wait: WaitId) -> Result<(), String> {
        let (owner, open) = *self.wait(wait)?;
        if owner != lane {
            return Err(format!("wait {wait} belongs to lane {owner}"));
        }
        if !open {
            return Err(format!("wait {wait} is over already"));
        }
        self.waits[wait as usize - 1].1 = false;
        Ok(())
    }

    fn known(&self, on: &On) -> Result<(), String> {
        match on {
            On::Join { lanes, .. } => lanes
                .iter()
                .try_for_each(|lane| self.lane(*lane).map(|_| ())),
            On::Thread { lane } => self.lane(*lane).map(|_| ()),
            _ => Ok(()),
        }
    }

    fn must_run(&self, lane: LaneId) -> Result<(), String> {
        if self.lane(lane)?.state == State::Running {
            return Ok(());
        }
        Err(format!("lane {lane} does not run"))
    }

    fn lane(&self, lane: LaneId) -> Result<&Lane, String> {
        self.lanes
            .get(lane as usize)
            .ok_or_else(|| format!("lane {lane} was never spawned"))
    }

    fn wait(&self, wait: WaitId) -> Result<&(LaneId, bool), String> {
        (wait as usize)
            .checked_sub(1)
            .and_then(|index| self.waits.get(index))
            .ok_or_else(|| format!("wait {wait} never began"))
    }
}
