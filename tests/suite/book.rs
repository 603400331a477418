//! The book of all chapters: what is in it, that every link in it leads
//! somewhere, and what it does to the folder that it is written to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use asyncade::chapter::Knobs;
use asyncade::demos::{CHAPTERS, COURSE};
use serde_json::Value;

use crate::html::{between, closed, data, folder};
use crate::support::{Ran, asyncade, ran, undisturbed};

const MANIFEST: &str = "asyncade-book.json";

/// A folder of this name that is not there.
fn nowhere(name: &str) -> PathBuf {
    let folder = folder("book").join(name);
    let _ = fs::remove_dir_all(&folder);
    let _ = fs::remove_file(&folder);
    folder
}

/// Makes a book. What is measured on a busy machine may not be as it should.
fn make(arguments: &[&str]) -> Ran {
    let run = ran(&[&["book"], arguments].concat());
    let is_unlucky =
        run.code == Some(1) && run.stderr.contains("does not hold");
    assert!(run.code == Some(0) || is_unlucky, "{}", run.stderr);
    run
}

/// A book that is made once for all who read it.
pub fn made() -> &'static Path {
    static BOOK: OnceLock<PathBuf> = OnceLock::new();
    BOOK.get_or_init(|| {
        let _alone = undisturbed();
        let book = nowhere("made");
        let run = make(&[book.to_str().unwrap()]);
        let said = run.stdout.replace('\n', " ");
        assert!(said.starts_with("14 chapters and 13 beliefs are in"));
        assert!(run.stdout.ends_with("/made/index.html\n"), "{}", run.stdout);
        book
    })
}

/// Every file in a folder, and what is in it.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap();
    let entries = entries.map(|entry| {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        (entry.file_name().into_string().unwrap(), text)
    });
    entries.collect()
}

fn pages() -> BTreeMap<String, String> {
    let mut files = files(made());
    files.retain(|name, _| name.ends_with(".html"));
    files
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let text = text.replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\'', "&#39;")
}

#[test]
fn every_chapter_has_its_page_in_the_courses_order() {
    let pages = pages();
    assert_eq!(pages.len(), CHAPTERS.len() + 2);
    let contents = &pages["index.html"];
    let names = CHAPTERS.iter().map(|chapter| chapter.name);
    let names: Vec<&str> = names.collect();
    let listed = between(contents, "<ol class=\"chapters\">", "</ol>");
    let listed = listed.split("href=\"").skip(1);
    let listed: Vec<&str> = listed
        .map(|link| link.split(".html").next().unwrap())
        .collect();
    assert_eq!(listed, names);
    for (index, chapter) in CHAPTERS.iter().enumerate() {
        let page = &pages[&format!("{}.html", chapter.name)];
        let lesson = chapter.lesson(&Knobs::new(chapter.knobs));
        // What it is like, what it asks, its code, its answer; in this order.
        let at = |text: &str| {
            let text = escaped(text);
            page.find(&text).unwrap_or_else(|| panic!("no {text}"))
        };
        let code = |file: &str| {
            let name =
                format!("data-file=\"demos/{}/{file}\"", chapter.folder());
            page.find(&name).unwrap_or_else(|| panic!("no {name}"))
        };
        let places = [
            at(&lesson.question),
            at(&lesson.analogy),
            code("demo.rs"),
            code("demo.py"),
            page.find("<details id=\"reveal\">").unwrap(),
            // Code in it is marked.
            at(lesson.takeaway.split(['`', '\n']).next().unwrap()),
        ];
        assert!(places.is_sorted(), "{}: {places:?}", chapter.name);
        // Who is before and after it, at the top and at the bottom.
        let ways = |rel: &str| -> Vec<&str> {
            let start = format!("<a rel=\"{rel}\" href=\"");
            let links = page.split(start.as_str());
            links
                .skip(1)
                .map(|link| link.split('"').next().unwrap())
                .collect()
        };
        let next = names.get(index + 1);
        let before = index.checked_sub(1).map(|index| names[index]);
        let twice = |name: Option<&str>| {
            name.map_or(Vec::new(), |name| vec![format!("{name}.html"); 2])
        };
        assert_eq!(ways("prev"), twice(before));
        assert_eq!(ways("next"), twice(next.copied()));
        // Every scene, and of what can be computed CPython's, too.
        let data = data(page);
        let runs = data["runs"].as_array().unwrap();
        let worlds = |scene: &str| {
            let runs = runs.iter().filter(|run| run["scene"] == scene);
            runs.map(|run| run["world"].as_str().unwrap())
                .collect::<Vec<_>>()
        };
        let is_measured = chapter.is_real_only();
        for scene in chapter.scenes {
            let worlds = worlds(scene.name);
            let found = (worlds.len(), worlds.last().copied());
            match is_measured {
                true => assert_eq!(found, (1, Some("tokio"))),
                false => assert_eq!(found, (2, Some("CPython"))),
            }
        }
        assert_eq!(
            page.contains("Measured: "),
            is_measured,
            "{}",
            chapter.name
        );
    }
}

#[test]
fn every_belief_is_there_with_what_is_true_and_where() {
    let page = &pages()["beliefs.html"];
    let beliefs = between(page, "<ol class=\"beliefs\">", "</ol>");
    let items: Vec<&str> = beliefs.split("<li id=").skip(1).collect();
    assert_eq!(items.len(), COURSE.beliefs.len());
    for (item, belief) in items.iter().zip(COURSE.beliefs) {
        assert!(item.contains(&escaped(belief.belief)), "{item}");
        assert!(item.contains(&escaped(belief.truth)), "{item}");
        assert_eq!(item.matches("<a href").count(), belief.proofs.len());
        for proof in belief.proofs {
            // To a step of a scene that the claim speaks of.
            let (chapter, claim) = COURSE.proof(proof).unwrap();
            let is_there = claim.scenes.iter().any(|scene| {
                let link = format!("{}.html#scene={scene}&amp;", chapter.name);
                item.contains(&link)
            });
            assert!(is_there && item.contains(&escaped(claim.says)), "{item}");
            let page = &pages()[&format!("{}.html", chapter.name)];
            assert!(page.contains(&escaped(belief.belief)));
        }
    }
}

/// What there is in a page to lead to.
fn is_in(page: &str, part: &str) -> bool {
    let part = part.replace("&amp;", "&");
    let Some(place) = part.strip_prefix("scene=") else {
        return page.contains(&format!("id=\"{part}\""));
    };
    let (scene, step) = match place.split_once("&step=") {
        Some((scene, step)) => (scene, step.parse::<u64>().unwrap()),
        None => (place, 1),
    };
    let data = data(page);
    let mut runs = data["runs"].as_array().unwrap().iter();
    runs.find(|run| run["scene"] == scene)
        .is_some_and(|run| (1..=run["of"].as_u64().unwrap()).contains(&step))
}

#[test]
fn every_link_leads_somewhere_and_nothing_is_asked_for() {
    let pages = pages();
    let mut count = 0;
    for (name, page) in &pages {
        let mut links: Vec<String> =
            closed(page).into_iter().map(str::to_owned).collect();
        if page.contains("id=\"entries\"") {
            links.extend(
                entries(page)
                    .iter()
                    .map(|entry| entry["link"].as_str().unwrap().to_owned()),
            );
        }
        for link in &links {
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { name } else { file };
            let page = pages.get(file);
            let page = page.unwrap_or_else(|| panic!("{name}: {link}"));
            assert!(part.is_empty() || is_in(page, part), "{name}: {link}");
        }
        count += links.len();
    }
    assert!(count > 300, "{count}");
}

fn entries(page: &str) -> Vec<Value> {
    let json = between(page, "id=\"entries\">", "</script>");
    serde_json::from_str(json).unwrap()
}

#[test]
fn all_chapters_scenes_and_beliefs_can_be_found() {
    let pages = pages();
    let entries = entries(&pages["index.html"]);
    assert_eq!(entries, self::entries(&pages["beliefs.html"]));
    let count = |kind: &str| {
        let found = entries.iter().filter(|entry| entry["kind"] == kind);
        found.count()
    };
    assert_eq!(count("chapter"), CHAPTERS.len());
    assert_eq!(count("belief"), COURSE.beliefs.len());
    let scenes = CHAPTERS.iter().map(|chapter| chapter.scenes.len());
    assert_eq!(count("scene"), scenes.sum::<usize>());
}

#[test]
fn it_is_small_and_its_manifest_tells_of_every_file() {
    let files = files(made());
    let bytes: usize = files.values().map(String::len).sum();
    assert!(bytes < 3_000_000, "{bytes}");
    let manifest: Value = serde_json::from_str(&files[MANIFEST]).unwrap();
    let told = manifest["files"].as_object().unwrap().iter();
    let told: BTreeMap<&str, u64> = told
        .map(|(name, length)| (name.as_str(), length.as_u64().unwrap()))
        .collect();
    let there = files.iter().filter(|(name, _)| *name != MANIFEST);
    let there: BTreeMap<&str, u64> = there
        .map(|(name, text)| (name.as_str(), text.len() as u64))
        .collect();
    assert_eq!(told, there);
}

/// A copy of the book, with these files beside it.
fn copy(name: &str, beside: &[(&str, &str)]) -> PathBuf {
    let to = nowhere(name);
    fs::create_dir_all(&to).unwrap();
    for (file, text) in files(made()) {
        fs::write(to.join(file), text).unwrap();
    }
    for (file, text) in beside {
        fs::write(to.join(file), text).unwrap();
    }
    to
}

/// A manifest that names these files.
fn naming(files: &[&str]) -> String {
    let files = files.iter().map(|file| ((*file).to_owned(), 1_u64.into()));
    let files: serde_json::Map<String, Value> = files.collect();
    serde_json::json!({"asyncade_book": 1, "program": "0.1.0", "files": files})
        .to_string()
}

#[test]
fn a_folder_that_cannot_have_it_is_refused_and_stays_as_it_was() {
    let file = nowhere("file");
    fs::write(&file, "mine").unwrap();
    let full = nowhere("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("notes.txt"), "mine").unwrap();
    let taken = nowhere("taken");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("index.html"), "mine").unwrap();
    let book = copy("there", &[]);
    let missing = nowhere("missing").join("site");
    let before = [&full, &taken, &book].map(|folder| files(folder));
    let (not_empty, is_book) = (
        [
            "give an empty folder",
            "add '--force' to leave what is in it beside the book",
        ],
        ["add '--force' to replace it"],
    );
    for (folder, force, wrong, instead) in [
        (
            file.as_path(),
            false,
            "it is a file",
            &["give a folder"][..],
        ),
        (&file, true, "it is a file", &["give a folder"]),
        (&full, false, "it is not empty", &not_empty),
        (&book, false, "there is a book in it", &is_book),
        (
            &taken,
            true,
            "'index.html' is there, and of no book",
            &["move it away, or give another folder"],
        ),
        (
            &missing,
            false,
            "there is no folder to make it in",
            &["create it first"],
        ),
        (
            Path::new("/proc/site"),
            false,
            "there is no folder to make it in",
            &["create it first"],
        ),
        (
            Path::new("/proc/self"),
            true,
            "",
            &["choose a folder that you can write to"],
        ),
    ] {
        let path = folder.to_str().unwrap();
        let force: &[&str] = if force { &["--force"] } else { &[] };
        let refused = ran(&[&["book", path], force].concat()).refused();
        let start = format!("cannot write a book to '{path}': {wrong}");
        assert!(refused.wrong.starts_with(&start), "{}", refused.wrong);
        assert_eq!(refused.instead, instead, "{path}");
        assert_eq!(refused.more, "asyncade book --help");
    }
    assert_eq!(fs::read_to_string(file).unwrap(), "mine");
    assert_eq!([&full, &taken, &book].map(|folder| files(folder)), before);
    assert!(!missing.parent().unwrap().exists());
}

/// A manifest is text from outside: it does not make files a book's that cannot
/// be of one.
#[cfg(unix)]
#[test]
fn a_link_is_of_no_book_whatever_a_manifest_says() {
    let mine = nowhere("mine.txt");
    fs::write(&mine, "mine").unwrap();
    let book = copy("link", &[]);
    fs::remove_file(book.join("gather.html")).unwrap();
    std::os::unix::fs::symlink(&mine, book.join("gather.html")).unwrap();
    let refused = ran(&["book", book.to_str().unwrap(), "--force"]).refused();
    let wrong = "'gather.html' is there, and of no book";
    assert!(refused.wrong.ends_with(wrong), "{}", refused.wrong);
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn a_book_that_is_interrupted_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;

    let fresh = nowhere("interrupted");
    let before = copy("kept", &[("notes.txt", "mine")]);
    let there = files(&before);
    for arguments in [
        &[fresh.to_str().unwrap()][..],
        &[before.to_str().unwrap(), "--force"],
    ] {
        let mut book = asyncade(&[&["book"], arguments].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(book.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.starts_with("note: parallel is played for real"));
        assert!(crate::robust_signals::signal(book.id(), "INT"));
        said.read_to_string(&mut line).unwrap();
        let output = book.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{line}");
        assert_eq!(output.stdout, b"");
    }
    assert!(!fresh.exists());
    assert_eq!(files(&before), there);
}

/// In one folder, one after the other: a book that is replaced and not finished
/// is none; made again it is whole, and differs from the first in nothing but
/// what was measured.
#[cfg(unix)]
#[test]
fn half_a_book_is_none_and_only_a_books_own_files_go() {
    let outside = nowhere("outside.html");
    fs::write(&outside, "mine").unwrap();
    let mut own: Vec<String> = files(made()).into_keys().collect();
    own.extend(
        ["old.html", "../outside.html", "notes.txt", "sub/x.html"]
            .map(String::from),
    );
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let book = copy(
        "replaced",
        &[
            (MANIFEST, &naming(&own)),
            ("old.html", "of an older book"),
            ("notes.txt", "mine"),
            ("other.html", "mine"),
        ],
    );
    let path = book.to_str().unwrap();
    let stays = |name: &str| fs::read_to_string(book.join(name)).unwrap();
    let _alone = undisturbed();
    // No file may be longer than 100 blocks: the program ends at the first that
    // is.
    let program = asyncade(&["book", path, "--force"]);
    let mut limited = std::process::Command::new("bash");
    limited
        .arg("-c")
        .arg("ulimit -c 0; ulimit -f 100; exec \"$@\"")
        .arg("-");
    limited.arg(program.get_program()).args(program.get_args());
    let output = limited.output().unwrap();
    assert!(!output.status.success());
    for gone in [MANIFEST, "index.html"] {
        assert!(!book.join(gone).exists(), "{gone}");
    }
    assert_eq!(stays("notes.txt"), "mine");
    // What is left of it is known to be of one.
    let refused = ran(&["book", path]).refused();
    assert!(refused.wrong.ends_with("there is a book in it"));

    make(&[path, "--force"]);
    for (name, text) in [("notes.txt", "mine"), ("other.html", "mine")] {
        assert_eq!(stays(name), text);
    }
    assert_eq!(fs::read_to_string(outside).unwrap(), "mine");
    let mut now = files(&book);
    // A draft that nobody could take away with the program is hidden.
    now.retain(|name, _| !name.starts_with('.'));
    let mut then = files(made());
    let names = |files: &BTreeMap<String, String>| -> BTreeSet<String> {
        files.keys().cloned().collect()
    };
    let more = ["notes.txt", "other.html"].map(str::to_owned);
    let expected = names(&then).into_iter().chain(more);
    assert_eq!(names(&now), expected.collect());
    for measured in ["parallel.html", "crawler.html", "beliefs.html", MANIFEST]
    {
        now.remove(measured);
        then.remove(measured);
    }
    for (name, text) in then {
        assert!(now[&name] == text, "{name} differs");
    }
}
