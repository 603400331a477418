//! What it means for a run that tasks may have several threads: what makes no
//! sense together, what plays on one thread all the same, and which thread ran
//! whom.

use std::collections::BTreeMap;

use super::{Choice, Scene, Usage};
use crate::chapter::number_of;
use crate::stage::Runtime;
use crate::timeline::Timeline;
use crate::trace::Clock;

/// Refuses several threads on the virtual clock.
pub(super) fn check_runtime(choice: &Choice) -> Result<(), Usage> {
    if choice.clock == Clock::Real || !choice.runtime.is_multi_thread() {
        return Ok(());
    }
    Err(Usage::new(
        format!(
            "--runtime {} cannot be computed: the virtual clock is tokio's \
             paused one, which has one thread",
            choice.runtime
        ),
        "leave one of the two out: '--clock virtual' or '--runtime'",
    ))
}

/// What is computed is computed on one thread, whatever else is measured on
/// several; and so is what CPython does.
pub(super) fn is_on_one_thread(choice: &Choice, scene: &mut Scene) {
    if !scene.runtime.is_multi_thread() {
        return;
    }
    if scene.clock == Clock::Virtual {
        scene.runtime = Runtime::CurrentThread;
        scene.notes.push(COMPUTED.to_owned());
    }
    if choice.twin {
        scene.notes.push(TWIN.to_owned());
    }
}

const COMPUTED: &str = "Computed on the virtual clock, and so on one thread: it \
    takes too long to be measured.";

const TWIN: &str = "CPython has one loop on one thread. Where the rows differ \
    because tasks of tokio's ran at the same moment, that is why.";

/// So many lanes of a thread are named.
const FEW: usize = 6;

/// Which thread ran which lanes, in a sentence, where there are several.
pub(super) fn who_ran_whom(timeline: &Timeline) -> Option<String> {
    let mut threads: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for lane in &timeline.lanes {
        for thread in lane.threads.iter() {
            threads.entry(thread).or_default().push(&lane.name);
        }
    }
    let ran = threads.into_iter().map(|(thread, names)| {
        let named = names.iter().take(FEW).copied();
        let mut words = named.collect::<Vec<_>>().join(", ");
        match names.len().saturating_sub(FEW) {
            0 => {}
            more => {
                let more = number_of(more, "more lane", "more lanes");
                words += &format!(" and {more}");
            }
        }
        format!("thread {thread} ran {words}")
    });
    let ran = ran.collect::<Vec<_>>().join("; ");
    (!ran.is_empty()).then(|| format!("Who ran where: {ran}."))
}
