//! What Perfetto opens, against the published [Trace Event
//! Format](https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU):
//! each record has what its phase needs, slices nest, arrows have two ends; and
//! against the fold: the slices are what the lanes did, to the nanosecond.

use std::collections::{BTreeMap, HashMap, HashSet};

use asyncade::timeline::{Doing, State};
use asyncade::trace::{By, Trace, What};
use serde_json::{Value, json};

use super::{every_chapter, one_scene, viewed, written};
use crate::support::many::{Wake, many};

/// A thread of a process.
type Track = (u64, u64);

/// Whether a file is such a trace.
pub fn check(file: &str) -> Result<(), String> {
    let file: Value =
        serde_json::from_str(file).map_err(|error| error.to_string())?;
    let unit = file["displayTimeUnit"].as_str();
    if !matches!(unit, Some("ms" | "ns")) {
        return Err(format!("the unit is {unit:?}"));
    }
    let records = file["traceEvents"].as_array().ok_or("no records")?;
    let mut checked = Checked::default();
    for record in records {
        checked
            .take(record)
            .map_err(|why| format!("{why}: {record}"))?;
    }
    checked.end()
}

#[derive(Default)]
struct Checked {
    /// When something last happened on a thread.
    last: HashMap<Track, f64>,
    /// How many slices are open on it.
    depth: HashMap<Track, usize>,
    /// The arrows that have begun, and those that have ended.
    begun: HashMap<u64, f64>,
    ended: HashSet<u64>,
    named: HashSet<Track>,
    processes: HashSet<u64>,
    /// The processes of each thread's number.
    owners: HashMap<u64, u64>,
}

impl Checked {
    fn take(&mut self, record: &Value) -> Result<(), String> {
        let phase = record["ph"].as_str().ok_or("no phase")?;
        let process = record["pid"].as_u64().ok_or("no process")?;
        let text = |key: &str| {
            let text = record[key].as_str().filter(|text| !text.is_empty());
            text.ok_or(format!("no {key}"))
        };
        let args = &record["args"];
        if !args.is_null() && !args.is_object() {
            return Err("the arguments are no object".into());
        }
        let thread = record["tid"].as_u64().ok_or("no thread")?;
        let track = (process, thread);
        if *self.owners.entry(thread).or_insert(process) != process {
            return Err("a thread of two processes".into());
        }
        if phase == "M" {
            return self.about(record, track);
        }
        let at = record["ts"].as_f64().filter(|at| *at >= 0.0);
        let at = at.ok_or("no time")?;
        let last = self.last.entry(track).or_insert(at);
        if at < *last {
            return Err("the time falls".into());
        }
        *last = at;
        if !self.named.contains(&track) || !self.processes.contains(&process) {
            return Err("a thread without a name".into());
        }
        let depth = self.depth.entry(track).or_default();
        match phase {
            "B" => {
                text("name")?;
                text("cat")?;
                *depth += 1;
            }
            "E" => {
                *depth = depth.checked_sub(1).ok_or("ends nothing")?;
            }
            "i" => {
                text("name")?;
                if !matches!(text("s")?, "g" | "p" | "t") {
                    return Err("no scope".into());
                }
            }
            "C" => {
                text("name")?;
                let args = args.as_object().ok_or("nothing counted")?;
                if args.is_empty() || !args.values().all(Value::is_number) {
                    return Err("nothing counted".into());
                }
            }
            "s" | "f" => {
                text("name")?;
                text("cat")?;
                let id = record["id"].as_u64().ok_or("no id")?;
                if *depth == 0 {
                    return Err("an arrow outside of every slice".into());
                }
                if phase == "s" {
                    if self.begun.insert(id, at).is_some() {
                        return Err("an arrow begins twice".into());
                    }
                } else {
                    text("bp")?;
                    let begun = self.begun.get(&id);
                    if begun.is_none_or(|begun| *begun > at) {
                        return Err("an arrow ends before it begins".into());
                    }
                    if !self.ended.insert(id) {
                        return Err("an arrow ends twice".into());
                    }
                }
            }
            _ => return Err("a phase that is not known".into()),
        }
        Ok(())
    }

    fn about(&mut self, record: &Value, track: Track) -> Result<(), String> {
        let args = &record["args"];
        match record["name"].as_str() {
            Some("process_name") if args["name"].is_string() => {
                self.processes.insert(track.0);
            }
            Some("thread_name") if args["name"].is_string() => {
                if !self.named.insert(track) {
                    return Err("a second name".into());
                }
            }
            Some("process_sort_index" | "thread_sort_index")
                if args["sort_index"].is_u64() => {}
            _ => return Err("says nothing".into()),
        }
        Ok(())
    }

    fn end(&self) -> Result<(), String> {
        if let Some((track, _)) = self.depth.iter().find(|(_, open)| **open > 0)
        {
            return Err(format!("a slice of {track:?} has no end"));
        }
        let mut begun = self.begun.keys();
        match begun.find(|id| !self.ended.contains(id)) {
            Some(id) => Err(format!("arrow {id} has no end")),
            None => Ok(()),
        }
    }
}

#[test]
fn a_run() {
    let report = one_scene("tasks", "create_task");
    insta::assert_snapshot!(written(&report, "trace.json"));
}

#[test]
fn what_is_no_trace_is_found() {
    let fine = written(&one_scene("tasks", "create_task"), "trace.json");
    assert_eq!(check(&fine), Ok(()));
    let file: Value = serde_json::from_str(&fine).unwrap();
    let records = file["traceEvents"].as_array().unwrap().clone();
    let is = |phase: &'static str| {
        move |record: &Value| record["ph"].as_str() == Some(phase)
    };
    type Records = Vec<Value>;
    let with = |change: &dyn Fn(&mut Records)| {
        let mut records = records.clone();
        change(&mut records);
        let mut file = file.clone();
        file["traceEvents"] = Value::Array(records);
        check(&file.to_string())
    };
    assert_eq!(with(&|_| {}), Ok(()));
    // Without a field, or with another value in it.
    let wrong: &[(&str, &str, Value)] = &[
        ("B", "name", Value::Null),
        ("B", "cat", Value::Null),
        ("B", "ts", Value::Null),
        ("B", "ts", json!("1")),
        ("B", "ts", json!(-1)),
        ("B", "ts", json!(1e12)),
        ("B", "pid", Value::Null),
        ("B", "pid", json!(7)),
        ("B", "tid", json!(700)),
        ("B", "ph", json!("?")),
        ("B", "ph", Value::Null),
        ("B", "args", json!([])),
        ("E", "ph", json!("B")),
        ("i", "s", Value::Null),
        ("i", "s", json!("x")),
        ("i", "name", json!("")),
        ("s", "id", json!(999)),
        ("s", "cat", Value::Null),
        ("s", "ts", json!(1e12)),
        ("f", "id", json!(999)),
        ("f", "bp", Value::Null),
        ("f", "ph", json!("s")),
        ("M", "name", json!("nonsense")),
        ("M", "args", json!({})),
    ];
    for (phase, key, value) in wrong {
        let found = with(&|records| {
            let record = records.iter_mut().find(|it| is(phase)(it)).unwrap();
            record[key] = value.clone();
        });
        assert!(found.is_err(), "{phase}: {key} is {value}");
    }
    // One that is not there, or there twice.
    for phase in ["B", "E", "s", "f", "M"] {
        let at = records.iter().position(is(phase)).unwrap();
        let without = with(&|records| {
            records.remove(at);
        });
        assert!(without.is_err(), "no {phase}");
        if phase != "M" {
            let twice = with(&|records| {
                records.insert(at, records[at].clone());
            });
            assert!(twice.is_err(), "{phase} twice");
        }
    }
    let reversed = with(&|records| records.reverse());
    assert!(reversed.is_err());
}

/// Nanoseconds, of the text of a record: a float may have lost some.
fn at(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("\"ts\":")?;
    let end = rest.find([',', '}'])?;
    let (micros, rest) = rest[..end].split_once('.')?;
    assert_eq!(rest.len(), 3, "{line}");
    Some(micros.parse::<u64>().unwrap() * 1000 + rest.parse::<u64>().unwrap())
}

/// So long each lane did each kind of thing.
type Times = BTreeMap<(u32, &'static str), u64>;

fn kind(doing: Doing) -> Option<&'static str> {
    match doing {
        Doing::Ended => None,
        Doing::Unbegun | Doing::Ready => Some("ready"),
        Doing::Running | Doing::Blocking => Some("running"),
        Doing::Lending => Some("lending"),
        Doing::Parked => Some("waiting"),
    }
}

/// By the fold.
fn folded(trace: &Trace) -> Times {
    let mut state = State::new();
    let mut times = Times::new();
    let mut events = trace.events.iter().peekable();
    while let Some(event) = events.next() {
        state.apply(event);
        let until = events.peek().map_or_else(
            || u64::try_from(trace.elapsed.as_nanos()).unwrap(),
            |next| next.at,
        );
        for (id, lane) in (0..).zip(state.lanes()) {
            if let Some(kind) = kind(lane.doing) {
                *times.entry((id, kind)).or_default() += until - event.at;
            }
        }
    }
    times.retain(|_, time| *time > 0);
    times
}

/// By the slices of a process.
fn sliced(lines: &[(&str, Value)], process: u64) -> Times {
    let mut open: HashMap<u64, (&'static str, u64)> = HashMap::new();
    let mut times = Times::new();
    let kinds = ["ready", "running", "lending", "waiting"];
    for (line, record) in lines {
        if record["pid"].as_u64() != Some(process) {
            continue;
        }
        let thread = record["tid"].as_u64().unwrap();
        match record["ph"].as_str().unwrap() {
            "B" => {
                let kind = record["cat"].as_str().unwrap();
                let kind = kinds.iter().find(|known| **known == kind);
                open.insert(thread, (kind.unwrap(), at(line).unwrap()));
            }
            "E" => {
                let (kind, from) = open.remove(&thread).unwrap();
                let lane = u32::try_from(thread - process).unwrap();
                *times.entry((lane, kind)).or_default() +=
                    at(line).unwrap() - from;
            }
            _ => {}
        }
    }
    times.retain(|_, time| *time > 0);
    times
}

/// Each record with its line.
fn records(file: &str) -> Vec<(&str, Value)> {
    let lines = file.lines().filter(|line| line.starts_with("{\"ph\""));
    let lines = lines.map(|line| line.trim_end_matches(','));
    lines
        .map(|line| (line, serde_json::from_str(line).unwrap()))
        .collect()
}

#[test]
fn slices_arrows_and_lines_are_those_of_the_trace() {
    for report in every_chapter() {
        let file = written(&report, "trace.json");
        let lines = records(&file);
        let mut process = 1;
        for trace in report.traces() {
            let name = trace.header.name();
            assert_eq!(sliced(&lines, process), folded(trace), "{name}");
            let of = |phase: &'static str| {
                let lines = lines.iter().filter(move |(_, record)| {
                    record["ph"] == phase && record["pid"] == process
                });
                lines.map(|(line, record)| (at(line), record))
            };
            let said: Vec<(u64, u64, String)> = of("i")
                .filter(|(_, record)| record["cat"] == "says")
                .map(|(at, record)| {
                    let thread = record["tid"].as_u64().unwrap();
                    let text = record["name"].as_str().unwrap();
                    (at.unwrap(), thread - process, text.to_owned())
                })
                .collect();
            let says = trace.events.iter().filter_map(|event| {
                let What::Say { text, .. } = &event.what else {
                    return None;
                };
                Some((event.at, u64::from(event.lane), text.clone()))
            });
            assert_eq!(said, says.collect::<Vec<_>>(), "{name}");
            let ends: HashMap<u64, u64> = of("f")
                .map(|(_, record)| {
                    let [id, thread] =
                        ["id", "tid"].map(|key| record[key].as_u64().unwrap());
                    (id, thread - process)
                })
                .collect();
            let mut arrows: Vec<(u64, u64)> = of("s")
                .map(|(_, record)| {
                    let thread = record["tid"].as_u64().unwrap();
                    let id = record["id"].as_u64().unwrap();
                    (thread - process, ends[&id])
                })
                .collect();
            let wakes = trace.events.iter().filter_map(|event| {
                let What::Wake { by: By::Lane(by) } = event.what else {
                    return None;
                };
                Some((u64::from(by), u64::from(event.lane)))
            });
            let mut wakes: Vec<(u64, u64)> = wakes.collect();
            wakes.sort_unstable();
            arrows.sort_unstable();
            assert_eq!(arrows, wakes, "{name}");
            let spawns = trace
                .events
                .iter()
                .filter(|event| matches!(event.what, What::Spawn { .. }));
            process += spawns.count() as u64;
        }
        let others = lines.iter().filter(|(_, record)| {
            record["pid"].as_u64().is_none_or(|pid| pid >= process)
        });
        assert_eq!(others.count(), 0);
    }
}

#[test]
fn no_nanosecond_is_lost_in_a_long_run() {
    let mut trace = many(2, Wake::InTurn);
    let days = 86_400_000_000_000 * 1000;
    for event in &mut trace.events {
        event.at += days + 1;
    }
    trace.elapsed += std::time::Duration::from_nanos(days + 1);
    let file = written(&viewed(trace.clone()), "trace.json");
    assert!(file.contains("\"ts\":86400000000000.001"), "{file}");
    assert_eq!(sliced(&records(&file), 1), folded(&trace));
}

#[test]
fn a_run_that_stops_has_its_slices_closed_and_says_so() {
    let mut trace = many(3, Wake::InTurn);
    trace.events.truncate(12);
    trace.elapsed = std::time::Duration::from_millis(500);
    trace.interrupted = true;
    let file = written(&viewed(trace.clone()), "trace.json");
    assert_eq!(check(&file), Ok(()));
    assert!(file.contains("(interrupted)"), "{file}");
    assert_eq!(sliced(&records(&file), 1), folded(&trace));
}
