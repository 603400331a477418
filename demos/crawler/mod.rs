//! The simple web crawler, over real HTTP.

mod announce;
mod blocking;
mod client;
mod demo;
mod fault;
mod gate;
mod look_up;
mod server;
mod site;
mod trail;
mod url;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Fork, Item, Items, Knob, Knobs, Measure,
    Parting, Played, Plays, Scene, Twin, number_of, run, time,
};
use crate::system::usage::Usage;
use crate::timeline::{Lane, Timeline};
use crate::trace::Outcome;
use site::{Crawl, Pages};
use url::Url;

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
const URL: Knob = Knob::list(
    "url",
    &Items {
        name: "URL",
        example: "http://localhost:8080/",
        file: "urls-file",
        instead_of: &["pages", "latency"],
        parse: |text| Ok(Arc::new(Url::parse(text)?) as Arc<dyn Item>),
        announce: announce::announce,
    },
    "Crawl this page of your own in place of the embedded site",
);

/// Why no virtual clock will do.
const WHY: &str = "waits for real sockets";

/// The pages of the user's own, if any.
fn urls(k: &Knobs) -> Vec<&Url> {
    k.list(&URL).collect()
}

/// What the knobs say to crawl.
fn crawl(k: &Knobs) -> Crawl {
    let pages = match &urls(k)[..] {
        [] => Pages::Embedded {
            count: k.count(&PAGES),
            latency: k.time(&LATENCY),
        },
        own => Pages::Own(own.iter().copied().cloned().collect()),
    };
    Crawl {
        pages,
        limit: k.count(&LIMIT) as usize,
        timeout: k.time(&TIMEOUT),
    }
}

/// What each page is called in the lines.
fn pages(k: &Knobs) -> Vec<String> {
    match &urls(k)[..] {
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

/// Whether the embedded site is asked, and so slowly that every page times out.
fn all_time_out(k: &Knobs) -> bool {
    urls(k).is_empty() && k.time(&TIMEOUT) < k.time(&LATENCY)
}

const ALL_TIME_OUT: &str =
    "every page times out: --timeout is shorter than --latency";

/// The total time, but where no page at all was fetched: to fail sooner is no
/// gain.
fn total(timeline: &Timeline) -> Option<Duration> {
    let pages = timeline.lanes.get(1..).unwrap_or_default();
    let has_failed = |lane: &Lane| lane.outcome() == Some(Outcome::Failed);
    let is_in_vain = !pages.is_empty() && pages.iter().all(has_failed);
    (!is_in_vain).then_some(timeline.total)
}

/// How long it takes to fetch pages in so many rounds; nobody knows it of the
/// user's own.
fn ideal(k: &Knobs, rounds: u32) -> Option<Duration> {
    let page = k.time(&LATENCY).min(k.time(&TIMEOUT));
    urls(k).is_empty().then(|| page * rounds)
}

fn rounds(k: &Knobs) -> u32 {
    k.count(&PAGES).div_ceil(k.count(&LIMIT))
}

/// What a page costs beside its wait, on an idle machine: a connection, turns
/// on the thread, and timers that round up to whole milliseconds.
const EACH_PAGE: Duration = Duration::from_millis(3);

/// What a busy laptop may add to a scene.
const BUSY: Duration = Duration::from_millis(100);

/// Whether a scene took so many rounds: never less, and more by at most what
/// its pages and a busy laptop add. Where that is as much as what it must be
/// told from, twice as many rounds or one page after another, nothing is said.
fn took(p: &Played, scene: &str, rounds: u32) -> Finding {
    if let Some(nothing) = nothing(p, scene) {
        return nothing;
    }
    if all_time_out(p.knobs) {
        return Finding::NotApplicable(ALL_TIME_OUT.to_owned());
    }
    let Some(least) = ideal(p.knobs, rounds) else {
        return Finding::NotApplicable(
            "nobody knows how long pages of your own should take".to_owned(),
        );
    };
    if let Ok([_, failed]) = ends(p, scene)
        && failed > 0
    {
        return Finding::NotApplicable(format!(
            "{}, each in a time of its own",
            number_of(failed, "page failed", "pages failed")
        ));
    }
    let pages = p.knobs.count(&PAGES);
    let page = least / rounds;
    let apart = match pages - rounds {
        0 => least,
        others => least.min(page * others),
    };
    let allowed = EACH_PAGE * pages + (least / 4).max(BUSY).min(apart / 2);
    if allowed >= apart {
        return Finding::NotApplicable(format!(
            "{} of {} too short to tell: a machine may add {}",
            number_of(pages as usize, "wait", "waits"),
            time(page),
            time(allowed)
        ));
    }
    let total = p.total(scene);
    Finding::when(
        (least..=least + allowed).contains(&total),
        format!("{} for {rounds} x {}", time(total), time(page)),
    )
}

/// Why nothing can be said of a scene: there was no site, or no page of it was
/// fetched, which another claim says.
fn nothing(p: &Played, scene: &str) -> Option<Finding> {
    if let Some(line) = p.scene(scene).lines_with(site::CLOSED).next() {
        return Some(Finding::NotApplicable(line.text.clone()));
    }
    match ends(p, scene) {
        Ok([0, failed]) if !all_time_out(p.knobs) => {
            Some(Finding::NotApplicable(format!(
                "no page was fetched, and {failed} failed"
            )))
        }
        _ => None,
    }
}

/// Whether a page that fails leaves the others alone: they end after it, each
/// in its own way. If nothing was fetched at all, there was nothing to leave
/// alone, and whoever asked for those pages wants to know.
fn goes_on(p: &Played, scene: &str) -> Finding {
    if let Some(line) = p.scene(scene).lines_with(site::CLOSED).next() {
        return Finding::broken(line.text.clone());
    }
    let [fetched, failed] = match ends(p, scene) {
        Ok(ends) => ends,
        Err(wrong) => return Finding::broken(wrong),
    };
    if failed == 0 {
        return Finding::NotApplicable("no page failed".to_owned());
    }
    if all_time_out(p.knobs) {
        return Finding::NotApplicable(ALL_TIME_OUT.to_owned());
    }
    if fetched == 0 {
        let why = reasons(p.scene(scene));
        return Finding::broken(format!("no page was fetched: {why}"));
    }
    let lanes = &p.scene(scene).lanes;
    let first = lanes
        .iter()
        .filter(|lane| lane.outcome() == Some(Outcome::Failed))
        .filter_map(|lane| lane.end.as_ref())
        .map(|end| end.at)
        .min();
    let after = lanes.iter().skip(1).filter(|lane| {
        let end = lane.end.as_ref();
        end.is_some_and(|end| Some(end.at) > first)
    });
    let after = after.count();
    if after == 0 {
        return Finding::NotApplicable(format!(
            "{failed} failed, and no other page was left then"
        ));
    }
    Finding::when(
        true,
        format!(
            "fetched: {fetched}; failed: {failed}; {after} ended after the \
         first that failed"
        ),
    )
}

/// Why pages failed, each reason once, and how often.
fn reasons(timeline: &Timeline) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for lane in &timeline.lanes {
        let end = lane.end.as_ref();
        if let Some(why) = end.and_then(|end| end.detail.as_deref()) {
            *counts.entry(why).or_default() += 1;
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = counts.len().saturating_sub(MOST_REASONS);
    let words = counts.iter().take(MOST_REASONS);
    let mut words: Vec<String> = words
        .map(|(why, count)| format!("{why} ({count})"))
        .collect();
    if more > 0 {
        words.push(format!("and for {more} more reasons"));
    }
    words.join(", ")
}

/// More reasons are not told apart.
const MOST_REASONS: usize = 3;

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
        if let Some(nothing) = nothing(p, scene) {
            return nothing;
        }
        let [fetched, failed] = match ends(p, scene) {
            Ok(ends) => ends,
            Err(wrong) => return Finding::broken(format!("{scene}: {wrong}")),
        };
        let mut said = format!("{scene}: {fetched} fetched, {failed} failed");
        if urls(p.knobs).is_empty() {
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
                    "{said}, but the site counted requests: {requests}, and pages: {pages}"
                ));
            }
            let requests = number_of(requests, "request", "requests");
            said += &format!(", {requests} counted by the site");
        }
        evidence.push(said);
    }
    Finding::when(true, evidence.join("; "))
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "crawler",
    title: "the simple web crawler, over real HTTP",
    minutes: 8,
    knobs: &[PAGES, LATENCY, LIMIT, TIMEOUT, URL],
    check: |k| {
        let (urls, most) = (urls(k).len(), announce::MOST);
        if urls > most {
            return Err(Usage::new(
                format!("{urls} URLs are too many"),
                format!("give at most {most}"),
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
                run(demo::sync(crawl(k))).real_only(
                    WHY,
                    ideal(k, k.count(&PAGES)),
                    lanes(k),
                )
            },
        },
        Scene {
            name: "async",
            about: "a task for each page, at most --limit at a time",
            plays: Plays::Always,
            run: |k| {
                run(demo::concurrent(crawl(k))).real_only(
                    WHY,
                    ideal(k, rounds(k)),
                    lanes(k),
                )
            },
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sync",
        scene: "async",
        gain: "was {} faster than",
        figure: Figure::Time(total),
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
            says: "Together, pages come in rounds: the total is about pages / limit, rounded up, x latency.",
            scenes: &["async"],
            check: |p| took(p, "async", rounds(p.knobs)),
        },
        Claim {
            id: "limit",
            says: "Never more than --limit requests are in flight.",
            scenes: &["async"],
            check: |p| {
                if let Some(nothing) = nothing(p, "async") {
                    return nothing;
                }
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
        Claim {
            id: "goes-on",
            says: "One after another, a page that fails does not end the crawl: the others are fetched.",
            scenes: &["sync"],
            check: |p| goes_on(p, "sync"),
        },
        Claim {
            id: "cancels-nobody",
            says: "Together, a page that fails cancels nobody: the others are fetched.",
            scenes: &["async"],
            check: |p| goes_on(p, "async"),
        },
    ],
    lesson: include_str!("lesson.md"),
    demo: include_str!("demo.rs"),
    // Real sockets have no virtual clock, and no two runs the same times: it
    // can be read beside the Rust, but not compared.
    twin: Twin {
        demo: include_str!("demo.py"),
        recording: "",
        partings: &[Parting {
            scene: "async",
            why: "Either way no more pages are in flight than the limit \
                  allows. Only the rows begin at other moments.",
            first: |k| {
                let next = k.count(&LIMIT) as usize;
                let lane = lanes(k).into_iter().nth(next)?;
                Some(Fork::new(
                    format!(
                        "main waits for a permit before it makes the task of \
                         {lane}"
                    ),
                    "every task is made at once, and waits for its permit \
                     itself",
                ))
            },
        }],
        errata: &[],
    },
};
