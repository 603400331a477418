//! In which order do these lines come? Lines of one moment are right in any
//! order among themselves, unless all of the scene is one moment: then its
//! order is all there is. If a scene was measured, what follows at once is of
//! one moment; lines that may or may not be are not asked about.

use super::choices::{Asked, Choices};
use super::{About, Form, Item, Kind, Question, Spot, Value};
use crate::chapter::Mistake;
use crate::system::random::shuffled;
use crate::timeline::Line;
use crate::trace::nanos;

/// So many lines are put in order at most.
const MOST_ITEMS: usize = 6;

/// The question about the order of a scene's lines.
pub(super) fn question(about: &About) -> Option<Question> {
    let scene = about.scene;
    let mut lines = scene.lines();
    lines.retain(|(_, line)| !scene.is_the_end(line));
    let lines = spread(lines);
    if lines.len() < 3 {
        return None;
    }
    let moments = scene.moments();
    let rank = |event: usize, line: &Line| {
        if scene.is_one_moment() {
            event as u64
        } else {
            // Its moment is the last one that is not after it.
            let next = moments.partition_point(|moment| *moment <= line.at);
            moments[..next].last().map_or(0, |moment| nanos(*moment))
        }
    };
    let is_clear = |pair: &[(usize, &Line)]| {
        let [(first, one), (second, other)] = pair else {
            return true;
        };
        rank(*first, one) == rank(*second, other)
            || !scene.is_at_once(one.at, other.at)
    };
    if scene.is_measured() && !lines.windows(2).all(is_clear) {
        return None;
    }
    // The order in which they are shown tells nothing.
    let mut shown: Vec<&(usize, &Line)> = lines.iter().collect();
    shown.sort_by(|a, b| a.1.text.cmp(&b.1.text));
    let mut seed = lines.len() as u64;
    let items = loop {
        let shuffled = shuffled(&shown, seed);
        let ranks = shuffled.iter().map(|(event, line)| rank(*event, line));
        if !ranks.is_sorted() || seed > 100 {
            break shuffled;
        }
        seed += 1;
    };
    let ranks: Vec<u64> = items
        .iter()
        .map(|(event, line)| rank(*event, line))
        .collect();
    let order_by = |key: &dyn Fn(usize) -> u64| {
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by_key(|index| (key(*index), items[*index].0));
        order
    };
    let is_right =
        |order: &[usize]| order.iter().map(|index| ranks[*index]).is_sorted();
    let right = order_by(&|index| ranks[index]);
    let mut choices = Choices::of(about, Value::Order(right.clone()));
    let mut wrong = |mistake, order: Vec<usize>| {
        if !is_right(&order) {
            choices.wrong(mistake, Value::Order(order));
        }
    };
    // Lane after lane, as they were called.
    wrong(
        Mistake::CallOrder,
        order_by(&|index| u64::from(items[index].1.lane)),
    );
    wrong(
        Mistake::TasksFirst,
        order_by(&|index| u64::from(items[index].1.lane == 0)),
    );
    // A line of each lane, and then the next of each.
    let turn = |index: usize| {
        let (event, line) = items[index];
        let before = items
            .iter()
            .filter(|(other, of)| of.lane == line.lane && *other < *event);
        before.count() as u64
    };
    wrong(Mistake::Turns, order_by(&turn));
    for other in about.others() {
        let there = items
            .iter()
            .map(|(_, line)| {
                other
                    .timeline
                    .lines
                    .iter()
                    .position(|l| l.text == line.text)
            })
            .collect::<Option<Vec<_>>>();
        if let Some(there) = there {
            wrong(Mistake::OtherScene, order_by(&|index| there[index] as u64));
        }
    }
    wrong(Mistake::LastCall, right.iter().rev().copied().collect());
    let (event, line) = items[*right.first()?];
    let spot = Spot {
        lane: line.lane,
        at: line.at,
        event: Some(*event),
    };
    let said = right
        .iter()
        .map(|index| format!("'{}'", items[*index].1.text));
    let said = said.collect::<Vec<_>>().join(", then ");
    let items = items.iter().zip(ranks).map(|((event, line), rank)| Item {
        says: line.text.clone(),
        rank,
        event: *event,
    });
    let items: Vec<Item> = items.collect();
    let asked = Asked {
        kind: Kind::Order,
        scene: scene.name().to_owned(),
        asks: "In which order do these lines come?".to_owned(),
        form: Form::Order,
        spot,
    };
    (choices.count_wrong() > 0).then(|| Question {
        items,
        evidence: format!("It says {said}."),
        ..choices.question(5, asked)
    })
}

/// A few of many, from the first to the last.
fn spread<T: Clone>(all: Vec<T>) -> Vec<T> {
    let count = all.len();
    if count <= MOST_ITEMS {
        return all;
    }
    let step = |index: usize| index * (count - 1) / (MOST_ITEMS - 1);
    (0..MOST_ITEMS)
        .map(|index| all[step(index)].clone())
        .collect()
}
