//! A report as a file, and what was measured as one. To add a format, write its
//! file and add its line.

mod comparison;
mod figures;
mod file;
mod scale;
mod sweep;
mod written;

use std::io::{self, Write};

use crate::report::Report;

pub(crate) use file::Export;

pub(crate) use comparison::COMPARISONS;
pub(crate) use scale::{SCALES, json as scale_as_json};
pub(crate) use sweep::SWEEPS;

/// How a report, or another value, is written to a file.
pub struct Format<T: 'static = Report> {
    /// The extension that the file has, without the dot before it: `svg`,
    /// `trace.json`.
    pub extension: &'static str,
    /// Writes it.
    pub write: fn(&T, &mut dyn Write) -> io::Result<()>,
}

/// Declares the formats' modules and lists them.
macro_rules! formats {
    ($($format:ident,)*) => {
        $(pub(crate) mod $format;)*

        /// Every format that is known.
        pub const FORMATS: &[Format] = &[$($format::FORMAT,)*];
    };
}

formats! {
    cast,
    html,
    markdown,
    ndjson,
    perfetto,
    svg,
}
