//! N waits at once, each on a thread of the system's own: what async replaces.

use std::io;
use std::thread;
use std::time::Duration;

fn wait(number: u64, length: Duration) -> u64 {
    thread::sleep(length);
    number
}

/// Waits so often at once, and returns the sum of what each returned.
pub fn run(count: u64, length: Duration) -> io::Result<u64> {
    let mut threads = Vec::new();
    for number in 0..count {
        let thread = thread::Builder::new();
        threads.push(thread.spawn(move || wait(number, length))?);
    }
    let mut total = 0;
    for thread in threads {
        let panicked = |_| io::Error::other("a thread panicked");
        total += thread.join().map_err(panicked)?;
    }
    Ok(total)
}
