//! Ctrl-C. A scene may be blocked in a call that nothing can interrupt, so the
//! signal is awaited on a thread of its own, and whoever watches the scene
//! asks now and then.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::task::Poll;
use std::thread;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The exit code of a program that was interrupted, by the shell's convention.
const EXIT: i32 = 130;

/// From now on Ctrl-C does not end the process at once. A second one does.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (listening, ready) = mpsc::channel();
        // Without a thread or a runtime Ctrl-C ends the process, as it does
        // by default: there is nothing better to do.
        let _ = thread::Builder::new()
            .name("ctrl-c".to_owned())
            .spawn(|| wait(listening));
        // Until it listens, or cannot: a Ctrl-C before that would get lost.
        let _ = ready.recv();
    });
}

/// Whether the user has pressed Ctrl-C.
pub fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

fn wait(listening: Sender<()>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
    else {
        return;
    };
    runtime.block_on(async {
        let mut first = pin!(tokio::signal::ctrl_c());
        // The first poll is what makes tokio listen.
        let early = poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx))).await;
        let _ = listening.send(());
        let pressed = match early {
            Poll::Ready(pressed) => pressed,
            Poll::Pending => first.await,
        };
        if pressed.is_err() {
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
