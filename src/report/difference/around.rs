//! What surrounds two runs: how they were made, their figures, and what became
//! of the claims that speak of them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Both, ClaimChange, FigureChange, Setting};
use crate::chapter::{self, Measure};
use crate::report::{Figure, Finding};
use crate::timeline::Timeline;
use crate::trace::Header;

/// In what two headers differ.
pub(super) fn settings(headers: &Both<&Header>) -> Vec<Setting> {
    let knobs = headers.a.knobs.keys().chain(headers.b.knobs.keys());
    let knobs = knobs.collect::<BTreeSet<_>>().into_iter().map(|knob| {
        let values = headers.map(|header| header.knobs.get(knob).cloned());
        (format!("--{knob}"), values)
    });
    let own = [
        ("world", headers.map(|header| header.world.name.clone())),
        ("clock", headers.map(|header| header.clock.to_string())),
        ("speed", headers.map(|header| header.speed.to_string())),
    ];
    let own = own.into_iter().map(|(what, values)| {
        (what.to_owned(), Both::new(Some(values.a), Some(values.b)))
    });
    let all = own.chain(knobs).filter(|(_, values)| values.a != values.b);
    all.map(|(what, values)| Setting { what, values }).collect()
}

/// The total and the measure, where they differ.
pub(super) fn figures(
    timelines: &Both<Timeline>,
    measure: Option<&Measure>,
    tolerance: Duration,
) -> Vec<FigureChange> {
    let total = timelines.map(|timeline| Some(Figure::Time(timeline.total)));
    let measured = measure.map(|measure| {
        let figures = timelines.map(|timeline| match measure.figure {
            chapter::Figure::Time(read) => read(timeline).map(Figure::Time),
            chapter::Figure::Fact(is) => Some(Figure::Fact(is(timeline))),
        });
        (measure.what, figures)
    });
    // Of many chapters the total is what they measure.
    let measured = measured.filter(|(_, figures)| *figures != total);
    let all = [Some(("total time", total.clone())), measured];
    all.into_iter()
        .flatten()
        .filter(|(_, figures)| match (figures.a, figures.b) {
            (Some(Figure::Time(a)), Some(Figure::Time(b))) => {
                a.abs_diff(b) > tolerance
            }
            (a, b) => a != b,
        })
        .map(|(what, figures)| FigureChange {
            what: what.to_owned(),
            figures,
        })
        .collect()
}

/// The claims that were checked on both sides, and of which not the same
/// became.
pub(super) fn claims(findings: &Both<Vec<Finding>>) -> Vec<ClaimChange> {
    let changed = findings.a.iter().filter_map(|a| {
        let mut others = findings.b.iter();
        let b = others.find(|b| b.claim == a.claim)?;
        (a.status != b.status).then(|| ClaimChange {
            claim: a.claim.clone(),
            says: a.says.clone(),
            status: Both::new(a.status, b.status),
            evidence: Both::new(a.evidence.clone(), b.evidence.clone()),
        })
    });
    changed.collect()
}
