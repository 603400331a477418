//! Ctrl-C, and the other ways in which a system asks a program to end. A scene
//! may be blocked in a call that nothing can interrupt, so signals are awaited
//! on a thread of their own, and whoever does something long asks now and
//! then. Asked a second time, the program ends at once.

use std::sync::Once;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use crate::system::{pause, room, stop};

/// From now on Ctrl-C does not end the process at once. A second one does, and
/// takes with it whatever must not be left behind.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (listening, ready) = mpsc::channel();
        // Without a thread or a runtime a signal ends the process, as it does
        // by default: there is nothing better to do.
        let _ = thread::Builder::new()
            .name("signals".to_owned())
            .spawn(|| wait(listening));
        // Until it listens, or cannot: a signal before that would get lost.
        let _ = ready.recv();
    });
}

/// Whether the user wants the program to stop.
pub fn requested() -> bool {
    stop::asked().is_some()
}

/// From now on the program ends as soon as the user wants it to stop: nothing
/// long goes on that would look whether he does.
pub fn end_when_requested() {
    /// Sooner than anybody would press the keys again.
    const LOOK: Duration = Duration::from_millis(25);

    // Without a thread he has to ask twice.
    let _ = thread::Builder::new().name("stop".to_owned()).spawn(|| {
        loop {
            if let Some(code) = stop::asked() {
                end(code);
            }
            thread::sleep(LOOK);
        }
    });
}

fn wait(listening: Sender<()>) {
    let runtime = room::for_a_runtime().and_then(|()| {
        tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
    });
    if let Ok(runtime) = runtime {
        runtime.block_on(signals(listening));
    }
}

/// Ends the program at once.
fn end(code: u8) -> ! {
    let terminal = console::Term::stderr();
    if terminal.is_term() {
        let _ = terminal.show_cursor();
    }
    stop::now(code)
}

#[cfg(unix)]
async fn signals(listening: Sender<()>) {
    use std::future::poll_fn;
    use std::task::Poll;
    use std::time::Instant;

    use rustix::process::Signal;
    use tokio::signal::unix::{SignalKind, signal};

    /// What asks twice within so little time is one request: `timeout`, for
    /// one, tells a program and then the program's group.
    const ONCE: Duration = Duration::from_millis(20);

    let listen = |number| signal(SignalKind::from_raw(number)).ok();
    let all = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT];
    let all = all.into_iter().map(Signal::as_raw);
    // Whoever started us may have wanted us not to listen: nohup, or a shell
    // that runs us in the background.
    let all = all.filter(|number| !is_ignored(*number));
    let mut all: Vec<_> = all
        .filter_map(|number| Some((number, listen(number)?)))
        .collect();
    // By default a file that grows beyond its limit ends the program. To
    // whoever listens, writing fails, as on a disk that is full.
    let _too_large = listen(Signal::XFSZ.as_raw());
    let ctrl_z = Signal::TSTP.as_raw();
    let mut pauses = listen(ctrl_z).filter(|_| !is_ignored(ctrl_z));
    let _ = listening.send(());
    let mut first = None;
    loop {
        let number = poll_fn(|cx| {
            while let Some(pause) = &mut pauses
                && pause.poll_recv(cx).is_ready()
            {
                pause::ask();
            }
            for (number, signal) in &mut all {
                if signal.poll_recv(cx).is_ready() {
                    return Poll::Ready(*number);
                }
            }
            Poll::Pending
        });
        let number = number.await;
        let code = u8::try_from(128 + number).unwrap_or(u8::MAX);
        match first {
            None => {
                first = Some(Instant::now());
                stop::ask(code);
            }
            Some(first) if first.elapsed() < ONCE => {}
            Some(_) => end(code),
        }
    }
}

/// Whether a signal was set to be ignored before the program started. Only
/// Linux tells.
#[cfg(unix)]
fn is_ignored(number: i32) -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return false;
    };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (number - 1) & 1 == 1)
}

#[cfg(not(unix))]
async fn signals(listening: Sender<()>) {
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::Poll;

    /// What the system says of a program that Ctrl-C ended.
    const CODE: u8 = 130;

    let mut first = pin!(tokio::signal::ctrl_c());
    // The first poll is what makes tokio listen.
    let early = poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx))).await;
    let _ = listening.send(());
    let pressed = match early {
        Poll::Ready(pressed) => pressed,
        Poll::Pending => first.await,
    };
    if pressed.is_ok() {
        stop::ask(CODE);
        // Asked again: whoever should have stopped does not get to.
        if tokio::signal::ctrl_c().await.is_ok() {
            end(CODE);
        }
    }
}
