//! The traces of a run, as `--json` prints them.

use super::Format;
use crate::trace::ndjson;

pub(super) const FORMAT: Format = Format {
    extension: "ndjson",
    write: |report, mut out| {
        report
            .traces()
            .try_for_each(|trace| ndjson::write(trace, &mut out))
    },
};
