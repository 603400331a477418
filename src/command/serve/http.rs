//! A server on a loopback port: takes requests, has each that may be answered
//! answered on a thread that may compute, and bounds whatever somebody could
//! ask too much of.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    HeaderName, HeaderValue, REFERRER_POLICY, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::asked::{Asked, Refused, read};
use crate::system::room;

/// So many connections at once: more wait until one is closed. A browser has
/// six.
const CONNECTIONS: usize = 64;

/// So much is worked at at once; the rest waits, for as long as whoever has
/// asked for it does.
const AT_ONCE: usize = 2;

/// A request is there within that time, and so is the next one on a connection
/// that is kept.
const TO_ASK: Duration = Duration::from_secs(5);

/// What a request may have in all, its body aside, which it has none of.
const LONGEST_HEAD: usize = 16 * 1024;

/// A connection lives so long, and then has so long to be done with its last
/// answer: also one that asks again and again, or that reads nothing.
const LIFE: Duration = Duration::from_secs(300);
const LAST: Duration = Duration::from_secs(120);

/// What is computed when everything ends may take so long to notice.
const TO_END: Duration = Duration::from_millis(500);

/// What is said to whoever asks.
pub(super) struct Answer {
    pub status: StatusCode,
    /// What it is, as in `text/plain`.
    pub kind: &'static str,
    pub body: Bytes,
}

impl Answer {
    /// A page of HTML.
    pub fn page(status: StatusCode, body: Bytes) -> Answer {
        Answer {
            status,
            kind: "text/html; charset=utf-8",
            body,
        }
    }

    /// The same for a script of ours. It shows what was wrong with a setting;
    /// as long as the status says so, too, the browser calls it an error of the
    /// page's.
    fn for_script(self) -> Answer {
        match self.status {
            StatusCode::UNPROCESSABLE_ENTITY => Answer {
                status: StatusCode::OK,
                ..self
            },
            _ => self,
        }
    }

    /// There is nothing, and nothing is wrong.
    pub fn nothing() -> Answer {
        Answer::page(StatusCode::NO_CONTENT, Bytes::new())
    }

    /// A line that is to be read as it is.
    pub fn line(status: StatusCode, line: &str) -> Answer {
        Answer {
            status,
            kind: "text/plain; charset=utf-8",
            body: format!("{line}\n").into(),
        }
    }
}

/// What there is to ask for.
pub(super) trait Site: Send + Sync + 'static {
    /// What is to be done for an answer.
    type Work: Send + 'static;

    /// The answer, if it takes no time to give, or what is to be done for it.
    fn at_hand(&self, asked: &Asked) -> Result<Answer, Self::Work>;

    /// Does it, however long that takes. What is of use only to whoever waits
    /// for it may be given up when he does not.
    fn work(&self, work: Self::Work, waits: &Waits) -> Answer;
}

/// Whether somebody still waits for an answer: he holds the other end.
pub(super) struct Waits(Weak<()>);

impl Waits {
    pub fn is_so(&self) -> bool {
        self.0.strong_count() > 0
    }
}

/// A site, with room for those who work for it.
struct Open<S> {
    site: Arc<S>,
    port: u16,
    room: Arc<Semaphore>,
}

/// Answers whoever connects, until `end` is there.
///
/// # Errors
/// If the system has no room for a runtime.
pub(super) fn serve(
    listener: TcpListener,
    site: Arc<impl Site>,
    end: impl Future<Output = ()>,
) -> io::Result<()> {
    room::for_a_runtime()?;
    listener.set_nonblocking(true)?;
    let open = Open {
        site,
        port: listener.local_addr()?.port(),
        room: Arc::new(Semaphore::new(AT_ONCE)),
    };
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .max_blocking_threads(AT_ONCE)
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        tokio::select! {
            () = end => {}
            () = accept(listener, Arc::new(open)) => {}
        }
        Ok::<(), io::Error>(())
    })?;
    runtime.shutdown_timeout(TO_END);
    Ok(())
}

/// Serves every connection, for as long as it is polled.
async fn accept(listener: tokio::net::TcpListener, open: Arc<Open<impl Site>>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // It is never closed.
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // No more sockets, for one: there may be some again in a moment.
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Without this the system may hold back what is small for 40 ms.
        let _ = stream.set_nodelay(true);
        let open = Arc::clone(&open);
        let service =
            service_fn(move |request| respond(request, Arc::clone(&open)));
        tokio::spawn(async move {
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new());
            server
                .header_read_timeout(TO_ASK)
                .max_buf_size(LONGEST_HEAD);
            let served = server.serve_connection(TokioIo::new(stream), service);
            let mut served = pin!(served);
            // Whoever breaks off, or asks what is no HTTP, is told so by hyper.
            if timeout(LIFE, served.as_mut()).await.is_err() {
                served.as_mut().graceful_shutdown();
                let _ = timeout(LAST, served).await;
            }
            drop(place);
        });
    }
}

async fn respond(
    request: Request<Incoming>,
    open: Arc<Open<impl Site>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, _) = request.into_parts();
    let answered = match read(&parts, open.port) {
        Ok(asked) => {
            let answered = match open.site.at_hand(&asked) {
                Ok(answer) => answer,
                Err(work) => done(open, work).await,
            };
            match asked.is_scripted {
                true => answered.for_script(),
                false => answered,
            }
        }
        Err(Refused { status, why }) => {
            Answer::line(status, &format!("Not answered: {why}."))
        }
    };
    Ok(response(answered))
}

/// The answer to what takes its time. Whoever breaks off drops this: if there
/// was no room for it yet, it is not done.
async fn done<S: Site>(open: Arc<Open<S>>, work: S::Work) -> Answer {
    // Held until it is done, whoever still waits for it.
    let place = Arc::clone(&open.room).acquire_owned().await;
    let waiting = Arc::new(());
    let waits = Waits(Arc::downgrade(&waiting));
    let done = spawn_blocking(move || {
        let _place = place;
        open.site.work(work, &waits)
    });
    let answer = done.await.unwrap_or_else(|_| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Answer::line(status, "This run broke down; its terminal says how.")
    });
    drop(waiting);
    answer
}

/// For a browser: not to be kept, since it may be another in a moment; not to
/// be read as anything else, framed, or taken in by a page from elsewhere.
fn response(answer: Answer) -> Response<Full<Bytes>> {
    let status = answer.status;
    let mut response = Response::new(Full::from(answer.body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let resources = HeaderName::from_static("cross-origin-resource-policy");
    let openers = HeaderName::from_static("cross-origin-opener-policy");
    for (name, value) in [
        (CONTENT_TYPE, answer.kind),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
        (resources, "same-origin"),
        (openers, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(ALLOW, HeaderValue::from_static("GET"));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    let is_of_a_page =
        [StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY];
    if status.is_client_error() && !is_of_a_page.contains(&status) {
        // What follows on this connection may be what was not read.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
