//! The embedded site: a real HTTP/1.1 server on a loopback port that the system
//! picks, on a thread of its own, so that a crawler that blocks its thread does
//! not block the site. It answers each page after a set latency, and counts.

use std::collections::HashSet;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
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

use super::url::Url;
use crate::system::secret;

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
    /// The folder that the pages are in. Nobody else on this machine knows it,
    /// so whoever asks for something else is a stranger.
    secret: String,
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
        let site = Arc::new(Embedded {
            secret: secret::name(),
            pages,
            latency,
            counts: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let (opened, is_open) = mpsc::channel();
        let shared = Arc::clone(&site);
        thread::Builder::new()
            .name("site".to_owned())
            .spawn(move || {
                // If it has been opened, nobody waits for this any more.
                let _ = opened.send(run(listener, shared, stopped, &opened));
            })?;
        is_open.recv().unwrap_or_else(|_| {
            Err(io::Error::other("its thread ended at once"))
        })?;
        Ok(Server {
            address,
            site,
            _stop: stop,
        })
    }

    /// Where its pages are.
    pub fn urls(&self) -> Vec<Url> {
        let Server { address, site, .. } = self;
        let page =
            |number| format!("http://{address}/{}/page/{number}", site.secret);
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

/// Serves until it is told to stop. The runtime is made and dropped here, on
/// the site's own thread: whoever opens the site is inside another runtime,
/// and there no runtime may be dropped.
fn run(
    listener: TcpListener,
    site: Arc<Embedded>,
    stopped: oneshot::Receiver<()>,
    opened: &mpsc::Sender<io::Result<()>>,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        // Nobody waits for what is sent after this.
        let _ = opened.send(Ok(()));
        tokio::select! {
            _ = stopped => {}
            () = serve(listener, site) => {}
        }
        Ok(())
    })
}

/// Serves every connection, for as long as it is polled.
async fn serve(listener: tokio::net::TcpListener, site: Arc<Embedded>) {
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
        let Some(number) = self.number(request.uri().path()) else {
            // A stranger, who is no part of the run.
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::NOT_FOUND;
            return Ok(response);
        };
        let _in_flight = InFlight::new(&self, number);
        sleep(self.latency).await;
        Ok(Response::new(Full::from(page(number))))
    }

    /// Which of its pages a path leads to.
    fn number(&self, path: &str) -> Option<u32> {
        let path = path.strip_prefix('/')?.strip_prefix(&*self.secret)?;
        let number = path.strip_prefix("/page/")?.parse().ok()?;
        (1..=self.pages).contains(&number).then_some(number)
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
