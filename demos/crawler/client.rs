//! The async client: hyper, with connections that are kept open and used again,
//! as a real crawler does.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::header::{ACCEPT, HOST, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::fault::{Fault, LARGEST_BODY, LARGEST_HEAD, MOST_HEADERS};
use super::gate::Gate;
use super::look_up::{Found, look_up, lost};
use super::site::{Page, Site};
use super::trail::Trail;
use super::url::Url;

/// How the crawler introduces itself.
pub const NAME: &str = concat!("asyncade/", env!("CARGO_PKG_VERSION"));

/// A page that was fetched.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// What the far side said: 200, as a rule.
    pub status: u16,
    /// The bytes of the body.
    pub size: u64,
}

type Connection = SendRequest<Empty<Bytes>>;

/// A client. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    hosts: Arc<[String]>,
    /// Connections that nobody uses, by whom they lead to.
    idle: Arc<Mutex<HashMap<String, Vec<Connection>>>>,
}

impl Client {
    /// A client for one site.
    pub fn new(site: &Site) -> Client {
        Client {
            hosts: site.hosts(),
            idle: Arc::default(),
        }
    }

    /// Fetches a page, and whatever it redirects to.
    ///
    /// # Errors
    /// The reason why there is no page.
    pub async fn get(&self, page: &Page) -> Result<Answer, Fault> {
        let mut trail = Trail::from(page.url.clone(), &self.hosts);
        loop {
            let (response, connection) = self.send(trail.here()).await?;
            let here = trail.here().authority();
            if trail.arrives(response.status(), response.headers())? {
                let answer = read(response).await?;
                self.keep(here, connection);
                return Ok(answer);
            }
            // The body of a redirect is not worth reading: the connection
            // closes with it.
        }
    }

    /// Sends a request on a connection that is open already or, if none is
    /// left, on a new one.
    async fn send(
        &self,
        url: &Url,
    ) -> Result<(Response<Incoming>, Connection), Fault> {
        let authority = url.authority();
        while let Some(mut connection) = self.take(&authority) {
            if connection.ready().await.is_err() {
                continue;
            }
            match connection.send_request(request(url)?).await.map_err(fault) {
                Ok(response) => return Ok((response, connection)),
                Err(fault) if fault.may_be_stale() => {}
                Err(fault) => return Err(fault),
            }
        }
        let mut connection = connect(url).await?;
        let response = connection
            .send_request(request(url)?)
            .await
            .map_err(fault)?;
        Ok((response, connection))
    }

    fn take(&self, authority: &str) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.get_mut(authority)?.pop()
    }

    fn keep(&self, authority: String, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(authority).or_default().push(connection);
    }
}

/// Opens a connection, and lets it be driven by a task beside the lanes.
async fn connect(url: &Url) -> Result<Connection, Fault> {
    let addresses =
        addresses(url).await.map_err(|error| Fault::from(&error))?;
    let stream = TcpStream::connect(&addresses[..]).await;
    let stream = stream.map_err(|error| Fault::from(&error))?;
    // Only a matter of speed.
    let _ = stream.set_nodelay(true);
    let handshake = Builder::new()
        // The gate has stricter limits, and says which it was.
        .max_buf_size(2 * LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .handshake(TokioIo::new(Gated::new(stream)));
    let (sender, connection) = handshake.await.map_err(fault)?;
    // It ends when the far side closes it, or when the sender is dropped. What
    // goes wrong with it is told to whoever waits for an answer.
    tokio::spawn(connection);
    Ok(sender)
}

/// The addresses of a host.
async fn addresses(url: &Url) -> Found {
    let (found, answer) = oneshot::channel();
    look_up(url, move |addresses| {
        // Nobody may wait for it any more.
        let _ = found.send(addresses);
    })?;
    answer.await.unwrap_or_else(|_| Err(lost()))
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, Fault> {
    Request::get(url.path())
        .header(HOST, url.authority())
        .header(USER_AGENT, NAME)
        .header(ACCEPT, "*/*")
        .body(Empty::new())
        .map_err(|error| Fault::Other(error.to_string()))
}

/// Reads the body to its end, and throws it away.
async fn read(response: Response<Incoming>) -> Result<Answer, Fault> {
    let status = response.status().as_u16();
    let mut body = response.into_body();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| fault(error).in_body(size))?;
        size += frame.data_ref().map_or(0, |data| data.len() as u64);
        if size > LARGEST_BODY {
            return Err(Fault::LargeBody(None));
        }
    }
    Ok(Answer { status, size })
}

/// A connection on which answers go through the gate.
struct Gated {
    stream: TcpStream,
    gate: Gate,
}

impl Gated {
    fn new(stream: TcpStream) -> Gated {
        let gate = Gate::default();
        Gated { stream, gate }
    }
}

impl AsyncRead for Gated {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        let taken = this.gate.take(&buffer.filled()[before..]);
        Poll::Ready(taken.map_err(io::Error::other))
    }
}

impl AsyncWrite for Gated {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.gate.ask();
        Pin::new(&mut this.stream).poll_write(cx, bytes)
    }

    fn poll_flush(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

/// What hyper's error means to whoever wants the page.
fn fault(error: hyper::Error) -> Fault {
    let mut causes =
        std::iter::successors(std::error::Error::source(&error), |error| {
            error.source()
        });
    if let Some(error) =
        causes.find_map(|cause| cause.downcast_ref::<io::Error>())
    {
        return match error.kind() {
            // Not the system's, but hyper's own: a chunk that is none.
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Fault::NotHttp
            }
            _ => Fault::from(error),
        };
    }
    if error.is_parse_too_large() {
        Fault::LargeHead
    } else if error.is_parse() {
        Fault::NotHttp
    } else if error.is_incomplete_message()
        || error.is_canceled()
        || error.is_closed()
    {
        Fault::NoAnswer
    } else {
        Fault::Other(error.to_string())
    }
}
