//! The report as a file. A format is one file here and one line in
//! [`FORMATS`].

mod file;
mod ndjson;

use std::io::{self, Write};

use crate::report::Report;

pub use file::Export;

/// Every format that is known.
pub const FORMATS: &[Format] = &[ndjson::FORMAT];

/// How a report is written to a file.
pub struct Format {
    /// The extension that the file has, without the dot.
    pub extension: &'static str,
    /// What the file is, in half a line, for the help.
    pub about: &'static str,
    /// Writes it.
    pub write: fn(&Report, &mut dyn Write) -> io::Result<()>,
}
