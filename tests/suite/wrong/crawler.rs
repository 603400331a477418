//! A crawler, got wrong. The chapter plays over real sockets only; here a page
//! is a sleep, and the site counts what it is asked for, so that right and wrong
//! crawlers are told apart exactly.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asyncade::chapter::{Finding, Knobs, Played};
use asyncade::stage::{Lane, Session, block, say, sleep, traced};
use asyncade::trace::{Clock, Subject, Trace};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::chapter;

/// What is crawled, at the article's figures.
#[derive(Clone)]
struct Site {
    pages: u32,
    latency: Duration,
    limit: usize,
    /// A page that there is not.
    missing: Option<u32>,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    requests: u32,
    pages: BTreeSet<u32>,
    now: u32,
    most: u32,
}

type Fetched = Result<(), String>;
type Crawler = Pin<Box<dyn Future<Output = ()>>>;

impl Site {
    fn new(missing: Option<u32>) -> Site {
        Site {
            pages: 12,
            latency: Duration::from_millis(200),
            limit: 6,
            missing,
            counts: Arc::default(),
        }
    }

    fn asked(&self, page: u32) {
        let mut counts = self.counts.lock().unwrap();
        counts.requests += 1;
        counts.pages.insert(page);
        counts.now += 1;
        counts.most = counts.most.max(counts.now);
    }

    fn answers(&self, page: u32) -> Fetched {
        self.counts.lock().unwrap().now -= 1;
        if self.missing == Some(page) {
            let why = "status 404 Not Found";
            say!("failed /page/{page}: {why}");
            return Err(why.to_owned());
        }
        say!("200 /page/{page} (100 bytes)");
        Ok(())
    }

    fn summary(&self, fetched: usize, failed: usize) {
        say!("Fetched: {fetched}; failed: {failed}");
        let counts = self.counts.lock().unwrap();
        let (requests, pages) = (counts.requests, counts.pages.len());
        let most = counts.most;
        say!("Site: {requests} requests for {pages} pages, {most} at once");
    }

    fn sum_up(&self, pages: &[Fetched]) {
        let fetched = pages.iter().filter(|page| page.is_ok()).count();
        self.summary(fetched, pages.len() - fetched);
    }
}

#[traced]
async fn fetch(site: Site, page: u32) -> Fetched {
    say!("GET /page/{page}");
    site.asked(page);
    sleep(site.latency).await;
    site.answers(page)
}

#[traced]
async fn fetch_blocking(site: Site, page: u32) -> Fetched {
    say!("GET /page/{page}");
    site.asked(page);
    block(site.latency);
    site.answers(page)
}

async fn one_by_one(site: Site) {
    let mut fetched = Vec::new();
    for page in 1..=site.pages {
        let fetch = fetch_blocking(site.clone(), page);
        fetched.push(fetch.try_lane(format!("page {page}")).await);
    }
    site.sum_up(&fetched);
}

async fn in_rounds(site: Site) {
    let permits = Arc::new(Semaphore::new(site.limit));
    let mut tasks = JoinSet::new();
    for page in 1..=site.pages {
        let permit = Arc::clone(&permits).acquire_owned().await.unwrap();
        let fetch = fetch(site.clone(), page);
        let fetch = async move {
            let fetched = fetch.await;
            drop(permit);
            fetched
        };
        tasks.spawn(fetch.try_lane(format!("page {page}")));
    }
    site.sum_up(&tasks.join_all().await);
}

fn spawn_all(site: &Site) -> JoinSet<Fetched> {
    let mut tasks = JoinSet::new();
    for page in 1..=site.pages {
        let fetch = fetch(site.clone(), page);
        tasks.spawn(fetch.try_lane(format!("page {page}")));
    }
    tasks
}

/// Asks for everything at once.
async fn without_limit(site: Site) {
    site.sum_up(&spawn_all(&site).join_all().await);
}

/// `let _ = permit`: it is given back before anything is asked for.
async fn drops_its_permit(site: Site) {
    let permits = Arc::new(Semaphore::new(site.limit));
    let mut tasks = JoinSet::new();
    for page in 1..=site.pages {
        let _ = Arc::clone(&permits).acquire_owned().await.unwrap();
        let fetch = fetch(site.clone(), page);
        tasks.spawn(fetch.try_lane(format!("page {page}")));
    }
    site.sum_up(&tasks.join_all().await);
}

/// Spawns a task, and awaits it before it spawns the next.
async fn awaits_each(site: Site) {
    let mut fetched = Vec::new();
    for page in 1..=site.pages {
        let fetch = fetch(site.clone(), page);
        let task = tokio::spawn(fetch.try_lane(format!("page {page}")));
        fetched.push(task.await.unwrap());
    }
    site.sum_up(&fetched);
}

/// Follows a link back to a page that it has.
async fn asks_again(site: Site) {
    let mut fetched = Vec::new();
    for page in (1..=site.pages).chain([1]) {
        let fetch = fetch_blocking(site.clone(), page);
        fetched.push(fetch.try_lane(format!("page {page}")).await);
    }
    site.sum_up(&fetched);
}

/// Tries a page a second time in the same lane, and says nothing of it.
async fn retries_in_silence(site: Site) {
    let mut fetched = Vec::new();
    for page in 1..=site.pages {
        let again = site.clone();
        let fetch = async {
            if page == 1 {
                again.asked(page);
                again.counts.lock().unwrap().now -= 1;
            }
            fetch_blocking(again, page).await
        };
        fetched.push(fetch.try_lane(format!("page {page}")).await);
    }
    site.sum_up(&fetched);
}

/// Sums up before it has awaited the last page.
async fn sums_up_early(site: Site) {
    let mut tasks = spawn_all(&site);
    let mut fetched = Vec::new();
    while fetched.len() < 11 {
        fetched.push(tasks.join_next().await.unwrap().unwrap());
    }
    site.sum_up(&fetched);
}

/// `?` in the loop.
async fn stops_at_a_failure(site: Site) {
    let mut fetched = Vec::new();
    for page in 1..=site.pages {
        let fetch = fetch_blocking(site.clone(), page);
        fetched.push(fetch.try_lane(format!("page {page}")).await);
        if fetched.last().unwrap().is_err() {
            break;
        }
    }
    site.sum_up(&fetched);
}

/// A task group: the first failure ends the others.
async fn ends_the_others(site: Site) {
    let mut tasks = spawn_all(&site);
    let mut fetched = Vec::new();
    while let Some(page) = tasks.join_next().await {
        fetched.push(page.unwrap());
        if fetched.last().unwrap().is_err() {
            tasks.shutdown().await;
        }
    }
    site.sum_up(&fetched);
}

/// What is wrong, in whose place, and which claim must see it.
struct Mistake {
    scene: &'static str,
    claim: &'static str,
    missing: Option<u32>,
    run: fn(Site) -> Crawler,
}

const MISTAKES: &[Mistake] = &[
    Mistake {
        scene: "sync",
        claim: "one-by-one",
        missing: None,
        run: |site| Box::pin(in_rounds(site)),
    },
    Mistake {
        scene: "async",
        claim: "rounds",
        missing: None,
        run: |site| Box::pin(awaits_each(site)),
    },
    Mistake {
        scene: "async",
        claim: "rounds",
        missing: None,
        run: |site| Box::pin(without_limit(site)),
    },
    Mistake {
        scene: "async",
        claim: "limit",
        missing: None,
        run: |site| Box::pin(without_limit(site)),
    },
    Mistake {
        scene: "async",
        claim: "limit",
        missing: None,
        run: |site| Box::pin(drops_its_permit(site)),
    },
    Mistake {
        scene: "sync",
        claim: "once",
        missing: None,
        run: |site| Box::pin(asks_again(site)),
    },
    Mistake {
        scene: "sync",
        claim: "once",
        missing: None,
        run: |site| Box::pin(retries_in_silence(site)),
    },
    Mistake {
        scene: "async",
        claim: "once",
        missing: None,
        run: |site| Box::pin(sums_up_early(site)),
    },
    Mistake {
        scene: "sync",
        claim: "goes-on",
        missing: Some(3),
        run: |site| Box::pin(stops_at_a_failure(site)),
    },
    Mistake {
        scene: "async",
        claim: "cancels-nobody",
        missing: Some(3),
        run: |site| Box::pin(ends_the_others(site)),
    },
];

fn play(scene: &str, crawler: Crawler) -> Trace {
    let session = Session::of(Subject::Scene {
        chapter: "crawler".to_owned(),
        scene: scene.to_owned(),
        title: String::new(),
        about: String::new(),
    });
    let session = session.clock(Clock::Virtual);
    session.record(crawler).unwrap().trace
}

#[test]
fn no_claim_holds_for_a_wrong_crawler() {
    let chapter = chapter("crawler");
    let knobs = Knobs::new(chapter.knobs);
    for (number, mistake) in MISTAKES.iter().enumerate() {
        let claim = chapter.claims.iter().find(|own| own.id == mistake.claim);
        let claim = claim.unwrap();
        let right: [(&str, Crawler); 2] = [
            ("sync", Box::pin(one_by_one(Site::new(mistake.missing)))),
            ("async", Box::pin(in_rounds(Site::new(mistake.missing)))),
        ];
        let mut traces = right.map(|(scene, crawler)| play(scene, crawler));
        let found = Played::new(&knobs, &traces).check(claim);
        let what = format!("{number}: {}: {found:?}", claim.id);
        assert!(matches!(found, Some(Finding::Holds(_))), "{what}");

        let wrong = (mistake.run)(Site::new(mistake.missing));
        let mut places = traces.iter_mut();
        let place = places.find(|trace| trace.header.name() == mistake.scene);
        *place.unwrap() = play(mistake.scene, wrong);
        let found = Played::new(&knobs, &traces).check(claim);
        let what = format!("{number}: {}: {found:?}", claim.id);
        assert!(found.unwrap().is_broken(), "{what}");
    }
}

#[test]
fn no_claim_of_the_crawler_is_without_a_wrong_one() {
    let seen: BTreeSet<&str> =
        MISTAKES.iter().map(|mistake| mistake.claim).collect();
    let claims = chapter("crawler").claims.iter().map(|claim| claim.id);
    assert_eq!(seen, claims.collect());
}
