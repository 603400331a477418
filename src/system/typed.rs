//! Lines that somebody types, or has typed into a file. They come from
//! outside: none of them has to end, or to be text.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::Path;

use super::foreign;
use super::usage::Usage;

/// More of a line is not read: nobody types so much.
const LONGEST: u64 = 4096;

/// Lines, one after the other.
pub(crate) struct TypedLines {
    from: Box<dyn BufRead>,
    /// Whether somebody sits there and can be asked again.
    pub is_live: bool,
}

impl TypedLines {
    /// From standard input.
    pub fn stdin() -> TypedLines {
        TypedLines {
            from: Box::new(BufReader::new(io::stdin())),
            is_live: io::stdin().is_terminal(),
        }
    }

    /// From a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn file(path: &Path) -> Result<TypedLines, Usage> {
        let cannot = |wrong: String| {
            let what =
                format!("cannot read the answers '{}'", foreign::path(path));
            Usage::new(wrong, "give a text file with one answer a line")
                .of(&what)
        };
        if path.is_dir() {
            return Err(cannot("it is a folder".to_owned()));
        }
        let file = File::open(path).map_err(|e| cannot(e.to_string()))?;
        Ok(TypedLines {
            from: Box::new(BufReader::new(file)),
            is_live: false,
        })
    }

    /// The next line, without its end; `None` if there is none.
    pub fn next(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let read = self.from.by_ref().take(LONGEST);
        if { read }.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if !line.ends_with(b"\n") {
            self.skip_to_the_end()?;
        }
        let line = String::from_utf8_lossy(&line);
        Ok(Some(line.trim().to_owned()))
    }

    /// The rest of a line that is too long.
    fn skip_to_the_end(&mut self) -> io::Result<()> {
        loop {
            let read = self.from.fill_buf()?;
            let end = read.iter().position(|byte| *byte == b'\n');
            let (used, is_over) = match end {
                Some(end) => (end + 1, true),
                None => (read.len(), read.is_empty()),
            };
            self.from.consume(used);
            if is_over {
                return Ok(());
            }
        }
    }
}
