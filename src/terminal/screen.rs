//! Where a command writes to: standard output, what kind of sheet that is, and
//! whether there is a terminal on which a picture can grow.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::ColorChoice;
use console::Term;

use super::page::Page;

/// Standard output and what is known of it.
pub struct Screen {
    /// The sheet that views are laid out for.
    pub page: Page,
    /// Whether both streams are terminals, and the cursor can be moved: then a
    /// picture can be drawn on one below what is written to the other.
    pub live: bool,
    /// Whether standard output is a terminal, which may change its size.
    is_terminal: bool,
    out: Box<dyn Write>,
}

impl Screen {
    /// A screen without a terminal, for whoever wants the text.
    pub fn new(page: Page, out: impl Write + 'static) -> Screen {
        Screen {
            page,
            live: false,
            is_terminal: false,
            out: Box::new(out),
        }
    }

    /// Looks at the streams and the environment.
    pub fn detect() -> Screen {
        let size = Term::stdout().size_checked();
        let columns = size.map_or(80, |(_, columns)| usize::from(columns));
        let stderr = Term::stderr();
        let roomy = stderr
            .size_checked()
            .is_some_and(|(_, columns)| columns >= 40);
        let mut page = Page::new(columns, is_utf8());
        if let Some((rows, _)) = size {
            page = page.with_height(usize::from(rows));
        }
        page.folds = io::stdout().is_terminal();
        page.plain =
            env::var_os("ACCESSIBLE").is_some_and(|set| !set.is_empty());
        Screen {
            page,
            live: io::stderr().is_terminal()
                && io::stdout().is_terminal()
                && !is_dumb()
                && roomy,
            is_terminal: io::stdout().is_terminal(),
            out: Box::new(BufWriter::new(anstream::stdout())),
        }
    }

    /// Looks at the size of the terminal again: somebody may have changed it.
    pub fn measure(&mut self) {
        if self.is_terminal {
            self.page = measured(self.page);
        }
    }
}

/// A page for the terminal as it is now, if standard output is one.
pub(super) fn measured(page: Page) -> Page {
    let size = Term::stdout().size_checked();
    match size.filter(|_| io::stdout().is_terminal()) {
        Some((rows, columns)) => page
            .with_columns(usize::from(columns))
            .with_height(usize::from(rows)),
        None => page,
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Sets for both streams whether they are coloured. `Auto` asks each stream
/// and its environment: `NO_COLOR`, `CLICOLOR`, `TERM=dumb`, is it a terminal?
pub fn colours(choice: ColorChoice) {
    let choice = match choice {
        // Also where a build server, which `anstream` takes for a terminal
        // with colours, says that it has none.
        ColorChoice::Auto if is_dumb() => ColorChoice::Never,
        choice => choice,
    };
    choice.write_global();
    // The bars ask `console`, which knows nothing of this choice.
    match choice {
        ColorChoice::Always => console::set_colors_enabled_stderr(true),
        ColorChoice::Never => console::set_colors_enabled_stderr(false),
        _ => {}
    }
    // `colored` looks at stdout only, so it always colours, and `anstream`
    // strips what a stream does not want.
    colored::control::set_override(true);
}

/// Whether the terminal can do nothing but print.
fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether the locale shows Unicode: by POSIX the first of these that is set.
/// Windows has no such variables, and its terminals show Unicode.
fn is_utf8() -> bool {
    if cfg!(windows) {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
