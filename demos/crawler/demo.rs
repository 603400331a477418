//! A crawler: every page of a site, one after another and then together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use super::blocking::BlockingClient;
use super::client::{Answer, Client};
use super::fault::Fault;
use super::site::{Crawl, Page, Site};
use crate::stage::{Lane, say, traced, waiting};

/// What became of a page: an answer, or the reason why there is none.
type Fetched = Result<Answer, Fault>;

/// Fetches one page after another. The client blocks the thread until the
/// page is there, so nothing else can run meanwhile.
#[traced]
pub async fn sync(crawl: Crawl) {
    let Some(site) = crawl.open() else { return };
    let client = BlockingClient::new(&site);
    let mut pages = Vec::new();
    for page in site.pages() {
        let fetch = async {
            say!("GET {page}");
            let get = async { client.get(&page, crawl.timeout) };
            let fetched = waiting(format!("GET {page}"), get).await;
            report(&page, fetched)
        };
        pages.push(fetch.try_lane(page.lane()).await);
    }
    summary(&pages, &site);
}

/// Fetches each page in a task of its own. A semaphore hands out as many
/// permits as pages may be in flight.
#[traced]
pub async fn concurrent(crawl: Crawl) -> Result<(), JoinError> {
    let Some(site) = crawl.open() else {
        return Ok(());
    };
    let client = Client::new(&site);
    let permits = Arc::new(Semaphore::new(crawl.limit));
    let mut tasks = JoinSet::new();
    for page in site.pages() {
        // Waits for a page in flight to end, if there is no permit left.
        let permit = Arc::clone(&permits).acquire_owned().await;
        let permit = permit.expect("nobody closes the semaphore");
        let lane = page.lane();
        let fetch = fetch(page, client.clone(), crawl.timeout, permit);
        tasks.spawn(fetch.try_lane(lane));
    }
    let mut pages = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        pages.push(ended?);
    }
    summary(&pages, &site);
    Ok(())
}

/// Fetches one page, and gives its permit back at the end.
#[traced]
async fn fetch(
    page: Page,
    client: Client,
    limit: Duration,
    _permit: OwnedSemaphorePermit,
) -> Fetched {
    say!("GET {page}");
    let get = timeout(limit, client.get(&page));
    match waiting(format!("GET {page}"), get).await {
        Ok(fetched) => report(&page, fetched),
        Err(_) => report(&page, Err(Fault::TimedOut(limit))),
    }
}

/// Says how a page ended. A failure is one page's affair: the others go on.
fn report(page: &Page, fetched: Fetched) -> Fetched {
    match &fetched {
        Ok(Answer { status, size }) => say!("{status} {page} ({size} bytes)"),
        Err(reason) => say!("failed {page}: {reason}"),
    }
    fetched
}

fn summary(pages: &[Fetched], site: &Site) {
    let fetched = pages.iter().filter(|page| page.is_ok()).count();
    say!("Fetched: {fetched}; failed: {}", pages.len() - fetched);
    if let Some(counted) = site.counted() {
        say!("{counted}");
    }
}
