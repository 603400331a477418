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

/// Lists the files of the Python stage, by their names below `demos`.
macro_rules! stage {
    ($($file:literal,)*) => {
        /// What every `demo.py` imports: each file below `demos`, and its text.
        pub const STAGE: &[(&str, &str)] = &[$((
            concat!("stage/", $file),
            include_str!(concat!("stage/", $file)),
        ),)*];
    };
}

stage! {
    "__init__.py",
    "calls.py",
    "causes.py",
    "clock.py",
    "command.py",
    "durations.py",
    "here.py",
    "knobs.py",
    "laned.py",
    "lanes.py",
    "loop.py",
    "ndjson.py",
    "places.py",
    "recorder.py",
    "run.py",
    "waits.py",
}

/// The chapter of that name; `-` and `_` are the same.
pub fn find(name: &str) -> Option<&'static Chapter> {
    CHAPTERS
        .iter()
        .copied()
        .find(|chapter| same_name(chapter.name, name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_file_of_the_python_stage_is_handed_to_python() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demos/stage");
        let there: BTreeSet<String> = fs::read_dir(folder)
            .expect("the folder is there")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".py"))
            .map(|name| format!("stage/{name}"))
            .collect();
        let listed = super::STAGE.iter().map(|(name, _)| (*name).to_owned());
        assert_eq!(listed.collect::<BTreeSet<_>>(), there);
    }
}
