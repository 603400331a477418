//! A temporary folder of this run's own, which goes when it does: nobody else
//! can look into it, and nobody can have taken its name beforehand.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::stop::{self, Held, Leftover};
use super::{foreign, secret};

/// The folder.
#[derive(Debug)]
pub struct Folder {
    place: PathBuf,
    _held: Held,
}

impl Folder {
    /// Makes it.
    ///
    /// # Errors
    /// What the system says.
    pub fn new() -> io::Result<Folder> {
        let (place, held) = stop::hold(|| {
            let place = make()?;
            Ok((place.clone(), Leftover::Folder(place)))
        })?;
        Ok(Folder { place, _held: held })
    }

    /// Where a file in it is, or would be.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.place.join(name)
    }

    /// Writes a file, and returns where it is.
    ///
    /// # Errors
    /// What the system says, and of which file.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path(name);
        let folder = path.parent().unwrap_or(&self.place);
        fs::create_dir_all(folder)
            .and_then(|()| File::create(&path)?.write_all(text.as_bytes()))
            .with_context(|| format!("'{}'", foreign::path(&path)))?;
        Ok(path)
    }
}

fn make() -> io::Result<PathBuf> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let name = format!("asyncade-{}", secret::name());
    let place = std::env::temp_dir().join(name);
    // Fails if it is there already: then it is not ours.
    builder.create(&place)?;
    Ok(place)
}
