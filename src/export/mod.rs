//! The report as a file. To add a format, write its file and add its line.

mod file;

use std::io::{self, Write};

use crate::report::Report;

pub(crate) use file::Export;

/// How a report is written to a file.
pub struct Format {
    /// The extension that the file has, without the dot.
    pub extension: &'static str,
    /// Writes it.
    pub write: fn(&Report, &mut dyn Write) -> io::Result<()>,
}

/// Declares the formats' modules and lists them.
macro_rules! formats {
    ($($format:ident,)*) => {
        $(mod $format;)*

        /// Every format that is known.
        pub(crate) const FORMATS: &[Format] = &[$($format::FORMAT,)*];
    };
}

formats! {
    html,
    ndjson,
}
