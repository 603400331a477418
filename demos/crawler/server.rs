//! The embedded site: a real HTTP/1.1 server on a loopback port that the system
//! picks, on a thread of its own, so that a crawler that blocks its thread does
//! not block the site. It answers each page after a set latency, and counts.

use std::collections::HashSet;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::chapter::Url;

/// How a site begins to say what it has seen.
pub const COUNTED: &str = "Site:";

/// A server that runs until it is dropped.
pub struct Server {
    address: SocketAddr,
    site: Arc<Embedded>,
    /// Its end closes when the server is dropped, and that is the signal.
    _stop: oneshot::Sender<()>,
}

/// What the connections share.
struct Embedded {
    pages: u32,
    latency: Duration,
    counts: Mutex<Counts>,
}

/// What the site has seen.
#[derive(Default)]
struct Counts {
    requests: usize,
    pages: HashSet<u32>,
    in_flight: usize,
    most_in_flight: usize,
}

impl Server {
    /// Starts a site of so many pages.
    ///
    /// # Errors
    /// If the system gives it no port or no thread.
    pub fn start(pages: u32, latency: Duration) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let site = Arc::new(Embedded {
            pages,
            latency,
            counts: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let serve = serve(listener, Arc::clone(&site));
        thread::Builder::new()
            .name("site".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        _ = serve => {}
                    }
                });
            })?;
        Ok(Server {
            address,
            site,
            _stop: stop,
        })
    }

    /// Where its pages are.
    pub fn urls(&self) -> Vec<Url> {
        let page = |number| format!("http://{}/page/{number}", self.address);
        let pages = (1..=self.site.pages).map(page);
        pages.filter_map(|url| Url::parse(&url).ok()).collect()
    }

    /// What it has seen, in a sentence.
    pub fn counted(&self) -> String {
        let counts = self.site.counts();
        let (requests, pages) = (counts.requests, counts.pages.len());
        let most = counts.most_in_flight;
        format!(
            "{COUNTED} {requests} requests for {pages} pages, {most} at once"
        )
    }
}

/// Serves every connection, for as long as it is polled.
async fn serve(listener: TcpListener, site: Arc<Embedded>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No more sockets, for one: there may be some again in a moment.
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Without this the system may hold back what is small for 40 ms.
        let _ = stream.set_nodelay(true);
        let site = Arc::clone(&site);
        let service =
            service_fn(move |request| Arc::clone(&site).answer(request));
        let connection = http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

impl Embedded {
    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let number = request.uri().path().strip_prefix("/page/");
        let number = number.and_then(|number| number.parse().ok());
        let _in_flight = InFlight::new(&self, number.unwrap_or(0));
        sleep(self.latency).await;
        let known = number.filter(|number| (1..=self.pages).contains(number));
        let mut response =
            Response::new(Full::from(known.map_or(String::new(), page)));
        if known.is_none() {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        Ok(response)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Nothing panics while it holds the lock.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is being answered, or was given up by whoever asked.
struct InFlight<'a>(&'a Embedded);

impl InFlight<'_> {
    fn new(site: &Embedded, page: u32) -> InFlight<'_> {
        let mut counts = site.counts();
        counts.requests += 1;
        counts.pages.insert(page);
        counts.in_flight += 1;
        counts.most_in_flight = counts.most_in_flight.max(counts.in_flight);
        InFlight(site)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.counts().in_flight -= 1;
    }
}

/// A page: no two neighbours are of the same size.
fn page(number: u32) -> String {
    let line = "<p>A page of the embedded site.</p>\n";
    let lines = 10 + number as usize * 7 % 13;
    format!(
        "<!doctype html>\n<title>Page {number}</title>\n{}",
        line.repeat(lines)
    )
}
