//! What a person sees, as snapshots: every chapter at 80 columns, and a few
//! of them as narrow and as wide as it gets.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use crate::support::{chapter, on_virtual_clock};
use asyncade::chapter::Knobs;
use asyncade::command::{self, Choice, Output, Plan, Screen};
use asyncade::trace::Clock;
use asyncade::view::Page;

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
fn screen(page: Page, show: impl FnOnce(&mut Screen)) -> String {
    let paper = Paper::default();
    show(&mut Screen::new(page, paper.clone()));
    let text = String::from_utf8(paper.0.borrow().clone()).unwrap();
    anstream::adapter::strip_str(&text).to_string()
}

fn played(name: &str, page: Page, all: bool, output: Output) -> String {
    let chapter = chapter(name);
    let plan = Plan::new(&Choice {
        chapter,
        knobs: Knobs::new(chapter.knobs),
        named: Vec::new(),
        all,
        clock: Clock::Virtual,
        speed: None,
        yes_wait: false,
        twin: false,
    });
    let plan = plan.unwrap_or_else(|error| panic!("{error}"));
    screen(page, |screen| {
        command::play(&plan, Vec::new(), output, false, screen).unwrap();
    })
}

#[test]
fn every_chapter_at_80_columns() {
    for chapter in on_virtual_clock() {
        let text =
            played(chapter.name, Page::new(80, true), true, Output::Full);
        insta::assert_snapshot!(format!("80-{}", chapter.name), text);
    }
}

#[test]
fn narrow_wide_plain_and_quiet() {
    let page = Page::new(40, true);
    insta::assert_snapshot!(
        "40-gather",
        played("gather", page, false, Output::Full)
    );
    insta::assert_snapshot!(
        "40-to_thread",
        played("to_thread", page, false, Output::Full)
    );
    let page = Page::new(120, true);
    insta::assert_snapshot!(
        "120-shield",
        played("shield", page, false, Output::Full)
    );
    let page = Page::new(80, false);
    insta::assert_snapshot!(
        "ascii-to_thread",
        played("to_thread", page, false, Output::Full)
    );
    let mut page = Page::new(80, true);
    page.plain = true;
    insta::assert_snapshot!(
        "plain-to_thread",
        played("to_thread", page, false, Output::Full)
    );
    let page = Page::new(80, true);
    insta::assert_snapshot!(
        "quiet-gather",
        played("gather", page, false, Output::Quiet)
    );
}

#[test]
fn the_list_and_a_chapter_on_paper() {
    let list = |columns| {
        screen(Page::new(columns, true), |screen| {
            command::list(screen).unwrap()
        })
    };
    insta::assert_snapshot!("80-list", list(80));
    insta::assert_snapshot!("40-list", list(40));
    let show = screen(Page::new(80, true), |screen| {
        command::show(chapter("gather"), screen).unwrap();
    });
    insta::assert_snapshot!("80-show-gather", show);
}

#[test]
fn nothing_is_wider_than_its_page() {
    for columns in [24, 40, 60, 80, 120] {
        for chapter in on_virtual_clock() {
            let text = played(
                chapter.name,
                Page::new(columns, true),
                true,
                Output::Full,
            );
            for line in text.lines() {
                // A word that is longer than the page stays whole.
                let words =
                    line.split_whitespace().map(console::measure_text_width);
                let longest = words.max().unwrap_or(0);
                assert!(
                    console::measure_text_width(line) <= columns
                        || longest + 22 > columns,
                    "{} at {columns}: {line:?}",
                    chapter.name
                );
            }
        }
    }
}

#[test]
fn a_thousand_lanes_are_folded_and_counted() {
    let chapter = chapter("sync-vs-async");
    let mut knobs = Knobs::new(chapter.knobs);
    knobs.set(&chapter.knobs[0], chapter.knobs[0].parse("1000").unwrap());
    let plan = Plan::new(&Choice {
        chapter,
        knobs,
        named: vec![chapter.scene("async").unwrap()],
        all: false,
        clock: Clock::Virtual,
        speed: None,
        yes_wait: false,
        twin: false,
    });
    let plan = plan.unwrap_or_else(|error| panic!("{error}"));
    let text = screen(Page::new(80, true), |screen| {
        command::play(&plan, Vec::new(), Output::Full, false, screen).unwrap();
    });
    assert!(text.contains("985 more lanes, not shown"), "{text}");
    assert!(text.contains("in flight 1000"));
}
