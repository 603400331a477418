//! Serves the book to the browser of whoever started it: the pages of `book`,
//! and on each the knobs of its chapter, to be moved.

mod asked;
mod browser;
mod http;
mod recent;
mod shelf;

use std::io::{self, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Error, Result};

use super::Ending;
use crate::chapter::{Chapter, Course, Knobs};
use crate::report::Usage;
use crate::system::foreign;
use crate::system::stop;
use crate::terminal::Screen;
use crate::world::interrupt;
use shelf::Shelf;

/// Reads a chapter's knobs from names and values, as the command line does.
pub(crate) type Setting = Box<
    dyn Fn(&'static Chapter, &[(String, String)]) -> Result<Knobs, Usage>
        + Send
        + Sync,
>;

/// How soon Ctrl-C is seen.
const LOOK: Duration = Duration::from_millis(25);

/// Serves a course at a loopback port, until somebody ends it; 0 is any port
/// that is free. `opens` has a browser open it.
///
/// # Errors
/// A [`Usage`] error if the port cannot be had; if the system has no room for a
/// server, or if nobody reads the output any more.
pub fn serve(
    course: &Course,
    port: u16,
    opens: bool,
    setting: Setting,
    screen: &mut Screen,
) -> Result<Ending> {
    interrupt::listen();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| no_port(port, error))?;
    let address = format!("http://{}/", listener.local_addr()?);
    let page = screen.page;
    let said = "The book is there for as long as this runs; Ctrl-C ends it. \
                Open in a browser of this machine:";
    page.prose(screen, 0, said)?;
    page.command(screen, 2, &address)?;
    screen.flush()?;
    if opens && let Err(error) = browser::open(&address) {
        let error = foreign::clean(&error.to_string()).into_owned();
        let note = format!("note: no browser could be opened: {error}");
        // Nothing is left to do if stderr is closed.
        let _ = page.prose(&mut anstream::stderr(), 0, &note);
    }
    let shelf = Arc::new(Shelf::new(*course, setting));
    // So that the first one who asks does not wait for it.
    let early = Arc::clone(&shelf);
    let _ = thread::Builder::new()
        .name("contents".to_owned())
        .spawn(move || early.prepare());
    http::serve(listener, shelf, ended())
        .context("the server could not be started")?;
    // What still computes is not waited for, and leaves nothing behind.
    match stop::asked() {
        Some(code) => stop::now(code),
        None => Ok(Ending::Interrupted),
    }
}

/// Comes to its end when somebody wants the program to.
async fn ended() {
    while stop::asked().is_none() {
        tokio::time::sleep(LOOK).await;
    }
}

fn no_port(port: u16, error: io::Error) -> Error {
    let (wrong, instead) = match error.kind() {
        ErrorKind::AddrInUse => (
            format!("port {port} is taken"),
            "give another one, or leave '--port' out to have one that is free",
        ),
        ErrorKind::PermissionDenied => (
            format!("port {port} is not for everybody"),
            "give one from 1024 on, or leave '--port' out",
        ),
        _ => return Error::new(error).context("no port can be had"),
    };
    Usage::new(wrong, instead).into()
}
