//! The book that is served, in a real browser: its sliders move both worlds,
//! what they show is what their link leads to, and what is wrong is said. Where
//! there is no chromedriver this is left out, which is said.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::served::Served;
use crate::support::webdriver::{Browser, ENTER, RIGHT, TAB};
use crate::support::{computing, on_virtual_clock, python, undisturbed};

/// A window, and a book at whose page it is.
struct Reader {
    browser: Browser,
    served: Served,
}

impl Reader {
    /// Opens a page; `None`, which was said, where there is no browser.
    fn at(path: &str) -> Option<Reader> {
        let reader = Reader {
            browser: Browser::open(1280, 800)?,
            served: Served::new(),
        };
        reader.visit(path);
        Some(reader)
    }

    fn visit(&self, path: &str) {
        self.browser
            .visit(&format!("http://{}{path}", self.served.host));
    }

    /// Where it is, without its host.
    fn address(&self) -> String {
        let script = "return location.pathname + location.search";
        self.browser.run(script).as_str().unwrap().to_owned()
    }

    /// It is there in a moment: the address waits until the hand rests.
    fn is_at(&self, address: &str) {
        let script = format!(
            "return location.pathname + location.search === '{address}'"
        );
        self.browser.until(&format!("at {address}"), &script);
    }

    /// Moves a slider to a value, as a hand does, and waits for what comes.
    fn slide(&self, knob: &str, to: &str) {
        self.browser.run(&format!(
            "const slider = document.querySelector('[type=range][aria-label=\"{knob}\"]');
             slider.value = {to};
             slider.dispatchEvent(new Event('input', {{ bubbles: true }}));"
        ));
        self.settled();
    }

    /// Types a value, and leaves the field.
    fn fill(&self, knob: &str, text: &str) {
        let text = json!(text);
        self.browser.run(&format!(
            "const field = document.getElementById('knob-{knob}');
             field.value = {text};
             field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ));
        self.settled();
    }

    fn settled(&self) {
        let script = "return !document.querySelector('[aria-busy]')";
        self.browser.until("it has answered", script);
    }

    /// Moves a slider from one figure to another in such steps, faster than
    /// anybody can answer.
    fn hurry(&self, knob: &str, (from, to, step): (u32, u32, u32)) {
        self.browser.run(&format!(
            "const slider = document.querySelector('[aria-label={knob}]');
             for (let at = {from}; at <= {to}; at += {step}) {{
               slider.value = at;
               slider.dispatchEvent(new Event('input'));
             }}"
        ));
        self.settled();
    }

    /// The hand rests: what takes longer has been shown, too.
    fn rested(&self) {
        self.settled();
        let script = "return !document.querySelector('[inert]')";
        self.browser.until("it has rested", script);
    }

    fn silent(&self) {
        assert_eq!(self.browser.complaints(), Vec::<String>::new());
        let own = format!("http://{}/", self.served.host);
        for url in self.browser.requests() {
            let is_own = url.starts_with(&own) || url.starts_with("about:");
            assert!(is_own, "{url}");
        }
    }

    fn value(&self, knob: &str) -> String {
        let script =
            format!("return document.getElementById('knob-{knob}').value");
        self.browser.run(&script).as_str().unwrap().to_owned()
    }
}

/// What the lanes of a scene say that they do, in each of its worlds.
const LANES: &str = "return [...document.querySelectorAll('.scene:nth-child(2) .run')].map((run) =>
    [...run.querySelectorAll('li')].map((row) =>
      `${row.querySelector('.name').textContent} ${row.querySelector('.does').textContent}`))";

#[test]
fn a_slider_moves_both_worlds() {
    let _alone = undisturbed();
    let Some(reader) = Reader::at("/gather.html") else {
        return;
    };
    let browser = &reader.browser;
    // Before anything was played there is a question, and no answer yet.
    reader.slide("b", "1500");
    assert!(browser.text("#question").contains("take 3s, 1.5s and 2s"));
    assert!(browser.text("#where").starts_with("0 of"));
    reader.slide("b", "1000");
    browser.click("#last");
    // With the keyboard, as it is the finest hand there is.
    browser.run("document.querySelector('[aria-label=b]').focus()");
    let begun = Instant::now();
    browser.press(&RIGHT.to_string().repeat(3));
    reader.settled();
    let took = browser.run(
        "return performance.getEntriesByType('resource').map((one) => Math.round(one.duration))",
    );
    eprintln!("three steps in {:?}, answers in {took} ms", begun.elapsed());
    reader.is_at("/gather.html?b=1.3s");
    assert_eq!(reader.value("b"), "1.3s");
    let asked = browser.text("#question");
    assert!(asked.contains("take 3s, 1.3s and 2s"), "{asked}");
    let lanes = [
        "main finished 3.000s",
        "A finished 3.000s",
        "B finished 1.300s",
        "C finished 2.000s",
    ];
    let worlds = if python().is_some() { 2 } else { 1 };
    assert_eq!(browser.run(LANES), json!(vec![lanes; worlds]));
    // It still has the focus: the hand goes on.
    let focus = "return document.activeElement.getAttribute('aria-label')";
    assert_eq!(browser.run(focus), "b");
    browser.press(&RIGHT.to_string());
    reader.settled();
    assert_eq!(reader.value("b"), "1.4s");

    // Where one was in the run, one still is.
    browser.run("document.activeElement.blur()");
    let place = "#scene=gather&t=1.5s&lane=B";
    browser.run(&format!("location.hash = '{place}'"));
    browser.until("it is there", "return document.getElementById('where').textContent.includes('1.500s')");
    reader.slide("b", "1200");
    assert_eq!(browser.text("#chosen strong"), "B");
    assert_eq!(browser.text("#where"), "27 of 46 at 1.500s");
    reader.slide("b", "1600");
    assert!(browser.text("#chosen").contains("parked"));
    // It is another run that plays on, also while it plays.
    browser.click("#play");
    reader.slide("b", "1700");
    assert_eq!(browser.text("#play"), "Pause");
    for b in ["1500", "1400", "1600"] {
        reader.slide("b", b);
    }
    // Each frame is drawn once, however many runs have played.
    let drawn = browser.wait_for(
        "const done = arguments[0];
         const frame = window.requestAnimationFrame;
         let drawn = 0;
         window.requestAnimationFrame = (draw) => { drawn += 1; return frame(draw); };
         let left = 10;
         const count = () => {
           left -= 1;
           if (left) return frame(count);
           window.requestAnimationFrame = frame;
           done(drawn);
         };
         frame(count);",
    );
    assert!((5..=11).contains(&drawn.as_u64().unwrap()), "{drawn}");
    // Nor does one begin again of which there is only the end to be seen.
    browser.run("location.hash = '#scene=gather&t=2.9s'");
    browser.click("#play");
    browser.until("its tail plays", "return document.getElementById('where').textContent.startsWith('46 of 46 at 3.')");
    reader.slide("b", "1700");
    let place = browser.text("#where");
    assert!(place.starts_with("46 of 46 at "), "{place}");
    assert_eq!(browser.text("#play"), "Pause");
    reader.slide("b", "1600");
    browser.click("#last");
    assert_eq!(browser.text("#where"), "46 of 46 at 3.000s");
    browser.click("#back");
    assert!(browser.text("#where").starts_with("45 of 46"));
    // Rows that are still where they were are those of the other run: where one
    // waits for 9s now, a click follows that to its end.
    reader.slide("a", "9000");
    let point = browser.run(
        "const strip = document.querySelector('.strip');
         strip.scrollIntoView({ block: 'center' });
         const box = strip.getBoundingClientRect();
         return [box.left + 0.6 * box.width, box.top + 12].map(Math.round);",
    );
    let [x, y] = [0, 1].map(|at| point[at].as_i64().unwrap());
    browser.drag(&[(x, y)]);
    let place = browser.text("#where");
    assert!(place.ends_with(" at 9.000s"), "{place}");
    reader.silent();
}

/// Nothing is drawn anew that looks the same as before.
#[test]
fn what_a_slider_does_not_move_stays() {
    let _core = computing();
    let Some(reader) = Reader::at("/pitfalls.html") else {
        return;
    };
    reader.slide("block", "2200");
    reader.browser.run(
        "const nameOf = (strip, part, name) => strip.closest(part).querySelector(name).textContent;
         window.before = [...document.querySelectorAll('.scene .lane .strip svg')]
           .map((strip) => [strip, `${nameOf(strip, '.scene', '.scene-name')}: ${nameOf(strip, '.lane', '.name')}`]);",
    );
    reader.slide("block", "2400");
    let drawn = reader.browser.run(
        "const drawn = window.before.filter(([strip]) => !document.contains(strip));
         return [...new Set(drawn.map(([, name]) => name))]",
    );
    let expected = [
        "blocking-call: heartbeat",
        "blocking-call: worker",
        "blocking-call-fixed: heartbeat",
        "blocking-call-fixed: worker",
        "blocking-call-fixed: blocking_io",
    ];
    assert_eq!(drawn, json!(expected));
    reader.silent();
}

/// All that is shown of a run at its end, as HTML.
const WHOLE: &str = "document.getElementById('last').click();
    const knobs = [...document.querySelectorAll('#knobs [name]')].map((field) => {
      const slider = field.parentElement.querySelector('[type=range]');
      const stands = ['value', 'min', 'max'].map((part) => slider?.[part]);
      return [field.name, field.value, ...stands, slider?.getAttribute('aria-valuetext')];
    });
    const parts = ['header', '#question', '#scenes', '#reveal', '#steps', '#typed', 'footer'];
    return [...parts.map((part) => document.querySelector(part).innerHTML), JSON.stringify(knobs)]";

/// A page that sliders have changed is the page that its link leads to, with
/// every slider of every chapter at both of its ends.
#[test]
fn a_setting_is_a_link() {
    let _alone = computing();
    let Some(reader) = Reader::at("/") else {
        return;
    };
    let mut compared = 0;
    for chapter in on_virtual_clock() {
        reader.visit(&format!("/{}.html", chapter.name));
        let sliders = reader.browser.run(
            "return [...document.querySelectorAll('#knobs [type=range]')].map((one) =>
               one.getAttribute('aria-label'))",
        );
        for end in ["slider.max", "slider.min"] {
            for knob in sliders.as_array().unwrap() {
                reader.slide(knob.as_str().unwrap(), end);
                // No hand gets where the others do not allow it.
                let said = reader.browser.text("#fault");
                assert_eq!(said, "", "{}: {knob} at {end}", chapter.name);
            }
            reader.rested();
            let moved = reader.browser.run(WHOLE);
            let address = reader.address();
            assert!(address.contains('?'), "{address}");
            reader.visit(&address);
            let opened = reader.browser.run(WHOLE);
            for part in 0..8 {
                let [moved, opened] =
                    [&moved, &opened].map(|page| page[part].as_str().unwrap());
                let same = moved.bytes().zip(opened.bytes());
                let same = same.take_while(|(one, other)| one == other).count();
                assert!(
                    moved == opened,
                    "{address}:\n{}\n{}",
                    &moved[same.saturating_sub(300)..],
                    &opened[same.saturating_sub(300)..]
                );
            }
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared}");
    reader.silent();
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_lost() {
    let Some(reader) = Reader::at("/taskgroup.html?task2=3s") else {
        return;
    };
    let browser = &reader.browser;
    browser.click("#last");
    let before = browser.text("#scenes");
    reader.fill("task1", "soon");
    let said = browser.text("#fault");
    assert_eq!(
        said,
        "invalid value 'soon' for '--task1 <TIME>': not a duration; give \
         seconds, as in 5 or 2.5, or a unit, as in 500ms, 2s or 1m. What is \
         shown is the run before."
    );
    assert_eq!(browser.text("#scenes"), before);
    std::thread::sleep(ANOTHER_HAND);
    assert_eq!(reader.address(), "/taskgroup.html?task2=3s");
    assert_eq!(reader.value("task1"), "soon");
    let is_stale = "return document.body.classList.contains('stale')";
    assert_eq!(browser.run(is_stale), true);
    let invalid = "return [...document.querySelectorAll('[aria-invalid=true]')].map((field) => field.name)";
    assert_eq!(browser.run(invalid), json!(["task1"]));
    reader.silent();
    reader.fill("task1", "1.5");
    assert_eq!(browser.run(is_stale), false);
    assert_eq!(browser.run(invalid), json!([]));
    assert_eq!(
        browser.run("return document.getElementById('fault').hidden"),
        true
    );
    reader.is_at("/taskgroup.html?task1=1.5&task2=3s");
    // What follows another knob has moved with it.
    let follows = "return document.querySelector('[aria-label=fail-at]').value";
    assert_eq!(browser.run(follows), "1500");
    assert_eq!(reader.value("fail-at"), "");
    // What is typed is text, wherever it is said.
    reader.fill("task1", "<img src=x onerror=bad()>");
    assert!(browser.text("#fault").contains("'<img src=x"));
    let images = "return document.querySelectorAll('img').length";
    assert_eq!(browser.run(images), 0);
    browser.click("#article");
    reader.settled();
    reader.is_at("/taskgroup.html");
    assert_eq!(reader.value("task2"), "2s");
    reader.silent();

    // A link with a wrong setting is answered by a page.
    reader.visit("/gather.html?a=x");
    assert!(browser.text("#refusal").contains("not a duration"));
    browser.click("main a");
    assert_eq!(browser.text("h1"), "gather");
    // And who has ended is not waited for.
    browser.complaints();
    let Reader { browser, served } = reader;
    drop(served);
    browser.run(
        "const slider = document.querySelector('#knobs [type=range]');
         slider.value = 1000; slider.dispatchEvent(new Event('input'))",
    );
    browser.until("it says so", "return document.getElementById('fault').textContent.startsWith('Nobody answers')");
}

#[test]
fn a_hand_is_followed_and_the_way_back_is_the_browsers() {
    let _core = computing();
    let Some(reader) = Reader::at("/shield.html") else {
        return;
    };
    let browser = &reader.browser;
    browser.requests();
    // The last one counts.
    reader.hurry("work", (1000, 6000, 100));
    let requests = browser.requests().len();
    assert!((1..=3).contains(&requests), "{requests}");
    reader.is_at("/shield.html?work=6s");
    // While it moves on, it sees what there is time for, and the address waits:
    // browsers limit how often that changes.
    let followed = browser.wait_for(
        "const done = arguments[0];
         const typed = document.getElementById('typed');
         const last = { text: typed.textContent, at: 0, before: 0 };
         const seen = new Set();
         const look = () => {
           seen.add(typed.textContent);
           if (typed.textContent === last.text) return;
           Object.assign(last, { text: typed.textContent, at: performance.now(), before: last.at });
         };
         typed.replaceChildren = (...parts) => {
           Element.prototype.replaceChildren.apply(typed, parts);
           look();
         };
         let waited = Infinity;
         for (const write of ['pushState', 'replaceState']) {
           history[write] = (...how) => {
             look();
             // A new entry is made at once, by a hand that had rested.
             const isNew = write === 'pushState' && last.at - last.before > 900;
             if (!isNew) waited = Math.min(waited, performance.now() - last.at);
             History.prototype[write].apply(history, how);
           };
         }
         const slider = document.querySelector('[aria-label=work]');
         let at = 1000;
         const move = () => {
           if (at > 5000) return setTimeout(() => done([seen.size, Math.round(waited)]), 1000);
           slider.value = at;
           slider.dispatchEvent(new Event('input'));
           at += 100;
           setTimeout(move, 40);
         };
         move();",
    );
    let [seen, waited] = [0, 1].map(|at| followed[at].as_u64().unwrap());
    assert!(
        seen > 5 && waited >= 150,
        "{seen} seen, written {waited} ms after an answer"
    );
    reader.is_at("/shield.html?work=5s");
    reader.slide("work", "6000");
    reader.is_at("/shield.html?work=6s");
    // Evidence is a step of the browser's history, and so is its setting.
    browser.click("#reveal summary");
    browser.click("#reveal a[href*=scene]");
    reader.slide("work", "4000");
    reader.is_at("/shield.html?work=4s");
    browser.run("history.back()");
    browser.until("it is back", "return location.search === '?work=6s'");
    reader.settled();
    assert_eq!(reader.value("work"), "6s");
    let typed = browser.text("#typed");
    assert!(typed.contains("--work 6s"), "{typed}");
    // What is left by a link before the hand has rested is whole.
    reader.slide("work", "3000");
    reader.slide("work", "2400");
    browser.click("#reveal a[href*=scene]");
    std::thread::sleep(ANOTHER_HAND);
    browser.run("history.back()");
    std::thread::sleep(ANOTHER_HAND);
    reader.is_at("/shield.html?work=2.4s");
    assert_eq!(reader.value("work"), "2.4s");
    // Whoever goes back while an answer is on its way has left that.
    reader.slide("work", "6000");
    std::thread::sleep(ANOTHER_HAND);
    reader.slide("work", "5000");
    std::thread::sleep(ANOTHER_HAND);
    browser.run(
        "const own = window.fetch;
         window.fetch = async (...what) => {
           window.fetch = own;
           await new Promise((go) => setTimeout(go, 300));
           return own(...what);
         };
         const slider = document.querySelector('[aria-label=work]');
         slider.value = 4000;
         slider.dispatchEvent(new Event('input'));
         history.back();",
    );
    std::thread::sleep(ANOTHER_HAND);
    reader.settled();
    reader.is_at("/shield.html?work=6s");
    assert_eq!(reader.value("work"), "6s");
    let typed = browser.text("#typed");
    assert!(typed.contains("--work 6s"), "{typed}");
    // A slider follows what is typed, in whatever words.
    reader.fill("work", "6seconds");
    let at = "return document.querySelector('[aria-label=work]').value";
    assert_eq!(browser.run(at), "6000");
    reader.fill("work", "4000msec");
    assert_eq!(browser.run(at), "4000");
    reader.fill("work", "6s");
    // So is each move of a hand, with the place where one was then.
    browser.run("location.hash = '#scene=shielded&t=6s&lane=caller'");
    let place = browser.text("#where");
    std::thread::sleep(ANOTHER_HAND);
    reader.hurry("work", (3000, 5000, 500));
    reader.is_at("/shield.html?work=5s");
    browser.click("#first");
    // The address has it a moment later.
    std::thread::sleep(ANOTHER_HAND);
    browser.run("history.back()");
    browser.until("it is back", "return location.search === '?work=6s'");
    reader.settled();
    assert_eq!(browser.text("#where"), place);
    assert_eq!(browser.text("#chosen strong"), "caller");
    // From page to page, too.
    browser.click("[rel=next]");
    browser.until(
        "it is there",
        "return document.querySelector('h1').textContent === 'to_thread'",
    );
    browser.run("history.back()");
    browser.until(
        "it is back",
        "return document.querySelector('h1').textContent === 'shield'",
    );
    reader.is_at("/shield.html?work=6s");
    assert_eq!(reader.value("work"), "6s");
    reader.silent();
}

/// After so long a move of a slider is another one.
const ANOTHER_HAND: Duration = Duration::from_millis(1200);

/// The sliders and the scene that is looked at are seen together, in a window
/// of the size that a projector has.
#[test]
fn the_sliders_stay_in_sight() {
    let Some(reader) = Reader::at("/gather.html") else {
        return;
    };
    let browser = &reader.browser;
    browser.run("document.getElementById('last').click()");
    browser
        .run("document.querySelector('.scene:nth-child(2)').scrollIntoView()");
    let boxes = browser.run(
        "return ['#knobs', '.scene:nth-child(2)', '#code', '#bar'].map((part) => {
           const box = document.querySelector(part).getBoundingClientRect();
           return [box.top, box.bottom];
         })",
    );
    let at = |part: usize, side: usize| boxes[part][side].as_f64().unwrap();
    let (knobs, scene, code, bar) = (0, 1, 2, 3);
    assert!(at(bar, 0) >= 0.0, "{boxes}");
    assert!(at(knobs, 0) >= at(bar, 1), "{boxes}");
    assert!(at(scene, 0) >= at(knobs, 1) - 1.0, "{boxes}");
    assert!(at(scene, 1) <= 800.0, "{boxes}");
    assert!(at(code, 0) >= at(knobs, 1) - 1.0, "{boxes}");
}

#[test]
fn what_is_measured_waits_for_its_button() {
    let _alone = undisturbed();
    let Some(reader) = Reader::at("/parallel.html") else {
        return;
    };
    let browser = &reader.browser;
    let bar = "return document.getElementById('bar').hidden";
    assert_eq!(browser.run(bar), true);
    reader.fill("work", "100ms");
    assert_eq!(browser.run(bar), true);
    // What is below is of these knobs already, and the answer is to be found.
    assert!(browser.text("footer").contains("work 100ms"));
    let answer = "return document.getElementById('reveal').hidden";
    assert_eq!(browser.run(answer), true);
    let takes = browser.text("#takes");
    browser.run("document.getElementById('run').focus()");
    browser.press(&ENTER.to_string());
    assert!(browser.text("#busy").contains(&takes));
    reader.settled();
    assert_eq!(browser.run(answer), false);
    let focus = "return document.activeElement.id";
    assert_eq!(browser.run(focus), "run");
    assert_eq!(browser.run(bar), false);
    assert_eq!(browser.text("#busy"), "");
    assert!(browser.text("#story").contains("Measured: parallel"));
    assert!(!browser.text("#where").starts_with("0 of"));
    // Its code is open, as lanes are in it.
    let open = "return document.querySelector('.file').open";
    assert_eq!(browser.run(open), true);
    // Another setting is not what was measured.
    reader.fill("tasks", "2");
    assert_eq!(
        browser.text("#busy"),
        "What is shown was measured with other knobs."
    );
    let is_stale = "return document.body.classList.contains('stale')";
    assert_eq!(browser.run(is_stale), true);
    // Until it is set as it was.
    reader.fill("tasks", "");
    assert_eq!(reader.value("tasks"), "4");
    assert_eq!(browser.run(is_stale), false);
    assert_eq!(browser.text("#busy"), "");
    reader.fill("tasks", "2");
    browser.click("#run");
    reader.settled();
    assert_eq!(browser.run(is_stale), false);
    reader.is_at("/parallel.html?tasks=2&work=100ms");
    reader.silent();
}

#[test]
fn without_a_script_the_form_asks_for_the_same_page() {
    let Some(reader) = Reader::at("/") else {
        return;
    };
    let browser = &reader.browser;
    let off = json!({"value": true});
    browser.tool("Emulation.setScriptExecutionDisabled", &off);
    reader.visit("/gather.html");
    // The first field: the links of the page are before it, and the sliders are
    // not there.
    let focus = "return document.activeElement.id";
    for _ in 0..12 {
        browser.press(&TAB.to_string());
        if browser.run(focus) == "knob-a" {
            break;
        }
    }
    browser.press(&format!("5s{ENTER}"));
    browser.until("it has loaded", "return location.search !== ''");
    reader.is_at("/gather.html?a=5s&b=1s&c=2s");
    assert!(browser.text("#question").contains("take 5s, 1s and 2s"));
    reader.silent();
}

/// By axe-core, as in `browser`.
#[test]
fn nothing_bars_anybody_from_the_knobs() {
    let Some(reader) = Reader::at("/") else {
        return;
    };
    for (path, does) in [
        ("/gather.html?a=1s", ""),
        ("/parallel.html", ""),
        ("/gather.html?a=x", ""),
        (
            "/gather.html",
            "const field = document.getElementById('knob-a'); field.value = 'x';
             field.dispatchEvent(new Event('change'))",
        ),
    ] {
        for scheme in ["light", "dark"] {
            reader.browser.prefers(scheme, "no-preference");
            reader.visit(path);
            reader.browser.run(does);
            reader.settled();
            crate::browser::axe(&reader.browser, &format!("{path} {scheme}"));
        }
    }
}
