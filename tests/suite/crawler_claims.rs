//! The crawler's claims, on traces recorded for real: they hold at any knobs,
//! and each of them fails when its scene is broken.

use std::time::Duration;

use crate::support::{Scenes, broken, chapter, ran, undisturbed};
use asyncade::chapter::Knobs;
use asyncade::timeline::Timeline;
use asyncade::trace::{Clock, Outcome, Trace};
use asyncade::world;

/// Plays the embedded site with these options, for real.
fn play(options: &str) -> (Knobs, Vec<Trace>) {
    let chapter = chapter("crawler");
    let mut knobs = Knobs::new(chapter.knobs);
    for option in options.split(", ") {
        let (name, value) = option.split_once(' ').unwrap();
        put(&mut knobs, name, value);
    }
    let scenes = chapter.scenes.iter();
    let play =
        |scene| world::scene(chapter, scene, &knobs, Clock::Real).unwrap();
    let traces = scenes.map(play).collect();
    (knobs, traces)
}

#[test]
fn every_claim_holds_at_other_knobs() {
    let _alone = undisturbed();
    for options in [
        "pages 1, limit 6, latency 100ms",
        "pages 7, limit 1, latency 100ms",
        "pages 7, limit 3, latency 100ms",
        "pages 3, limit 100, latency 100ms",
        // Every page times out.
        "pages 5, limit 2, latency 10s, timeout 100ms",
    ] {
        let (knobs, traces) = play(options);
        let broken = broken(chapter("crawler"), &knobs, &traces);
        assert_eq!(broken, [], "{options}");
    }
}

type Sabotage = fn(&mut Knobs, &mut Scenes);

/// For each claim, ways in which it must not hold: traces that are broken, or
/// that were recorded at other knobs.
const SABOTAGE: &[(&str, Sabotage)] = &[
    ("one-by-one", |_, s| s.stretch("sync")),
    ("one-by-one", |k, _| put(k, "latency", "100ms")),
    ("rounds", |_, s| s.stretch("async")),
    ("rounds", |k, _| put(k, "limit", "3")),
    ("limit", |k, _| put(k, "limit", "3")),
    ("limit", |_, s| {
        s.reword(
            "async",
            "Site: 8 requests for 8 pages, 4 at once",
            "Site: 8 requests for 8 pages, 5 at once",
        );
    }),
    ("once", |k, _| put(k, "pages", "9")),
    ("once", |_, s| s.unsay("sync", "GET /page/3")),
    ("once", |_, s| s.unsay("async", "200 /page/3")),
    ("once", |_, s| s.fate("async", "page 8", Outcome::Failed)),
    ("once", |_, s| s.fate("sync", "page 8", Outcome::Cancelled)),
    ("once", |_, s| {
        s.reword("async", "GET /page/3", "GET /page/2")
    }),
    ("once", |_, s| {
        s.reword("async", "Fetched: 8; failed: 0", "Fetched: 9; failed: 0");
    }),
    ("once", |_, s| {
        s.reword(
            "sync",
            "Site: 8 requests for 8 pages, 1 at once",
            "Site: 9 requests for 8 pages, 1 at once",
        );
    }),
    ("once", |_, s| s.unsay("sync", "Site:")),
    // As if the crawl had given up after a page that failed.
    ("goes-on", |_, s| s.unsay("sync", "200 /page/3")),
    ("cancels-nobody", |_, s| {
        s.fate("async", "page 8", Outcome::Cancelled)
    }),
];

fn put(knobs: &mut Knobs, name: &str, value: &str) {
    let knob = chapter("crawler")
        .knobs
        .iter()
        .find(|knob| knob.name == name);
    let knob = knob.unwrap();
    knobs.set(knob, knob.parse(value).unwrap());
}

#[test]
fn each_claim_fails_when_its_scene_is_broken() {
    let _alone = undisturbed();
    let chapter = chapter("crawler");
    let (knobs, traces) = play("pages 8, limit 4, latency 250ms");
    assert_eq!(broken(chapter, &knobs, &traces), []);
    for (id, sabotage) in SABOTAGE {
        let (mut knobs, mut scenes) = (knobs.clone(), Scenes(traces.clone()));
        sabotage(&mut knobs, &mut scenes);
        let broken = broken(chapter, &knobs, &scenes.0);
        assert!(
            broken.iter().any(|(broken, _)| broken == id),
            "{id}: {broken:?}"
        );
    }
    for claim in chapter.claims {
        assert!(
            SABOTAGE.iter().any(|(id, _)| *id == claim.id),
            "{}",
            claim.id
        );
    }
    // With permits to wait for, the rounds are the longest chain.
    let concurrent = Timeline::of(&traces[1]);
    assert!(concurrent.critical_path().length() >= Duration::from_millis(500));
}

#[test]
fn prove_plays_it_when_it_is_named_and_says_so_when_it_is_not() {
    let _alone = undisturbed();
    let all = ran(&["prove"]);
    assert_eq!(all.code, Some(0));
    assert!(!all.stdout.contains("\ncrawler "), "{}", all.stdout);
    assert!(
        all.stdout.contains("Not proved: parallel and"),
        "{}",
        all.stdout
    );
    let words: Vec<&str> = all.stdout.split_whitespace().collect();
    assert!(words.join(" ").contains("parallel and crawler, which need"));
    let named = ran(&["prove", "crawler"]);
    assert_eq!(named.code, Some(0), "{}", named.stdout);
    assert!(
        named
            .stdout
            .contains("1 chapter, 6 claims: 4 hold, 2 do not apply here.")
    );
}
