//! The chapters, in the article's order and the crawler, which needs the most
//! of what they teach, at the end: one line each. To add one, write its folder
//! and add its line.

use crate::chapter::{Chapter, Course};

pub mod beliefs;

/// Declares the chapters' modules and lists them.
macro_rules! chapters {
    ($($folder:ident,)*) => {
        $(mod $folder;)*

        /// Every chapter, in the order in which they are taught.
        pub const CHAPTERS: &[&Chapter] = &[$(&$folder::CHAPTER,)*];
    };
}

chapters! {
    cashier,
    sync_vs_async,
    coroutines,
    tasks,
    taskgroup,
    gather,
    as_completed,
    wait,
    timeout,
    shield,
    to_thread,
    parallel,
    pitfalls,
    crawler,
}

/// All of it, for the program to be run with.
pub static COURSE: Course = Course {
    chapters: CHAPTERS,
    beliefs: beliefs::BELIEFS,
    practices: beliefs::PRACTICES,
};
