//! The folder that a book is written to. A book is whole if its manifest is
//! there: that is written last, and is the first to go when a book is replaced.
//! What is being written is in a draft of the manifest meanwhile, so that also
//! what was left of half a book is known to be of one. Whatever neither of them
//! names is somebody else's, and stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::book::{CONTENTS, Page};
use crate::report::Usage;
use crate::system::foreign;
use crate::system::output::Output;
use crate::system::stop::{self, Held, Leftover};

const MANIFEST: &str = "asyncade-book.json";
const DRAFT: &str = "asyncade-book.draft.json";

/// A manifest is no longer than that.
const LONGEST: u64 = 1 << 20;

/// What a book consists of.
#[derive(Serialize, Deserialize)]
struct Manifest {
    /// The version of this.
    asyncade_book: u32,
    /// The version of the program that wrote it.
    program: String,
    /// The files, and how long each is; in a draft some are not there yet.
    files: BTreeMap<String, usize>,
}

/// A folder that a book can be written to.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// As it is shown.
    name: String,
    /// The files that are of a book, or of a part of one.
    own: BTreeSet<String>,
    /// If it was made for the book, it goes if that does not come about.
    made: Option<Held>,
}

impl Folder {
    /// Looks whether a book can be written to a folder, which is made if it is
    /// not there. `pages` are the files of the book to come.
    ///
    /// # Errors
    /// What is in the way, and what to do instead.
    pub fn for_a_book(
        path: &Path,
        pages: &[String],
        force: bool,
    ) -> Result<Folder, Usage> {
        let name = foreign::path(path);
        let cannot = |usage: Usage| {
            usage.of(&format!("cannot write a book to '{name}'"))
        };
        let mut folder = Folder {
            path: path.to_owned(),
            name: name.clone(),
            own: BTreeSet::new(),
            made: None,
        };
        match fs::metadata(path) {
            Ok(found) if !found.is_dir() => {
                return Err(cannot(Usage::new(
                    "it is a file",
                    "give a folder",
                )));
            }
            Ok(_) => folder.look(pages, force).map_err(cannot)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                folder.made = Some(make(path).map_err(cannot)?);
            }
            Err(error) => return Err(cannot(cannot_write(&error))),
        }
        // A draft that comes to nothing: it tells whether one may write here.
        Output::new(&folder.path.join(DRAFT)).map_err(|usage| {
            cannot(Usage {
                instead: vec![WRITABLE.to_owned()],
                ..usage
            })
        })?;
        Ok(folder)
    }

    /// Looks at what is in it.
    fn look(&mut self, pages: &[String], force: bool) -> Result<(), Usage> {
        let mut entries =
            fs::read_dir(&self.path).map_err(|error| cannot_write(&error))?;
        if entries.next().is_none() {
            return Ok(());
        }
        for manifest in [MANIFEST, DRAFT] {
            let files = self.read(manifest);
            self.own.extend(files.into_iter().flatten());
        }
        if !force {
            return Err(match self.own.is_empty() {
                false => Usage::new(
                    "there is a book in it",
                    "add '--force' to replace it",
                ),
                true => Usage::new("it is not empty", "give an empty folder")
                    .or("add '--force' to leave what is in it beside the book"),
            });
        }
        let pages = pages.iter().map(String::as_str);
        for file in pages.chain([MANIFEST, DRAFT]) {
            let Ok(found) = fs::symlink_metadata(self.path.join(file)) else {
                continue;
            };
            if !found.is_file() || !self.own.contains(file) {
                return Err(Usage::new(
                    format!("'{file}' is there, and of no book"),
                    "move it away, or give another folder",
                ));
            }
        }
        Ok(())
    }

    /// The files that a manifest names, with itself. `None` if it is none.
    fn read(&self, manifest: &str) -> Option<BTreeSet<String>> {
        let path = self.path.join(manifest);
        let is_manifest =
            |found: &Metadata| found.is_file() && found.len() <= LONGEST;
        fs::symlink_metadata(&path).ok().filter(is_manifest)?;
        let text = fs::read(&path).ok()?;
        let found: Manifest = serde_json::from_slice(&text).ok()?;
        // Whoever wrote it, nothing outside of the folder is meant by it.
        let files = found.files.into_keys().filter(|file| is_name(file));
        Some(files.chain([manifest.to_owned()]).collect())
    }

    /// Writes a book, in place of the one that was there.
    ///
    /// # Errors
    /// What the file system says: a full disk, for one. What is there then has
    /// no manifest, and is no book.
    pub fn write(self, pages: &[Page]) -> Result<()> {
        let name = self.name.clone();
        self.replace(pages).with_context(|| {
            format!(
                "cannot write a book to '{name}'; what is there is not whole"
            )
        })
    }

    fn replace(self, pages: &[Page]) -> io::Result<()> {
        let lengths = pages.iter().map(|page| {
            let length = page.bytes.len();
            (page.path.clone(), length)
        });
        let lengths: BTreeMap<String, usize> = lengths.collect();
        let mut draft = lengths.clone();
        draft.extend(self.own.iter().map(|file| (file.clone(), 0)));
        draft.remove(MANIFEST);
        draft.remove(DRAFT);
        self.put(DRAFT, &manifest(draft)?)?;
        // From here on it is no book. Nobody begins to read one, either.
        self.remove(MANIFEST)?;
        self.remove(CONTENTS)?;
        for page in pages {
            self.put(&page.path, &page.bytes)?;
        }
        let old = self.own.iter().filter(|file| *file != DRAFT);
        for file in old.filter(|file| !lengths.contains_key(*file)) {
            self.remove(file)?;
        }
        self.put(MANIFEST, &manifest(lengths)?)?;
        self.remove(DRAFT)?;
        match self.made {
            Some(held) => held.keep(|| Ok(())),
            None => Ok(()),
        }
    }

    /// Writes a file: whole, or not at all.
    fn put(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        stop::check().map_err(io::Error::other)?;
        let output = Output::new(&self.path.join(file));
        output
            .map_err(io::Error::other)?
            .write(|out| out.write_all(bytes))
    }

    /// Removes a file of an old book, if it is one.
    fn remove(&self, file: &str) -> io::Result<()> {
        let path = self.path.join(file);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => fs::remove_file(path),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

const WRITABLE: &str = "choose a folder that you can write to";

fn make(path: &Path) -> Result<Held, Usage> {
    let made = stop::hold(|| {
        fs::create_dir(path)?;
        Ok(((), Leftover::Folder(path.to_owned())))
    });
    match made {
        Ok(((), held)) => Ok(held),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(
            Usage::new("there is no folder to make it in", "create it first"),
        ),
        Err(error) => Err(cannot_write(&error)),
    }
}

fn cannot_write(error: &io::Error) -> Usage {
    Usage::new(error.to_string(), WRITABLE)
}

fn manifest(files: BTreeMap<String, usize>) -> io::Result<Vec<u8>> {
    let manifest = Manifest {
        asyncade_book: 1,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        files,
    };
    let mut text = serde_json::to_vec_pretty(&manifest)?;
    text.push(b'\n');
    Ok(text)
}

/// Whether it can be the name of a page: no folder, and nothing hidden.
fn is_name(file: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    file.ends_with(".html")
        && !file.starts_with('.')
        && file.chars().all(is_plain)
}
