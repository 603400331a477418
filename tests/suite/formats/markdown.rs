//! The section of a course page: what is a heading, a list or code in it is
//! what the format made one, whatever names and lines hold.

use asyncade::report::{Report, Status};

use super::{every_chapter, hostile, one_scene, viewed, written};
use crate::support::many::{Wake, many};

/// A file, taken apart by the rules of [CommonMark](https://spec.commonmark.org)
/// as far as the format uses them.
#[derive(Default)]
struct Section {
    /// How deep each heading is, and what it says.
    headings: Vec<(usize, String)>,
    /// The language of each block of code, and the code.
    code: Vec<(String, String)>,
    /// Everything else.
    lines: Vec<String>,
}

fn read(file: &str) -> Result<Section, String> {
    let mut section = Section::default();
    let mut lines = file.lines();
    while let Some(line) = lines.next() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        if ticks >= 3 {
            let language = line[ticks..].to_owned();
            if language.contains('`') {
                return Err(format!("no fence: {line}"));
            }
            let mut code = String::new();
            loop {
                let line = lines.next().ok_or("a fence is not closed")?;
                let end = line.trim_end().trim_start_matches('`');
                if end.is_empty() && line.trim_end().len() >= ticks {
                    break;
                }
                code += line;
                code.push('\n');
            }
            section.code.push((language, code));
            continue;
        }
        let depth = line.len() - line.trim_start_matches('#').len();
        if (1..=6).contains(&depth) && line[depth..].starts_with(' ') {
            section.headings.push((depth, line[depth + 1..].to_owned()));
        }
        section.lines.push(line.to_owned());
    }
    Ok(section)
}

/// Whether a file is such a section: text that means nothing, but for what the
/// format makes strong or code.
pub fn check(file: &str) -> Result<(), String> {
    let section = read(file)?;
    if section
        .headings
        .iter()
        .filter(|(depth, _)| *depth == 2)
        .count()
        != 1
    {
        return Err("not one section".into());
    }
    for (language, _) in &section.code {
        if !["rust", "python", "text"].contains(&language.as_str()) {
            return Err(format!("a fence says {language:?}"));
        }
    }
    section.lines.iter().try_for_each(|line| plain(line))
}

/// Whether a line has nothing in it that means something.
fn plain(line: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{what} in {line:?}"));
    let text = line.trim_start_matches("  ").trim_start_matches("- ");
    let text = text.trim_start_matches('#');
    let mut strong = 0;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        rest = match letter {
            '\\' => match after.chars().next() {
                Some(next) if next.is_ascii_punctuation() => {
                    &after[next.len_utf8()..]
                }
                _ => return wrong("half an escape"),
            },
            '`' => {
                let ticks = rest.len() - rest.trim_start_matches('`').len();
                let (ticks, inside) = rest.split_at(ticks);
                let mut from = 0;
                loop {
                    let Some(at) = inside[from..].find(ticks) else {
                        return wrong("half a span");
                    };
                    let end = from + at + ticks.len();
                    let more = inside[end..].starts_with('`');
                    if !more && !inside[..from + at].ends_with('`') {
                        break &inside[end..];
                    }
                    let run = inside[from + at..].trim_start_matches('`');
                    from = inside.len() - run.len();
                }
            }
            '*' if after.starts_with('*') => {
                strong += 1;
                &after[1..]
            }
            '&' => {
                let known = ["lt;", "gt;", "amp;"];
                match known.iter().find(|known| after.starts_with(**known)) {
                    Some(known) => &after[known.len()..],
                    None => return wrong("half an entity"),
                }
            }
            '<' | '>' | '[' | ']' | '|' | '_' | '~' | '$' | '#' | '*' => {
                return wrong(&letter.to_string());
            }
            _ => after,
        };
    }
    let is_rule = text.starts_with(['=', '+', '-']);
    if is_rule || strong % 2 == 1 {
        return wrong("a rule or half of something strong");
    }
    Ok(())
}

#[test]
fn a_section() {
    let report = one_scene("tasks", "create_task");
    insta::assert_snapshot!(written(&report, "md"));
}

#[test]
fn what_means_something_is_found() {
    let fine = written(&one_scene("tasks", "create_task"), "md");
    assert_eq!(check(&fine), Ok(()));
    for wrong in [
        "<script>",
        "a | b",
        "a_b",
        "*c*",
        "[d](e)",
        "half `a span",
        "``two` of them",
        "&nbsp;",
        "one \\",
        "**strong",
        "$f$",
        "> quoted",
        "- - -",
        "## another section",
        "```html\n<script>\n```",
        "```text",
    ] {
        assert!(check(&format!("{fine}\n{wrong}\n")).is_err(), "{wrong}");
    }
    for right in ["`<a|b>` and ``a`b``", "**so**", "\\*c\\*", "- an item"] {
        let file = format!("{fine}\n{right}\n");
        assert_eq!(check(&file), Ok(()), "{right}");
    }
}

/// The headings that a report calls for.
fn expected(report: &Report) -> Vec<(usize, String)> {
    let escaped = |text: &str| text.replace('_', "\\_");
    let title = format!("{}: {}", report.chapter, report.title);
    let mut headings = vec![(2, escaped(&title))];
    headings.push((3, "The question".into()));
    headings.push((3, "The code".into()));
    for source in &report.sources {
        let name = if source.lang == "rust" {
            "Rust"
        } else {
            "Python"
        };
        headings.push((4, escaped(&format!("{name}: {}", source.file))));
    }
    headings.push((3, "What happened".into()));
    for scene in &report.scenes {
        headings.push((4, escaped(&scene.name)));
    }
    headings.push((3, "What came of it".into()));
    headings.push((3, "What is claimed, and what shows it".into()));
    headings.push((3, "To remember".into()));
    let lesson = report.lesson.as_ref().unwrap();
    if let Some(erratum) = &lesson.erratum {
        headings.push((3, format!("Erratum: {}", erratum.heading)));
    }
    headings
}

#[test]
fn every_part_of_a_run_is_there() {
    for report in every_chapter() {
        let section = read(&written(&report, "md")).unwrap();
        assert_eq!(section.headings, expected(&report));
        let [rust, python, pictures @ ..] = &section.code[..] else {
            panic!("no code");
        };
        assert_eq!((&*rust.0, &*python.0), ("rust", "python"));
        assert_eq!(pictures.len(), report.scenes.len());
        for ((_, picture), scene) in pictures.iter().zip(&report.scenes) {
            assert!(picture.contains("finished"), "{picture}");
            // Each scene is a function of that name, in both files.
            let trace = scene.trace.as_ref().unwrap();
            let lanes = trace.events.iter().filter(|event| event.lane == 0);
            let place = lanes.filter_map(|event| event.place()).next();
            let line = place.unwrap().line as usize;
            let lines: Vec<&str> = report.sources[0].text.lines().collect();
            let function = lines[..line]
                .iter()
                .rev()
                .find_map(|line| line.split_once("async fn ").or(None))
                .unwrap()
                .1;
            let name = function.split(['(', '<']).next().unwrap();
            let (own, theirs) = (format!("fn {name}"), format!("def {name}"));
            assert!(rust.1.contains(&own), "{own}");
            // What only one of them has is not in the other.
            if report.sources[1].text.contains(&theirs) {
                assert!(python.1.contains(&theirs), "{theirs}");
            }
        }
        let items = section.lines.iter().filter(|it| it.starts_with("- **"));
        assert_eq!(items.count(), report.findings.len());
        let holds = report.findings.iter();
        let holds = holds.filter(|it| it.status == Status::Holds).count();
        let said = section.lines.iter();
        let said = said.filter(|it| it.starts_with("- **Holds:** "));
        assert_eq!(said.count(), holds);
    }
}

#[test]
fn what_became_of_a_claim_is_said() {
    let mut report = one_scene("tasks", "create_task");
    let all = [Status::Holds, Status::Broken, Status::NotApplicable];
    for (finding, status) in report.findings.iter_mut().zip(all) {
        finding.status = status;
        finding.evidence = format!("so it is {status:?}");
    }
    let file = written(&report, "md");
    for (status, finding) in ["Holds", "Does not hold", "Does not apply"]
        .iter()
        .zip(&report.findings)
    {
        let says = &finding.says;
        let evidence = &finding.evidence;
        let item = format!("- **{status}:** {says}\n\n  {evidence}\n");
        assert!(file.contains(&item), "{item}\n{file}");
    }
}

#[test]
fn nothing_of_a_name_is_a_heading() {
    let section = read(&written(&hostile(), "md")).unwrap();
    let depths: Vec<usize> =
        section.headings.iter().map(|(depth, _)| *depth).collect();
    assert_eq!(depths, [2, 3, 4, 4, 3, 4, 3]);
}

#[test]
fn what_was_stopped_is_said_to_be() {
    let mut trace = many(3, Wake::InTurn);
    trace.events.truncate(12);
    trace.interrupted = true;
    for extension in ["md", "svg"] {
        let file = written(&viewed(trace.clone()), extension);
        assert!(file.contains("was stopped after"), "{file}");
    }
}
