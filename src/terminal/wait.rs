//! What a lane waits for, in words.

use std::time::Duration;

use crate::chapter::time;
use crate::system::foreign::clean;
use crate::trace::{LaneId, On};

/// What is awaited, as in `sleep 3s`; `name` knows what lanes are called.
pub(super) fn wait<'a>(
    on: &On,
    name: impl Fn(LaneId) -> Option<&'a str>,
) -> String {
    let length = |nanos: &Option<u64>| {
        let words = nanos.map(|nanos| time(Duration::from_nanos(nanos)));
        words.map_or(String::new(), |words| format!(" {words}"))
    };
    let words = match on {
        On::Timer { length: nanos } => format!("sleep{}", length(nanos)),
        On::Blocking { length: nanos } => format!("block{}", length(nanos)),
        On::Join { lanes, more } => {
            let names = lanes.iter().filter_map(|lane| name(*lane));
            let mut words = names.collect::<Vec<_>>().join(", ");
            if *more > 0 {
                words += &format!(" and {more} more");
            }
            if words.is_empty() {
                words.push_str("a task");
            }
            words
        }
        On::Thread { lane } => {
            format!("thread {}", name(*lane).unwrap_or_default())
        }
        On::Acquire { what } => format!("acquire {what}"),
        On::Send { what } => format!("send to {what}"),
        On::Recv { what } => format!("receive from {what}"),
        On::Io { what } | On::Other { what } => what.clone(),
        On::Yield => "yield".to_owned(),
    };
    // What is awaited has a name of its own, wherever that comes from.
    clean(&words).into_owned()
}
