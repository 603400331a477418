//! A trace as a process: the fold over its events, and a record for each thing
//! that changes by one of them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io;

use serde_json::{Value, json};

use super::records::{Records, Track};
use crate::chapter::clock;
use crate::system::foreign::clean;
use crate::terminal::wait;
use crate::timeline::{Doing, LaneState, State};
use crate::trace::{
    By, Cause, Event, LaneId, Place, Trace, WaitId, What, nanos,
};

/// So many waits of a lane are named.
const FEW: usize = 4;

/// A trace that is being written.
pub(super) struct Process<'a, 'b> {
    records: &'a mut Records<'b>,
    trace: &'a Trace,
    number: u64,
    state: State,
    /// The wakes of lanes that have ended, by their positions: a runtime wakes
    /// who awaits a task when there is no more of the task.
    late: HashMap<LaneId, Vec<usize>>,
    /// The number of the arrow to an event, less the event's position.
    flows: u64,
}

impl<'a, 'b> Process<'a, 'b> {
    pub fn new(
        records: &'a mut Records<'b>,
        trace: &'a Trace,
    ) -> Process<'a, 'b> {
        Process {
            number: records.next_thread,
            flows: records.next_flow,
            records,
            trace,
            state: State::new(),
            late: late(trace),
        }
    }

    /// Writes all of it.
    pub fn write(mut self, name: &str) -> io::Result<()> {
        let main = self.track(0);
        let number = json!(self.number);
        self.records
            .about(main, "process_name", "name", name.into())?;
        self.records
            .about(main, "process_sort_index", "sort_index", number)?;
        for (position, event) in self.trace.events.iter().enumerate() {
            self.event(position, event)?;
        }
        self.close()?;
        // A process without a lane has a number all the same.
        let lanes = self.state.lanes().len().max(1) as u64;
        self.records.next_thread += lanes;
        self.records.next_flow += self.trace.events.len() as u64;
        Ok(())
    }

    /// What goes on when the trace stops is over then.
    fn close(&mut self) -> io::Result<()> {
        let at = nanos(self.trace.elapsed);
        for (id, lane) in (0..).zip(self.state.lanes()) {
            if lane.doing != Doing::Ended {
                self.records.slice_ends(self.track(id), at)?;
            }
        }
        if self.trace.is_whole() {
            return Ok(());
        }
        let how = if self.trace.cut_off {
            "cut off"
        } else {
            "interrupted"
        };
        self.records.instant(self.track(0), at, "end", how, &[])
    }

    fn track(&self, lane: LaneId) -> Track {
        Track {
            process: self.number,
            thread: self.number + u64::from(lane),
        }
    }

    fn event(&mut self, position: usize, event: &Event) -> io::Result<()> {
        let (id, at) = (event.lane, event.at);
        // The lane that this one runs inside of, which has the thread before
        // or after.
        let outer = match &event.what {
            What::Poll { within, .. } => *within,
            What::Pend { .. } | What::End { .. } => {
                self.state.lane(id).and_then(|lane| lane.within)
            }
            _ => None,
        };
        let lanes = [outer, Some(id)];
        let before = lanes.map(|lane| self.doing(lane));
        self.arrows(position, event)?;
        self.state.apply(event);
        for (lane, before) in lanes.into_iter().zip(before) {
            let Some(lane) = lane else { continue };
            let after = self.doing(Some(lane));
            if after == before {
                continue;
            }
            if before.is_some() {
                self.records.slice_ends(self.track(lane), at)?;
            } else {
                self.introduce(lane)?;
            }
            self.slice(lane, event)?;
        }
        self.moment(position, event)
    }

    fn doing(&self, lane: Option<LaneId>) -> Option<Doing> {
        Some(self.state.lane(lane?)?.doing)
    }

    /// The arrows that begin with an event. They begin inside of the slice that
    /// it may end.
    fn arrows(&mut self, position: usize, event: &Event) -> io::Result<()> {
        let flows = self.flows;
        let begin = |position: usize| flows + position as u64;
        match &event.what {
            What::Wake { by: By::Lane(by) } => {
                let has_ended = self.doing(Some(*by)) == Some(Doing::Ended);
                // Those of a lane that has ended began with its end.
                if !has_ended && self.state.lane(*by).is_some() {
                    let track = self.track(*by);
                    self.records.flow(track, event.at, begin(position))?;
                }
            }
            What::End { .. } => {
                let track = self.track(event.lane);
                for wake in self.late.remove(&event.lane).unwrap_or_default() {
                    self.records.flow(track, event.at, begin(wake))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A thread for a lane.
    fn introduce(&mut self, id: LaneId) -> io::Result<()> {
        let Some(lane) = self.state.lane(id) else {
            return Ok(());
        };
        let track = self.track(id);
        let name = json!(clean(&lane.name));
        self.records.about(track, "thread_name", "name", name)?;
        let number = json!(id);
        self.records
            .about(track, "thread_sort_index", "sort_index", number)
    }

    /// What a lane does from an event on, unless it is no more.
    fn slice(&mut self, id: LaneId, event: &Event) -> io::Result<()> {
        let Some(lane) = self.state.lane(id) else {
            return Ok(());
        };
        let mut args = Vec::new();
        let (kind, name) = match lane.doing {
            Doing::Ended => return Ok(()),
            Doing::Unbegun => ("ready", Cow::Borrowed("not begun")),
            Doing::Ready => ("ready", "ready".into()),
            Doing::Running => ("running", "running".into()),
            Doing::Lending => ("lending", "polls a lane inside of it".into()),
            Doing::Blocking => ("running", self.waits(lane, &[]).into()),
            Doing::Parked => {
                let waits = match &event.what {
                    What::Pend { waits, .. } => waits.as_slice(),
                    _ => &[],
                };
                (
                    "waiting",
                    format!("waits: {}", self.waits(lane, waits)).into(),
                )
            }
        };
        args.push(("at", place(&lane.place)));
        if lane.doing.holds() {
            if self.state.is_multi_thread() {
                args.push(("thread", json!(lane.thread)));
            }
            if let Some(outer) = lane.within {
                let outer = clean(self.state.name(outer));
                args.push(("inside of", json!(outer)));
            }
        }
        if let (Doing::Ready | Doing::Running, Some(by)) =
            (lane.doing, lane.woken)
        {
            args.push(("woken by", json!(self.waker(by))));
        }
        if matches!(lane.doing, Doing::Parked | Doing::Blocking) {
            let dues = self.state.waits(lane).filter_map(|wait| wait.due);
            if let Some(due) = dues.min() {
                args.push(("due", json!(clock(due))));
                args.push(("due in ns", json!(nanos(due))));
            }
        }
        let track = self.track(id);
        self.records.slice(track, event.at, kind, &name, &args)
    }

    /// What a lane waits for: those of its waits, or all that are open.
    fn waits(&self, lane: &LaneState, waits: &[WaitId]) -> String {
        let waits = if waits.is_empty() { &lane.waits } else { waits };
        let named = waits.iter().take(FEW);
        let named = named.filter_map(|id| self.state.wait(*id));
        let named = named.map(|own| wait(&own.on, &self.state));
        let mut words = named.collect::<Vec<_>>().join(", ");
        let more = waits.len().saturating_sub(FEW);
        if more > 0 {
            words += &format!(" and {more} more");
        }
        words
    }

    fn waker(&self, by: By) -> Cow<'_, str> {
        match by {
            By::Lane(lane) => clean(self.state.name(lane)),
            By::Timer => "a timer".into(),
            By::Io => "the world outside".into(),
            By::Itself => "itself".into(),
            By::Runtime => "the runtime".into(),
        }
    }

    /// What happens in a moment, in the slice that is open now.
    fn moment(&mut self, position: usize, event: &Event) -> io::Result<()> {
        let (track, at) = (self.track(event.lane), event.at);
        match &event.what {
            What::Wake { by: By::Lane(by) } => {
                if self.state.lane(*by).is_none() {
                    return Ok(());
                }
                let id = self.flows + position as u64;
                self.records.flow_ends(track, at, id)
            }
            What::Say { text, place: said } => {
                let text = clean(text);
                let args = [("at", place(said))];
                self.records.instant(track, at, "says", &text, &args)
            }
            What::Cancel { target, how } => {
                let target = clean(self.state.name(*target));
                let name = format!("cancels {target}");
                let args = [("how", json!(how))];
                self.records.instant(track, at, "cancel", &name, &args)
            }
            What::Resource {
                name,
                left,
                capacity: _,
                waiting,
            } => {
                let mut args = vec![("left", json!(left))];
                args.extend(waiting.map(|many| ("waiting", json!(many))));
                self.records.counter(track, at, &clean(name), &args)
            }
            What::End {
                outcome,
                detail,
                cause,
            } => {
                let mut args = Vec::new();
                if let Some(detail) = detail {
                    args.push(("why", json!(clean(detail))));
                }
                if let Some(Cause { by, how }) = cause {
                    let by = by.map(|by| clean(self.state.name(by)));
                    args.extend(by.map(|by| ("by", json!(by))));
                    args.push(("how", json!(how)));
                }
                let name = outcome.to_string();
                self.records.instant(track, at, "end", &name, &args)
            }
            _ => Ok(()),
        }
    }
}

fn place(place: &Place) -> Value {
    json!(format!("{}:{}", clean(&place.file), place.line))
}

/// The wakes of each lane that come after its end.
fn late(trace: &Trace) -> HashMap<LaneId, Vec<usize>> {
    let mut ended = HashSet::new();
    let mut late: HashMap<LaneId, Vec<usize>> = HashMap::new();
    for (position, event) in trace.events.iter().enumerate() {
        match &event.what {
            What::End { .. } => {
                ended.insert(event.lane);
            }
            What::Wake { by: By::Lane(by) } if ended.contains(by) => {
                late.entry(*by).or_default().push(position);
            }
            _ => {}
        }
    }
    late
}
