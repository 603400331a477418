//! The picture of a scene while it plays: the picture that it will have when
//! it is over, as far as it has come, with what each lane waits for beside it.

use std::time::Duration;

use super::chart::{Sheet, Widths};
use super::page::Page;
use super::wait::{doing, wait};
use crate::picture::{Axis, InView, Layout, Picture, Strip};
use crate::report::{Report, Scene};
use crate::timeline::{Doing, Growing, Steps};
use crate::trace::Event;

/// How far the axis reaches at least. Of a scene of which nobody knows how
/// long it takes it doubles whenever that is not enough.
const SHORTEST: Duration = Duration::from_secs(1);

/// A scene that plays.
pub(super) struct Live {
    growing: Growing,
    in_view: InView,
    /// For a page of another size the picture is laid out anew.
    widths: Widths,
    sheet: Sheet,
    layout: Layout,
    /// Whether it is known how long the scene takes.
    is_planned: bool,
    steps: Steps,
}

impl Live {
    /// Before anything has happened in a scene.
    pub fn new(page: Page, report: &Report, scene: &Scene) -> Live {
        let widths = Widths::of(report);
        let sheet = Sheet::for_widths(page, widths);
        let mut layout = sheet.layout(report, scene, page.live_rows());
        let is_planned = !layout.scale.is_zero();
        if !is_planned {
            layout.scale = SHORTEST;
        }
        Live {
            growing: Growing::new(),
            in_view: InView::new(),
            widths,
            sheet,
            layout,
            is_planned,
            steps: Steps::default(),
        }
    }

    /// From now on on another page.
    pub fn on(&mut self, page: Page) {
        let Layout { axis, scale, .. } = self.layout;
        self.sheet = Sheet::for_widths(page, self.widths);
        self.layout = self.sheet.room(page.live_rows()).of(axis, scale);
    }

    /// Takes in what happened.
    pub fn take(&mut self, event: &Event) {
        match self.layout.axis {
            Axis::Time => self.growing.take(event),
            Axis::Steps => {
                let event = self.steps.take(event);
                self.growing.take(&event);
            }
        }
    }

    /// The picture at a moment, row by row.
    pub fn frame(&mut self, now: Duration) -> Vec<String> {
        let now = match self.layout.axis {
            // What happened just now may bear a later time.
            Axis::Time => now.max(self.growing.state().at()),
            Axis::Steps => self.steps.length(),
        };
        while now > self.layout.scale {
            self.layout.scale = match (self.layout.axis, self.is_planned) {
                (Axis::Time, false) => self.layout.scale * 2,
                _ => now,
            };
        }
        let in_view = &mut self.in_view;
        let picture =
            Picture::of_growing(&self.growing, now, in_view, &self.layout);
        let mut rows = vec![self.sheet.axis(&picture)];
        for row in &picture.rows {
            let beside = row.strip().map(|strip| self.beside(strip));
            rows.push(self.sheet.row(&picture, row, beside.as_deref()));
        }
        rows
    }

    /// What a lane does, in a word or two.
    fn beside(&self, strip: &Strip) -> String {
        let Some(lane) = self.growing.state().lane(strip.lane) else {
            return String::new();
        };
        match lane.doing {
            Doing::Unbegun | Doing::Ready | Doing::Running => {
                doing(lane.doing).to_owned()
            }
            _ if strip.is_kept_waiting() => doing(Doing::Ready).to_owned(),
            Doing::Blocking | Doing::Lending | Doing::Parked | Doing::Ended => {
                let state = self.growing.state();
                let waits = state.waits(lane).map(|own| wait(&own.on, state));
                waits.collect::<Vec<_>>().join(", ")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Mark;
    use crate::trace::{LaneKind, On, Place, What};

    /// A lane is ready only where somebody else keeps the thread from it.
    #[test]
    fn t5_only_who_is_kept_from_the_thread_is_ready() {
        let layout = Layout {
            columns: 10,
            overhang: 0,
            rows: 8,
            axis: Axis::Time,
            scale: Duration::from_nanos(1000),
        };
        let place = || Place {
            file: "".into(),
            line: 1,
        };
        let spawn = |name: &str, kind| What::Spawn {
            name: name.to_owned(),
            kind,
            parent: None,
            place: place(),
        };
        let poll = || What::Poll {
            within: None,
            thread: 0,
        };
        let mut growing = Growing::new();
        let mut main_at_600 = |at, lane, what| {
            growing.take(&Event { at, lane, what });
            let mut in_view = InView::new();
            let now = Duration::from_nanos(600);
            let picture =
                Picture::of_growing(&growing, now, &mut in_view, &layout);
            picture.rows[0].strip().unwrap().marks[5]
        };
        main_at_600(0, 0, spawn("main", LaneKind::Main));
        main_at_600(0, 0, poll());
        let wait = What::Wait {
            wait: 1,
            on: On::Timer { length: None },
            due: Some(200),
            place: place(),
        };
        main_at_600(0, 0, wait);
        let pend = What::Pend {
            waits: vec![1],
            place: place(),
            stack: Vec::new(),
        };
        // Alone: late is just late.
        assert_eq!(main_at_600(0, 0, pend), Some(Mark::Wait));
        // A thread of its own is in nobody's way, a task is.
        main_at_600(100, 1, spawn("thread", LaneKind::Thread));
        assert_eq!(main_at_600(100, 1, poll()), Some(Mark::Wait));
        main_at_600(100, 2, spawn("task", LaneKind::Task));
        assert_eq!(main_at_600(100, 2, poll()), Some(Mark::Ready));
    }
}
