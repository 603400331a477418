//! What `--export` writes: each format against its published rules, for every
//! chapter, for names and lines that want to be more than text, and for a run
//! of a hundred thousand lanes. Each check is shown what is wrong, too.

mod cast;
mod markdown;
mod perfetto;
mod svg;
mod xml;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use asyncade::chapter::{Knobs, Reading, Value};
use asyncade::demos::{self, COURSE};
use asyncade::export::FORMATS;
use asyncade::report::{
    self, Choice, Nobody, Plan, Report, Unheard, Viewing, of_traces,
};
use asyncade::system::foreign::is_order;
use asyncade::trace::{Clock, Trace, What};

use crate::support::many::{Wake, many};
use crate::support::{chapter, computing, ran};

/// What plays a plan, and tells nobody.
fn played(choice: &Choice) -> Report {
    let plan = Plan::new(choice).unwrap();
    report::play(plan, &mut Nobody, Unheard::Stop).report
}

/// One scene of a chapter, which is what the snapshots show.
fn one_scene(name: &str, scene: &str) -> Report {
    let chapter = chapter(name);
    played(&Choice {
        named: vec![chapter.scene(scene).unwrap()],
        ..Choice::new(chapter, Clock::Virtual)
    })
}

/// Every chapter with all that it can be recorded with: what nobody can compute
/// is measured, and is not long.
fn every_chapter() -> Vec<Report> {
    let reports = demos::CHAPTERS.iter().map(|chapter| {
        if !chapter.is_real_only() {
            return played(&Choice {
                all: true,
                twin: true,
                ..Choice::new(chapter, Clock::Virtual)
            });
        }
        let mut knobs = Knobs::new(chapter.knobs);
        for knob in chapter.knobs {
            let millis = |millis| Value::Time(Duration::from_millis(millis));
            match knob.name {
                "pages" => knobs.set(knob, Value::Count(3)),
                "latency" | "heartbeat" => knobs.set(knob, millis(10)),
                "work" => knobs.set(knob, millis(40)),
                _ => {}
            }
        }
        played(&Choice {
            all: true,
            knobs,
            ..Choice::new(chapter, Clock::Real)
        })
    });
    reports.collect()
}

/// A recording as `view` has it.
fn viewed(trace: Trace) -> Report {
    let next = |_: &_| String::new();
    let viewing = Viewing {
        course: &COURSE,
        next: &next,
        reading: Reading::default(),
        pace: None,
    };
    let plan = of_traces(vec![trace], &viewing).pop().unwrap();
    report::play(plan, &mut Nobody, Unheard::Stop).report
}

/// A report as a file.
fn written(report: &Report, extension: &str) -> String {
    let mut formats = FORMATS.iter();
    let format = formats.find(|format| format.extension == extension);
    let mut file = Vec::new();
    (format.unwrap().write)(report, &mut file).unwrap();
    String::from_utf8(file).unwrap()
}

/// What counts what is written to it, and keeps none of it.
#[derive(Default)]
struct Scales {
    largest: usize,
    total: usize,
}

impl Write for Scales {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.largest = self.largest.max(bytes.len());
        self.total += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The formats that are tested here.
const EXTENSIONS: [&str; 4] = ["svg", "trace.json", "cast", "md"];

/// Whether a file is what its extension says.
pub fn check(extension: &str, file: &str) -> Result<(), String> {
    match extension {
        "svg" => svg::check(file),
        "trace.json" => perfetto::check(file),
        "cast" => cast::check(file),
        _ => markdown::check(file),
    }
}

#[test]
fn every_chapter_is_what_each_format_says_it_is() {
    for report in every_chapter() {
        for extension in EXTENSIONS {
            let file = written(&report, extension);
            if let Err(wrong) = check(extension, &file) {
                panic!("{}.{extension}: {wrong}", report.chapter);
            }
        }
    }
}

#[test]
fn on_the_virtual_clock_a_file_is_the_same_each_time() {
    for name in ["gather", "to_thread", "coroutines"] {
        let chapter = chapter(name);
        let runs = [(); 2].map(|()| {
            let report = played(&Choice::new(chapter, Clock::Virtual));
            EXTENSIONS.map(|extension| written(&report, extension))
        });
        assert_eq!(runs[0], runs[1], "{name}");
    }
}

/// What a name or a line may hold.
const HOSTILE: &str = "</script><script>bad()</script><!-- ]]> \" ' & |a| \
    `b` ``` *c* [d](e) \\ $f$ \u{202e}evil\u{1b}[2J\u{7f}\u{2028}\u{0}\u{ffff}";

/// A small run whose names and lines are those of an enemy.
fn hostile() -> Report {
    let report = one_scene("tasks", "create_task");
    let mut trace = report.traces().next().unwrap().clone();
    for event in &mut trace.events {
        match &mut event.what {
            What::Spawn { name, place, .. } => {
                name.push_str(HOSTILE);
                place.file = format!("{HOSTILE}.rs").into();
            }
            What::Say { text, .. } => text.push_str(HOSTILE),
            What::End { detail, .. } => *detail = Some(HOSTILE.to_owned()),
            _ => {}
        }
    }
    trace.sources = report.sources.clone();
    for source in &mut trace.sources {
        source.file = format!("{}{HOSTILE}.rs", source.lang);
        source.lang = format!("rust\n{HOSTILE}");
        source.text.push_str(HOSTILE);
        source.text.push_str("\n```\n<script>\n~~~~\n");
    }
    let subject = serde_json::json!({ "program": HOSTILE, "args": [HOSTILE] });
    trace.header.subject = serde_json::from_value(subject).unwrap();
    trace.header.knobs.insert(HOSTILE.into(), HOSTILE.into());
    viewed(trace)
}

#[test]
fn what_a_name_holds_is_shown_and_never_read() {
    let report = hostile();
    for extension in EXTENSIONS {
        let file = written(&report, extension);
        if let Err(wrong) = check(extension, &file) {
            panic!("{extension}: {wrong}");
        }
        let mut orders = file.chars().filter(|letter| is_order(*letter));
        assert_eq!(orders.find(|letter| *letter != '\n'), None, "{extension}");
        // All of it is there, to be read.
        let (before, after) = match extension {
            "svg" => {
                ("main&lt;/script&gt;&lt;script&gt;bad()", "\\u{202e}evil")
            }
            "md" => ("</script><script>bad()", "\\u{202e}evil"),
            _ => ("</script><script>bad()", "\\\\u{202e}evil"),
        };
        for text in [before, after] {
            assert!(file.contains(text), "{extension}: {text}\n{file}");
        }
    }
}

#[test]
fn a_hundred_thousand_lanes_are_written_in_seconds() {
    let trace = many(100_000, Wake::InTurn);
    asyncade::trace::check(&trace).unwrap();
    let report = viewed(trace);
    let _alone = computing();
    // A few records for each event in the second one.
    let most = [20_000, 200_000_000, 20_000, 20_000];
    let report = &report;
    std::thread::scope(|scope| {
        for (extension, largest) in EXTENSIONS.into_iter().zip(most) {
            scope.spawn(move || {
                let start = Instant::now();
                let file = written(report, extension);
                let took = start.elapsed();
                // Without optimisation, and beside others; with it a tenth.
                let limit = Duration::from_secs(60);
                assert!(took < limit, "{extension}: {took:?}");
                let size = file.len();
                assert!(size < largest, "{extension}: {size} bytes");
                if let Err(wrong) = check(extension, &file) {
                    panic!("{extension}: {wrong}");
                }
            });
        }
    });
}

/// It is written as it is made, and never there as a whole.
#[test]
fn a_long_trace_is_written_piece_by_piece() {
    let report = viewed(many(10_000, Wake::InTurn));
    let format = |extension| {
        let mut formats = FORMATS.iter();
        formats
            .find(|format| format.extension == extension)
            .unwrap()
    };
    let mut scales = Scales::default();
    (format("trace.json").write)(&report, &mut scales).unwrap();
    let Scales { largest, total } = scales;
    assert!(total > 5_000_000 && largest < 1000, "{largest} of {total}");
}

#[test]
fn an_extension_may_have_a_dot_of_its_own() {
    let refused = ran(&["gather", "--export", "a.b.json"]).refused();
    assert!(refused.wrong.contains("'.json' alone"), "{refused:?}");
    assert_eq!(refused.instead, ["call it 'a.b.trace.json'"]);
    let refused = ran(&["gather", "--export", ".json"]).refused();
    assert_eq!(refused.instead, ["call it 'run.trace.json'"]);
    // The end of one is no extension.
    for name in ["a.on", "trace.jso", "a.xsvg", "svg", "a."] {
        let refused = ran(&["gather", "--export", name]).refused();
        assert!(refused.wrong.ends_with("is not known"), "{refused:?}");
    }
}
