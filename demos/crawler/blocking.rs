//! The blocking client: ureq, which keeps the thread until a page is there. It
//! keeps connections open and uses them again, as the async client does.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::{Response, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout,
    Transport,
};
use ureq::{Agent, Body, Error};

use super::client::{Answer, NAME};
use super::fault::{Fault, LARGEST_BODY, LARGEST_HEAD};
use super::gate::Gate;
use super::look_up::{look_up, lost};
use super::site::{Page, Site};
use super::trail::Trail;
use super::url::Url;

/// A client.
pub struct BlockingClient {
    agent: Agent,
    hosts: Arc<[String]>,
    watch: Arc<Watch>,
}

impl BlockingClient {
    /// A client for one site.
    pub fn new(site: &Site) -> BlockingClient {
        let config = Agent::config_builder()
            .user_agent(NAME)
            // What the user names is asked, and nobody in between.
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // The gate has stricter limits, and says which it was.
            .max_response_header_size(2 * LARGEST_HEAD)
            .build();
        let watch = Arc::new(Watch::default());
        let connector =
            DefaultConnector::new().chain(Watching(Arc::clone(&watch)));
        BlockingClient {
            agent: Agent::with_parts(config, connector, Names),
            hosts: site.hosts(),
            watch,
        }
    }

    /// Fetches a page, and whatever it redirects to.
    ///
    /// # Errors
    /// The reason why there is no page.
    pub fn get(&self, page: &Page, limit: Duration) -> Result<Answer, Fault> {
        let call = Call {
            client: self,
            limit,
            // A limit beyond the end of time is none.
            deadline: Instant::now().checked_add(limit),
        };
        let mut trail = Trail::from(page.url.clone(), &self.hosts);
        loop {
            let response = call.send(trail.here())?;
            if trail.arrives(response.status(), response.headers())? {
                return call.read(response);
            }
        }
    }
}

/// One page being fetched.
struct Call<'a> {
    client: &'a BlockingClient,
    limit: Duration,
    deadline: Option<Instant>,
}

impl Call<'_> {
    /// Sends a request on a connection that is open already or, if none is
    /// left, on a new one.
    fn send(&self, url: &Url) -> Result<Response<Body>, Fault> {
        let watch = &self.client.watch;
        loop {
            watch.is_new.store(false, Relaxed);
            *watch.gate() = Gate::default();
            let left = match self.deadline {
                Some(deadline) => {
                    deadline.saturating_duration_since(Instant::now())
                }
                None => self.limit,
            };
            let get = self.client.agent.get(url.to_string()).config();
            let get = get.timeout_global(Some(left)).build();
            match get.call().map_err(|error| self.fault(error)) {
                Err(fault)
                    if fault.may_be_stale() && !watch.is_new.load(Relaxed) => {}
                result => return result,
            }
        }
    }

    /// Reads the body to its end, and throws it away.
    fn read(&self, response: Response<Body>) -> Result<Answer, Fault> {
        let watch = &self.client.watch;
        watch.is_reset.store(false, Relaxed);
        let status = response.status().as_u16();
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 64 * 1024];
        let mut size = 0;
        loop {
            let read = body.read(&mut buffer);
            // To ureq a connection that is reset is one that has ended, and
            // some bodies last until then.
            if watch.is_reset.load(Relaxed) {
                return Err(Fault::Reset);
            }
            match read {
                // To ureq the last chunk is the end, and to hyper what comes
                // after it.
                Ok(0) if !watch.gate().may_end() => {
                    return Err(Fault::CutShort { after: size });
                }
                Ok(0) => return Ok(Answer { status, size }),
                Ok(more) => size += more as u64,
                Err(error) => {
                    return Err(self.fault(error.into()).in_body(size));
                }
            }
            if size > LARGEST_BODY {
                return Err(Fault::LargeBody(None));
            }
        }
    }

    /// What ureq's error means to whoever wants the page.
    fn fault(&self, error: Error) -> Fault {
        match error {
            Error::Timeout(_) => Fault::TimedOut(self.limit),
            Error::Io(error) => Fault::from(&error),
            Error::LargeResponseHeader(..) => Fault::LargeHead,
            Error::Protocol(_) | Error::Http(_) => Fault::NotHttp,
            // Nothing more comes, and what has come has no end.
            Error::BodyStalled => Fault::NoAnswer,
            error => Fault::Other(error.to_string()),
        }
    }
}

/// What ureq does not tell of its connections.
#[derive(Debug, Default)]
struct Watch {
    /// The request went out on a new connection, not on one that was kept.
    is_new: AtomicBool,
    /// The far side has broken a connection off.
    is_reset: AtomicBool,
    /// What the answer goes through. There is one answer at a time.
    gate: Mutex<Gate>,
}

impl Watch {
    fn gate(&self) -> MutexGuard<'_, Gate> {
        // Nothing panics while it holds the lock.
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks up names, as the async client does.
#[derive(Debug)]
struct Names;

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let url = Url::parse(&uri.to_string())
            .map_err(|error| Error::BadUri(error.wrong))?;
        let (found, answer) = mpsc::channel();
        look_up(&url, move |addresses| {
            // Nobody may wait for it any more.
            let _ = found.send(addresses);
        })?;
        let found = match answer.recv_timeout(*timeout.after) {
            Ok(found) => found?,
            Err(RecvTimeoutError::Timeout) => {
                return Err(Error::Timeout(timeout.reason));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(lost().into()),
        };
        let mut addresses = self.empty();
        // There is no room for more.
        for address in found.into_iter().take(MOST_ADDRESSES) {
            addresses.push(address);
        }
        if addresses.is_empty() {
            return Err(Error::HostNotFound);
        }
        Ok(addresses)
    }
}

/// Of the addresses of a host the rest is not tried.
const MOST_ADDRESSES: usize = 16;

/// The last link in ureq's chain of connectors: wraps each new connection.
#[derive(Debug)]
struct Watching(Arc<Watch>);

impl<In: Transport> Connector<In> for Watching {
    type Out = Watched<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Watched<In>>, Error> {
        self.0.is_new.store(true, Relaxed);
        let watch = Arc::clone(&self.0);
        Ok(chained.map(|inner| Watched { inner, watch }))
    }
}

/// A connection that is watched.
#[derive(Debug)]
struct Watched<T> {
    inner: T,
    watch: Arc<Watch>,
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        timeout: NextTimeout,
    ) -> Result<(), Error> {
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let before = self.inner.buffers().input().len();
        let input = self.inner.await_input(timeout);
        if let Err(Error::Io(error)) = &input
            && matches!(Fault::from(error), Fault::Reset)
        {
            self.watch.is_reset.store(true, Relaxed);
        }
        let new = &self.inner.buffers().input()[before..];
        let taken = self.watch.gate().take(new);
        taken.map_err(|fault| Error::Io(io::Error::other(fault)))?;
        input
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }
}
