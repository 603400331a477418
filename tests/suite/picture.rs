//! The picture as data: what is where, before anybody draws it.

use std::fmt::Write;
use std::time::Duration;

use asyncade::chapter::{Knobs, Played, Reading};
use asyncade::picture::{self, Layout, Mark, Picture, Side};
use asyncade::report::{self, Choice, Plan, Report, Reporter, Scene, Unheard};
use asyncade::timeline::Timeline;
use asyncade::trace::{Clock, Event};

use crate::support::{chapter, on_virtual_clock};

/// Listens to nothing.
struct Deaf;

impl Reporter for Deaf {
    fn begins(&mut self, _: &Report) -> std::io::Result<()> {
        Ok(())
    }
    fn scene_begins(&mut self, _: &Report, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn happened(&mut self, _: &[Event]) -> std::io::Result<()> {
        Ok(())
    }
    fn scene_ends(&mut self, _: &Report, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn ends(&mut self, _: &Report) -> std::io::Result<()> {
        Ok(())
    }
}

fn played(name: &str, twin: bool) -> Report {
    let chapter = chapter(name);
    let plan = Plan::new(&Choice {
        chapter,
        knobs: Knobs::new(chapter.knobs),
        named: Vec::new(),
        all: true,
        clock: Clock::Virtual,
        speed: None,
        yes_wait: false,
        twin,
        reading: Reading::default(),
    });
    report::play(plan.unwrap(), &mut Deaf, Unheard::Stop).report
}

fn scene<'a>(report: &'a Report, name: &str) -> &'a Scene {
    let mut scenes = report.scenes.iter();
    scenes.find(|scene| scene.name == name).unwrap()
}

fn laid_out(report: &Report, scene: &Scene, columns: usize) -> Picture {
    let layout = Layout {
        columns,
        overhang: 0,
        rows: 1000,
        scale: picture::scale(report, scene),
    };
    picture::of_scene(report, scene, &layout)
}

fn label(picture: &Picture, row: usize) -> &str {
    &picture.rows[row].label
}

#[test]
fn the_marks_of_a_row_are_what_its_lane_did() {
    // By hand, at a column for each tenth of a second.
    let report = played("to_thread", false);
    let blocking = laid_out(&report, scene(&report, "blocking"), 30);
    let marks = |row: usize| -> String {
        let marks = blocking.rows[row].marks.iter();
        let letter = |mark: &Option<Mark>| match mark {
            None => ' ',
            Some(Mark::Hold) => '#',
            Some(Mark::Turn) => '|',
            Some(Mark::Wait) => '-',
            Some(Mark::Overdue) => '!',
        };
        marks.map(letter).collect()
    };
    assert_eq!(
        (label(&blocking, 0), label(&blocking, 1)),
        ("main", "heartbeat")
    );
    // Main waits for one second and blocks for two; the heartbeat ticks at 0.4
    // and 0.8, and is due again at 1.2.
    assert_eq!(marks(0), "|---------####################");
    assert_eq!(marks(1), "|---|---|---!!!!!!!!!!!!!!!!!!");
}

#[test]
fn every_row_ends_where_its_lane_does_and_begins_where_it_does() {
    for chapter in on_virtual_clock() {
        let report = played(chapter.name, false);
        for scene in &report.scenes {
            let trace = scene.trace.as_ref().unwrap();
            let timeline = Timeline::of(trace);
            let scale = picture::scale(&report, scene).as_secs_f64();
            for columns in [1, 7, 40, 200] {
                let picture = laid_out(&report, scene, columns);
                assert_eq!(picture.rows.len(), timeline.lanes.len());
                let of = |at: Duration| {
                    // Nothing takes any time where all of it takes none.
                    let share = at.as_secs_f64() / scale.max(1e-9);
                    (share * columns as f64).floor() as usize
                };
                for (row, lane) in picture.rows.iter().zip(&timeline.lanes) {
                    let end = row.end.unwrap();
                    assert_eq!(row.label, lane.name);
                    assert_eq!(end.column, row.marks.len());
                    assert!(end.column.abs_diff(of(end.at)) <= 1);
                    let born = row.marks.iter().position(Option::is_some);
                    if let Some(born) = born {
                        assert!(born.abs_diff(of(lane.born)) <= 1);
                        // From there on without a gap.
                        assert!(row.marks[born..].iter().all(Option::is_some));
                    }
                }
            }
        }
    }
}

#[test]
fn labels_have_room_and_stand_at_their_moment() {
    for chapter in on_virtual_clock() {
        let report = played(chapter.name, false);
        for scene in &report.scenes {
            for columns in [11, 20, 47, 100] {
                let picture = laid_out(&report, scene, columns);
                assert_eq!(picture.ticks[0].column, 0);
                assert_eq!(picture.ticks[0].label, "0s");
                for pair in picture.ticks.windows(2) {
                    // The mark, the label, and a gap.
                    let free = pair[0].column + 1 + pair[0].label.len() + 1;
                    assert!(free <= pair[1].column, "{:?}", picture.ticks);
                }
                let last = picture.ticks.last().unwrap();
                assert!(last.column + last.label.len() <= columns);
            }
        }
    }
}

/// T26: CPython's lanes go on for three times as long, and are not cut off.
#[test]
fn t26_both_worlds_are_drawn_on_the_scale_of_the_longer_one() {
    let report = played("shield", true);
    let dropped = scene(&report, "dropped");
    let other = dropped.counterpart.as_ref().unwrap();
    let longer = other.trace.elapsed;
    assert_eq!(longer, Duration::from_millis(1500));
    assert!(picture::scale(&report, dropped) >= longer);
    let picture = laid_out(&report, dropped, 100);
    let end = |side: Side| {
        let mut rows = picture.rows.iter();
        let row = rows.find(|row| row.label == "critical" && row.side == side);
        row.unwrap().end.unwrap()
    };
    assert_eq!(end(Side::Tokio).at, Duration::from_millis(500));
    assert_eq!(end(Side::Cpython).at, longer);
    assert!(end(Side::Tokio).column * 2 < end(Side::Cpython).column);
}

/// T26: above "CPython does the same" rows that differ are explained.
#[test]
fn t26_rows_that_differ_though_the_worlds_agree_are_explained() {
    let mut explained = 0;
    for chapter in on_virtual_clock() {
        let report = played(chapter.name, true);
        for scene in &report.scenes {
            let other = scene.counterpart.as_ref().unwrap();
            if other.parting.is_some() {
                continue;
            }
            let picture = laid_out(&report, scene, 60);
            for pair in picture.rows.windows(2) {
                let [own, other] = pair else { unreachable!() };
                let is_pair = own.side == Side::Tokio
                    && other.side == Side::Cpython
                    && own.label == other.label;
                if is_pair && (own.marks != other.marks) {
                    let notes = picture.notes.join(" ");
                    assert!(
                        notes.contains(&own.label)
                            && notes.contains("polled at other moments"),
                        "{} {}: {}: {notes}",
                        chapter.name,
                        scene.name,
                        own.label
                    );
                    explained += 1;
                }
            }
        }
    }
    assert!(explained > 0);
}

/// T12: where a thread has a lane and none ran, the report says so.
#[test]
fn t12_the_virtual_clock_says_that_no_thread_runs() {
    let report = played("to_thread", true);
    let says = |name| scene(&report, name).notes.join(" ");
    assert!(says("to_thread").contains("no thread runs"));
    assert_eq!(says("blocking"), "");
}

/// What it takes to add a format that is a picture: a function of the report.
/// This one is an SVG, and it needs nothing that is not public.
fn svg(report: &Report) -> String {
    let mut svg = "<svg xmlns='http://www.w3.org/2000/svg'>\\n".to_owned();
    for scene in &report.scenes {
        let picture = laid_out(report, scene, 400);
        for (y, row) in picture.rows.iter().enumerate() {
            writeln!(svg, "<text y='{y}'>{}</text>", row.label).unwrap();
            let holds = row.marks.iter().enumerate();
            let holds = holds.filter(|(_, mark)| **mark == Some(Mark::Hold));
            for (x, _) in holds {
                writeln!(svg, "<rect x='{x}' y='{y}' width='1'/>").unwrap();
            }
        }
    }
    svg + "</svg>"
}

#[test]
fn another_format_is_a_function_of_the_report() {
    let report = played("cashier", false);
    let format = asyncade::export::Format {
        extension: "svg",
        write: |report, out| out.write_all(svg(report).as_bytes()),
    };
    let mut file = Vec::new();
    (format.write)(&report, &mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    // Two scenes of main and three customers, of which main does it all in the
    // first: scanning holds the thread for as long in both.
    assert_eq!(file.matches("<text").count(), 8, "{file}");
    let knobs = Knobs::new(chapter("cashier").knobs);
    let traces: Vec<_> = report.traces().cloned().collect();
    let played = Played::new(&knobs, &traces);
    let held: Duration = ["sync", "async"]
        .into_iter()
        .flat_map(|scene| &played.scene(scene).lanes)
        .flat_map(|lane| lane.holds())
        .map(|span| span.length())
        .sum();
    let scale = picture::scale(&report, &report.scenes[0]);
    let columns = held.as_secs_f64() / scale.as_secs_f64() * 400.0;
    let drawn = file.matches("<rect").count() as f64;
    assert!((columns - drawn).abs() < 8.0, "{columns} {drawn}");
}
