//! A file that is written whole or not at all. What can be known to be wrong
//! with it is known before the run that it is the result of. A draft is
//! written beside it, and takes its place once it is whole: until then
//! whatever was there before is still there. Where a file is more than its
//! name (a pipe, a device, a file with several names), it stays what it is and
//! is written in place.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::foreign;
use super::secret;
use super::stop::{self, Held, Leftover};
use super::usage::Usage;

/// After so many symbolic links a path is taken for a loop, as by Linux.
const MOST_LINKS: usize = 40;

/// A file to be written.
#[derive(Debug)]
pub struct Output {
    place: Place,
    way: Way,
    replaces: bool,
}

/// Where a file is, whatever it is called.
#[derive(Debug)]
struct Place {
    /// Without symbolic links, as far as there are files.
    path: PathBuf,
    /// What the file system calls it, if it is there already.
    id: Option<Id>,
}

/// The device and the number on it.
type Id = (u64, u64);

/// How it is written.
#[derive(Debug)]
enum Way {
    /// A draft takes its place.
    Draft {
        path: PathBuf,
        file: File,
        /// What the file may be done with at the end, and by whom.
        permissions: Permissions,
        held: Held,
    },
    /// Through the name that it has.
    InPlace,
}

impl Output {
    /// Looks at a file that is to be written, and makes its draft.
    ///
    /// # Errors
    /// Why it cannot be written, and what to do instead.
    pub fn new(path: &Path) -> Result<Output, Usage> {
        if is_folder_by_name(path) {
            return Err(Usage::new(
                "a file's name does not end in a slash",
                "give a file in that folder",
            ));
        }
        match fs::metadata(path) {
            Ok(found) => Output::onto(path, &found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Output::fresh(&follow(path)?)
            }
            Err(error) => Err(cannot_write(&error)),
        }
    }

    /// A file that is not there yet.
    fn fresh(path: &Path) -> Result<Output, Usage> {
        let folder = folder(path);
        if !folder.is_dir() {
            return Err(Usage::new(
                format!("there is no folder '{}'", foreign::path(folder)),
                "create it first",
            ));
        }
        let name = path.file_name().unwrap_or_default();
        let folder =
            fs::canonicalize(folder).map_err(|error| cannot_write(&error))?;
        let path = folder.join(name);
        let way = draft(&path, None).map_err(|error| cannot_write(&error))?;
        let place = Place { path, id: None };
        let replaces = false;
        Ok(Output {
            place,
            way,
            replaces,
        })
    }

    /// A file that is there.
    fn onto(path: &Path, found: &Metadata) -> Result<Output, Usage> {
        if found.is_dir() {
            return Err(Usage::new("it is a folder", "give a file"));
        }
        let id = id(found);
        if !found.is_file() {
            // A pipe, a terminal, a device. A pipe's name may lead nowhere, as
            // that of standard output does.
            let path = path.to_owned();
            let place = Place { path, id };
            let way = Way::InPlace;
            let replaces = false;
            return Ok(Output {
                place,
                way,
                replaces,
            });
        }
        if found.permissions().readonly() {
            return Err(Usage::new(
                "it is there already, and read-only",
                "choose another name, or make it writable",
            ));
        }
        if let Some(stream) = our_stream(id) {
            return Err(Usage::new(
                format!("this program's {stream} goes to the same file"),
                "choose another name",
            ));
        }
        // Nothing is written yet: it only tells whether one may.
        OpenOptions::new()
            .write(true)
            .open(path)
            .map_err(|error| cannot_write(&error))?;
        let path =
            fs::canonicalize(path).map_err(|error| cannot_write(&error))?;
        let way = if has_other_names(found) {
            Way::InPlace
        } else {
            // In a folder that takes no new files the file itself can still
            // be written.
            draft(&path, Some(found)).unwrap_or(Way::InPlace)
        };
        let place = Place { path, id };
        let replaces = true;
        Ok(Output {
            place,
            way,
            replaces,
        })
    }

    /// Whether two are the same file, by whatever names.
    pub fn is_same(&self, other: &Output) -> bool {
        let same_id =
            self.place.id.is_some() && self.place.id == other.place.id;
        same_id || self.place.path == other.place.path
    }

    /// Whether there is a file already, whose content goes.
    pub fn replaces(&self) -> bool {
        self.replaces
    }

    /// Writes the file.
    ///
    /// # Errors
    /// What the file system says: a full disk, for one. What was there before
    /// is then still there, unless it had to be written in place.
    pub fn write(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self.way {
            Way::InPlace => {
                let file = open_in_place(&self.place.path)?;
                write_all(&file, write)
            }
            Way::Draft {
                path,
                file,
                permissions,
                held,
            } => {
                write_all(&file, write)?;
                file.set_permissions(permissions)?;
                drop(file);
                held.keep(|| fs::rename(path, self.place.path))
            }
        }
    }
}

fn write_all(
    file: &File,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    let written = write(&mut out).and_then(|()| out.flush());
    // What did not fit before does not fit now: nothing is tried again.
    let _ = out.into_parts();
    written
}

/// Makes a draft beside a file. It is nobody else's to read until it takes the
/// file's place, and then whose the file was.
fn draft(target: &Path, before: Option<&Metadata>) -> io::Result<Way> {
    let name = format!(".{}.draft", secret::name());
    let path = folder(target).join(name);
    let (file, held) = stop::hold(|| {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        Ok((file, Leftover::File(path.clone())))
    })?;
    // As a new file of this user is.
    let new = file.metadata()?;
    let permissions = match before {
        Some(before) if !has_same_owner(&new, before) => {
            return Ok(Way::InPlace);
        }
        Some(before) => before.permissions(),
        None => new.permissions(),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(Way::Draft {
        path,
        file,
        permissions,
        held,
    })
}

/// Opens a file to be written through the name that it has.
fn open_in_place(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
        if fs::metadata(path)?.file_type().is_fifo() {
            return open_pipe(
                options.custom_flags(
                    rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
                ),
                path,
            );
        }
    }
    options.open(path)
}

/// Opens a named pipe once somebody reads it. To open one blocks until then,
/// and nothing could end that but the end of the program.
#[cfg(unix)]
fn open_pipe(options: &OpenOptions, path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use rustix::io::Errno;

    loop {
        match options.open(path) {
            Ok(pipe) => {
                // From here on whoever writes too fast waits.
                let flags = rustix::fs::fcntl_getfl(&pipe)?;
                rustix::fs::fcntl_setfl(&pipe, flags - OFlags::NONBLOCK)?;
                return Ok(pipe);
            }
            Err(error)
                if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) =>
            {
                if stop::asked().is_some() {
                    return Err(io::Error::other("nobody reads this pipe"));
                }
                thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Whether a path says by its spelling that it is a folder: `traces/`,
/// `traces/.`. To Rust the last part of both is `traces`.
fn is_folder_by_name(path: &Path) -> bool {
    let text = path.as_os_str().to_string_lossy();
    let last = text.rsplit(std::path::is_separator).next();
    matches!(last, Some("" | "." | ".."))
}

/// Where a path leads whose last part is a symbolic link to nothing.
fn follow(path: &Path) -> Result<PathBuf, Usage> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(to) => path = folder(&path).join(to),
            // It is no link.
            Err(_) => return Ok(path),
        }
    }
    Err(Usage::new(
        "its symbolic links lead round in a circle",
        "choose another name",
    ))
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder.as_os_str() != OsStr::new("") => folder,
        _ => Path::new("."),
    }
}

fn cannot_write(error: &io::Error) -> Usage {
    Usage::new(error.to_string(), "choose a file that you can write to")
}

/// Whether a file has other names, which would go on leading to what was there
/// before.
#[cfg(unix)]
fn has_other_names(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

/// Whether a draft belongs to whom the file belongs.
#[cfg(unix)]
fn has_same_owner(draft: &Metadata, file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    draft.uid() == file.uid() && draft.gid() == file.gid()
}

#[cfg(not(unix))]
fn has_same_owner(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn id(found: &Metadata) -> Option<Id> {
    use std::os::unix::fs::MetadataExt;

    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> Option<Id> {
    None
}

/// Which of this program's own streams goes to that file.
#[cfg(unix)]
fn our_stream(file: Option<Id>) -> Option<&'static str> {
    use std::os::fd::{AsFd, BorrowedFd};

    let leads_there = |stream: BorrowedFd| -> io::Result<bool> {
        let stream = File::from(stream.try_clone_to_owned()?);
        Ok(id(&stream.metadata()?) == file)
    };
    // A stream that cannot be asked leads nowhere.
    if leads_there(io::stdout().as_fd()).unwrap_or(false) {
        Some("standard output")
    } else if leads_there(io::stderr().as_fd()).unwrap_or(false) {
        Some("standard error")
    } else {
        None
    }
}

#[cfg(not(unix))]
fn our_stream(_: Option<Id>) -> Option<&'static str> {
    None
}
