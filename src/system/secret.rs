//! Names that nobody can guess, for what nobody else shall find or take
//! beforehand: drafts, temporary folders, the pages of a site.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A name of letters and digits that nobody can guess, and that is never given
/// twice.
///
/// ```
/// use asyncade::system::secret::name;
/// assert_ne!(name(), name());
/// ```
pub fn name() -> String {
    // The standard library's hashers get their key from the system.
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let [first, second] = [0, 1].map(|half| KEY.hash_one((count, half)));
    format!("{first:016x}{second:016x}")
}
