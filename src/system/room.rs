//! Whether the system has room for a runtime. Tokio makes the pipe through
//! which it hears of signals with its first runtime, and panics if the system
//! has no file descriptors left for it (`tokio::signal::unix`); for everything
//! else it returns an error.

use std::io;

/// Fails if tokio's first runtime would panic.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn for_a_runtime() -> io::Result<()> {
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Once there is room the pipe is made, and stays.
    static WAS_THERE: AtomicBool = AtomicBool::new(false);
    if WAS_THERE.load(Ordering::Relaxed) {
        return Ok(());
    }
    // The pipe has two ends, one of which is duplicated, and the runtime needs
    // two descriptors before it.
    let _pairs = [
        UnixStream::pair()?,
        UnixStream::pair()?,
        UnixStream::pair()?,
    ];
    WAS_THERE.store(true, Ordering::Relaxed);
    Ok(())
}

/// Elsewhere it needs none.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn for_a_runtime() -> io::Result<()> {
    Ok(())
}
