//! What a person sees, as snapshots: every chapter at 80 columns, and a few
//! of them as narrow and as wide as it gets.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use asyncade::chapter::{Knobs, Reading};
use asyncade::command;
use asyncade::demos::COURSE;
use asyncade::report::{self, Choice, Plan, Unheard};
use asyncade::terminal::{Full, Page, Quiet, Screen};
use asyncade::trace::Clock;

use crate::support::{chapter, is_too_wide, on_virtual_clock};

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

#[test]
fn every_chapter_at_80_columns() {
    for chapter in on_virtual_clock() {
        let text = played(chapter.name, Page::new(80, true), true);
        insta::assert_snapshot!(format!("80-{}", chapter.name), text);
    }
}

#[test]
fn narrow_wide_plain_and_quiet() {
    let page = Page::new(40, true);
    insta::assert_snapshot!("40-gather", played("gather", page, false));
    insta::assert_snapshot!("40-to_thread", played("to_thread", page, false));
    let page = Page::new(120, true);
    insta::assert_snapshot!("120-shield", played("shield", page, false));
    let page = Page::new(80, false);
    insta::assert_snapshot!(
        "ascii-to_thread",
        played("to_thread", page, false)
    );
    let mut page = Page::new(80, true);
    page.plain = true;
    insta::assert_snapshot!(
        "plain-to_thread",
        played("to_thread", page, false)
    );
    let page = Page::new(80, true);
    insta::assert_snapshot!(
        "quiet-gather",
        screen(page, |screen| {
            let plan = Plan::new(&choice("gather", false)).unwrap();
            report::play(plan, &mut Quiet::new(screen), Unheard::Stop);
        })
    );
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
    assert!(text.contains("… 998 more like it: all finished"), "{text}");
    // Of the lines the first and the last, and how many are between them.
    assert!(text.contains("Async task 24 start"), "{text}");
    assert!(text.contains("… 1971 lines between these"), "{text}");
    assert!(text.contains("Async task 1000 end"), "{text}");
    assert!(!text.contains("Async task 500 "), "{text}");
}
