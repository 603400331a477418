//! The chapters, in the article's order: one line each. To add one, write its
//! folder and add its line.

use crate::chapter::{Chapter, same_name};

pub mod beliefs;

/// Declares the chapters' modules and lists them.
macro_rules! chapters {
    ($($folder:ident,)*) => {
        $(mod $folder;)*

        /// Every chapter, in the article's order.
        pub const CHAPTERS: &[&Chapter] = &[$(&$folder::CHAPTER,)*];
    };
}

chapters! {
    cashier,
    crawler,
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
}

/// What every `demo.py` imports: each file below `demos`, and its text.
pub const STAGE: &[(&str, &str)] = &[("stage.py", include_str!("stage.py"))];

/// The chapter of that name; `-` and `_` are the same.
pub fn find(name: &str) -> Option<&'static Chapter> {
    CHAPTERS
        .iter()
        .copied()
        .find(|chapter| same_name(chapter.name, name))
}
