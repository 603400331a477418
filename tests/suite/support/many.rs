//! A trace of very many lanes, made by hand.

use asyncade::trace::{Event, LaneKind, Place, Trace, What};

/// How so many tasks wake.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// All at once, by their timers.
    AtOnce,
    /// Each by the one before, a nanosecond later, and then it says a line.
    InTurn,
}

/// So many tasks that each sleep for a second.
pub fn many(lanes: u32, wakes: Wake) -> Trace {
    let is_in_turn = wakes == Wake::InTurn;
    let place = Place {
        file: "many.rs".into(),
        line: 1,
    };
    let event = |at, lane, what| Event { at, lane, what };
    let spawn = |name: String, kind, parent| What::Spawn {
        name,
        kind,
        parent,
        place: place.clone(),
    };
    let json = |text: String| -> What { serde_json::from_str(&text).unwrap() };
    let poll = || json("{\"event\":\"poll\"}".into());
    let end = || json("{\"event\":\"end\",\"outcome\":\"finished\"}".into());
    let wake = |by: String| json(format!("{{\"event\":\"wake\",\"by\":{by}}}"));
    let at = "\"file\":\"many.rs\",\"line\":2}";
    let wait = |wait: u32, on: &str| {
        json(format!(
            "{{\"event\":\"wait\",\"wait\":{wait},\"on\":{on},{at}"
        ))
    };
    let pend = |wait: u32| {
        json(format!("{{\"event\":\"pend\",\"waits\":[{wait}],{at}"))
    };
    let done =
        |wait: u32| json(format!("{{\"event\":\"done\",\"wait\":{wait}}}"));
    let mut events =
        vec![event(0, 0, spawn("main".into(), LaneKind::Main, None))];
    events.push(event(0, 0, poll()));
    for lane in 1..=lanes {
        let name = format!("Task {lane}");
        events.push(event(0, lane, spawn(name, LaneKind::Task, Some(0))));
    }
    events.push(event(0, 0, wait(1, "{\"join\":{\"lanes\":[1]}}")));
    events.push(event(0, 0, pend(1)));
    let timer = "{\"timer\":{\"length\":1000000000}}";
    for lane in 1..=lanes {
        events.push(event(0, lane, poll()));
        events.push(event(0, lane, wait(lane + 1, timer)));
        events.push(event(0, lane, pend(lane + 1)));
    }
    let second = 1_000_000_000;
    let woken = |lane: u32, last: u32| match is_in_turn {
        true => {
            let by = format!("{{\"lane\":{last}}}");
            (second + u64::from(lane), wake(by))
        }
        false => (second, wake("\"timer\"".into())),
    };
    for lane in 1..=lanes {
        let (at, wake) = woken(lane, lane - 1);
        events.push(event(at, lane, wake));
        events.push(event(at, lane, poll()));
        events.push(event(at, lane, done(lane + 1)));
        if is_in_turn {
            let text = format!("line {lane}");
            let place = place.clone();
            events.push(event(at, lane, What::Say { text, place }));
        }
        events.push(event(at, lane, end()));
    }
    let (at, wake) = woken(lanes, lanes);
    for what in [wake, poll(), done(1), end()] {
        events.push(event(at, 0, what));
    }
    let header = "{\"subject\":{\"program\":\"many\"},\"world\":{\"name\":\
        \"tokio\",\"flavor\":\"current_thread\"},\"clock\":\"virtual\"}";
    Trace::new(serde_json::from_str(header).unwrap(), events)
}
