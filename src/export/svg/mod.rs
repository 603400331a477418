//! A run as a picture for slides: the scenes below each other, on one axis as
//! far as they are on one in a terminal, and below them what came of it. Text is
//! text, and there is nothing in it that a page would have to fetch or to run.

mod canvas;
mod marks;

use std::time::Duration;

use console::measure_text_width;

use super::Format;
use crate::chapter::clock;
use crate::picture::{
    self, Axis, Layout, Legend, Picture, Reading, Row, Side, Strip, Tick,
};
use crate::report::{Report, Scene, Verdict};
use crate::terminal::{
    INTERRUPTED, OTHER_WORLD, Page, about, circumstances, counted, ending,
    meanings, outcome, sentence,
};
use crate::timeline::Timeline;
use canvas::{Canvas, FONT, LETTER, Set};

pub(super) const FORMAT: Format = Format {
    extension: "svg",
    write: |report, out| out.write_all(Drawing::of(report).as_bytes()),
};

/// How wide it is, and how far everything is from its edges.
const WIDTH: f64 = 960.0;
const MARGIN: f64 = 24.0;
const INNER: f64 = WIDTH - 2.0 * MARGIN;

/// From one line of text to the next, and from one lane to the next.
const LINE: f64 = 22.0;
const LANE: f64 = 26.0;

/// How wide a column is: of time, and of steps, which are few.
const FINE: f64 = 4.0;
const COARSE: f64 = 10.0;

/// The most lanes of a scene.
const ROWS: usize = 16;

/// A name has room for so many letters.
const NAME: usize = 20;

/// From the middle of an end's mark to the words beside it.
const BESIDE: f64 = 16.0;

/// What a legend's mark takes.
const SAMPLE: f64 = 24.0;

const PLAIN: Set = Set {
    larger: 0.0,
    bold: false,
};
const BOLD: Set = Set {
    larger: 0.0,
    bold: true,
};

/// A picture that is being drawn, from top to bottom.
struct Drawing<'a> {
    report: &'a Report,
    canvas: Canvas,
    /// Where the next thing stands.
    y: f64,
    /// Where the axis begins, and how long it is.
    axis: f64,
    length: f64,
    used: Legend,
    /// What is said of it to whoever does not see it.
    words: Vec<String>,
}

impl Drawing<'_> {
    fn of(report: &Report) -> String {
        let names = report.lane_names().map(measure_text_width).max();
        let scenes = report.scenes.iter();
        let has_other = scenes.clone().any(|it| it.counterpart.is_some());
        let least = if has_other { OTHER_WORLD.len() } else { 4 };
        let names = names.unwrap_or(0).clamp(least, NAME.max(least)) as f64;
        let moments = scenes.map(|scene| {
            clock(picture::scale(report, scene, Axis::Time)).len()
        });
        let moments = moments.max().unwrap_or(0).max("0.000s".len());
        let ends = ("cancelled ".len() + moments) as f64;
        let axis = MARGIN + (names + 2.0) * LETTER;
        let mut drawing = Drawing {
            report,
            canvas: Canvas::new(WIDTH),
            y: MARGIN,
            axis,
            length: WIDTH - MARGIN - ends * LETTER - BESIDE - axis,
            used: Legend::default(),
            words: Vec::new(),
        };
        drawing.title();
        drawing.scenes();
        drawing.legend();
        drawing.result();
        let title = title(report);
        let about = drawing.words.join(" ");
        let height = drawing.y + MARGIN - LINE / 2.0;
        drawing.canvas.finish(height, &title, &about)
    }

    fn title(&mut self) {
        let set = Set {
            larger: 1.5,
            bold: true,
        };
        self.y += FONT;
        let title = title(self.report);
        self.canvas.text((MARGIN, self.y), INNER, set, &title);
        self.y += LINE / 2.0;
        for note in circumstances(self.report) {
            self.prose(PLAIN, &note);
            self.words.push(note);
        }
    }

    fn scenes(&mut self) {
        let report = self.report;
        let mut before = None;
        for scene in &report.scenes {
            if scene.trace.is_none() {
                continue;
            }
            let layout = self.layout(scene);
            let reading = Reading::of(report, scene, layout.axis);
            let picture = reading.laid_out(&layout);
            self.used.add(&picture.legend);
            self.y += LINE * 0.75;
            let is_same = before == Some((layout.axis, layout.scale));
            before = Some((layout.axis, layout.scale));
            self.heading(scene);
            if !is_same {
                self.ruler(&layout, &self.ticks(&reading, &layout));
            }
            self.describe(scene);
            self.rows(scene, &picture, &layout);
            for note in picture.notes.iter().chain(&scene.notes) {
                self.prose(PLAIN, note);
            }
        }
    }

    /// The room for a scene, in the columns of its axis.
    fn layout(&self, scene: &Scene) -> Layout {
        let axis = picture::axis(self.report, scene);
        let scale = picture::scale(self.report, scene, axis);
        let room = Layout {
            columns: (self.length / unit(axis)) as usize,
            overhang: 0,
            rows: ROWS,
            axis,
            scale,
        };
        room.of(axis, scale)
    }

    /// The ticks that there is room for, in letters.
    fn ticks(&self, reading: &Reading, layout: &Layout) -> Vec<Tick> {
        let in_letters = Layout {
            columns: (layout.columns as f64 * unit(layout.axis) / LETTER)
                as usize,
            // As many as a moment has.
            overhang: 8,
            rows: 1,
            ..*layout
        };
        reading.laid_out(&in_letters).ticks
    }

    /// Where a moment is on an axis.
    fn place(&self, layout: &Layout, at: Duration) -> f64 {
        let scale = layout.scale.max(Duration::from_nanos(1));
        let share = at.as_secs_f64() / scale.as_secs_f64();
        self.axis + share * layout.columns as f64 * unit(layout.axis)
    }

    /// What a scene is called, and what is special about it.
    fn heading(&mut self, scene: &Scene) {
        self.y += LINE;
        let at = (MARGIN, self.y);
        let used = self.canvas.text(at, INNER, BOLD, &scene.name);
        let from = used + 2.0 * LETTER;
        let about = about(self.report, scene);
        if from + 12.0 * LETTER < INNER && !about.is_empty() {
            let at = (MARGIN + from, self.y);
            self.canvas.text(at, INNER - from, PLAIN, &about);
        }
    }

    fn ruler(&mut self, layout: &Layout, ticks: &[Tick]) {
        self.y += LINE;
        if layout.axis == Axis::Steps {
            let at = (MARGIN, self.y);
            self.canvas.text(at, self.axis - MARGIN, PLAIN, "step");
        }
        for tick in ticks {
            let x = self.place(layout, tick.at);
            let [left, top, foot] =
                [x, self.y - FONT, self.y + 6.0].map(canvas::number);
            self.canvas.draw(format_args!(
                "<path class=\"l\" d=\"M{left} {top}V{foot}\" \
                 stroke=\"#1b1f24\"/>"
            ));
            let room = WIDTH - x;
            self.canvas
                .text((x + 4.0, self.y), room, PLAIN, &tick.label);
        }
        self.y += 6.0;
    }

    /// Puts a scene in words: those of its lanes that have a row.
    fn describe(&mut self, scene: &Scene) {
        let about = about(self.report, scene);
        self.words.push(format!("{}: {about}.", scene.name));
    }

    fn rows(&mut self, scene: &Scene, picture: &Picture, layout: &Layout) {
        let timelines =
            scene
                .traces()
                .enumerate()
                .map(|(index, trace)| match index {
                    0 => Timeline::of(trace),
                    _ => Timeline::of(&trace.at_speed(self.report.speed)),
                });
        let timelines: Vec<Timeline> = timelines.collect();
        for row in &picture.rows {
            self.y += LANE;
            match row {
                Row::Lane(strip) => {
                    let about = about_lane(strip, &timelines);
                    self.canvas.group(&about);
                    self.lane(strip, layout);
                    self.canvas.end_group();
                    self.words.push(about);
                }
                Row::Fold(fold) => {
                    let words = counted(layout.axis, fold);
                    let at = (MARGIN, self.y);
                    let line = format!("\u{2026} {words}");
                    self.canvas.text(at, INNER, PLAIN, &line);
                    self.words.push(format!("{words}."));
                }
            }
        }
    }

    fn lane(&mut self, strip: &Strip, layout: &Layout) {
        let name = match strip.side {
            Side::Tokio => &strip.label,
            Side::Cpython => OTHER_WORLD,
        };
        let room = self.axis - MARGIN - LETTER;
        self.canvas.text((MARGIN, self.y), room, PLAIN, name);
        // The middle of small letters.
        let middle = self.y - FONT / 3.0;
        let at = (self.axis, middle);
        marks::strip(&mut self.canvas, strip, unit(layout.axis), at);
        if let Some(end) = strip.end {
            let used = (end.column as f64) * unit(layout.axis);
            let x = self.axis + used + BESIDE;
            let words = ending(layout.axis, end);
            let room = WIDTH - MARGIN / 2.0 - x;
            self.canvas.text((x, self.y), room, PLAIN, &words);
        }
    }

    /// What the marks mean.
    fn legend(&mut self) {
        self.y += LINE * 0.75;
        let mut x = WIDTH;
        for (mark, meaning) in meanings(&self.used) {
            let width = SAMPLE + LETTER * (meaning.len() + 4) as f64;
            if x + width > WIDTH - MARGIN {
                self.y += LINE;
                x = MARGIN;
            }
            let middle = self.y - FONT / 3.0;
            marks::sample(&mut self.canvas, mark, SAMPLE, (x, middle));
            let at = (x + SAMPLE + LETTER, self.y);
            self.canvas.text(at, width, PLAIN, meaning);
            x += width;
        }
    }

    /// What came of it.
    fn result(&mut self) {
        self.y += LINE / 2.0;
        if self.report.interrupted {
            self.prose(BOLD, INTERRUPTED);
            self.words.push(INTERRUPTED.to_owned());
        }
        let verdict = self.report.verdict.as_ref();
        let ratio = verdict.and_then(|verdict| verdict.ratio);
        if let Some(ratio) = ratio {
            let set = Set {
                larger: 2.5,
                bold: true,
            };
            self.y += 2.5 * FONT;
            let ratio = Verdict::ratio_in_words(ratio);
            self.canvas.text((MARGIN, self.y), INNER, set, &ratio);
            self.y += LINE / 4.0;
        }
        let outcome = outcome(self.report);
        if !outcome.is_empty() {
            self.prose(BOLD, &outcome);
            self.words.push(outcome);
        }
        let failures = self.report.scenes.iter().filter_map(|scene| {
            let failure = scene.failure.as_ref()?;
            Some(format!("{} failed: {failure}", scene.name))
        });
        for failure in failures {
            self.prose(BOLD, &failure);
            self.words.push(failure);
        }
    }

    /// A sentence, on as many lines as it takes.
    fn prose(&mut self, set: Set, text: &str) {
        let page = Page::new((INNER / LETTER) as usize, true);
        for line in page.wrap(0, text) {
            self.y += LINE;
            self.canvas.text((MARGIN, self.y), INNER, set, &line);
        }
    }
}

fn title(report: &Report) -> String {
    match report.title.as_str() {
        "" => report.chapter.clone(),
        title => format!("{}: {title}", report.chapter),
    }
}

/// How wide a column of an axis is.
fn unit(axis: Axis) -> f64 {
    match axis {
        Axis::Time => FINE,
        Axis::Steps => COARSE,
    }
}

/// A lane in a sentence. Of another world's, its name leads to the timeline.
fn about_lane(strip: &Strip, timelines: &[Timeline]) -> String {
    let world = match (strip.side, timelines.len()) {
        (_, 1) => "",
        (Side::Tokio, _) => " on tokio",
        (Side::Cpython, _) => " on CPython",
    };
    let lane = match strip.side {
        Side::Tokio => timelines
            .first()
            .and_then(|timeline| timeline.lanes.get(strip.lane as usize)),
        Side::Cpython => timelines
            .get(1)
            .and_then(|timeline| timeline.lane(&strip.label)),
    };
    match lane {
        Some(lane) => sentence(lane, world),
        None => format!("{}{world} is not there.", strip.label),
    }
}
