//! The chapters, in the article's order and the crawler, which needs the most
//! of what they teach, at the end: one line each. To add one, write its folder
//! and add its line.

use crate::chapter::{Chapter, same_name};

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
    pitfalls,
    crawler,
}

/// What every `demo.py` imports.
pub const STAGE_PY: &str = include_str!("stage.py");

/// The chapter of that name; `-` and `_` are the same.
pub fn find(name: &str) -> Option<&'static Chapter> {
    CHAPTERS
        .iter()
        .copied()
        .find(|chapter| same_name(chapter.name, name))
}
