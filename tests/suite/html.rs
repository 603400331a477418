//! The page that plays a run: how large it is, what it may do, what it shows of
//! names that want to be more than names, and that what a lane does at a step
//! is what the trace's own fold says. A browser opens it in `browser`.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use asyncade::chapter::Chapter;
use asyncade::demos;
use asyncade::terminal::beside;
use asyncade::timeline::{Doing, State};
use asyncade::trace::{Place, Trace, What, ndjson};
use serde_json::Value;

use crate::support::many::{Wake, many};
use crate::support::{chapter, computing, on_virtual_clock, ran};

/// What looks up where lanes are, as it is in every page.
const FOLD: &str = include_str!("../../src/export/html/script/fold.js");

pub fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A run as a page, and the traces that it was made of.
pub struct Exported {
    pub page: String,
    pub file: PathBuf,
    pub traces: Vec<Trace>,
}

/// Plays a chapter, and writes its page.
pub fn exported(name: &str, arguments: &[&str]) -> Exported {
    // Tests run side by side, and no two runs on the real clock are the same.
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let number = RUNS.fetch_add(1, Ordering::Relaxed);
    let folder = folder("html");
    let [file, traces] = ["html", "ndjson"]
        .map(|format| folder.join(format!("{name}-{number}.{format}")));
    for file in [&file, &traces] {
        let _ = fs::remove_file(file);
    }
    let exports = [&file, &traces].map(|file| file.to_str().unwrap());
    let options = ["-q", "--export", exports[0], "--export", exports[1]];
    let run = ran(&[&[name], arguments, &options].concat());
    // What is measured on a busy machine may not be as it should be.
    let measured = !arguments.contains(&"virtual");
    let is_fine = run.code == Some(0) || (measured && run.code == Some(1));
    assert!(is_fine, "{name}: {}", run.stderr);
    let read = fs::File::open(&traces).unwrap();
    Exported {
        page: fs::read_to_string(&file).unwrap(),
        file,
        traces: ndjson::read(std::io::BufReader::new(read)).unwrap(),
    }
}

/// A chapter with all its scenes, in both worlds.
pub fn whole(name: &str) -> Exported {
    exported(name, &["--all", "--twin", "--clock", "virtual"])
}

/// Every chapter with all that it can be recorded with: what nobody can compute
/// is measured, and is not long.
pub fn every_chapter() -> impl Iterator<Item = (&'static Chapter, Exported)> {
    demos::CHAPTERS.iter().copied().map(|chapter| {
        let measured: &[&str] = match chapter.name {
            "parallel" => &["--all", "--work", "40ms", "--heartbeat", "10ms"],
            "crawler" => &["--all", "--pages", "4", "--latency", "20ms"],
            _ => return (chapter, whole(chapter.name)),
        };
        (chapter, exported(chapter.name, measured))
    })
}

/// Opens traces, and writes their page.
pub fn opened(name: &str, traces: &[Trace]) -> Exported {
    let folder = folder("html");
    let [from, file] = ["ndjson", "html"]
        .map(|format| folder.join(format!("{name}.{format}")));
    let _ = fs::remove_file(&file);
    let mut text = Vec::new();
    for trace in traces {
        ndjson::write(trace, &mut text).unwrap();
    }
    fs::write(&from, text).unwrap();
    let (from, to) = (from.to_str().unwrap(), file.to_str().unwrap());
    let run = ran(&["view", from, "-q", "--export", to]);
    assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
    Exported {
        page: fs::read_to_string(&file).unwrap(),
        file,
        traces: traces.to_vec(),
    }
}

/// What stands between two texts, the first time.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| {
        panic!("{before} is not in the page");
    });
    rest.split_once(after).unwrap().0
}

pub fn data(page: &str) -> Value {
    let data = between(page, "id=\"data\">", "</script>");
    serde_json::from_str(data).unwrap()
}

/// What the page's own fold has to say: for each run and each number of its
/// events a line for each lane of the page.
fn by_rust(data: &Value, traces: &[Trace]) -> String {
    let mut lines = String::new();
    let runs = data["runs"].as_array().unwrap();
    assert_eq!(runs.len(), traces.len());
    for (run, trace) in runs.iter().zip(traces) {
        let ids: Vec<u32> = run["lanes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|lane| u32::try_from(lane["id"].as_u64().unwrap()).unwrap())
            .collect();
        let numbers: BTreeSet<u64> = match run["numbers"].as_array().unwrap() {
            all if all.is_empty() => (1..=trace.events.len() as u64).collect(),
            some => some.iter().map(|n| n.as_u64().unwrap()).collect(),
        };
        let mut state = State::new();
        let mut step = 0;
        for (number, event) in (1..).zip(&trace.events) {
            state.apply(event);
            if !numbers.contains(&number) {
                continue;
            }
            step += 1;
            for id in &ids {
                let Some(lane) = state.lane(*id) else {
                    continue;
                };
                let words = match (&lane.end, lane.doing) {
                    (Some(end), Doing::Ended) => end.outcome.to_string(),
                    _ => beside(&state, lane),
                };
                let Place { file, line } = &lane.place;
                let (name, doing) = (&lane.name, lane.doing);
                lines +=
                    &format!("{step} {name} {doing:?} {file}:{line} {words}\n");
            }
        }
    }
    lines
}

/// The same, as the page's script looks it up. `None` where there is no Node.js.
fn by_script(page: &str) -> Option<String> {
    let script = format!(
        "{FOLD}
        const data = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const DOINGS = ['Unbegun', 'Running', 'Blocking', 'Lending', 'Parked', 'Ready', 'Ended'];
        readRuns(data);
        const lines = [];
        for (const run of data.runs) {{
          for (let step = 1; step <= run.steps.length; step += 1) {{
            for (const lane of run.lanes) {{
              const at = laneAt(lane, step);
              if (!at) continue;
              const [file, line] = run.places[at.place];
              lines.push(`${{step}} ${{lane.name}} ${{DOINGS[at.doing]}} ${{run.files[file]}}:${{line}} ${{textAbout(run, at.text, lane)}}\\n`);
            }}
          }}
        }}
        process.stdout.write(lines.join(''));"
    );
    let node = Command::new("node")
        .args(["-e", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut node = match node {
        Ok(node) => node,
        Err(_) => {
            eprintln!("left out: there is no Node.js to run the page's script");
            return None;
        }
    };
    let json = between(page, "id=\"data\">", "</script>").to_owned();
    let mut stdin = node.stdin.take().unwrap();
    let writing = std::thread::spawn(move || {
        stdin.write_all(json.as_bytes()).unwrap();
    });
    let output = node.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(output.status.success(), "the script fails");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// The first line in which two texts differ, with what it should be.
fn same_lines(name: &str, found: &str, expected: &str) {
    let lines = found.lines().zip(expected.lines());
    for (found, expected) in lines {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(found.len(), expected.len(), "{name}");
}

#[test]
fn at_every_step_lanes_are_where_the_fold_has_them() {
    let mut steps = 0;
    let mut on_threads = 0;
    for (chapter, Exported { page, traces, .. }) in every_chapter() {
        let Some(found) = by_script(&page) else {
            return;
        };
        let expected = by_rust(&data(&page), &traces);
        same_lines(chapter.name, &found, &expected);
        steps += expected.lines().count();
        on_threads += expected.matches(" running on thread ").count();
    }
    assert!(steps > 5_000, "{steps}");
    // Of several that run at once each has its thread.
    assert!(on_threads > 20, "{on_threads}");
}

/// Who runs when a second thread is seen to poll is on the first one, and that
/// is said from then on, though nothing happens to it.
#[test]
fn a_second_thread_is_told_from_the_first() {
    let trace = "\
        {\"asyncade\":2,\"subject\":{\"program\":\"two\"},\"world\":{\"name\":\"tokio\",\"flavor\":\"multi_thread\",\"workers\":2},\"clock\":\"real\"}\n\
        {\"at\":0,\"lane\":0,\"event\":\"spawn\",\"name\":\"main\",\"kind\":\"main\",\"parent\":null,\"file\":\"a.rs\",\"line\":1}\n\
        {\"at\":0,\"lane\":0,\"event\":\"poll\"}\n\
        {\"at\":1,\"lane\":1,\"event\":\"spawn\",\"name\":\"A\",\"kind\":\"task\",\"parent\":0,\"file\":\"a.rs\",\"line\":2}\n\
        {\"at\":2,\"lane\":1,\"event\":\"poll\",\"thread\":1}\n\
        {\"at\":9000000,\"lane\":1,\"event\":\"end\",\"outcome\":\"finished\"}\n\
        {\"at\":9000000,\"lane\":0,\"event\":\"end\",\"outcome\":\"finished\"}\n\
        {\"asyncade\":2,\"done\":true,\"elapsed\":9000000,\"events\":6}\n";
    let traces = ndjson::read(trace.as_bytes()).unwrap();
    let Exported { page, traces, .. } = opened("two-threads", &traces);
    let data = data(&page);
    let main = &data["runs"][0]["lanes"][0]["track"];
    let texts = data["texts"].as_array().unwrap();
    let told = main.as_array().unwrap().chunks(4).map(|group| {
        let text = usize::try_from(group[3].as_u64().unwrap()).unwrap();
        (group[0].as_u64().unwrap(), texts[text].as_str().unwrap())
    });
    let expected = [
        (1, "not begun"),
        (2, "running"),
        (3, "running"),
        (4, "running on thread 0"),
        (6, "finished"),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    if let Some(found) = by_script(&page) {
        same_lines("two threads", &found, &by_rust(&data, &traces));
    }
}

/// A chapter as it is played, in both worlds, and with all its scenes.
#[test]
fn a_chapter_is_small() {
    for chapter in on_virtual_clock() {
        for arguments in [
            &["--clock", "virtual"][..],
            &["--clock", "virtual", "--all", "--twin"],
        ] {
            let Exported { page, .. } = exported(chapter.name, arguments);
            let size = page.len();
            assert!(size <= 150_000, "{} {arguments:?}: {size}", chapter.name);
        }
    }
}

#[test]
fn nothing_is_asked_for_and_nothing_else_runs() {
    let _core = computing();
    for (_, Exported { page, .. }) in every_chapter() {
        let links = closed(&page);
        assert!(links.iter().all(|link| link.starts_with('#')), "{links:?}");
    }
}

/// Makes sure that a page asks nobody for anything, and that nothing runs in it
/// but its script. Gives its links.
pub fn closed(page: &str) -> Vec<&str> {
    let script = between(page, "<script type=\"module\">", "</script>");
    assert!(!script.contains("fetch("));
    assert!(!page.contains("connect-src") && !page.contains("<form"));
    assert!(page.contains("; form-action 'none'\">"));
    guarded(page)
}

/// Makes sure that nothing runs in a page but its script. Gives its links.
pub fn guarded(page: &str) -> Vec<&str> {
    let policy = between(page, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let script = between(page, "<script type=\"module\">", "</script>");
    let style = between(page, "<style>", "</style>");
    for (kind, text) in [("script", script), ("style", style)] {
        let Some(hash) = hash(text) else { continue };
        let source = format!("{kind}-src 'sha256-{hash}'");
        assert!(policy.contains(&source), "{source}: {policy}");
    }
    // Two scripts, one of which is data; one style; and no handlers.
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("<style").count(), 1);
    assert_eq!(page.matches("<link").count(), 0);
    let json = between(page, "<script type=\"application/json\"", "</script>");
    let mut links = Vec::new();
    for tag in page.split('<').filter_map(|tag| tag.split('>').next()) {
        if [script, style, json].iter().any(|part| part.contains(tag)) {
            continue;
        }
        for wrong in [" on", " src=", " style=", "javascript:", "url(http"] {
            assert!(!tag.contains(wrong), "{wrong} in <{tag}>");
        }
        let link = tag.split_once("href=\"").map(|(_, link)| link);
        links.extend(link.and_then(|link| link.split('"').next()));
    }
    // The one address is a name: that of SVG.
    let addresses = script.matches("://").count();
    assert!(addresses <= 1);
    assert_eq!(script.matches("\"http://www.w3.org/").count(), addresses);
    assert_eq!(style.matches("://").count(), 0);
    for wrong in ["XMLHttp", "import ", "eval(", "innerHTML"] {
        assert!(!script.contains(wrong), "{wrong}");
    }
    links
}

/// A text's SHA-256 in base64, as somebody else computes it.
fn hash(text: &str) -> Option<String> {
    let program = "import sys, hashlib, base64\n\
        text = sys.stdin.buffer.read()\n\
        print(base64.b64encode(hashlib.sha256(text).digest()).decode())";
    let mut python = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    python.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = python.wait_with_output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

#[test]
fn every_evidence_leads_to_a_step_that_is_there() {
    for (chapter, Exported { page, traces, .. }) in every_chapter() {
        let answer = between(&page, "<details id=\"reveal\">", "</details>");
        let facts = answer.matches("<li>").count();
        let links: Vec<&str> = answer.split("href=\"#").skip(1).collect();
        // Where nothing is counted there is nothing to be seen.
        assert!(facts > 0 || chapter.name == "crawler", "{}", chapter.name);
        assert_eq!(links.len(), facts, "{}", chapter.name);
        for link in links {
            let (link, rest) = link.split_once("\">").unwrap();
            let (scene, step) = link
                .strip_prefix("scene=")
                .and_then(|link| link.split_once("&amp;step="))
                .unwrap();
            let trace =
                traces.iter().find(|t| t.header.name() == scene).unwrap();
            let step: usize = step.parse().unwrap();
            assert!((1..=trace.events.len()).contains(&step), "{link}");
            // What is said to happen is what happens there.
            let event = &trace.events[step - 1];
            let lane = name_of(trace, event.lane);
            let what = rest.split_once("</a>").unwrap().0;
            if let Some(ends) = what.strip_suffix(" ends") {
                assert_eq!(ends, lane, "{link}");
                assert!(matches!(event.what, What::End { .. }), "{link}");
            }
            // Whoever has no script finds it in the table, if it is there.
            let is_small = page.matches("not in this table").count() == 0;
            if is_small {
                assert!(page.contains(&format!("<tr id=\"{link}\"")), "{link}");
            }
        }
    }
}

fn name_of(trace: &Trace, lane: u32) -> String {
    let mut events = trace.events.iter();
    events
        .find_map(|event| match &event.what {
            What::Spawn { name, .. } if event.lane == lane => {
                Some(name.clone())
            }
            _ => None,
        })
        .unwrap()
}

#[test]
fn without_a_script_every_step_is_in_a_table() {
    let Exported { page, traces, .. } =
        exported("gather", &["--clock", "virtual"]);
    let events: usize = traces.iter().map(|trace| trace.events.len()).sum();
    assert_eq!(
        page.matches("<tr><td>").count() + page.matches("<tr id").count(),
        events
    );
    assert!(page.contains(
        "<td>1.000s<td>B<td>B says &quot;B done&quot;.<td>demo.rs:15"
    ));
    // The answer is behind a button that needs no script either.
    assert!(page.contains("<details id=\"reveal\">\n<summary>"));
    // The question comes first.
    let at = |text: &str| page.find(text).unwrap();
    assert!(at("When are all the answers there") < at("id=\"reveal\""));
}

#[test]
fn on_the_virtual_clock_a_page_is_the_same_each_time() {
    let pages = [(); 2].map(|()| whole("shield").page);
    assert_eq!(pages[0], pages[1]);
}

/// A small run whose names and lines are those of an enemy.
pub fn hostile() -> Trace {
    let exported = exported("tasks", &["--clock", "virtual"]);
    let mut trace = exported.traces[0].clone();
    for event in &mut trace.events {
        match &mut event.what {
            What::Spawn { name, place, .. } => {
                name.push_str(HOSTILE);
                place.file = format!("{HOSTILE}.rs").into();
            }
            What::Say { text, .. } => text.push_str(HOSTILE),
            _ => {}
        }
    }
    for source in &mut trace.sources {
        source.file = format!("{HOSTILE}.rs");
        source.text.push_str(HOSTILE);
    }
    let program = "{\"program\":\"</script><script>bad()</script>\"}";
    trace.header.subject = serde_json::from_str(program).unwrap();
    trace
}

const HOSTILE: &str = "</script><script>bad()</script><!-- ]]> \" ' & \
    {{script}} $& \u{202e}evil\u{1b}[2J\u{7f}\u{2028}\u{0}";

#[test]
fn a_name_is_shown_and_never_read() {
    let Exported { page, .. } = opened("hostile", &[hostile()]);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<!--"));
    let is_order =
        |c: char| c != '\n' && asyncade::system::foreign::is_order(c);
    // In the data one of them stands for a lane's name.
    let texts = between(&page, "id=\"data\">", "</script>");
    let rest = page.replace(texts, "") + &texts.replace('\u{7f}', "");
    assert_eq!(rest.chars().find(|c| is_order(*c)), None);
    // It is all there, to be read.
    let name = "main&lt;/script&gt;&lt;script&gt;bad()&lt;/script&gt;&lt;!-- \
        ]]&gt; &quot; &#39; &amp; {{script}} $&amp; \\u{202e}evil\\u{1b}[2J";
    assert!(page.contains(&format!("<td>{name}")), "{name}");
    let data = data(&page);
    let name = data["runs"][0]["lanes"][0]["name"].as_str().unwrap();
    assert!(name.starts_with("main</script><script>"), "{name}");
}

/// A hundred thousand of them, opened and written once for all who look.
pub fn hundred_thousand() -> &'static Exported {
    static PAGE: OnceLock<Exported> = OnceLock::new();
    PAGE.get_or_init(|| {
        let traces = [many(100_000, Wake::AtOnce)];
        let begun = Instant::now();
        let page = opened("many", &traces);
        // In a build for tests, with reading and writing the file.
        assert!(begun.elapsed() < Duration::from_secs(60));
        page
    })
}

/// What it counts for the lanes that have no row is what they do.
#[test]
fn a_hundred_thousand_lanes_are_folded() {
    let _alone = computing();
    let Exported { page, traces, .. } = hundred_thousand();
    assert!(page.len() < 400_000, "{}", page.len());
    let data = data(page);
    let run = &data["runs"][0];
    let rows = run["lanes"].as_array().unwrap().len();
    assert!(rows <= 20, "{rows}");
    assert_eq!(run["more"].as_u64().unwrap(), 100_001 - rows as u64);
    let rows: Vec<u64> = run["lanes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lane| lane["id"].as_u64().unwrap())
        .collect();
    let numbers = run["numbers"].as_array().unwrap();
    let events = &traces[0].events;
    let count = |number: &Value| usize::try_from(number.as_u64().unwrap());
    // Each is after so many events: those up to a step, or up to a moment.
    let after_step =
        |step: &Value| count(&numbers[count(step).unwrap() - 1]).unwrap();
    let after_moment = |nanos: &Value| {
        events.partition_point(|event| event.at <= nanos.as_u64().unwrap())
    };
    let after = |kind: &str, first: &Value| match kind {
        "counts" => after_step(first),
        _ => after_moment(first),
    };
    for kind in ["counts", "passing"] {
        let mut state = State::new();
        let mut taken = 0;
        for counts in run[kind].as_array().unwrap() {
            let number = after(kind, &counts[0]);
            events[taken..number]
                .iter()
                .for_each(|event| state.apply(event));
            taken = number;
            let mut expected = [0_u64; 7];
            for (id, lane) in (0..).zip(state.lanes()) {
                if !rows.contains(&id) {
                    expected[lane.doing as usize] += 1;
                }
            }
            assert_eq!(counts[1], serde_json::json!(expected), "{counts}");
        }
        assert!(taken > 700_000, "to the end: {kind} {taken}");
    }
    // So many are seen apart.
    assert!(run["passing"].as_array().unwrap().len() <= 242);
    if let Some(found) = by_script(page) {
        same_lines("many", &found, &by_rust(&data, traces));
    }
}

/// What has to be known to read a picture right is said of it.
#[test]
fn a_page_says_on_what_clock_and_what_scale_it_is() {
    let exported = exported("timeout", &["--clock", "virtual"]);
    let page = &exported.page;
    assert!(page.contains("On the virtual clock: exact"), "{page}");
    let scenes = data(page)["scenes"].clone();
    assert_eq!(scenes[0]["scale"], Value::Null);
    assert_eq!(scenes[1]["scale"], "On a shorter scale, 2s across.");
    let both = whole("gather");
    let notes = data(&both.page)["scenes"][1]["notes"].to_string();
    assert!(notes.contains("On CPython main is polled"), "{notes}");
}

#[test]
fn several_runs_are_not_one_page() {
    let one = exported("tasks", &["--clock", "virtual"]).traces;
    let other = exported("gather", &["--clock", "virtual"]).traces;
    let from = folder("html").join("two.ndjson");
    let mut text = Vec::new();
    for trace in one.iter().chain(&other) {
        ndjson::write(trace, &mut text).unwrap();
    }
    fs::write(&from, text).unwrap();
    let to = folder("html").join("two.html");
    let run = ran(&[
        "view",
        from.to_str().unwrap(),
        "--export",
        to.to_str().unwrap(),
    ]);
    assert_eq!(run.code, Some(2), "{}", run.stdout);
    assert!(run.stderr.contains("2 runs"), "{}", run.stderr);
    assert!(!Path::new(&to).exists());
}

/// What was predicted, to be handed out: the question comes first in it.
#[test]
fn a_prediction_is_written_when_all_has_been_asked() {
    let folder = folder("html-predict");
    let page = folder.join("tasks.html");
    let _ = fs::remove_file(&page);
    let asked = ["predict", "tasks", "--answers", "/dev/null", "--export"];
    let run = ran(&[&asked[..], &[page.to_str().unwrap()]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let page = fs::read_to_string(page).unwrap();
    let at = |text: &str| page.find(text).unwrap();
    assert!(at("class=\"ask\"") < at("id=\"bar\""));
    assert!(at("id=\"bar\"") < at("<details id=\"reveal\">"));
    let scenes = data(&page)["scenes"].as_array().unwrap().len();
    assert_eq!(scenes, chapter("tasks").scenes.len());
    // What cannot be written is refused before anything is asked.
    let run = ran(&[&asked[..], &["x.pdf"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("its extension is not known"));
}

#[test]
fn times_in_links_are_read_as_they_are_written() {
    let link = include_str!("../../src/export/html/script/link.js");
    let script = format!(
        "{link}
        const read = (hash) => readLink(hash);
        const found = [
          readTime('1.2s'), readTime('500ms'), readTime('1h 5m 30s'), readTime('2'), readTime('0.000s'),
          readTime('x'), readTime(''), readTime('1.2s x'), readTime('1..2s'),
          read('#scene=gather&t=1.2s&lane=B'), read('#reveal'), read('#'), read('#%'),
          writeLink({{ scene: 'a&b', world: null, step: 3, lane: 'Task 1' }}),
        ];
        process.stdout.write(JSON.stringify(found));"
    );
    let Ok(node) = Command::new("node").args(["-e", &script]).output() else {
        eprintln!("left out: there is no Node.js to run the page's script");
        return;
    };
    let found: Value = serde_json::from_slice(&node.stdout).unwrap();
    let link = |reveal, scene, lane, nanos| {
        serde_json::json!({"reveal": reveal, "scene": scene, "world": null,
            "lane": lane, "step": null, "nanos": nanos})
    };
    let nobody: Option<&str> = None;
    let never: Option<u64> = None;
    let expected = serde_json::json!([
        1_200_000_000_u64,
        500_000_000,
        3_930_000_000_000_u64,
        2_000_000_000_u64,
        0,
        null,
        null,
        null,
        null,
        link(false, Some("gather"), Some("B"), Some(1_200_000_000_u64)),
        link(true, nobody, nobody, never),
        link(false, nobody, nobody, never),
        link(false, nobody, nobody, never),
        "#scene=a%26b&step=3&lane=Task%201",
    ]);
    assert_eq!(found, expected);
}

/// Evidence of several scenes names each, and none is there twice.
#[test]
fn evidence_says_of_which_scene_it_is_and_says_it_once() {
    let mut of_several = 0;
    for chapter in on_virtual_clock() {
        let page = whole(chapter.name).page;
        let claims = page.split("<ul class=\"claims\"").nth(1).unwrap();
        let claims = claims.split("<h3>").next().unwrap();
        for list in claims.split("<ul>").skip(1) {
            let list = list.split("</ul>").next().unwrap();
            let facts: Vec<&str> = list.lines().skip(1).collect();
            let scene = |fact: &&str| {
                let link = fact.split("scene=").nth(1);
                link.map(|link| link.split('&').next().unwrap().to_owned())
            };
            let scenes: BTreeSet<String> =
                facts.iter().filter_map(scene).collect();
            for (index, fact) in facts.iter().enumerate() {
                assert!(!facts[..index].contains(fact), "twice: {fact}");
                let names = scene(fact).is_none_or(|scene| {
                    fact.contains(&format!("<em>{scene}:"))
                });
                assert_eq!(names, scenes.len() > 1, "{}: {list}", chapter.name);
            }
            of_several += usize::from(scenes.len() > 1);
        }
    }
    assert!(of_several > 10, "{of_several}");
}

/// A lane that had no thread when its timer was over has not seen it.
#[test]
fn a_timer_that_was_over_unseen_is_said_to_be() {
    let page = whole("to_thread").page;
    let seen = "heartbeat gives up waiting for a timer of 0.4s, which was over \
                at 1.2s, unseen.";
    assert_eq!(page.matches(seen).count(), 2, "in both worlds");
    // One that is given up in time is not over.
    let shield = whole("shield").page;
    assert!(shield.contains("gives up waiting for"));
    assert!(!shield.contains("unseen"));
}
