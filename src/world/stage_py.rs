//! The Python stage, which every `demo.py` imports: the files of the package, so
//! that they can be written where Python finds them.

/// Lists the files of the package, by their names below `demos`.
macro_rules! stage {
    ($($file:literal,)*) => {
        /// What every `demo.py` imports: each file below `demos`, and its text.
        pub const STAGE: &[(&str, &str)] = &[$((
            concat!("stage/", $file),
            include_str!(concat!("../../demos/stage/", $file)),
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
    "pools.py",
    "recorder.py",
    "run.py",
    "stay.py",
    "waits.py",
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
