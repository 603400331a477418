//! Reads the traces of a file.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use crate::report::Usage;
use crate::system::foreign;
use crate::trace::{Trace, ndjson};

/// Standard input, as a file's name.
const STDIN: &str = "-";

/// The traces of a file; there is at least one.
///
/// # Errors
/// If it cannot be read or is none of traces, which names the line.
pub(super) fn recorded(file: &Path) -> Result<Vec<Trace>, Usage> {
    let name = foreign::short(&file.to_string_lossy());
    let traces = if file == Path::new(STDIN) {
        ndjson::read(io::stdin().lock())
    } else {
        let file = File::open(file).map_err(|error| {
            refused(format!("cannot open '{name}': {error}"))
        })?;
        ndjson::read(BufReader::new(file))
    };
    let traces = traces.map_err(|error| {
        let cause = error.source();
        let cause = cause.map_or(String::new(), |cause| format!(": {cause}"));
        refused(format!("cannot read '{name}': {error}{cause}"))
    })?;
    if traces.is_empty() {
        return Err(refused(format!("'{name}' has no trace in it")));
    }
    Ok(traces)
}

/// A file that is none of traces. What is wrong may quote it.
fn refused(wrong: String) -> Usage {
    let wrong = foreign::clean(&wrong).into_owned();
    Usage::new(wrong, "give a file that '--export FILE.ndjson' wrote")
}
