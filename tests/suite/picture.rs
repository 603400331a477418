//! The picture as data: what is where, before anybody draws it.

use std::fmt::Write;
use std::time::Duration;

use asyncade::chapter::{Knobs, Played};
use asyncade::picture::{
    self, Axis, InView, Layout, Mark, Picture, Row, Side, Standing, Strip,
};
use asyncade::report::{self, Choice, Nobody, Plan, Report, Scene, Unheard};
use asyncade::timeline::{Growing, STEP, Timeline};
use asyncade::trace::{Clock, Outcome, Trace, What};

use crate::support::{chapter, on_virtual_clock};

fn played(name: &str, twin: bool) -> Report {
    let chapter = chapter(name);
    let plan = Plan::new(&Choice {
        all: true,
        twin,
        ..Choice::new(chapter, Clock::Virtual)
    });
    report::play(plan.unwrap(), &mut Nobody, Unheard::Stop).report
}

fn scene<'a>(report: &'a Report, name: &str) -> &'a Scene {
    let mut scenes = report.scenes.iter();
    scenes.find(|scene| scene.name == name).unwrap()
}

fn layout(report: &Report, scene: &Scene, columns: usize) -> Layout {
    Layout {
        columns,
        overhang: 0,
        rows: 1000,
        axis: Axis::Time,
        scale: picture::scale(report, scene, Axis::Time),
    }
}

fn laid_out(report: &Report, scene: &Scene, columns: usize) -> Picture {
    picture::of_scene(report, scene, &layout(report, scene, columns))
}

fn strips(picture: &Picture) -> Vec<&Strip> {
    picture.strips().collect()
}

/// A row as it might be drawn.
fn drawn(strip: &Strip) -> String {
    let marks = strip.marks.iter();
    let letter = |mark: &Option<Mark>| match mark {
        None => ' ',
        Some(Mark::Hold) => '#',
        Some(Mark::Poll) => '|',
        Some(Mark::Say) => 'o',
        Some(Mark::Lend) => '.',
        Some(Mark::Wait) => '-',
        Some(Mark::Ready) => '!',
    };
    marks.map(letter).collect()
}

#[test]
fn the_marks_of_a_row_are_what_its_lane_did() {
    // By hand, at a column for each tenth of a second.
    let report = played("to_thread", false);
    let blocking = laid_out(&report, scene(&report, "blocking"), 30);
    let [main, heartbeat] = strips(&blocking)[..] else {
        panic!("{blocking:?}");
    };
    assert_eq!((&*main.label, &*heartbeat.label), ("main", "heartbeat"));
    // Main waits for one second and blocks for two; the heartbeat ticks at 0.4
    // and 0.8, and is due again at 1.2.
    assert_eq!(drawn(main), "o---------####################");
    assert_eq!(drawn(heartbeat), "|---o---o---!!!!!!!!!!!!!!!!!!");
}

#[test]
fn every_row_ends_where_its_lane_does_and_begins_where_it_does() {
    for chapter in on_virtual_clock() {
        let report = played(chapter.name, false);
        for scene in &report.scenes {
            let trace = scene.trace.as_ref().unwrap();
            let timeline = Timeline::of(trace);
            let scale = picture::scale(&report, scene, Axis::Time);
            let scale = scale.as_secs_f64();
            for columns in [1, 7, 40, 200] {
                let picture = laid_out(&report, scene, columns);
                assert_eq!(picture.rows.len(), timeline.lanes.len());
                let of = |at: Duration| {
                    // Nothing takes any time where all of it takes none.
                    let share = at.as_secs_f64() / scale.max(1e-9);
                    (share * columns as f64).floor() as usize
                };
                for (row, lane) in picture.strips().zip(&timeline.lanes) {
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

/// S12: every tick has room, and none is missing between the others.
#[test]
fn s12_ticks_are_at_even_steps_and_have_room() {
    for chapter in on_virtual_clock() {
        let report = played(chapter.name, false);
        for scene in &report.scenes {
            for columns in [11, 20, 47, 100] {
                for axis in [Axis::Time, Axis::Steps] {
                    let mut layout = layout(&report, scene, columns);
                    layout.axis = axis;
                    layout.scale = picture::scale(&report, scene, axis);
                    let picture = picture::of_scene(&report, scene, &layout);
                    check_ticks(&picture);
                }
            }
        }
    }
    let report = played("gather", false);
    // Of any length there are some.
    for micros in [300, 1_000, 7_300_000, 90_000_000_000, 2_600_000_000_000] {
        let scene = &report.scenes[0];
        let mut layout = layout(&report, scene, 60);
        layout.scale = Duration::from_micros(micros);
        let picture = picture::of_scene(&report, scene, &layout);
        check_ticks(&picture);
        assert!(picture.ticks.len() >= 3, "{micros}: {:?}", picture.ticks);
    }
}

fn check_ticks(picture: &Picture) {
    let ticks = &picture.ticks;
    assert_eq!(ticks[0].column, 0);
    let first = match picture.axis {
        Axis::Time => "0s",
        Axis::Steps => "1",
    };
    assert_eq!(ticks[0].label, first);
    for pair in ticks.windows(2) {
        // The mark, the label, and a gap.
        let free = pair[0].column + 1 + pair[0].label.len() + 1;
        assert!(free <= pair[1].column, "{ticks:?}");
    }
    let mut gaps = ticks.windows(2).map(|pair| pair[1].column - pair[0].column);
    if let Some(first) = gaps.next() {
        // They may differ by the column that a moment happens to fall into.
        assert!(gaps.all(|gap| gap.abs_diff(first) <= 1), "{ticks:?}");
    }
    let last = ticks.last().unwrap();
    assert!(last.column + last.label.len() <= picture.columns);
}

/// S11: a mistake and its cure have one scale, whatever else is played.
#[test]
fn s11_a_mistake_and_its_cure_are_drawn_on_one_scale() {
    let report = played("pitfalls", false);
    let scale =
        |name: &str| picture::scale(&report, scene(&report, name), Axis::Time);
    let mut scales = Vec::new();
    for mistake in ["blocking-call", "too-many-tasks", "lost-task"] {
        let cure = format!("{mistake}-fixed");
        assert_eq!(scale(mistake), scale(&cure), "{mistake}");
        scales.push(scale(mistake));
    }
    // The ten rounds of one make the others no shorter.
    assert_eq!(scales.iter().max(), Some(&Duration::from_secs(10)));
    assert_eq!(scales.iter().min(), Some(&Duration::from_secs(1)));
    for scene in &report.scenes {
        let picture = laid_out(&report, scene, 60);
        let notes = picture.notes.join(" ");
        // Of the longest of all nothing is said.
        let is_longest = scene.name.starts_with("too-many-tasks");
        assert_eq!(picture.own_scale, !is_longest, "{}", scene.name);
        let is_said = notes.contains("shorter scale");
        assert_eq!(is_said, !is_longest, "{}", scene.name);
    }
    // Where there is but one, nothing is said of it.
    let report = played("gather", false);
    let picture = laid_out(&report, &report.scenes[0], 60);
    assert!(!picture.own_scale && picture.notes.is_empty());
}

/// The picture of a run that goes on is the picture of the run.
#[test]
fn what_grows_comes_to_what_it_is_in_the_end() {
    for chapter in on_virtual_clock() {
        let report = played(chapter.name, false);
        for scene in &report.scenes {
            let trace = scene.trace.as_ref().unwrap();
            let layout = layout(&report, scene, 60);
            let whole = picture::of_scene(&report, scene, &layout);
            let mut growing = Growing::new();
            let mut in_view = InView::new();
            for event in &trace.events {
                growing.take(event);
                let now = event.at();
                let part =
                    Picture::of_growing(&growing, now, &mut in_view, &layout);
                for (part, whole) in part.strips().zip(whole.strips()) {
                    assert_eq!(part.label, whole.label);
                    // What is drawn stays: but for the column that it is in.
                    let known = part.marks.len().saturating_sub(1);
                    // One more, where it has yet to end.
                    assert!(part.marks.len() <= whole.marks.len() + 1);
                    assert_eq!(
                        part.marks[..known],
                        whole.marks[..known],
                        "{} {} {} at {now:?}",
                        chapter.name,
                        scene.name,
                        part.label
                    );
                }
            }
            let now = trace.elapsed;
            let end = Picture::of_growing(&growing, now, &mut in_view, &layout);
            assert_eq!(end.rows, whole.rows);
            assert_eq!(end.ticks, whole.ticks);
        }
    }
}

fn rows_of(trace: &Trace, rows: usize) -> Vec<Row> {
    let layout = Layout {
        columns: 40,
        overhang: 0,
        rows,
        axis: Axis::Time,
        scale: trace.elapsed,
    };
    Picture::of(&Timeline::of(trace), &layout).rows
}

/// S9: of many lanes that are alike the first, the slowest and the last are
/// drawn, and the others are counted.
#[test]
fn s9_lanes_that_are_alike_are_folded() {
    let report = played("pitfalls", false);
    let trace = scene(&report, "too-many-tasks").trace.as_ref().unwrap();
    let names = |rows: &[Row]| -> Vec<String> {
        let rows = rows.iter().map(|row| match row {
            Row::Lane(strip) => strip.label.clone(),
            Row::Fold(fold) => {
                let states = &fold.states;
                format!("{} {states:?}", fold.lanes)
            }
        });
        rows.collect()
    };
    use Outcome::{Failed, Finished};
    let fold = |count, outcome| {
        let state = (Standing::Ended(outcome), count);
        format!("{count} {:?}", [state])
    };
    // Ten are served, ninety refused.
    assert_eq!(
        names(&rows_of(trace, 8)),
        [
            "main".to_owned(),
            "Task 1".to_owned(),
            fold(8, Finished),
            "Task 10".to_owned(),
            "Task 11".to_owned(),
            fold(88, Failed),
            "Task 100".to_owned(),
        ]
    );
    assert_eq!(
        names(&rows_of(trace, 3)),
        ["main".to_owned(), fold(10, Finished), fold(90, Failed)]
    );
    // However few rows there are, every lane is counted.
    for rows in 1..120 {
        let kept = rows_of(trace, rows);
        assert!(kept.len() <= rows, "{rows}");
        let lanes = kept.iter().map(|row| match row {
            Row::Lane(_) => 1,
            Row::Fold(fold) => {
                let counts = fold.states.iter().map(|(_, count)| count);
                assert_eq!(counts.sum::<usize>(), fold.lanes);
                fold.lanes
            }
        });
        assert_eq!(lanes.sum::<usize>(), 101, "{rows}");
    }
    // The slowest is in view, wherever it stands.
    let mut slow = trace.clone();
    for event in &mut slow.events {
        if event.lane == 5 && matches!(event.what, What::End { .. }) {
            event.at += 1_000_000;
        }
    }
    slow.events.sort_by_key(|event| event.at);
    let names = names(&rows_of(&slow, 9));
    assert_eq!(names[1..4], ["Task 1", &fold(7, Finished), "Task 5"]);
}

/// S3: who runs or is ready is in view, and who has ended is not, if there is
/// no room for all.
#[test]
fn s3_of_a_run_that_goes_on_those_are_in_view_where_something_happens() {
    let report = played("pitfalls", false);
    let fixed = scene(&report, "too-many-tasks-fixed");
    let trace = fixed.trace.as_ref().unwrap();
    let mut layout = layout(&report, fixed, 50);
    layout.rows = 8;
    let mut growing = Growing::new();
    let mut in_view = InView::new();
    let mut folds = 0;
    for event in &trace.events {
        growing.take(event);
        let picture =
            Picture::of_growing(&growing, event.at(), &mut in_view, &layout);
        assert!(picture.rows.len() <= 8);
        let Some(Row::Fold(fold)) = picture.rows.last() else {
            continue;
        };
        folds += 1;
        let lanes = growing.state().lanes();
        assert_eq!(picture.strips().count() + fold.lanes, lanes.len());
        // Nobody hides who has a better claim to be seen.
        let shown = picture.strips().map(|strip| {
            let lane = &lanes[strip.lane as usize];
            let end = lane.end.as_ref().map(|end| end.outcome);
            Standing::of(lane.doing, end)
        });
        let (last_shown, first_hidden) =
            (shown.max().unwrap(), fold.states[0].0);
        let rank = |standing| match standing {
            Standing::Ended(_) => Standing::Ended(Finished),
            other => other,
        };
        use Outcome::Finished;
        assert!(rank(last_shown) <= rank(first_hidden), "{fold:?}");
    }
    assert!(folds > 100);
}

/// S10: in steps one sees who gives way to whom though no time passes.
#[test]
fn s10_steps_show_what_happens_at_one_moment() {
    let report = played("coroutines", false);
    let steps = |name: &str| -> Vec<String> {
        let scene = scene(&report, name);
        assert_eq!(picture::axis(&report, scene), Axis::Steps);
        let scale = picture::scale(&report, scene, Axis::Steps);
        let columns = usize::try_from(scale.as_nanos() / STEP.as_nanos());
        let layout = Layout {
            columns: columns.unwrap(),
            axis: Axis::Steps,
            scale,
            ..layout(&report, scene, 1)
        };
        let picture = picture::of_scene(&report, scene, &layout);
        picture.strips().skip(1).map(drawn).collect()
    };
    // A column a step: each of the two has every other one, and the second is
    // ready whenever the first has its turn.
    assert_eq!(steps("hand-over"), ["#-#-#", "-#!#!#"]);
    assert_eq!(steps("no-hand-over"), ["#", "-#"]);
    // Where time passes the axis is time, unless steps are asked for.
    let run = scene(&report, "run");
    assert_eq!(picture::axis(&report, run), Axis::Time);
}

/// T26: CPython's lanes go on for three times as long, and are not cut off.
#[test]
fn t26_both_worlds_are_drawn_on_the_scale_of_the_longer_one() {
    let report = played("shield", true);
    let dropped = scene(&report, "dropped");
    let other = dropped.counterpart.as_ref().unwrap();
    let longer = other.trace.elapsed;
    assert_eq!(longer, Duration::from_millis(1500));
    assert!(picture::scale(&report, dropped, Axis::Time) >= longer);
    let picture = laid_out(&report, dropped, 100);
    let end = |side: Side| {
        let mut rows = picture.strips();
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
            for pair in strips(&picture).windows(2) {
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
        for (y, row) in picture.strips().enumerate() {
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
    let scale = picture::scale(&report, &report.scenes[0], Axis::Time);
    let columns = held.as_secs_f64() / scale.as_secs_f64() * 400.0;
    let drawn = file.matches("<rect").count() as f64;
    assert!((columns - drawn).abs() < 8.0, "{columns} {drawn}");
}
