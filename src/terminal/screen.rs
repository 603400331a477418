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
        let stderr = Term::stderr();
        let roomy = stderr
            .size_checked()
            .is_some_and(|(_, columns)| columns >= 40);
        let mut page = Page::new(columns(), is_utf8());
        page.plain = env::var_os("ACCESSIBLE")
            .is_some_and(|set| !set.is_empty() && set != "0");
        let is_terminal = io::stdout().is_terminal();
        if let Some((rows, _)) = Term::stdout().size_checked() {
            page = page.with_height(usize::from(rows));
        }
        page.folds = is_terminal || columns_wanted().is_some();
        let both = is_terminal && io::stderr().is_terminal();
        Screen {
            page,
            // Beside what is read in a pager it would be drawn all over it.
            live: both && !is_dumb() && roomy,
            is_terminal,
            out: Box::new(BufWriter::new(anstream::stdout())),
        }
    }

    /// Whether the terminal can do nothing but print.
    pub(super) fn is_dumb(&self) -> bool {
        is_dumb()
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
            .with_columns(columns_wanted().unwrap_or(columns.into()))
            .with_height(usize::from(rows)),
        None => page,
    }
}

/// How many columns the user wants, whatever the terminal has: the variable
/// `COLUMNS`, if it is a positive number.
pub(super) fn columns_wanted() -> Option<usize> {
    let columns = env::var("COLUMNS").ok()?;
    columns.parse().ok().filter(|columns| *columns > 0)
}

/// How many columns standard output has.
fn columns() -> usize {
    let size = Term::stdout().size_checked();
    let of_terminal = size.map(|(_, columns)| usize::from(columns));
    columns_wanted().or(of_terminal).unwrap_or(80)
}

/// The sheet for a help, which clap writes: it has no use for more columns.
pub(crate) fn help_page() -> Page {
    Page::new(columns().min(100), true)
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
    always_colours();
}

/// Whatever is written is coloured: `colored` would look at stdout only.
/// `anstream` strips what a stream does not want.
pub(crate) fn always_colours() {
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
