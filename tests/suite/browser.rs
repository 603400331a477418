//! The page in a real browser, as its reader has it: it plays, it goes forward
//! and back, it is led by links and by the keyboard alone, it asks nobody for
//! anything, and its console is silent. Where there is no chromedriver this is
//! left out, which is said.

use std::path::Path;
use std::time::{Duration, Instant};

use asyncade::chapter::Chapter;
use asyncade::demos::CHAPTERS;
use asyncade::timeline::{Doing, State};
use asyncade::trace::Trace;
use serde_json::Value;

use crate::book::made;
use crate::html::{
    Exported, every_chapter, exported, hostile, hundred_thousand, opened, whole,
};
use crate::support::webdriver::{
    Browser, DOWN, END, ENTER, HOME, LEFT, RIGHT, TAB,
};
use crate::support::{computing, undisturbed};

/// Where the page says that it is.
fn place(browser: &Browser) -> (String, String) {
    (browser.text("#where"), browser.text("#chosen strong"))
}

fn silent(browser: &Browser) {
    assert_eq!(browser.complaints(), Vec::<String>::new());
    let requests = browser.requests();
    let is_own =
        |url: &&String| url.starts_with("file://") || url.starts_with("about:");
    let foreign: Vec<&String> =
        requests.iter().filter(|url| !is_own(url)).collect();
    assert_eq!(foreign, Vec::<&String>::new());
    // The page itself, and nothing beside it.
    let files = requests.iter().filter(|url| url.starts_with("file://"));
    assert!(
        files.clone().all(|url| url.contains(".html")),
        "{requests:?}"
    );
    assert!(files.count() > 0);
}

/// Steps through the chosen run to its end and back with its buttons, and
/// collects what its rows show at every step.
const WALK: &str = "
    const section = document.querySelectorAll('.run')[RUN];
    section.querySelector('.name').click();
    const shown = () => [...section.querySelectorAll('li')].map((row) =>
      [row.querySelector('.name').textContent, row.dataset.doing ?? '', row.querySelector('.does').textContent]);
    document.getElementById('first').click();
    const forward = [shown()];
    const next = document.getElementById('next');
    const steps = Number(document.getElementById('scrub').max);
    for (let step = 0; step < steps; step += 1) { next.click(); forward.push(shown()); }
    const end = shown();
    const back = [end];
    for (let step = 0; step < steps; step += 1) { document.getElementById('back').click(); back.unshift(shown()); }
    return { forward, back, steps };";

#[test]
fn to_the_end_and_back_is_what_the_fold_says() {
    let _alone = computing();
    // Two browsers, for half of the chapters each.
    let chapters: Vec<_> = every_chapter().collect();
    let (some, others) = chapters.split_at(chapters.len() / 2);
    let rows = std::thread::scope(|scope| {
        let walks =
            [some, others].map(|chapters| scope.spawn(|| walk(chapters)));
        walks.map(|walk| walk.join().unwrap())
    });
    let [Some(some), Some(others)] = rows else {
        return;
    };
    assert!(some + others > 5_000, "{rows:?}");
}

/// Walks through chapters; gives how many rows were as they should be, if there
/// is a browser.
fn walk(chapters: &[(&'static Chapter, Exported)]) -> Option<usize> {
    let browser = Browser::open(1280, 800)?;
    let mut rows = 0;
    for (chapter, Exported { file, page, traces }) in chapters {
        browser.go(file, "");
        let data = crate::html::data(page);
        for (index, trace) in traces.iter().enumerate() {
            let found = browser.run(&WALK.replace("RUN", &index.to_string()));
            assert_eq!(found["forward"], found["back"], "{}", chapter.name);
            let run = &data["runs"][index];
            rows += compare(chapter.name, trace, run, &found);
        }
        silent(&browser);
    }
    Some(rows)
}

/// Compares what the rows have shown with the trace; gives how many did.
fn compare(name: &str, trace: &Trace, run: &Value, found: &Value) -> usize {
    let numbers = run["numbers"].as_array().unwrap();
    let lanes = run["lanes"].as_array().unwrap();
    let drawn: Vec<u64> = lanes
        .iter()
        .filter(|lane| lane["strip"].is_object())
        .map(|lane| lane["id"].as_u64().unwrap())
        .collect();
    let mut state = State::new();
    let mut taken = 0;
    let mut count = 0;
    let steps = usize::try_from(found["steps"].as_u64().unwrap()).unwrap();
    assert_eq!(steps, run["steps"].as_array().unwrap().len());
    for step in 0..=steps {
        let until = match step.checked_sub(1).map(|at| numbers.get(at)) {
            Some(Some(number)) => number.as_u64().unwrap() as usize,
            _ => step,
        };
        trace.events[taken..until]
            .iter()
            .for_each(|e| state.apply(e));
        taken = until;
        let rows = found["forward"][step].as_array().unwrap();
        assert_eq!(rows.len(), drawn.len());
        for (row, id) in rows.iter().zip(&drawn) {
            let lane = state.lane(u32::try_from(*id).unwrap());
            let doing = lane.map_or("", |lane| word(lane.doing));
            assert_eq!(row[1], doing, "{name} step {step} lane {id}: {row}");
            let Some(lane) = lane else { continue };
            assert_eq!(row[0], lane.name.as_str());
            let does = row[2].as_str().unwrap();
            match &lane.end {
                Some(end) => {
                    let how = end.outcome.to_string();
                    assert!(does.starts_with(&how), "{name} {step}: {row}");
                }
                None => assert!(
                    does.starts_with(doing) || does.contains("held"),
                    "{name} {step}: {row}"
                ),
            }
            count += 1;
        }
    }
    count
}

fn word(doing: Doing) -> &'static str {
    match doing {
        Doing::Unbegun => "not begun",
        Doing::Running => "running",
        Doing::Blocking => "blocking",
        Doing::Lending => "polling",
        Doing::Parked => "parked",
        Doing::Ready => "ready",
        Doing::Ended => "ended",
    }
}

#[test]
fn a_link_leads_to_a_scene_a_time_and_a_lane() {
    let Some(browser) = Browser::open(1280, 800) else {
        return;
    };
    let gather = exported("gather", &["--clock", "virtual", "--twin"]);
    let at = |link: &str| {
        browser.go(&gather.file, link);
        place(&browser)
    };
    let own = |step: &str, lane: &str| (step.to_owned(), lane.to_owned());
    assert_eq!(at(""), own("0 of 22 at 0.000s", "main"));
    assert_eq!(
        at("#scene=gather&t=1.2s&lane=B"),
        own("27 of 46 at 1.200s", "B")
    );
    // Whoever copies the address has that moment, and not the step before it.
    std::thread::sleep(Duration::from_millis(500));
    let hash = browser.run("return location.hash");
    assert_eq!(hash, "#scene=gather&t=1200ms&lane=B");
    // All that happens at that moment has happened.
    assert_eq!(at("#scene=gather&t=3s"), own("46 of 46 at 3.000s", "main"));
    assert_eq!(at("#scene=gather&step=20"), own("20 of 46 at 1.000s", "B"));
    assert_eq!(
        at("#scene=gather&world=CPython&step=2"),
        own("2 of 36 at 0.000s", "main")
    );
    assert_eq!(at("#scene=nowhere"), own("0 of 22 at 0.000s", "main"));
    let is_open = "return document.getElementById('reveal').open";
    assert_eq!(browser.run(is_open), false);
    at("#reveal");
    assert_eq!(browser.run(is_open), true);

    // A timer that is over while somebody has the thread is no longer waited
    // for, whatever the last step was.
    let to_thread = exported("to_thread", &["--all", "--clock", "virtual"]);
    browser.go(&to_thread.file, "#scene=blocking&t=1.1s&lane=heartbeat");
    let chosen = browser.text("#chosen");
    assert!(chosen.contains("parked: sleep 0.4s until 1.2s"), "{chosen}");
    browser.go(&to_thread.file, "#scene=blocking&t=2s&lane=heartbeat");
    let chosen = browser.text("#chosen");
    assert!(chosen.contains("due, thread is held"), "{chosen}");
    browser.go(&gather.file, "#scene=gather");

    // A piece of evidence is a link, and what one does is in the address.
    let link = "#reveal a[href$=\"scene=gather&step=46\"]";
    browser.run(&format!("document.querySelector('{link}').click()"));
    assert_eq!(browser.text("#where"), "46 of 46 at 3.000s");
    browser.run("document.getElementById('back').click()");
    std::thread::sleep(Duration::from_millis(500));
    let hash = browser.run("return location.hash");
    assert_eq!(hash, "#scene=gather&step=45&lane=main");
    silent(&browser);
}

#[test]
fn it_plays_pauses_and_can_be_scrubbed() {
    let _alone = undisturbed();
    let Some(browser) = Browser::open(1280, 800) else {
        return;
    };
    let gather = exported("gather", &["--clock", "virtual"]);
    browser.go(&gather.file, "#scene=gather&step=0");
    let click = |id: &str| {
        browser.run(&format!("document.getElementById('{id}').click()"));
    };
    let begun = Instant::now();
    click("play");
    assert_eq!(browser.text("#play"), "Pause");
    // While it plays, the time that passes is said, and not the step's.
    let is_there = |place: &str| {
        place.starts_with("27 of 46 at 1.") && !place.ends_with(".000s")
    };
    while !is_there(&place(&browser).0) {
        assert!(begun.elapsed() < Duration::from_secs(5), "it does not play");
    }
    // Its second is one.
    assert!(begun.elapsed() > Duration::from_millis(900));
    click("play");
    assert_eq!(browser.text("#play"), "Play");
    let paused = place(&browser).0;
    assert!(paused.starts_with("27 of 46 at 1."), "{paused}");
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(place(&browser).0, paused);
    browser.run(
        "const speed = document.getElementById('speed');
         speed.value = '8'; speed.dispatchEvent(new Event('change'))",
    );
    let begun = Instant::now();
    click("play");
    while browser.text("#play") == "Pause" {
        assert!(begun.elapsed() < Duration::from_secs(5), "it does not end");
    }
    assert_eq!(place(&browser).0, "46 of 46 at 3.000s");

    // A third of the way along the ruler of a scene that is 6s long: 2s.
    let point = |part: f64, selector: &str| -> (i64, i64) {
        let point = browser.run(&format!(
            "const box = document.querySelector('{selector}').getBoundingClientRect();
             return [Math.round(box.left + box.width * {part}), Math.round(box.top + box.height / 2)]"
        ));
        (point[0].as_i64().unwrap(), point[1].as_i64().unwrap())
    };
    let ruler = ".scene:nth-child(2) .ruler";
    browser.drag(&[point(0.1, ruler), point(0.2, ruler), point(0.4, ruler)]);
    let there = place(&browser).0;
    assert!(there.starts_with("36 of 46 at 2.4"), "{there}");
    let marked = browser.text(".line.own code");
    assert!(
        marked.contains("try_join!") || marked.contains("say!"),
        "{marked}"
    );

    // A click on a wait leads to what ended it, and that lane is chosen.
    browser.go(&gather.file, "#scene=gather&t=6s");
    let strip = ".scene:nth-child(2) li:first-child .strip";
    browser.drag(&[point(0.1, strip)]);
    let why = browser.text("#why");
    assert_eq!(why, "B ends: it has run to its end.");
    assert_eq!(place(&browser).1, "B");
    click("woke");
    assert_eq!(browser.text("#why"), "B wakes: its timer of 1s is over.");
    // The other button asks for the browser's own menu, and moves nothing.
    let there = |button: u8| {
        browser.go(&gather.file, "#scene=gather&t=6s");
        browser.run(&format!(
            "const strip = document.querySelector('{strip}');
             strip.setPointerCapture = () => {{}};
             const box = strip.getBoundingClientRect();
             const how = {{ bubbles: true, button: {button}, clientX: box.left + 9, clientY: box.top + 9 }};
             for (const kind of ['down', 'up']) strip.dispatchEvent(new PointerEvent(`pointer${{kind}}`, how));"
        ));
        place(&browser)
    };
    assert_eq!(there(0).1, "B");
    assert_eq!(
        there(2),
        ("46 of 46 at 3.000s".to_owned(), "main".to_owned())
    );
    silent(&browser);
}

/// With the keyboard alone: a list is one stop, and every button is reached.
#[test]
fn it_needs_no_mouse() {
    let Some(browser) = Browser::open(1280, 800) else {
        return;
    };
    let gather = exported("gather", &["--clock", "virtual"]);
    browser.go(&gather.file, "#scene=gather&step=0");
    let focus = || {
        let script = "const own = document.activeElement;
            return own.id || own.className || own.tagName";
        browser.run(script).as_str().unwrap().to_owned()
    };
    let keys = |keys: &[char]| {
        browser.press(&keys.iter().collect::<String>());
    };
    // Before anything has the focus the arrows are steps.
    keys(&[RIGHT, RIGHT, RIGHT, LEFT]);
    assert_eq!(place(&browser).0, "2 of 46 at 0.000s");
    keys(&[END]);
    assert_eq!(place(&browser).0, "46 of 46 at 3.000s");
    keys(&[HOME]);
    let mut stops = Vec::new();
    loop {
        keys(&[TAB]);
        let stop = focus();
        if stop == "plays" {
            break;
        }
        stops.push(stop);
        assert!(stops.len() < 40, "{stops:?}");
    }
    let expected = [
        "first",
        "speed",
        "scrub",
        "woke",
        "scene-name",
        "name",
        "scene-name",
        "name",
        "SUMMARY",
        "PRE",
        "SUMMARY",
        "SUMMARY",
        "SUMMARY",
        "SUMMARY",
    ];
    assert_eq!(stops, expected);
    // In a bar the arrows go from button to button.
    browser.run("document.activeElement.blur()");
    keys(&[TAB, RIGHT, RIGHT, RIGHT]);
    assert_eq!(focus(), "next");
    keys(&[ENTER, ' ', ENTER]);
    assert_eq!(place(&browser).0, "3 of 46 at 0.000s");
    keys(&[HOME]);
    assert_eq!(focus(), "first");
    // The scrubber is a slider: an arrow is a step.
    keys(&[TAB, TAB, RIGHT, RIGHT]);
    assert_eq!(focus(), "scrub");
    assert_eq!(place(&browser).0, "5 of 46 at 0.000s");
    // In the list of lanes they go from lane to lane.
    keys(&[TAB, TAB, TAB, TAB, TAB, DOWN, DOWN, ENTER]);
    assert_eq!(focus(), "name");
    assert_eq!(place(&browser).1, "B");
    silent(&browser);
}

/// In front of a class: what a hand with a mouse does between the keys, and
/// what a link and the way back lead to.
#[test]
fn a_hand_that_clicks_keeps_the_keys() {
    let Some(browser) = Browser::open(1280, 800) else {
        return;
    };
    let gather = exported("gather", &["--clock", "virtual", "--all"]);
    browser.go(&gather.file, "");
    let middle = |selector: &str| {
        let point = browser.run(&format!(
            "const box = document.querySelector('{selector}').getBoundingClientRect();
             return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)]"
        ));
        [(point[0].as_i64().unwrap(), point[1].as_i64().unwrap())]
    };
    let at = || place(&browser).0;
    browser.drag(&middle("#next"));
    assert!(at().starts_with("1 of"), "{}", at());
    browser.press(&RIGHT.to_string().repeat(2));
    assert!(at().starts_with("3 of"), "{}", at());
    browser.drag(&middle(".scene:nth-child(1) .scene-name"));
    browser.press(&LEFT.to_string());
    assert!(at().starts_with("2 of"), "{}", at());
    // Who went to a button with the keys stays there.
    browser.run("document.getElementById('next').focus()");
    browser.press(&ENTER.to_string());
    let focus = "return document.activeElement.id";
    assert_eq!(browser.run(focus), "next");

    // Evidence, and back to where one was.
    browser.run("document.activeElement.blur()");
    let before = place(&browser);
    browser.click("#reveal summary");
    let scrolled = browser.run(
        "const link = document.querySelector('#reveal a[href*=failure]');
         link.scrollIntoView({ block: 'center' });
         return scrollY",
    );
    assert!(scrolled.as_f64().unwrap() > 800.0, "{scrolled}");
    browser.click("#reveal a[href*=failure]");
    let in_sight = "const box = document.querySelector('.scene.chosen .ruler').getBoundingClientRect();
        return box.top >= document.getElementById('bar').getBoundingClientRect().bottom && box.bottom < innerHeight";
    assert_eq!(browser.run(in_sight), true);
    assert_ne!(place(&browser), before);
    browser.run("history.back()");
    browser.until(
        "it is back",
        &format!(
            "return document.getElementById('where').textContent === '{}'
               && Math.abs(scrollY - {scrolled}) < 3",
            before.0
        ),
    );

    // A link leads to where its scene is to be seen, and what a lane does later
    // in that moment is not to be seen yet.
    let late = "return [...document.querySelectorAll('.scene.chosen .late .name')].map((name) => name.textContent)";
    for (step, lanes) in [(22, vec!["main"]), (28, vec![])] {
        browser.go(&gather.file, &format!("#scene=failure&step={step}"));
        assert_eq!(browser.run(in_sight), true);
        assert_eq!(browser.run(late), serde_json::json!(lanes), "{step}");
    }
    // A lane that has just ended is at its last line; in either file the lines
    // at which lanes are have been scrolled to, and the buttons that lead
    // nowhere say so.
    browser.go(&gather.file, "#scene=failure&step=22");
    assert_eq!(browser.text(".line.own .no"), "21");
    let in_view = "return [...document.querySelectorAll('.file')].map((file) => {
        const box = file.querySelector('pre').getBoundingClientRect();
        return [...file.querySelectorAll('.line.own, .line.has')].some((line) => {
          const at = line.getBoundingClientRect();
          return at.top >= box.top && at.bottom <= box.bottom;
        });
      })";
    assert_eq!(browser.run(in_view), serde_json::json!([true, false]));
    let dead = "return [...document.querySelectorAll('#moves [aria-disabled=true]')].map((button) => button.id)";
    assert_eq!(
        browser.run(dead),
        serde_json::json!(["follow", "following"])
    );
    silent(&browser);

    // In both worlds: in the second file, too. What lanes without a row do is
    // counted at the time, although none of it is a step that is shown.
    let pitfalls = whole("pitfalls");
    browser.go(&pitfalls.file, "#scene=too-many-tasks-fixed&t=3.5s");
    assert_eq!(browser.run(in_sight), true);
    assert_eq!(browser.run(in_view), serde_json::json!([true, true]));
    let more = "return [...document.querySelectorAll('.scene.chosen .more')].map((more) => more.textContent)";
    let parked = "97 more lanes: 68 parked, 29 ended";
    assert_eq!(browser.run(more), serde_json::json!([parked, parked]));
    silent(&browser);
}

#[test]
fn a_hostile_name_is_text() {
    let Some(browser) = Browser::open(1280, 800) else {
        return;
    };
    let page = opened("hostile-browser", &[hostile()]);
    browser.go(&page.file, "");
    browser.run("document.getElementById('last').click()");
    let name = browser.text(".lane .name");
    assert!(name.starts_with("main</script><script>bad()"), "{name}");
    assert!(name.contains("{{script}} $& \\u{202e}evil"), "{name}");
    let rows = browser.run("return document.querySelectorAll('script').length");
    assert_eq!(rows, 2);
    assert!(browser.text("#why").contains("</script>"));
    silent(&browser);
}

#[test]
fn a_hundred_thousand_lanes_stay_quick() {
    let _alone = undisturbed();
    let Some(browser) = Browser::open(1280, 800) else {
        return;
    };
    let page = hundred_thousand();
    browser.go(&page.file, "");
    // With its layout, which is what a step costs the eye.
    let took = browser.run(
        "const took = [];
         for (let step = 0; step < 60; step += 1) {
           const begun = performance.now();
           document.getElementById(step < 40 ? 'next' : 'back').click();
           document.body.offsetHeight;
           took.push(performance.now() - begun);
         }
         return took.sort((a, b) => a - b)[57]",
    );
    assert!(took.as_f64().unwrap() < 50.0, "{took}");
    browser.run("document.getElementById('last').click()");
    assert!(
        browser.text(".more").ends_with(" ended"),
        "{}",
        browser.text(".more")
    );
    silent(&browser);
}

#[test]
fn without_motion_it_is_shown_step_by_step() {
    let Some(browser) = Browser::open(1280, 800) else {
        return;
    };
    let gather = exported("gather", &["--clock", "virtual"]);
    // For half a second nothing happens, and without motion nothing moves.
    for (motion, edges) in [("reduce", 1..=2), ("no-preference", 3..=1000)] {
        browser.prefers("light", motion);
        browser.go(&gather.file, "#scene=gather&t=0s");
        let seen = browser.wait_for(
        "const done = arguments[0];
         const run = document.querySelectorAll('.run')[1];
         const edges = new Set();
         document.getElementById('play').click();
         const begun = performance.now();
         const look = () => {
           edges.add(run.querySelector('.strip i').style.getPropertyValue('--now'));
           if (performance.now() - begun < 500) requestAnimationFrame(look);
           else { document.getElementById('play').click(); done(edges.size); }
         };
         requestAnimationFrame(look);",
        );
        assert!(edges.contains(&seen.as_u64().unwrap()), "{motion}: {seen}");
    }
    silent(&browser);
}

/// Nothing is to the side of a telephone, and who is who can be read on it.
#[test]
fn a_page_fits_a_telephone() {
    let Some(browser) = Browser::open(390, 844) else {
        return;
    };
    for chapter in CHAPTERS {
        let page = format!("{}.html", chapter.name);
        browser.go(&made().join(&page), "");
        let beside = browser.run(
            "const names = [...document.querySelectorAll('.name')];
             const cut = names.filter((name) => name.scrollWidth > name.clientWidth);
             return [
               document.documentElement.scrollWidth > innerWidth,
               cut.map((name) => name.textContent),
               names.length > 0,
             ];",
        );
        let nothing: [&str; 0] = [];
        assert_eq!(beside, serde_json::json!([false, nothing, true]), "{page}");
    }
    silent(&browser);
}

/// From the contents to a chapter, to the next one, and to what is found.
#[test]
fn a_book_is_read_from_its_contents() {
    let Some(browser) = Browser::open(1280, 800) else {
        return;
    };
    let contents = made().join("index.html");
    browser.go(&contents, "");
    let names = CHAPTERS.iter().map(|chapter| chapter.name);
    let names: Vec<&str> = names.collect();
    let click = |selector: &str| {
        let script = format!("document.querySelector('{selector}').click()");
        browser.run(&script);
    };
    click(".chapters a");
    for (index, name) in names.iter().enumerate() {
        assert_eq!(browser.text("h1"), *name);
        // It plays.
        click("#last");
        assert!(!browser.text("#why").starts_with("Nothing"), "{name}");
        if index + 1 < names.len() {
            click("[rel=next]");
        }
    }
    let is_last = "return document.querySelector('[rel=next]') === null";
    assert_eq!(browser.run(is_last), true);

    // The search, by the keyboard alone: the links of the page are before it.
    click("nav a");
    assert_eq!(browser.text("h1"), "asyncade");
    browser.press(&format!("{TAB}{TAB}timeout ANYTHING"));
    assert_eq!(browser.text("#found"), "1 found");
    assert_eq!(browser.text("#results a"), "A timeout can stop anything.");
    assert_eq!(browser.text("#results mark"), "timeout");
    browser.press(&ENTER.to_string());
    assert_eq!(browser.text("h1"), "Beliefs");
    assert_eq!(browser.text("li:target h2"), "A timeout can stop anything.");
    // From a belief to the moment that shows it.
    click("li:target a");
    assert_eq!(browser.text("h1"), "timeout");
    assert_eq!(browser.text(".scene.chosen .scene-name"), "blocking");
    assert!(!browser.text("#where").starts_with("0 of"));

    // A search is a link, too, and what is typed into it is text.
    let found = |typed: &str| {
        browser.go(&contents, &format!("#q={typed}"));
        browser.text("#found")
    };
    assert_eq!(
        found("%3Cimg%20src%3Dx%20onerror%3Dbad()%3E"),
        "nothing found"
    );
    assert_eq!(found("gather%20return_exceptions"), "2 found");
    let link =
        "return document.querySelector('#results a').getAttribute('href')";
    assert_eq!(browser.run(link), "gather.html#scene=return_exceptions");
    assert_eq!(found("the").split(' ').next_back(), Some("here"));
    assert_eq!(found(""), "");
    silent(&browser);
}

/// What bars anybody from the page that a browser is at, by axe-core, a tool for
/// this, from the npm registry: where its file is, is said in `ASYNCADE_AXE`.
pub fn axe(browser: &Browser, name: &str) {
    let Some(axe) = std::env::var_os("ASYNCADE_AXE") else {
        eprintln!("left out: ASYNCADE_AXE names no file of axe-core's");
        return;
    };
    let axe = std::fs::read_to_string(axe).unwrap();
    browser.run(
        "document.querySelectorAll('details').forEach((all) => { all.open = true; })",
    );
    browser.run(&axe);
    let found = browser.wait_for(
        "const done = arguments[0];
         axe.run().then((found) => done(found.violations.map((one) =>
           `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html + ' ' + node.failureSummary).join(' | ')}`)))",
    );
    assert_eq!(found, serde_json::json!([]), "{name}");
}

#[test]
fn nothing_bars_anybody() {
    let Some(browser) = Browser::open(1280, 800) else {
        return;
    };
    let all_fine = |file: &Path, link: &str| {
        for scheme in ["light", "dark"] {
            browser.prefers(scheme, "no-preference");
            browser.go(file, link);
            axe(&browser, &format!("{} {scheme}", file.display()));
        }
    };
    for (file, link) in [
        ("index.html", "#q=task"),
        ("beliefs.html", "#belief-3"),
        ("parallel.html", "#scene=workers&step=20"),
    ] {
        all_fine(&made().join(file), link);
    }
    for (chapter, link) in [
        ("gather", "#scene=gather&step=20&reveal"),
        ("coroutines", "#scene=hand-over&step=9&reveal"),
        ("pitfalls", "#scene=blocking-call&t=1.5s&reveal"),
    ] {
        all_fine(&whole(chapter).file, link);
    }
}
