//! Ctrl-C. A scene may be blocked in a call that nothing can interrupt, so the
//! signal is awaited on a thread of its own, and whoever watches the scene
//! asks now and then.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The exit code of a program that was interrupted, by the shell's convention.
const EXIT: i32 = 130;

/// From now on Ctrl-C does not end the process at once. A second one does.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Without a thread or a runtime Ctrl-C ends the process, as it does
        // by default: there is nothing better to do.
        let _ = thread::Builder::new().name("ctrl-c".to_owned()).spawn(wait);
    });
}

/// Whether the user has pressed Ctrl-C.
pub fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

fn wait() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
    else {
        return;
    };
    runtime.block_on(async {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        INTERRUPTED.store(true, Ordering::Relaxed);
        // Asked again: whoever should have stopped does not get to.
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = console::Term::stderr().show_cursor();
            std::process::exit(EXIT);
        }
    });
}
