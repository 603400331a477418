//! The crawler where nothing goes as it should: no room, no answers, nobody
//! who listens, and answers that no two clients read alike.

use std::collections::BTreeMap;
use std::process::Command;

use crate::support::faulty::{Faulty, ODD, refusing};
use crate::support::{Ran, chapter, ran, undisturbed, unwrapped};
use asyncade::chapter::{Finding, Knobs, Played};
use asyncade::timeline::Timeline;
use asyncade::trace::{Clock, Trace, ndjson};
use asyncade::world;

/// The program under limits that the shell sets.
fn limited(limits: &str, arguments: &[&str]) -> Ran {
    let script = format!("{limits}; exec \"$0\" \"$@\"");
    Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_asyncade")])
        .args(arguments)
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap()
        .into()
}

#[test]
fn t24_a_crawl_of_which_every_page_fails_is_not_well() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let (gone, refused) = (server.url("/404"), refusing());
    let refused = format!("http://{refused}/");
    for urls in [&[&gone][..], &[&refused], &[&gone, &refused]] {
        for scene in [&[][..], &["--scene", "sync"], &["--scene", "async"]] {
            let mut arguments = vec!["crawler", "--quiet", "--plain"];
            arguments.extend(scene);
            urls.iter().for_each(|url| arguments.extend(["--url", url]));
            let run = ran(&arguments);
            assert_eq!(run.code, Some(1), "{arguments:?}: {}", run.stdout);
            let said = unwrapped(&run.stdout);
            assert!(!said.contains("Holds"), "{said}");
            let ends = if scene.is_empty() { 2 } else { 1 };
            let found = said.matches("no page was fetched: ").count();
            assert_eq!(found, ends, "{said}");
        }
    }
    // One that is there is enough.
    let there = server.url("/ok");
    let run = ran(&["crawler", "--quiet", "--url", &gone, "--url", &there]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let json = ran(&["crawler", "--json", "--url", &gone]);
    assert_eq!(json.code, Some(1));
    assert!(json.stderr.contains("does not hold"), "{}", json.stderr);
}

#[test]
fn r2_pages_that_time_out_at_once_break_no_claim() {
    let _machine = undisturbed();
    for options in [
        &["--pages", "30", "--latency", "1s", "--timeout", "10ms"][..],
        &["--pages", "7", "--latency", "1s", "--timeout", "33ms"],
        &["--pages", "3", "--latency", "10s", "--timeout", "200ms"],
    ] {
        let run = ran(&[&["crawler", "--quiet"], options].concat());
        assert_eq!(run.code, Some(0), "{options:?}: {}", run.stdout);
        // To fail sooner is no gain, and no page costs its latency.
        assert!(!run.stdout.contains("faster"), "{}", run.stdout);
        let all = ran(&[&["crawler", "--explain"], options].concat());
        let told = all.stdout.matches("every page times out").count();
        assert_eq!(told, 4, "{}", all.stdout);
    }
}

#[test]
fn r2_a_claim_about_time_still_breaks_if_pages_take_longer() {
    let _machine = undisturbed();
    let crawler = chapter("crawler");
    let knobs = |latency| {
        let mut knobs = Knobs::new(crawler.knobs);
        for (name, value) in
            [("pages", "6"), ("limit", "3"), ("latency", latency)]
        {
            let knob = crawler.knobs.iter().find(|knob| knob.name == name);
            let knob = knob.unwrap();
            knobs.set(knob, knob.parse(value).unwrap());
        }
        knobs
    };
    let play = |latency| -> Vec<Trace> {
        let scenes = crawler.scenes.iter();
        scenes
            .map(|scene| {
                let knobs = knobs(latency);
                world::scene(crawler, scene, &knobs, Clock::Real).unwrap()
            })
            .collect()
    };
    // Twice as long as the knobs say, and half as long.
    for latency in ["600ms", "150ms"] {
        let traces = play(latency);
        let knobs = knobs("300ms");
        let played = Played::new(&knobs, &traces);
        for id in ["one-by-one", "rounds"] {
            let claim = crawler.claims.iter().find(|claim| claim.id == id);
            let found = played.check(claim.unwrap());
            assert!(
                matches!(found, Some(Finding::Broken { .. })),
                "{latency} {id}: {found:?}"
            );
        }
    }
}

#[test]
fn r3_without_descriptors_it_says_so_and_never_panics() {
    // From too few for anything to just too few for a crawl.
    let mut closed = 0;
    for count in 4..20 {
        let limit = format!("ulimit -n {count}");
        let run = limited(
            &limit,
            &[
                "crawler",
                "--quiet",
                "--pages",
                "2",
                "--latency",
                "20ms",
                "--timeout",
                "500ms",
            ],
        );
        assert!(matches!(run.code, Some(0 | 1)), "{count}: {:?}", run.code);
        for said in [&run.stdout, &run.stderr] {
            assert!(!said.contains("panicked"), "{count}: {said}");
        }
        if run.code == Some(1) {
            let said = unwrapped(&format!("{} {}", run.stdout, run.stderr));
            let why = said.contains("Too many open files")
                || said.contains("timed out");
            assert!(why, "{count}: {said}");
            closed += usize::from(
                said.contains("The embedded site could not be opened"),
            );
        }
        if count == 6 {
            assert_eq!(run.code, Some(1));
            assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        }
    }
    assert!(closed > 0, "some would have had room for all but the site");
}

/// What a lack of threads does is another user's affair: root has no limit.
#[test]
fn r3_without_threads_it_says_so_and_never_panics() {
    let as_nobody = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(env!("CARGO_BIN_EXE_asyncade"))
        .arg("--version")
        .output();
    let can_be_nobody = as_nobody.is_ok_and(|ran| ran.status.success());
    for count in [2, 3, 4, 5] {
        let script = format!("ulimit -u {count}; exec \"$0\" \"$@\"");
        let mut command = if can_be_nobody {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", "65534", "--regid", "65534"]);
            command.args(["--clear-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", &script, env!("CARGO_BIN_EXE_asyncade")]);
        command.args(["crawler", "--quiet", "--pages", "2"]);
        let run: Ran = command.output().unwrap().into();
        assert!(matches!(run.code, Some(0 | 1)), "{:?}", run.code);
        let said = unwrapped(&format!("{} {}", run.stdout, run.stderr));
        assert!(!said.contains("panicked"), "{said}");
        if run.code == Some(1) {
            let why = said.contains("gave no thread")
                || said.contains("gave no runtime")
                || said.contains("The embedded site could not be opened");
            assert!(why, "{count}: {said}");
        }
    }
}

#[test]
fn r9_with_stderr_closed_it_crawls_all_the_same() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let url = server.url("/closed");
    for output in ["--quiet", "--json", "--plain"] {
        let before = server.count("/closed");
        let run = limited("exec 2>&-", &["crawler", output, "--url", &url]);
        assert_eq!(run.code, Some(0), "{}", run.stdout);
        assert_eq!(server.count("/closed"), before + 2);
        assert!(!run.stdout.is_empty());
    }
}

/// What became of each page of a scene.
fn ends(trace: &Trace) -> BTreeMap<String, String> {
    let timeline = Timeline::of(trace);
    let lines = timeline.lines.iter().filter(|line| line.lane != 0);
    let ends = lines.filter(|line| !line.text.starts_with("GET "));
    ends.map(|line| {
        let lane = timeline.name(line.lane).to_owned();
        (lane, line.text.clone())
    })
    .collect()
}

#[test]
fn r9_both_clients_agree_about_every_odd_answer() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let urls = (0..ODD.len()).map(|n| server.url(&format!("/odd/{n}")));
    let urls: Vec<String> = urls.collect();
    let run = ran(&[
        "crawler",
        "--json",
        "--timeout",
        "2s",
        "--url",
        &urls.join(" "),
    ]);
    let traces = ndjson::read(run.stdout.as_bytes()).unwrap();
    let [sync, concurrent] = [&traces[0], &traces[1]].map(ends);
    assert_eq!(sync.len(), ODD.len());
    assert_eq!(sync, concurrent);
    for (n, (odd, url)) in ODD.iter().zip(&urls).enumerate() {
        let end = &sync[&format!("page {}", n + 1)];
        let expected = match odd.expected {
            Ok(size) => format!(" {url} ({size} bytes)"),
            Err(why) => format!("failed {url}: {why}"),
        };
        assert!(end.contains(&expected), "{}: {end}", odd.what);
    }
}

#[test]
fn r9_a_page_that_fails_leaves_the_others_alone() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let urls = ["/404", "/a", "/short", "/b"].map(|path| server.url(path));
    let run = ran(&[
        "crawler",
        "--explain",
        "--limit",
        "1",
        "--url",
        &urls.join(" "),
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let said = unwrapped(&run.stdout);
    let evidence = "fetched: 2; failed: 2; 3 ended after the first that failed";
    assert_eq!(said.matches(evidence).count(), 2, "{said}");
}
