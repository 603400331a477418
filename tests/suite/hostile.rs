//! Traces by strangers, and by enemies: an error or a whole trace, in bounded
//! memory, and never a panic.

use std::time::Duration;

use asyncade::stage::{Lane, Session, sleep, traced};
use asyncade::timeline::{State, Timeline};
use asyncade::trace::{Clock, Trace, ndjson};
use proptest::prelude::*;

#[traced]
async fn program() {
    let task = async {
        sleep(Duration::from_millis(2)).await;
        Err::<(), _>("no luck")
    };
    let task = tokio::spawn(task.try_lane("task"));
    let limit = Duration::from_millis(1);
    let slow = sleep(Duration::from_secs(1)).lane("slow");
    let _ = tokio::time::timeout(limit, slow).await;
    let _ = task.await;
}

/// A small trace in which almost every kind of event is.
fn file() -> String {
    let session = Session::new("test").clock(Clock::Virtual);
    let trace = session.record(program()).unwrap().trace;
    let mut file = Vec::new();
    ndjson::write(&trace, &mut file).unwrap();
    String::from_utf8(file).unwrap()
}

/// Reads a file, and does with it what views do.
fn use_it(file: &[u8]) -> Option<Vec<Trace>> {
    let traces = ndjson::read(file).ok()?;
    for trace in &traces {
        let timeline = Timeline::of(trace);
        let path = timeline.critical_path();
        assert!(path.length() <= timeline.elapsed.max(timeline.total));
        let mut state = State::new();
        trace.events.iter().for_each(|event| state.apply(event));
        assert_eq!(state.lanes().len(), timeline.lanes.len());
    }
    Some(traces)
}

#[test]
fn a_file_that_stops_anywhere_is_read_as_far_as_it_goes() {
    let file = file();
    let header = file.find('\n').unwrap();
    let whole = ndjson::read(file.as_bytes()).unwrap();
    for end in 0..=file.len() {
        let read = use_it(&file.as_bytes()[..end]);
        if end == 0 {
            assert_eq!(read, Some(Vec::new()));
        } else if end < header {
            assert_eq!(read, None, "{end}");
        } else {
            let read = read.unwrap_or_else(|| panic!("cut at {end}"));
            let [trace] = &read[..] else { panic!("{end}") };
            let count = trace.events.len();
            assert_eq!(trace.events, whole[0].events[..count]);
            // Without its last line break the file is whole as well.
            assert_eq!(trace.cut_off, end < file.len() - 1, "{end}");
        }
    }
}

#[test]
fn every_field_may_be_nonsense() {
    let file = file();
    let nonsense = [
        "null",
        "-1",
        "1e99",
        "18446744073709551615",
        "4000000000",
        "\"\"",
        "[]",
        "{}",
        "true",
        "\"\\u0000\\u202e\"",
    ];
    let lines: Vec<&str> = file.lines().collect();
    let mut refused = 0;
    for (number, line) in lines.iter().enumerate() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in value.as_object().unwrap().keys() {
            for other in nonsense {
                let mut value = value.clone();
                value[key] = serde_json::from_str(other).unwrap_or_default();
                let mut lines: Vec<String> =
                    lines.iter().map(ToString::to_string).collect();
                lines[number] = value.to_string();
                let file = lines.join("\n");
                refused += usize::from(use_it(file.as_bytes()).is_none());
            }
        }
    }
    assert!(refused > 1000, "{refused} were refused");
}

#[test]
fn t19_huge_numbers_ask_for_no_memory() {
    let file = file();
    for (from, to) in [
        ("\"wait\":1,", "\"wait\":4000000000,"),
        ("\"lane\":1,", "\"lane\":4000000000,"),
        ("\"waits\":[1", "\"waits\":[4000000000"),
    ] {
        let wrong = file.replacen(from, to, 1);
        assert_ne!(wrong, file);
        assert_eq!(use_it(wrong.as_bytes()), None, "{to}");
    }
    let early = file.replacen("\"elapsed\":", "\"elapsed\":0,\"was\":", 1);
    let error = ndjson::read(early.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("before its last event"), "{error}");
    let deep = "[".repeat(1_000_000);
    assert_eq!(use_it(deep.as_bytes()), None);
}

proptest! {
    #[test]
    fn bytes_may_be_anything(
        at in 0..10_000_usize,
        bytes in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut file = file().into_bytes();
        let at = at % file.len();
        let end = (at + bytes.len()).min(file.len());
        file.splice(at..end, bytes);
        use_it(&file);
    }
}
