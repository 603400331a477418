//! What is crawled: the embedded site, a real HTTP server on a port of this
//! machine that the system picks, or pages of the user's own.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::server::Server;
use super::url::Url;
use crate::stage::say;

/// How main begins to say why there is nothing to crawl.
pub const CLOSED: &str = "The embedded site could not be opened:";

/// What to crawl, and how.
#[derive(Clone, Debug)]
pub struct Crawl {
    /// The pages.
    pub pages: Pages,
    /// The most requests in flight.
    pub limit: usize,
    /// How long a page may take.
    pub timeout: Duration,
}

/// The pages to crawl.
#[derive(Clone, Debug)]
pub enum Pages {
    /// So many of the embedded site, which answers after the latency.
    Embedded { count: u32, latency: Duration },
    /// The user's own.
    Own(Vec<Url>),
}

/// A site that can be crawled. The embedded one is there until it is dropped.
pub struct Site {
    pages: Vec<Page>,
    server: Option<Server>,
}

/// A page to fetch.
#[derive(Clone, Debug)]
pub struct Page {
    /// From 1.
    pub number: usize,
    /// Where it is.
    pub url: Url,
    /// What the lines call it.
    name: String,
}

impl Crawl {
    /// Opens the site. Says why, and returns nothing, if the system gives it no
    /// port or no thread.
    pub fn open(&self) -> Option<Site> {
        let (urls, server) = match &self.pages {
            Pages::Own(urls) => (urls.clone(), None),
            Pages::Embedded { count, latency } => {
                match Server::start(*count, *latency) {
                    Ok(server) => (server.urls(), Some(server)),
                    Err(error) => {
                        say!("{CLOSED} {error}");
                        return None;
                    }
                }
            }
        };
        let name = |number, url: &Url| match server {
            // Where it is on this machine is of no interest.
            Some(_) => format!("/page/{number}"),
            None => url.to_string(),
        };
        let pages = (1..).zip(urls).map(|(number, url)| Page {
            number,
            name: name(number, &url),
            url,
        });
        let pages = pages.collect();
        Some(Site { pages, server })
    }
}

impl Site {
    /// Every page, in order.
    pub fn pages(&self) -> impl Iterator<Item = Page> {
        self.pages.iter().cloned()
    }

    /// Whom a client may ask, sorted.
    pub fn hosts(&self) -> Arc<[String]> {
        let hosts = self.pages.iter().map(|page| page.url.authority());
        let hosts: BTreeSet<String> = hosts.collect();
        hosts.into_iter().collect()
    }

    /// What the embedded site saw of the crawl.
    pub fn counted(&self) -> Option<String> {
        self.server.as_ref().map(Server::counted)
    }
}

impl Page {
    /// What its lane is called.
    pub fn lane(&self) -> String {
        lane(self.number)
    }
}

/// What the lane of a page is called.
pub fn lane(number: usize) -> String {
    format!("page {number}")
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
