//! The user's browser.

use std::io;
use std::process::{Command, Stdio};
use std::thread;

/// Has the system open an address as its user likes it, and waits for nothing.
///
/// # Errors
/// If there is no program for that.
pub(super) fn open(address: &str) -> io::Result<()> {
    let mut command = opener();
    command.arg(address);
    // What it has to say is not for this terminal.
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Where it is the browser itself, Ctrl-C here is not meant for it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command.spawn().map_err(|error| {
        io::Error::new(error.kind(), format!("'{program}': {error}"))
    });
    let mut child = child?;
    // Somebody has to, or it would stay in the system's table.
    let wait = move || child.wait();
    thread::Builder::new()
        .name("browser".to_owned())
        .spawn(wait)
        .map(|_| ())
}

#[cfg(target_os = "macos")]
fn opener() -> Command {
    Command::new("open")
}

#[cfg(windows)]
fn opener() -> Command {
    let mut command = Command::new("rundll32");
    command.arg("url.dll,FileProtocolHandler");
    command
}

/// <https://www.freedesktop.org/wiki/Software/xdg-utils/>
#[cfg(not(any(target_os = "macos", windows)))]
fn opener() -> Command {
    Command::new("xdg-open")
}
