//! The recording of a terminal, against the published [asciicast
//! v2](https://docs.asciinema.org/manual/asciicast/v2/): and played on a
//! terminal it shows what the run showed.

use asyncade::chapter::clock;
use asyncade::report::{self, Choice, Plan, Unheard};
use asyncade::system::foreign::is_order;
use asyncade::terminal::{Full, Page};
use asyncade::trace::{Clock, What};
use serde_json::{Value, json};

use super::{every_chapter, hostile, one_scene, viewed, written};
use crate::screens::screen;
use crate::support::many::{Wake, many};
use crate::support::{chapter, is_too_wide};

/// Something that happens in it.
struct Moment {
    at: f64,
    code: String,
    data: String,
}

/// Reads one.
fn read(file: &str) -> Result<(Value, Vec<Moment>), String> {
    let mut lines = file.lines();
    let header = lines.next().ok_or("no header")?;
    let json = |line: &str| -> Result<Value, String> {
        serde_json::from_str(line).map_err(|error| error.to_string())
    };
    let header = json(header)?;
    let moments = lines.map(|line| {
        let moment = json(line)?;
        match moment.as_array().map(Vec::as_slice) {
            Some(
                [Value::Number(at), Value::String(code), Value::String(data)],
            ) => Ok(Moment {
                at: at.as_f64().ok_or("no time")?,
                code: code.clone(),
                data: data.clone(),
            }),
            _ => Err(format!("no event: {line}")),
        }
    });
    Ok((header, moments.collect::<Result<_, _>>()?))
}

/// Whether a file is such a recording, of nothing but text and colours.
pub fn check(file: &str) -> Result<(), String> {
    let (header, moments) = read(file)?;
    if header["version"] != 2 {
        return Err("another version".into());
    }
    for key in ["width", "height"] {
        header[key].as_u64().ok_or("no size")?;
    }
    for key in ["timestamp", "duration", "idle_time_limit"] {
        // Nothing of the real run.
        if !header[key].is_null() {
            return Err(format!("it has a {key}"));
        }
    }
    for (key, value) in header.as_object().ok_or("no header")? {
        let is_fine = match key.as_str() {
            "version" | "width" | "height" => value.is_u64(),
            "title" => value.is_string(),
            "env" => value
                .as_object()
                .is_some_and(|env| env.values().all(Value::is_string)),
            _ => false,
        };
        if !is_fine {
            return Err(format!("{key} is {value}"));
        }
    }
    let mut last = 0.0;
    for Moment { at, code, data } in &moments {
        if *at < last {
            return Err(format!("{at} is before {last}"));
        }
        last = *at;
        match code.as_str() {
            "o" => output(data)?,
            "m" if !data.contains(is_order) => {}
            _ => return Err(format!("{code} is not known")),
        }
    }
    Ok(())
}

/// Whether what is written is text, line breaks and colours.
fn output(data: &str) -> Result<(), String> {
    let mut text = String::new();
    let mut rest = data;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        text.push_str(before);
        let (colour, after) =
            after.split_once('m').ok_or("an order without an end")?;
        if !colour.chars().all(|c| c.is_ascii_digit() || c == ';') {
            return Err(format!("an order: {colour}"));
        }
        rest = after;
    }
    text.push_str(rest);
    for line in text.split("\r\n") {
        if line.contains(is_order) {
            return Err(format!("an order in {line:?}"));
        }
    }
    Ok(())
}

#[test]
fn a_recording() {
    let report = one_scene("tasks", "create_task");
    insta::assert_snapshot!(written(&report, "cast"));
}

#[test]
fn what_is_no_recording_is_found() {
    let fine = written(&one_scene("tasks", "create_task"), "cast");
    assert_eq!(check(&fine), Ok(()));
    for (from, to) in [
        ("\"version\":2", "\"version\":3"),
        ("\"width\":80", "\"columns\":80"),
        ("\"height\":24", "\"timestamp\":1,\"height\":24"),
        ("\"TERM\":\"xterm-256color\"", "\"TERM\":1"),
        ("\"o\"", "\"x\""),
        ("\"o\", ", ""),
        ("[0.000000", "[\"0\""),
        ("[0.000000", "[99.0"),
        ("\"o\", \"", "\"o\", \"\\u001b[2J"),
        ("\"o\", \"", "\"o\", \"\\u001b]0;title\\u0007"),
        ("\"o\", \"", "\"o\", \"\\u202e"),
        ("\\r\\n", "\\n"),
        ("\"m\", \"", "\"m\", \"\\u001b[1m"),
        ("\n[", "\n"),
    ] {
        let wrong = fine.replacen(from, to, 1);
        assert_ne!(wrong, fine, "{from}");
        assert!(check(&wrong).is_err(), "{from} is {to}");
    }
}

/// What stands on a terminal when it is over.
fn played(file: &str) -> String {
    let (_, moments) = read(file).unwrap();
    let output = moments.iter().filter(|moment| moment.code == "o");
    let text: String = output.map(|moment| moment.data.as_str()).collect();
    anstream::adapter::strip_str(&text)
        .to_string()
        .replace("\r\n", "\n")
}

#[test]
fn it_shows_what_the_run_showed() {
    for name in ["gather", "to_thread", "coroutines"] {
        let choice = Choice {
            all: true,
            ..Choice::new(chapter(name), Clock::Virtual)
        };
        let mut report = None;
        let shown = screen(Page::new(80, true), |screen| {
            let plan = Plan::new(&choice).unwrap();
            let full = &mut Full::new(screen);
            report = Some(report::play(plan, full, Unheard::Stop).report);
        });
        assert_eq!(played(&written(&report.unwrap(), "cast")), shown);
    }
}

#[test]
fn each_line_comes_at_its_time_and_each_scene_has_a_marker() {
    for report in every_chapter() {
        let (_, moments) = read(&written(&report, "cast")).unwrap();
        let markers = moments.iter().enumerate();
        let markers: Vec<(usize, &Moment)> =
            markers.filter(|(_, moment)| moment.code == "m").collect();
        let names = markers.iter().map(|(_, marker)| marker.data.as_str());
        let scenes = report.scenes.iter();
        let scenes: Vec<&str> = scenes.map(|it| it.name.as_str()).collect();
        assert_eq!(names.collect::<Vec<_>>(), scenes);
        for ((from, marker), scene) in markers.iter().zip(&report.scenes) {
            let trace = scene.trace.as_ref().unwrap();
            let says = trace.events.iter().filter_map(|event| {
                let What::Say { text, .. } = &event.what else {
                    return None;
                };
                Some((event.at(), text))
            });
            let says: Vec<_> = says.collect();
            // Of more than that some are left out, or are held back until it
            // is known how many there are; an hour is told at once.
            let most = scene.expected_lines().map_or(10, |_| 30);
            if says.len() > most || trace.elapsed.as_secs() > 600 {
                continue;
            }
            let mut rest = moments[from + 1..].iter();
            for (at, text) in says {
                let begins = format!("{:>9} ", clock(at));
                let line = rest.find(|moment| {
                    let line = &moment.data;
                    line.starts_with(&begins) && line.contains(text)
                });
                let line = line.unwrap_or_else(|| panic!("{begins}{text}"));
                let due = marker.at + at.as_secs_f64();
                assert!((line.at - due).abs() < 2e-6, "{} {due}", line.at);
            }
        }
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for report in every_chapter() {
        for line in played(&written(&report, "cast")).lines() {
            assert!(!is_too_wide(line, 80), "{line}");
        }
    }
}

#[test]
fn an_hour_is_not_waited_for() {
    let report = one_scene("timeout", "no-limit");
    let (_, moments) = read(&written(&report, "cast")).unwrap();
    assert!(moments.last().unwrap().at < 60.0);
    let text = played(&written(&report, "cast"));
    assert!(text.contains("This will never be seen"), "{text}");
}

#[test]
fn what_was_stopped_is_said_to_be() {
    let mut trace = many(3, Wake::InTurn);
    trace.events.truncate(12);
    trace.interrupted = true;
    let text = played(&written(&viewed(trace), "cast"));
    assert!(text.contains("was stopped after"), "{text}");
}

#[test]
fn colours_are_in_it_and_orders_are_not() {
    let file = written(&hostile(), "cast");
    assert!(file.contains("\\u001b[38;5;"), "{file}");
    assert!(!file.contains("\\u001b[2J"), "{file}");
    let (header, _) = read(&file).unwrap();
    assert_ne!(header["title"], json!(null));
}
