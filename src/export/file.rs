//! `--export FILE`: the traces in a file. Everything that can be wrong with
//! the file is said before the run starts, and the file appears only when it
//! is whole.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{FORMATS, Format};
use crate::report::{Report, Usage};

/// A file to be written at the end of a run.
pub struct Export {
    path: PathBuf,
    /// Written first, and renamed at the end: a reader never meets half a
    /// file, and what was there before is kept until then.
    draft: PathBuf,
    file: Option<File>,
    format: &'static Format,
}

impl Export {
    /// Makes sure that every file can be written; see
    /// [`prepare`](Export::prepare).
    ///
    /// # Errors
    /// A [`Usage`] error for the first that cannot, or that is named twice.
    pub fn prepare_all(paths: &[PathBuf]) -> Result<Vec<Export>, Usage> {
        if let Some(path) =
            (1..paths.len()).find(|&at| paths[..at].contains(&paths[at]))
        {
            let path = paths[path].display();
            return Err(Usage(format!(
                "--export names '{path}' twice; once is enough"
            )));
        }
        paths.iter().map(|path| Export::prepare(path)).collect()
    }

    /// Makes sure that the file can be written.
    ///
    /// # Errors
    /// A [`Usage`] error if the extension is not known, or if the folder does
    /// not exist or cannot be written to.
    pub fn prepare(path: &Path) -> Result<Export, Usage> {
        let shown = path.display();
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let known = FORMATS
            .iter()
            .find(|format| extension.eq_ignore_ascii_case(format.extension));
        let Some(format) = known else {
            let names = FORMATS.iter();
            let names: Vec<String> = names
                .map(|format| format!(".{}", format.extension))
                .collect();
            let names = names.join(", ");
            return Err(Usage(format!(
                "cannot export to '{shown}': its extension is not known; use {names}"
            )));
        };
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(Usage(format!(
                "cannot export to '{shown}': there is no folder '{}'; create it first",
                folder.display()
            )));
        }
        if path.is_dir() {
            return Err(Usage(format!(
                "cannot export to '{shown}': it is a folder; give a file"
            )));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let draft =
            folder.join(format!(".{name}.{}.draft", std::process::id()));
        let file = File::options().write(true).create_new(true).open(&draft);
        let file = file.map_err(|error| {
            Usage(format!(
                "cannot export to '{shown}': {error}; choose a folder that you can write to"
            ))
        })?;
        Ok(Export {
            path: path.to_owned(),
            draft,
            file: Some(file),
            format,
        })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// What the file system says: a full disk, for one.
    pub fn finish(mut self, report: &Report) -> Result<()> {
        let failed = || format!("cannot export to '{}'", self.path.display());
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let mut out = BufWriter::new(file);
        (self.format.write)(report, &mut out)
            .and_then(|()| out.flush())
            .with_context(failed)?;
        drop(out);
        fs::rename(&self.draft, &self.path).with_context(failed)
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        // Gone already if it was renamed.
        let _ = fs::remove_file(&self.draft);
    }
}
