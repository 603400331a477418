//! Where two runs part first.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Both, Parting};
use crate::world::compare::Moment;

/// The first thing that happens in both at other times, and the first that does
/// not happen in both. What happens within the tolerance in one of them has no
/// order: there, somebody else may be first.
pub(super) fn first(
    moments: &Both<Vec<Moment>>,
    tolerance: Duration,
) -> Parting {
    let mut left = moments.map(|moments| moments.iter().collect::<Queue>());
    let mut when = None;
    while let (Some(a), Some(b)) = (left.a.front(), left.b.front()) {
        let places = if a.what == b.what {
            Some((0, 0))
        } else if let Some(place) = soon(&left.b, &a.what, tolerance) {
            Some((0, place))
        } else {
            soon(&left.a, &b.what, tolerance).map(|place| (place, 0))
        };
        let Some((a, b)) = places else { break };
        // They were just found there.
        let (Some(a), Some(b)) = (left.a.remove(a), left.b.remove(b)) else {
            break;
        };
        if when.is_none() && a.at.abs_diff(b.at) > tolerance {
            when = Some(Both::new(a.clone(), b.clone()));
        }
    }
    let next = left.map(|left| left.front().map(|moment| (*moment).clone()));
    let what = next.any(Option::is_some).then_some(next);
    Parting { what, when }
}

type Queue<'a> = VecDeque<&'a Moment>;

/// The place of something that happens as good as next. Where times are exact
/// so is their order.
fn soon(left: &Queue, what: &str, tolerance: Duration) -> Option<usize> {
    if tolerance.is_zero() {
        return None;
    }
    let next = left.front()?.at;
    left.iter()
        .take_while(|moment| moment.at.saturating_sub(next) <= tolerance)
        .position(|moment| moment.what == what)
}
