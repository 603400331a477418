//! What is crawled: the embedded site, a real HTTP server on a port of this
//! machine that the system picks, or pages of the user's own.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::server::Server;
use crate::chapter::Url;
use crate::stage::say;

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
    /// The embedded site's port is of no interest.
    is_embedded: bool,
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
                        say!("The embedded site could not be opened: {error}");
                        return None;
                    }
                }
            }
        };
        let is_embedded = server.is_some();
        let pages = (1..).zip(urls).map(|(number, url)| Page {
            number,
            url,
            is_embedded,
        });
        Some(Site {
            pages: pages.collect(),
            server,
        })
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
        if self.is_embedded {
            f.write_str(self.url.path())
        } else {
            self.url.fmt(f)
        }
    }
}
