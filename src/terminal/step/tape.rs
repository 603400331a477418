//! One recorded run on the player: where it is, and what can be seen there.

use std::time::Duration;

use crate::chapter::number_of;
use crate::picture::{Axis, InView, Layout, Picture};
use crate::report::why;
use crate::timeline::{History, STEP, State, Steps, Timeline};
use crate::trace::{By, Event, LaneId, On, Source, Trace, What, World};

/// A run, stepped through.
pub(super) struct Tape {
    /// What the run is called.
    pub name: String,
    /// Whose run it is: `tokio`, `CPython`, and on how many workers.
    pub world: String,
    pub history: History,
    /// What happened in the last step, and why.
    pub sentence: String,
    /// The lane that the keys are about.
    pub chosen: LaneId,
    sources: Vec<Source>,
    /// The whole run, on the axis of its picture.
    timeline: Timeline,
    axis: Axis,
    scale: Duration,
    /// Where each event is on an axis of steps; empty on one of time.
    steps: Vec<Duration>,
    /// What was looked for last.
    sought: String,
}

/// What ran a trace, and on how many workers if there were several threads.
fn world(world: &World) -> String {
    let called = world.called();
    if world.is_one_thread() {
        return called.to_owned();
    }
    let workers = number_of(world.workers, "worker", "workers");
    format!("{called} on {workers}")
}

impl Tape {
    /// A run from its beginning. In steps instead of time, if that is wanted or
    /// if all of it happens at one moment.
    pub fn new(trace: &Trace, sources: &[Source], in_steps: bool) -> Tape {
        let axis = if in_steps {
            Axis::Steps
        } else {
            Axis::of(trace.elapsed, trace.header.clock)
        };
        let mut steps = Steps::default();
        let (timeline, scale, at) = match axis {
            Axis::Time => (Timeline::of(trace), trace.elapsed, Vec::new()),
            Axis::Steps => {
                let at = trace.events.iter().map(|event| {
                    steps.count(event);
                    steps.length()
                });
                let at: Vec<Duration> = at.collect();
                let scale = steps.length().max(STEP);
                (Timeline::in_steps(trace), scale, at)
            }
        };
        let own = &trace.sources;
        Tape {
            name: trace.header.name().to_owned(),
            world: world(&trace.header.world),
            history: History::new(trace.events.clone()),
            sentence: String::new(),
            chosen: 0,
            sources: if own.is_empty() { sources } else { own }.to_vec(),
            timeline,
            axis,
            scale,
            steps: at,
            sought: String::new(),
        }
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.history.events().len()
    }

    /// The step that it is at: so many events have happened.
    pub fn step(&self) -> usize {
        self.history.step()
    }

    /// The event that has just happened.
    pub fn event(&self) -> Option<&Event> {
        self.history.events().get(self.step().checked_sub(1)?)
    }

    /// Goes to a step, or to the last one.
    pub fn go_to(&mut self, step: usize) {
        let step = step.min(self.len());
        self.history.go_to(step.saturating_sub(1));
        let events = self.history.events();
        self.sentence = match events.get(step.wrapping_sub(1)) {
            Some(event) => why(self.history.state(), event),
            None => "Nothing has happened yet.".to_owned(),
        };
        self.history.go_to(step);
    }

    /// To the first event of the next moment.
    pub fn next_moment(&mut self) {
        let events = self.history.events();
        let now = self.event().map(|event| event.at);
        let rest = events.iter().enumerate().skip(self.step());
        let mut later = rest.filter(|(_, event)| Some(event.at) > now);
        let next = later.next().map_or(events.len(), |(index, _)| index + 1);
        self.go_to(next);
    }

    /// To the first event of this moment or, from there, of the one before.
    pub fn previous_moment(&mut self) {
        let events = self.history.events();
        let first_of = |at| events.partition_point(|event| event.at < at) + 1;
        let Some(event) = self.event() else {
            return;
        };
        let first = first_of(event.at);
        let step = if first < self.step() {
            first
        } else {
            let before = first.checked_sub(2).and_then(|at| events.get(at));
            before.map_or(0, |event| first_of(event.at))
        };
        self.go_to(step);
    }

    /// To the next event of the chosen lane, if there is one.
    pub fn next_of_chosen(&mut self) -> bool {
        let rest = self.history.events().iter().enumerate();
        let mut rest = rest.skip(self.step());
        let next = rest.find(|(_, event)| event.lane == self.chosen);
        self.go_to_event(next.map(|(index, _)| index))
    }

    /// To the previous one.
    pub fn previous_of_chosen(&mut self) -> bool {
        let before = &self.history.events()[..self.step().saturating_sub(1)];
        let last = before.iter().rposition(|event| event.lane == self.chosen);
        self.go_to_event(last)
    }

    fn go_to_event(&mut self, index: Option<usize>) -> bool {
        if let Some(index) = index {
            self.go_to(index + 1);
        }
        index.is_some()
    }

    /// Chooses the next lane that exists, or the one before.
    pub fn choose(&mut self, forward: bool) {
        let lanes = self.history.state().lanes().len();
        let Ok(lanes @ 1..) = LaneId::try_from(lanes) else {
            return;
        };
        let by = if forward { 1 } else { lanes - 1 };
        self.chosen = (self.chosen + by) % lanes;
    }

    /// To what woke the chosen lane last: what another lane did, if it was one.
    pub fn go_to_what_woke(&mut self) -> bool {
        let before = &self.history.events()[..self.step()];
        let wake = before.iter().rposition(|event| {
            event.lane == self.chosen && matches!(event.what, What::Wake { .. })
        });
        let Some(wake) = wake else {
            return false;
        };
        let What::Wake { by } = before[wake].what else {
            return false;
        };
        let cause = match by {
            By::Lane(lane) if lane != self.chosen => {
                before[..wake].iter().rposition(|event| event.lane == lane)
            }
            _ => None,
        };
        self.go_to_event(Some(cause.unwrap_or(wake)))
    }

    /// To what the chosen lane waits for: another lane is chosen, or else the
    /// moment at which the wait is over.
    pub fn go_to_what_it_waits_for(&mut self) -> bool {
        let state = self.history.state();
        let lane = state.lane(self.chosen);
        let waits = lane.into_iter().flat_map(|lane| &lane.waits);
        let waits: Vec<u32> = waits.copied().collect();
        let other =
            waits.iter().find_map(|wait| match &state.wait(*wait)?.on {
                On::Join { lanes, .. } => lanes.first().copied(),
                On::Thread { lane } => Some(*lane),
                _ => None,
            });
        if let Some(other) = other {
            self.chosen = other;
            return true;
        }
        let mut rest = self.history.events().iter().enumerate();
        let over = rest.find(|(index, event)| {
            *index >= self.step()
                && match event.what {
                    What::Done { wait } | What::Drop { wait } => {
                        waits.contains(&wait)
                    }
                    _ => false,
                }
        });
        let over = over.map(|(index, _)| index);
        self.go_to_event(over)
    }

    /// To the next step whose sentence has that text in it, from the beginning
    /// again if there is none further on. An empty text is the last one again.
    pub fn search(&mut self, text: String) -> bool {
        if !text.is_empty() {
            self.sought = text.to_lowercase();
        }
        if self.sought.is_empty() {
            return false;
        }
        let from = self.step();
        let mut before = State::new();
        let (mut first, mut next) = (None, None);
        for (index, event) in self.history.events().iter().enumerate() {
            let sentence = why(&before, event).to_lowercase();
            if sentence.contains(&self.sought) {
                first = first.or(Some(index));
                if index >= from {
                    next = Some(index);
                    break;
                }
            }
            before.apply(event);
        }
        self.go_to_event(next.or(first))
    }

    /// The picture as far as the run has come, with room for so many rows.
    pub fn picture(&self, layout: Layout) -> Picture {
        let now = match self.axis {
            Axis::Time => self.event().map(Event::at),
            Axis::Steps => self
                .step()
                .checked_sub(1)
                .and_then(|index| self.steps.get(index).copied()),
        };
        let now = now.unwrap_or_default();
        let state = self.history.state();
        // The same at a step wherever one comes from.
        let mut in_view = InView::new();
        in_view.follow(self.chosen);
        let layout = layout.of(self.axis, self.scale);
        Picture::up_to(&self.timeline, state, now, &mut in_view, &layout)
    }

    /// The text of a source file.
    pub fn source(&self, file: &str) -> Option<&str> {
        let mut sources = self.sources.iter();
        let source = sources.find(|source| source.file == file)?;
        Some(&source.text)
    }

    /// What was said so far, the last line last, with its moment and its lane.
    pub fn said(&self, most: usize) -> Vec<(Duration, LaneId, &str)> {
        let before = self.history.events()[..self.step()].iter().rev();
        let said = before.filter_map(|event| match &event.what {
            What::Say { text, .. } => {
                Some((event.at(), event.lane, text.as_str()))
            }
            _ => None,
        });
        let mut said: Vec<_> = said.take(most).collect();
        said.reverse();
        said
    }
}
