//! What is said in two runs: lines of one only, at other times, in another
//! order.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

use super::{Both, Line};
use crate::timeline::{self, Timeline};
use crate::trace::LaneId;

/// What was found.
pub(super) struct Lines {
    pub unsaid: Both<Vec<Line>>,
    pub order: Option<Both<Vec<Line>>>,
    pub changed: Vec<Both<Line>>,
}

pub(super) fn compare(
    timelines: &Both<Timeline>,
    tolerance: Duration,
) -> Lines {
    let pairs = pairs(timelines);
    let line = |of: &Timeline, index: usize| {
        let line = &of.lines[index];
        Line {
            at: line.at,
            lane: of.name(line.lane).to_owned(),
            text: line.text.clone(),
        }
    };
    let both = |(a, b): &(usize, usize)| {
        Both::new(line(&timelines.a, *a), line(&timelines.b, *b))
    };
    let is_changed = |lines: &Both<Line>| {
        lines.a.at.abs_diff(lines.b.at) > tolerance
            || lines.a.lane != lines.b.lane
    };
    let alone = |of: &Timeline, known: Vec<usize>| {
        let mut is_known = vec![false; of.lines.len()];
        known.into_iter().for_each(|index| is_known[index] = true);
        let indices = (0..is_known.len()).filter(|index| !is_known[*index]);
        indices.map(|index| line(of, index)).collect()
    };
    let known_a = pairs.iter().map(|(a, _)| *a).collect();
    let known_b = pairs.iter().map(|(_, b)| *b).collect();
    Lines {
        unsaid: Both::new(
            alone(&timelines.a, known_a),
            alone(&timelines.b, known_b),
        ),
        order: order(timelines, &pairs, tolerance).map(|moved| {
            let a = moved.a.iter().map(|index| line(&timelines.a, *index));
            let b = moved.b.iter().map(|index| line(&timelines.b, *index));
            Both::new(a.collect(), b.collect())
        }),
        changed: pairs.iter().map(both).filter(is_changed).collect(),
    }
}

/// Each line of the first with the same line of the second, by their indices,
/// in the first one's order: the same text on the same lane, the first time
/// with the first; and of those that are left, on whatever lane.
fn pairs(timelines: &Both<Timeline>) -> Vec<(usize, usize)> {
    let lanes = timelines.map(numbered);
    let lines = timelines.map(|timeline| &timeline.lines);
    let key = |lanes: &[Name], line: &timeline::Line| {
        (lanes[line.lane as usize].clone(), line.text.clone())
    };
    let all = lines.map(|lines| (0..lines.len()).collect::<Vec<_>>());
    let (mut pairs, left) = matched(
        all,
        |index| key(&lanes.a, &lines.a[index]),
        |index| key(&lanes.b, &lines.b[index]),
    );
    let (moved, _) = matched(
        left,
        |index| lines.a[index].text.clone(),
        |index| lines.b[index].text.clone(),
    );
    pairs.extend(moved);
    pairs.sort_unstable();
    pairs
}

/// A lane's name, and how many before it have the same.
type Name = (String, usize);

fn numbered(timeline: &Timeline) -> Vec<Name> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let lanes = 0..timeline.lanes.len() as LaneId;
    lanes
        .map(|lane| {
            let name = timeline.name(lane);
            let seen = seen.entry(name).or_default();
            *seen += 1;
            (name.to_owned(), *seen)
        })
        .collect()
}

/// What of both has the same key, pair by pair, and what is left.
fn matched<K: Hash + Eq>(
    all: Both<Vec<usize>>,
    key_of_a: impl Fn(usize) -> K,
    key_of_b: impl Fn(usize) -> K,
) -> (Vec<(usize, usize)>, Both<Vec<usize>>) {
    let mut others: HashMap<K, VecDeque<usize>> = HashMap::new();
    for index in all.b {
        others.entry(key_of_b(index)).or_default().push_back(index);
    }
    let mut pairs = Vec::new();
    let mut left = Both::<Vec<usize>>::default();
    for index in all.a {
        let other = others.get_mut(&key_of_a(index));
        match other.and_then(VecDeque::pop_front) {
            Some(other) => pairs.push((index, other)),
            None => left.a.push(index),
        }
    }
    left.b = others.into_values().flatten().collect();
    left.b.sort_unstable();
    (pairs, left)
}

/// The lines that are said in another order, each in its own run's: those that
/// come clearly before another one here, and clearly after it there.
fn order(
    timelines: &Both<Timeline>,
    pairs: &[(usize, usize)],
    tolerance: Duration,
) -> Option<Both<Vec<usize>>> {
    // Where times are exact, the order of the trace is.
    let when = |of: &Timeline, index: usize| match tolerance {
        Duration::ZERO => Duration::from_nanos(index as u64),
        _ => of.lines[index].at,
    };
    let times = pairs.iter().map(|(a, b)| {
        Both::new(when(&timelines.a, *a), when(&timelines.b, *b))
    });
    let times: Vec<Both<Duration>> = times.collect();
    let mut is_moved = vec![false; pairs.len()];
    // The latest in `b` of all that come clearly earlier in `a`.
    let (mut earlier, mut latest) = (0, None);
    for (place, time) in times.iter().enumerate() {
        while times[earlier].a + tolerance < time.a {
            latest = latest.max(Some(times[earlier].b));
            earlier += 1;
        }
        is_moved[place] |= latest > Some(time.b + tolerance);
    }
    // And the earliest in `b` of all that come clearly later in `a`.
    let (mut later, mut earliest) = (times.len(), Duration::MAX);
    for (place, time) in times.iter().enumerate().rev() {
        while later > 0 && time.a + tolerance < times[later - 1].a {
            later -= 1;
            earliest = earliest.min(times[later].b);
        }
        is_moved[place] |= earliest.saturating_add(tolerance) < time.b;
    }
    let moved = pairs.iter().zip(is_moved).filter(|(_, moved)| *moved);
    let moved = moved.map(|(pair, _)| *pair);
    let a: Vec<usize> = moved.clone().map(|(a, _)| a).collect();
    let mut b: Vec<usize> = moved.map(|(_, b)| b).collect();
    b.sort_unstable();
    (!a.is_empty()).then(|| Both::new(a, b))
}
