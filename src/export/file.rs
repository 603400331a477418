//! `--export FILE`: what came of a run in a file, in the format that its name
//! asks for.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Format;
use crate::report::{Report, Usage};
use crate::system::foreign;
use crate::system::output::Output;

/// A file to be written at the end of a run.
pub struct Export<T: 'static = Report> {
    /// As the user wrote it, fit to be shown.
    name: String,
    output: Output,
    format: &'static Format<T>,
}

impl<T> Export<T> {
    /// Makes sure that every file can be written; see
    /// [`prepare`](Export::prepare).
    ///
    /// # Errors
    /// A [`Usage`] error for the first that cannot, or that is named twice.
    pub fn prepare_all(
        paths: &[PathBuf],
        formats: &'static [Format<T>],
    ) -> Result<Vec<Export<T>>, Usage> {
        let mut exports: Vec<Export<T>> = Vec::new();
        for path in paths {
            let export = Export::prepare(path, formats)?;
            let same = exports
                .iter()
                .find(|other| export.output.is_same(&other.output));
            match same {
                Some(other) if other.name == export.name => {
                    return Err(Usage::new(
                        format!("--export names '{}' twice", export.name),
                        "once is enough",
                    ));
                }
                Some(other) => {
                    return Err(Usage::new(
                        format!(
                            "--export names one file twice: '{}' and '{}' are the same",
                            other.name, export.name
                        ),
                        "leave one of them out",
                    ));
                }
                None => exports.push(export),
            }
        }
        Ok(exports)
    }

    /// Makes sure that the file can be written.
    ///
    /// # Errors
    /// A [`Usage`] error if the extension is not known, or if the file cannot
    /// be written.
    pub fn prepare(
        path: &Path,
        formats: &'static [Format<T>],
    ) -> Result<Export<T>, Usage> {
        let name = foreign::path(path);
        let cannot = |why: Usage| why.of(&format!("cannot export to '{name}'"));
        let Some(format) = format_of(path, formats) else {
            return Err(cannot(unknown(path, formats)));
        };
        Ok(Export {
            output: Output::new(path).map_err(cannot)?,
            name,
            format,
        })
    }

    /// Writes the file. Says on stderr if another one had to go for it.
    ///
    /// # Errors
    /// What the file system says: a full disk, for one.
    pub fn finish(self, value: &T) -> Result<()> {
        let Export {
            name,
            output,
            format,
        } = self;
        let replaces = output.replaces();
        output
            .write(|out| (format.write)(value, out))
            .with_context(|| format!("cannot export to '{name}'"))?;
        if replaces {
            // Nothing is left to do if stderr is closed.
            let _ = writeln!(
                anstream::stderr(),
                "note: '{name}' was there before, and has been replaced"
            );
        }
        Ok(())
    }
}

/// The format that a file's name asks for. A file may be called nothing but
/// `.ndjson`.
fn format_of<T>(
    path: &Path,
    formats: &'static [Format<T>],
) -> Option<&'static Format<T>> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    formats
        .iter()
        .find(|format| ends_in(&name, format.extension))
}

/// Whether a name ends in a dot and that extension, which may have dots of its
/// own.
fn ends_in(name: &str, extension: &str) -> bool {
    let rest = name.strip_suffix(extension);
    rest.is_some_and(|rest| rest.ends_with('.'))
}

/// What is wrong with a name that asks for no format: it may have the end of
/// an extension that is longer.
fn unknown<T>(path: &Path, formats: &'static [Format<T>]) -> Usage {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let own = name.rsplit_once('.').map(|(_, own)| own);
    let own = own.unwrap_or_default().to_ascii_lowercase();
    let longer = formats.iter().map(|format| format.extension);
    let mut longer = longer.filter(|longer| ends_in(longer, &own));
    if let Some(longer) = longer.next().filter(|_| !own.is_empty()) {
        let stem = &name[..name.len() - own.len() - 1];
        let stem = if stem.is_empty() { "run" } else { stem };
        return Usage::new(
            format!("'.{own}' alone is not the whole of an extension"),
            format!("call it '{}.{longer}'", foreign::short(stem)),
        );
    }
    let names = formats.iter();
    let names: Vec<String> = names
        .map(|format| format!(".{}", format.extension))
        .collect();
    let names = names.join(", ");
    Usage::new("its extension is not known", format!("use {names}"))
}
