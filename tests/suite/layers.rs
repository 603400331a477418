//! The parts of the program know only what they may: every path in every file
//! is read, and none leads back up.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The parts, each of which knows only those before it.
const LAYERS: &[&str] = &[
    "trace", "timeline", "stage", "system", "chapter", "demos", "measure",
    "world", "scale", "report", "quiz", "picture", "terminal", "export",
    "book", "command", "cli",
];

/// Parts that are to know even less.
const STRICTER: &[(&str, &[&str])] = &[
    ("stage", &["trace"]),
    ("system", &[]),
    // The chapters are handed to the program by `main`: nobody reaches for
    // them, as the loop below makes sure.
    (
        "demos",
        &["trace", "timeline", "stage", "system", "chapter"],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The module that a file is, as `src/report/play.rs` is `report`, `play`.
fn module(file: &Path) -> Vec<String> {
    let file = file.strip_prefix(root()).unwrap();
    let file = file.strip_prefix("src").unwrap_or(file);
    let mut module: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

/// The names at the root of this crate that a file's code mentions. Comments
/// may mention what they like.
fn uses(source: &str, module: &[String]) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut depth = module.len();
    let lines = source.lines().map(str::trim_start);
    let mut code = String::new();
    for line in lines.filter(|line| !line.starts_with("//")) {
        code.push_str(line);
        code.push('\n');
    }
    let (code, tests) = match code.split_once("mod tests {") {
        Some((code, tests)) => (code, tests),
        None => (code.as_str(), ""),
    };
    for code in [code, tests] {
        let mut rest = code;
        while let Some(at) = rest.find("::") {
            let before = rest[..at].rsplit(not_in_a_name).next().unwrap();
            let is_path = rest[..at - before.len()].ends_with("::");
            rest = &rest[at + 2..];
            let ups = match before {
                _ if is_path => continue,
                "crate" => depth,
                "super" => {
                    let mut ups = 1;
                    while let Some(more) = rest.strip_prefix("super::") {
                        rest = more;
                        ups += 1;
                    }
                    ups
                }
                _ => continue,
            };
            // Only what leads to the root leads to another part.
            if ups >= depth {
                used.extend(heads(rest));
            }
        }
        // The tests of a file are a module of their own.
        depth += 1;
    }
    used
}

fn not_in_a_name(c: char) -> bool {
    !c.is_alphanumeric() && c != '_'
}

/// The first name of each path that follows: `a::b`, or `{a::b, c}`.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        let text = text.trim();
        let end = text.find(not_in_a_name).unwrap_or(text.len());
        text[..end.max(usize::from(text.starts_with('*')))].to_owned()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let mut heads = Vec::new();
    let mut open = 0;
    let mut head = String::new();
    for c in group.chars() {
        match c {
            '{' => open += 1,
            '}' if open == 0 => break,
            '}' => open -= 1,
            ',' if open == 0 => heads.push(std::mem::take(&mut head)),
            _ => head.push(c),
        }
    }
    heads.push(head);
    let heads = heads.iter().map(|head| name(head));
    heads.filter(|head| !head.is_empty()).collect()
}

#[test]
fn every_way_to_write_a_path_is_read() {
    let inner = ["report".to_owned(), "play".to_owned()];
    let outer = ["report".to_owned()];
    for (module, source, expected) in [
        (&inner[..], "use crate::trace::Event;", "trace"),
        (
            &inner[..],
            "use crate::{trace::{A, b::C}, world};",
            "trace world",
        ),
        (&inner[..], "fn f(x: &crate::command::Ending) {}", "command"),
        (&inner[..], "use crate::*;", "*"),
        (&inner[..], "$crate::stage::say_line(x)", "stage"),
        (&inner[..], "use super::Plan;", ""),
        (&inner[..], "use super::super::command;", "command"),
        (
            &inner[..],
            "use super::super::{cli::main, trace};",
            "cli trace",
        ),
        (&outer[..], "use super::command::play;", "command"),
        (&outer[..], "mod tests {\n use super::*;\n}", ""),
        (&outer[..], "mod tests {\n use super::super::cli;\n}", "cli"),
        (&inner[..], "/// See [`crate::cli`].\nfn f() {}", ""),
        (&inner[..], "use my::crate_::x; use other::super_::y;", ""),
    ] {
        let used: Vec<String> = uses(source, module).into_iter().collect();
        assert_eq!(used.join(" "), expected, "{source}");
    }
}

#[test]
fn each_part_knows_only_those_before_it() {
    let mut seen = BTreeSet::new();
    let all = [root().join("src"), root().join("demos")];
    for file in all.iter().flat_map(|folder| files(folder)) {
        let module = module(&file);
        let part = module[0].as_str();
        let shown = file.display();
        let source = fs::read_to_string(&file).unwrap();
        if ["lib", "main"].contains(&part) {
            let used = uses(&source, &[]);
            assert!(used.is_empty(), "{shown} uses {used:?}");
            continue;
        }
        let place = LAYERS.iter().position(|layer| *layer == part);
        let place = place.unwrap_or_else(|| {
            panic!("{shown} belongs to no part that this test knows")
        });
        seen.insert(LAYERS[place]);
        let strict = STRICTER.iter().find(|(layer, _)| *layer == part);
        let allowed = strict.map_or(&LAYERS[..place], |(_, allowed)| allowed);
        for used in uses(&source, &module) {
            // Macros are at the root of the crate, wherever they are written.
            let used = if used == "say" { "stage" } else { &used };
            let is_below = allowed.contains(&used) && used != "demos";
            assert!(is_below || used == part, "{shown} must not know {used}");
        }
    }
    assert_eq!(seen.len(), LAYERS.len(), "a part has no file: {seen:?}");
}

#[test]
fn a_demo_knows_the_stage_only() {
    let mut count = 0;
    for file in files(&root().join("demos")) {
        if file.file_name().is_some_and(|name| name == "demo.rs") {
            let source = fs::read_to_string(&file).unwrap();
            let used = uses(&source, &module(&file));
            let used: Vec<String> = used.into_iter().collect();
            assert_eq!(used, ["stage"], "{}", file.display());
            count += 1;
        }
    }
    assert_eq!(count, asyncade::demos::CHAPTERS.len());
}

#[test]
fn main_hands_the_chapters_to_the_program() {
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(main.contains("demos::COURSE"));
    // Nobody else may know them: the test above forbids the path, this one
    // the detour by the name of the crate.
    for file in files(&root().join("src")) {
        let source = fs::read_to_string(&file).unwrap();
        let is_main = file.ends_with("src/main.rs");
        let code = source.lines().map(str::trim_start);
        let mut code = code.filter(|line| !line.starts_with("//"));
        let reaches = code.any(|line| line.contains("asyncade::"));
        assert!(is_main || !reaches, "{}", file.display());
    }
}
