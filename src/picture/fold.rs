//! Which lanes have a row of their own where there is no room for all of them.
//! Of a run that is over these are lanes that stand for others like them; of
//! one that goes on, those where something happens.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Fold, Standing};
use crate::timeline::{Doing, Lane, State};
use crate::trace::{LaneId, LaneKind, Outcome};

/// What a row is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Lane(LaneId),
    Fold(Fold),
}

/// What makes lanes alike: what they are, what they are called but for their
/// numbers, and how they ended.
type Likeness = (LaneKind, String, Option<Outcome>);

/// Of lanes that are alike so many have a row of their own: the first, the
/// slowest and the last.
const MOST_OF_A_KIND: usize = 3;

/// No more rows than that for the lanes of a run that is over.
pub(super) fn by_likeness(lanes: &[Lane], rows: usize) -> Vec<Kept> {
    let ids = 0..LaneId::try_from(lanes.len()).unwrap_or(LaneId::MAX);
    if lanes.len() <= rows {
        return ids.map(Kept::Lane).collect();
    }
    let mut groups: Vec<Vec<LaneId>> = Vec::new();
    let mut known: BTreeMap<Likeness, usize> = BTreeMap::new();
    for (id, lane) in ids.zip(lanes) {
        let group = *known.entry(likeness(lane)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(id);
    }
    let each = (0..=MOST_OF_A_KIND).rev().map(|most| {
        let kept = groups.iter().map(|group| kept(lanes, group, most));
        kept.flatten().collect::<Vec<Kept>>()
    });
    let mut fewest = Vec::new();
    for kept in each {
        if kept.len() <= rows {
            return kept;
        }
        fewest = kept;
    }
    // More kinds than rows: the last ones are counted together.
    let rest = fewest.split_off(rows.saturating_sub(1));
    let rest = rest.iter().flat_map(|kept| match kept {
        Kept::Lane(id) => vec![(standing(&lanes[*id as usize]), 1)],
        Kept::Fold(fold) => fold.states.clone(),
    });
    fewest.push(Kept::Fold(Fold::of(rest)));
    fewest
}

/// The rows of lanes that are alike, with at most so many of them shown.
fn kept(lanes: &[Lane], group: &[LaneId], most: usize) -> Vec<Kept> {
    // A row that stands for one lane is as large as that lane's.
    if group.len() <= most + 1 {
        return group.iter().map(|id| Kept::Lane(*id)).collect();
    }
    let of = |id: &LaneId| &lanes[*id as usize];
    let took = |id: &&LaneId| {
        let end = of(id).end.as_ref();
        end.map_or(Duration::MAX, |end| end.at.saturating_sub(of(id).born))
    };
    let ends = [group.first(), group.last()];
    // The first of equals.
    let slowest = group.iter().rev().max_by_key(took);
    let by_rank = ends.into_iter().chain([slowest]).flatten();
    let shown: BTreeSet<LaneId> = by_rank.take(most).copied().collect();
    let rest = group.iter().filter(|id| !shown.contains(id)).map(of);
    let ends = rest.clone().filter_map(|lane| Some(lane.end.as_ref()?.at));
    let ended = ends.clone().min().zip(ends.max());
    let rest = rest.map(|lane| (standing(lane), 1));
    let mut kept: Vec<Kept> = shown.iter().copied().map(Kept::Lane).collect();
    let place = kept.len().min(1);
    kept.insert(
        place,
        Kept::Fold(Fold {
            ended,
            ..Fold::of(rest)
        }),
    );
    kept
}

fn likeness(lane: &Lane) -> Likeness {
    let name = lane.name.chars().filter(|letter| !letter.is_numeric());
    (lane.kind, name.collect(), lane.outcome())
}

fn standing(lane: &Lane) -> Standing {
    let doing = lane.spans.last().map_or(Doing::Unbegun, |span| span.doing);
    Standing::of(doing, lane.outcome())
}

impl Fold {
    /// So many lanes that stand there.
    pub(super) fn of(
        states: impl IntoIterator<Item = (Standing, usize)>,
    ) -> Fold {
        let mut counts: BTreeMap<Standing, usize> = BTreeMap::new();
        for (standing, count) in states {
            *counts.entry(standing).or_default() += count;
        }
        Fold {
            lanes: counts.values().sum(),
            ended: None,
            states: counts.into_iter().collect(),
        }
    }
}

/// The lanes of a run that have a row of their own while it goes on.
#[derive(Clone, Debug, Default)]
pub struct InView {
    lanes: BTreeSet<LaneId>,
    /// One that is in view whatever it does.
    chosen: Option<LaneId>,
}

impl InView {
    /// Nothing yet.
    pub fn new() -> InView {
        InView::default()
    }

    /// From now on this lane is in view, whatever it does.
    pub fn follow(&mut self, lane: LaneId) {
        self.chosen = Some(lane);
    }

    /// Chooses anew: first who holds a thread, then who is ready, who waits,
    /// who has not begun, and at last who has ended. Of equals those stay that
    /// were in view.
    pub(super) fn choose(&mut self, state: &State, rows: usize) -> Vec<Kept> {
        let lanes = state.lanes();
        let all = (0..).zip(lanes).map(|(id, lane): (LaneId, _)| {
            let outcome = lane.end.as_ref().map(|end| end.outcome);
            (id, Standing::of(lane.doing, outcome))
        });
        let mut all: Vec<(LaneId, Standing)> = all.collect();
        if all.len() <= rows {
            self.lanes = all.iter().map(|(id, _)| *id).collect();
            return all.into_iter().map(|(id, _)| Kept::Lane(id)).collect();
        }
        let rank = |(id, standing): &(LaneId, Standing)| {
            // How it ended makes no difference.
            let standing = match standing {
                Standing::Ended(_) => Standing::Ended(Outcome::Finished),
                other => *other,
            };
            let is_chosen = self.chosen == Some(*id);
            let was_in_view = self.lanes.contains(id);
            (Reverse(is_chosen), standing, Reverse(was_in_view), *id)
        };
        let most = rows.saturating_sub(1);
        if most > 0 {
            all.select_nth_unstable_by_key(most - 1, rank);
        }
        let rest = all.split_off(most);
        self.lanes = all.into_iter().map(|(id, _)| id).collect();
        let rest = rest.into_iter().map(|(_, standing)| (standing, 1));
        let kept = self.lanes.iter().map(|id| Kept::Lane(*id));
        kept.chain([Kept::Fold(Fold::of(rest))]).collect()
    }
}
