//! The simple web crawler, over real HTTP.

mod blocking;
mod client;
mod demo;
mod fault;
mod server;
mod site;
mod trail;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Knob, Knobs, Measure, Played, Plays,
    Scene, Twin, Urls, run, time,
};
use crate::timeline::Timeline;
use crate::trace::Outcome;
use site::{Crawl, Pages};

const PAGES: Knob = Knob::count(
    "pages",
    (12, 1, 1000),
    "How many pages the embedded site has",
);
const LATENCY: Knob = Knob::time(
    "latency",
    "200ms",
    "How long the embedded site takes for a page",
);
const LIMIT: Knob =
    Knob::count("limit", (6, 1, 100), "The most requests in flight");
const TIMEOUT: Knob =
    Knob::time("timeout", "10s", "How long a page may take at most");
const URL: Knob = Knob::urls(
    "url",
    "urls-file",
    &["pages", "latency"],
    "Crawl this page of your own in place of the embedded site",
);

/// What a request costs beside the latency: connections, turns on the thread,
/// and timers that round up to whole milliseconds.
const OVERHEAD: Duration = Duration::from_millis(3);

/// What the knobs say to crawl.
fn crawl(k: &Knobs) -> Crawl {
    let pages = match k.urls(&URL) {
        [] => Pages::Embedded {
            count: k.count(&PAGES),
            latency: k.time(&LATENCY),
        },
        own => Pages::Own(own.to_vec()),
    };
    Crawl {
        pages,
        limit: k.count(&LIMIT) as usize,
        timeout: k.time(&TIMEOUT),
    }
}

/// What each page is called in the lines.
fn pages(k: &Knobs) -> Vec<String> {
    match k.urls(&URL) {
        [] => (1..=k.count(&PAGES))
            .map(|number| format!("/page/{number}"))
            .collect(),
        own => own.iter().map(ToString::to_string).collect(),
    }
}

/// What the lane of each page is called.
fn lanes(k: &Knobs) -> Vec<String> {
    (1..=pages(k).len()).map(site::lane).collect()
}

/// How long it takes to fetch pages in so many rounds; nobody knows it of the
/// user's own.
fn ideal(k: &Knobs, rounds: u32) -> Option<Duration> {
    let page = k.time(&LATENCY).min(k.time(&TIMEOUT));
    k.urls(&URL).is_empty().then(|| page * rounds)
}

fn rounds(k: &Knobs) -> u32 {
    k.count(&PAGES).div_ceil(k.count(&LIMIT))
}

/// Whether a scene took so many rounds: never less, and more by at most a
/// round and what so many requests cost on a busy laptop.
fn took(p: &Played, scene: &str, rounds: u32) -> Finding {
    let Some(least) = ideal(p.knobs, rounds) else {
        return Finding::NotApplicable(
            "nobody knows how long pages of your own should take".to_owned(),
        );
    };
    let (latency, timeout) = (p.knobs.time(&LATENCY), p.knobs.time(&TIMEOUT));
    if let Ok([_, failed]) = ends(p, scene)
        && failed > 0
        && timeout > latency
    {
        return Finding::NotApplicable(format!(
            "{failed} pages failed, each in a time of its own"
        ));
    }
    let pages = p.knobs.count(&PAGES);
    let page = least / rounds;
    let most = least + least / 10 + page + OVERHEAD * pages;
    let total = p.total(scene);
    Finding::when(
        p.near(scene, total, least) || (least..=most).contains(&total),
        format!("{} for {rounds} x {}", time(total), time(page)),
    )
}

/// What the embedded site counted: requests, pages, and the most at once.
fn counted(timeline: &Timeline) -> Option<[usize; 3]> {
    let line = timeline.lines_with(server::COUNTED).next()?;
    let words = line.text.split_whitespace();
    let numbers: Vec<usize> =
        words.filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().ok()
}

/// How often each page was asked for and how it ended: so many fetched and so
/// many failed, or what is wrong.
fn ends(p: &Played, scene: &str) -> Result<[usize; 2], String> {
    let timeline = p.scene(scene);
    let pages = pages(p.knobs);
    let mut said = vec![Vec::new(); timeline.lanes.len()];
    for line in &timeline.lines {
        if let Some(said) = said.get_mut(line.lane as usize) {
            said.push(line.text.as_str());
        }
    }
    let lanes = timeline.lanes.iter().zip(said).skip(1);
    if lanes.len() != pages.len() {
        return Err(format!("{} lanes for {} pages", lanes.len(), pages.len()));
    }
    let mut ends = [0, 0];
    for ((lane, said), page) in lanes.zip(&pages) {
        let [get, end] = said[..] else {
            return Err(format!("{} said {} lines", lane.name, said.len()));
        };
        let fetched =
            end.contains(&format!(" {page} (")) && end.starts_with('2');
        let failed = end.starts_with(&format!("failed {page}: "));
        let as_it_ended = match lane.outcome() {
            Some(Outcome::Finished) => fetched,
            Some(Outcome::Failed) => failed,
            _ => false,
        };
        if get != format!("GET {page}") || !as_it_ended {
            return Err(format!("{} said {get:?} and {end:?}", lane.name));
        }
        ends[usize::from(failed)] += 1;
    }
    let [fetched, failed] = ends;
    let summary = format!("Fetched: {fetched}; failed: {failed}");
    timeline.said(&summary).map_or_else(
        || Err(format!("{fetched} were fetched, {failed} failed, and main did not say so")),
        |_| Ok(ends),
    )
}

/// Every page fetched or failed once, and the embedded site agrees.
fn each_once(p: &Played) -> Finding {
    let mut evidence = Vec::new();
    for scene in ["sync", "async"] {
        let [fetched, failed] = match ends(p, scene) {
            Ok(ends) => ends,
            Err(wrong) => return Finding::broken(format!("{scene}: {wrong}")),
        };
        let mut said = format!("{scene}: {fetched} fetched, {failed} failed");
        if p.knobs.urls(&URL).is_empty() {
            let Some([requests, pages, _]) = counted(p.scene(scene)) else {
                return Finding::broken(format!(
                    "{scene}: the site counted nothing"
                ));
            };
            // One that timed out may not have reached the site.
            if requests != pages
                || !(fetched..=fetched + failed).contains(&pages)
            {
                return Finding::broken(format!(
                    "{said}, but the site counted {requests} requests for {pages} pages"
                ));
            }
            said += &format!(", {requests} requests counted by the site");
        }
        evidence.push(said);
    }
    Finding::when(true, evidence.join("; "))
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "crawler",
    title: "the simple web crawler, over real HTTP",
    minutes: 6,
    knobs: &[PAGES, LATENCY, LIMIT, TIMEOUT, URL],
    check: |k| {
        let (urls, most) = (k.urls(&URL).len(), Urls::MOST);
        if urls > most {
            return Err(format!(
                "{urls} URLs are too many; give at most {most}"
            ));
        }
        Ok(())
    },
    scenes: &[
        Scene {
            name: "sync",
            about: "a blocking client fetches one page after another",
            plays: Plays::Always,
            run: |k| {
                run(demo::sync(crawl(k)))
                    .real_only(ideal(k, k.count(&PAGES)), lanes(k))
            },
        },
        Scene {
            name: "async",
            about: "a task for each page, at most --limit at a time",
            plays: Plays::Always,
            run: |k| {
                run(demo::concurrent(crawl(k)))
                    .real_only(ideal(k, rounds(k)), lanes(k))
            },
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sync",
        scene: "async",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "one-by-one",
            says: "One after another, every page costs its wait: the total is pages x latency.",
            scenes: &["sync"],
            check: |p| took(p, "sync", p.knobs.count(&PAGES)),
        },
        Claim {
            id: "rounds",
            says: "Together, pages come in rounds: the total is about pages / limit x latency.",
            scenes: &["async"],
            check: |p| took(p, "async", rounds(p.knobs)),
        },
        Claim {
            id: "limit",
            says: "Never more than --limit requests are in flight.",
            scenes: &["async"],
            check: |p| {
                let limit = p.knobs.count(&LIMIT) as usize;
                let timeline = p.scene("async");
                let peak = timeline.peak_concurrency();
                let mut said =
                    format!("at most {peak} at once with a limit of {limit}");
                let mut holds = peak <= limit;
                // The site hears late of a request that was given up.
                if let (Some([_, _, most]), Ok([_, 0])) =
                    (counted(timeline), ends(p, "async"))
                {
                    holds &= most <= limit;
                    said += &format!("; the site counted {most}");
                }
                Finding::when(holds, said)
            },
        },
        Claim {
            id: "once",
            says: "Every page is fetched exactly once, or reported failed exactly once.",
            scenes: &["sync", "async"],
            check: each_once,
        },
    ],
    lesson: include_str!("lesson.md"),
    demo: include_str!("demo.rs"),
    // Real sockets have no virtual clock, and no two runs the same times: it
    // can be read beside the Rust, but not compared.
    twin: Twin {
        demo: include_str!("demo.py"),
        recording: "",
        partings: &[],
        errata: &[],
    },
};
