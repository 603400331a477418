//! `--runtime multi_thread:4`: tokio's runtimes by the names that tokio gives
//! them.

use std::num::NonZeroUsize;

use crate::chapter::same_name;
use crate::report::Usage;
use crate::stage::Runtime;
use crate::system::foreign;

/// More workers than that show nothing more, and tokio makes a thread of each.
const MOST: usize = 1024;

/// Reads what the user typed.
pub(super) fn runtime(text: &str) -> Result<Runtime, Usage> {
    let (name, workers) = match text.split_once(':') {
        Some((name, workers)) => (name, Some(workers)),
        None => (text, None),
    };
    let is = |runtime: &str| same_name(name, runtime);
    match workers {
        None if is("current_thread") => Ok(Runtime::CurrentThread),
        None if is("multi_thread") => Ok(Runtime::of_all_cores()),
        Some(workers) if is("multi_thread") => {
            let number = workers.parse().ok();
            let number = number.filter(|n: &NonZeroUsize| n.get() <= MOST);
            number.map(Runtime::MultiThread).ok_or_else(|| {
                Usage::of_count(workers, 1, MOST).of("its number of workers")
            })
        }
        Some(_) if is("current_thread") => Err(Usage::new(
            "current_thread has one thread, and takes no number",
            "leave the number out, or give multi_thread:N",
        )),
        _ => Err(Usage::new(
            format!("there is no runtime '{}'", foreign::short(name)),
            "give current_thread, multi_thread, or multi_thread:N with so many \
             workers",
        )),
    }
}
