//! The chapters are data, and so is what must be true of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use asyncade::chapter::{Kind, Knobs, Plays};
use asyncade::demos::{self, CHAPTERS};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn names_are_unique_whichever_way_they_are_spelled() {
    let mut names = BTreeSet::new();
    for chapter in CHAPTERS {
        assert!(
            names.insert(chapter.name.replace('_', "-")),
            "{}",
            chapter.name
        );
        let mut inside = BTreeSet::new();
        for scene in chapter.scenes {
            assert!(
                inside.insert(scene.name.replace('_', "-")),
                "{}",
                scene.name
            );
        }
        let mut claims = BTreeSet::new();
        for claim in chapter.claims {
            assert!(claims.insert(claim.id), "{}", claim.id);
        }
        let mut knobs = BTreeSet::new();
        for knob in chapter.knobs {
            assert!(knobs.insert(knob.name), "{}", knob.name);
        }
    }
}

#[test]
fn a_chapter_is_found_by_either_spelling() {
    for name in [
        "as_completed",
        "as-completed",
        "sync_vs_async",
        "sync-vs-async",
    ] {
        assert!(demos::COURSE.find(name).is_some(), "{name}");
    }
    assert!(demos::COURSE.find("nonsense").is_none());
}

#[test]
fn every_lesson_is_complete() {
    for chapter in CHAPTERS {
        let lesson = chapter.lesson(&Knobs::new(chapter.knobs));
        for part in [&lesson.question, &lesson.takeaway, &lesson.translation] {
            assert!(part.len() > 40, "{}: {part:?}", chapter.name);
        }
        assert!(chapter.lesson.is_ascii(), "{}", chapter.name);
        assert!(lesson.question.ends_with('?'), "{}", chapter.name);
    }
}

#[test]
fn what_claims_and_measures_name_is_there() {
    for chapter in CHAPTERS {
        for claim in chapter.claims {
            assert!(claim.says.ends_with('.'), "{}", claim.says);
            assert!(!claim.scenes.is_empty(), "{}", claim.id);
            for scene in claim.scenes {
                assert!(
                    chapter.scene(scene).is_some(),
                    "{}: {scene}",
                    claim.id
                );
            }
        }
        for scene in [chapter.measure.baseline, chapter.measure.scene] {
            let scene = chapter.scene(scene).unwrap();
            // What is measured is shown whenever the chapter is played.
            let played = scene.plays != Plays::WhenAsked;
            assert!(played, "{}: {}", chapter.name, scene.name);
        }
        // Every scene is spoken of by a claim.
        for scene in chapter.scenes {
            let mut claims = chapter.claims.iter();
            assert!(
                claims.any(|claim| claim.scenes.contains(&scene.name)),
                "{}: nothing is claimed of {}",
                chapter.name,
                scene.name
            );
        }
    }
}

#[test]
fn every_default_is_a_value_that_the_knob_would_take() {
    for chapter in CHAPTERS {
        let described = Knobs::new(chapter.knobs).describe();
        for knob in chapter.knobs {
            match (described.get(knob.name), knob.kind) {
                (None, Kind::List(_)) => {}
                (None, _) => panic!("--{} has no default", knob.name),
                (Some(default), _) => assert!(
                    knob.parse(default).is_ok(),
                    "--{} {default}",
                    knob.name
                ),
            }
            if let Kind::SameAs(other) = knob.kind {
                assert!(
                    chapter.knobs.iter().any(|knob| knob.name == other.name)
                );
            }
        }
        assert_eq!((chapter.check)(&Knobs::new(chapter.knobs)), Ok(()));
    }
}

#[test]
fn every_scene_begins_at_a_function_of_its_demo() {
    for chapter in CHAPTERS {
        let folder = root().join("demos").join(chapter.folder());
        assert!(folder.is_dir(), "{}", folder.display());
        for scene in chapter.scenes {
            let run = (scene.run)(&Knobs::new(chapter.knobs));
            let line = chapter.line_of(run.function);
            assert!(line.is_some(), "{}: no fn {}", chapter.name, run.function);
        }
    }
}

#[test]
fn demos_fit_on_a_projector() {
    for chapter in CHAPTERS {
        for line in chapter.demo.lines() {
            assert!(line.chars().count() <= 80, "{}: {line}", chapter.name);
        }
    }
}

#[test]
fn every_test_is_in_the_one_binary() {
    let tests = root().join("tests");
    let suite = tests.join("suite");
    let main = fs::read_to_string(suite.join("main.rs")).unwrap();
    let files = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names =
            entries.map(|entry| entry.unwrap().file_name().into_string());
        names.map(Result::unwrap).collect()
    };
    for name in files(&tests) {
        assert!(
            !name.ends_with(".rs"),
            "tests/{name} is a binary of its own: move it to tests/suite"
        );
    }
    for name in files(&suite) {
        let subject = name.strip_suffix(".rs").unwrap_or("main");
        assert!(
            subject == "main" || main.contains(&format!("mod {subject};\n")),
            "{name} has no line in main.rs, and is never run"
        );
    }
}

#[test]
fn the_readme_lists_every_chapter() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let rows: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("| [`"))
        .collect();
    let expected: Vec<String> = CHAPTERS
        .iter()
        .map(|chapter| {
            format!(
                "| [`{}`](demos/{}/demo.rs) | {} | {} min |",
                chapter.name,
                chapter.folder(),
                chapter.title,
                chapter.minutes
            )
        })
        .collect();
    assert_eq!(rows, expected);
}
