//! The way to a page, from redirect to redirect, the same for both clients.

use std::sync::Arc;

use hyper::header::LOCATION;
use hyper::{HeaderMap, StatusCode};

use super::fault::Fault;
use super::url::Url;

/// After so many redirects a page is given up.
const MOST_REDIRECTS: usize = 10;

/// Where one has been on the way to a page, and where one may go.
pub struct Trail {
    been: Vec<Url>,
    here: Url,
    /// Whom the user named, sorted: nobody else is asked for anything.
    hosts: Arc<[String]>,
}

impl Trail {
    /// A way that begins at `url`.
    pub fn from(url: Url, hosts: &Arc<[String]>) -> Trail {
        Trail {
            been: Vec::new(),
            here: url,
            hosts: Arc::clone(hosts),
        }
    }

    /// Where to ask next.
    pub fn here(&self) -> &Url {
        &self.here
    }

    /// Takes the head of an answer: true if the page is here, false if it is
    /// elsewhere, and the trail has moved on.
    pub fn arrives(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<bool, Fault> {
        if status.is_success() {
            return Ok(true);
        }
        let location = headers.get(LOCATION);
        let (Some(location), 301 | 302 | 303 | 307 | 308) =
            (location, status.as_u16())
        else {
            return Err(Fault::Status(status));
        };
        // Bytes beyond ASCII are encoded when the link is parsed.
        let link = String::from_utf8_lossy(location.as_bytes());
        let next = self
            .here
            .join(&link)
            .map_err(|error| Fault::BadRedirect(error.wrong))?;
        if self.hosts.binary_search(&next.authority()).is_err() {
            return Err(Fault::Elsewhere(next.authority()));
        }
        self.been.push(std::mem::replace(&mut self.here, next));
        if self.been.contains(&self.here) {
            return Err(Fault::RedirectLoop);
        }
        if self.been.len() > MOST_REDIRECTS {
            return Err(Fault::TooManyRedirects(MOST_REDIRECTS));
        }
        Ok(false)
    }
}
