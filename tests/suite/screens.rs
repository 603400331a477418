//! What a person sees, as snapshots: every chapter at 80 columns, and a few
//! of them as narrow and as wide as it gets.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use asyncade::chapter::{Chapter, Knobs, Plays, Reading};
use asyncade::command;
use asyncade::demos::COURSE;
use asyncade::report::{self, Choice, Plan, Unheard};
use asyncade::terminal::{Full, Page, Quiet, Screen};
use asyncade::trace::Clock;

use crate::support::{chapter, is_too_wide, on_virtual_clock, unwrapped};

/// What was written, kept.
#[derive(Clone, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a command writes on such a page, without its colours.
pub fn screen(page: Page, show: impl FnOnce(&mut Screen)) -> String {
    let paper = Paper::default();
    show(&mut Screen::new(page, paper.clone()));
    let text = String::from_utf8(paper.0.borrow().clone()).unwrap();
    anstream::adapter::strip_str(&text).to_string()
}

/// A run on the virtual clock, of these scenes or else of the chapter's own.
fn choice(name: &str, all: bool) -> Choice {
    let chapter = chapter(name);
    Choice {
        chapter,
        knobs: Knobs::new(chapter.knobs),
        named: Vec::new(),
        all,
        clock: Clock::Virtual,
        runtime: asyncade::stage::Runtime::CurrentThread,
        speed: None,
        yes_wait: false,
        twin: false,
        next: None,
        reading: Reading::default(),
    }
}

fn full(choice: &Choice, page: Page) -> String {
    let plan = Plan::new(choice).unwrap();
    screen(page, |screen| {
        report::play(plan, &mut Full::new(screen), Unheard::Stop);
    })
}

fn played(name: &str, page: Page, all: bool) -> String {
    full(&choice(name, all), page)
}

/// A default run and its next command, as `main` would make it.
fn default(chapter: &Chapter) -> Choice {
    let next = COURSE.after(chapter);
    let next = next.map_or("checklist", |next| next.name);
    Choice {
        next: Some(format!("asyncade {next}")),
        ..choice(chapter.name, false)
    }
}

#[test]
fn every_chapter_at_every_width() {
    for chapter in on_virtual_clock() {
        for columns in [40, 50, 80, 120] {
            let text = full(&default(chapter), Page::new(columns, true));
            let name = format!("{columns}-{}", chapter.name);
            insta::assert_snapshot!(name, text);
        }
        let text = played(chapter.name, Page::new(80, true), true);
        insta::assert_snapshot!(format!("80-all-{}", chapter.name), text);
    }
}

/// The last screen: what is below the last rule.
fn last_screen(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let rule = lines.iter().rposition(|line| {
        line.chars().count() > 20 && line.chars().all(|mark| mark == '─')
    });
    lines[rule.unwrap() + 1..].to_vec()
}

/// S1: what people take from a run is what is on the screen when it ends.
#[test]
fn s1_the_last_screen_says_it_all() {
    // A laptop's terminal, and a projector's large font. The shell's prompt
    // takes a row or two.
    for (columns, rows) in [(80, 24), (50, 18), (120, 40), (40, 20)] {
        for chapter in on_virtual_clock() {
            let page = Page::new(columns, true).with_height(rows);
            let choice = default(chapter);
            let text = full(&choice, page);
            let last = last_screen(&text);
            let name = chapter.name;
            let shown = last.join("\n");
            assert!(last.len() <= (rows - 2).min(22), "{name}:\n{shown}");
            assert!(last[0].starts_with(&format!("{name}: ")), "{shown}");
            // A picture: the scenes that are compared, each with its lanes, and
            // an axis.
            assert!(last.iter().any(|row| row.contains('╷')), "{shown}");
            for scene in [chapter.measure.baseline, chapter.measure.scene] {
                let heading = last.iter().position(|row| {
                    let rest = row.strip_prefix(scene);
                    rest.is_some_and(|rest| {
                        rest.is_empty()
                            || rest.starts_with("  ")
                            || rest.starts_with(',')
                    })
                });
                let Some(heading) = heading else {
                    panic!("no {scene} in:\n{shown}");
                };
                let main = last[heading + 1];
                assert!(main.starts_with("  main "), "{shown}");
                assert!(main.contains(['█', '┃', '●', '┄']), "{shown}");
            }
            // The result.
            let words = unwrapped(&shown);
            let result = words.contains(" faster")
                || words.contains(" sooner than ")
                || words.contains(" shorter than ");
            assert!(result, "{shown}");
            // The claims, on rows of their own or counted.
            let are_shown = last.iter().any(|row| row.starts_with("  ✓ "));
            assert!(are_shown || words.contains(" claims hold"), "{shown}");
            // The next command, alone on the last line.
            let next = choice.next.as_ref().unwrap();
            assert_eq!(last.last().unwrap().trim(), next, "{shown}");
        }
    }
}

/// Nothing of the picture is in the plain mode, and all that it says is.
#[test]
fn plain_has_no_picture() {
    for chapter in on_virtual_clock() {
        let mut page = Page::new(80, true);
        page.plain = true;
        let choice = default(chapter);
        let text = full(&choice, page);
        let marks = ['█', '┃', '●', '─', '▒', '▎', '╷', '✓', '✗', '⊘', '∅'];
        assert!(!text.contains(marks), "{text}");
        for claim in chapter.claims {
            let names = |scene: &&&str| {
                let mut scenes = chapter.scenes.iter();
                let scene = scenes.find(|own| own.name == **scene).unwrap();
                scene.plays == Plays::WhenAsked
            };
            if claim.scenes.iter().all(|scene| !names(&scene)) {
                assert!(text.contains(claim.says), "{}: {text}", claim.says);
            }
        }
        let next = choice.next.as_ref().unwrap();
        assert_eq!(text.lines().last().unwrap().trim(), next);
    }
    let mut page = Page::new(80, true);
    page.plain = true;
    insta::assert_snapshot!(
        "plain-to_thread",
        full(&default(chapter("to_thread")), page)
    );
}

#[test]
fn ascii_quiet_explained_and_in_steps() {
    let to_thread = default(chapter("to_thread"));
    let page = Page::new(80, false);
    insta::assert_snapshot!("ascii-to_thread", full(&to_thread, page));
    let page = Page::new(80, true);
    let gather = default(chapter("gather"));
    insta::assert_snapshot!(
        "quiet-gather",
        screen(page, |screen| {
            let plan = Plan::new(&gather).unwrap();
            report::play(plan, &mut Quiet::new(screen), Unheard::Stop);
        })
    );
    insta::assert_snapshot!(
        "explain-gather",
        screen(page, |screen| {
            let plan = Plan::new(&gather).unwrap();
            let mut full = Full::new(screen).explaining(true);
            report::play(plan, &mut full, Unheard::Stop);
        })
    );
    let mut page = Page::new(80, true);
    page.steps = true;
    insta::assert_snapshot!("steps-gather", full(&gather, page));
}

#[test]
fn the_list_and_a_chapter_on_paper() {
    let list = |columns| {
        screen(Page::new(columns, true), |screen| {
            command::list(&COURSE, screen).unwrap()
        })
    };
    insta::assert_snapshot!("80-list", list(80));
    insta::assert_snapshot!("40-list", list(40));
    let show = screen(Page::new(80, true), |screen| {
        let reading = Reading::default();
        command::show(chapter("gather"), reading, screen).unwrap();
    });
    insta::assert_snapshot!("80-show-gather", show);
}

#[test]
fn nothing_is_wider_than_its_page() {
    for columns in [24, 30, 40, 60, 80, 120] {
        let page = Page::new(columns, true);
        for chapter in on_virtual_clock() {
            let mut choice = choice(chapter.name, true);
            let alone = full(&choice, page);
            choice.twin = true;
            let both = full(&choice, page);
            for line in alone.lines().chain(both.lines()) {
                assert!(
                    !is_too_wide(line, columns),
                    "{} at {columns}: {line:?}",
                    chapter.name
                );
            }
        }
    }
}

#[test]
fn a_thousand_lanes_are_folded_and_counted() {
    let mut choice = choice("sync-vs-async", false);
    let tasks = &choice.chapter.knobs[0];
    choice.knobs.set(tasks, tasks.parse("1000").unwrap());
    choice.named = vec![choice.chapter.scene("async").unwrap()];
    let text = full(&choice, Page::new(80, true));
    // One screen: the opening, the lines, the scene's picture, the last screen.
    assert!(text.lines().count() < 80, "{text}");
    assert!(text.contains("… 998 more: all finished 1.000s"), "{text}");
    // Of the lines the first and the last, and how many are between them.
    assert!(text.contains("Async task 10 start"), "{text}");
    assert!(text.contains("… 1987 lines between these"), "{text}");
    assert!(text.contains("Async task 1000 end"), "{text}");
    assert!(!text.contains("Async task 500 "), "{text}");
}
