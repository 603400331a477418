//! The traces of a run, as `--json` prints them, each with the source code that
//! its places refer to: a file says all that there is to know of it.

use super::Format;
use crate::trace::{Trace, ndjson};

pub(super) const FORMAT: Format = Format {
    extension: "ndjson",
    write: |report, mut out| {
        report.traces().try_for_each(|trace| {
            let used = report.sources.iter().filter(|source| {
                let mut events = trace.events.iter();
                events.any(|event| {
                    event.place().is_some_and(|at| at.file == source.file)
                })
            });
            let sources = used.cloned().collect();
            let trace = Trace {
                sources,
                ..trace.clone()
            };
            ndjson::write(&trace, &mut out)
        })
    },
};
