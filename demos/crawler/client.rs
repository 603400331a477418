//! The async client: hyper, with connections that are kept open and used again,
//! as a real crawler does.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::header::{ACCEPT, HOST, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::fault::{Fault, LARGEST_BODY, LARGEST_HEAD};
use super::site::{Page, Site};
use super::trail::Trail;
use crate::chapter::Url;

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
        .max_buf_size(LARGEST_HEAD)
        .handshake(TokioIo::new(stream));
    let (sender, connection) = handshake.await.map_err(fault)?;
    // It ends when the far side closes it, or when the sender is dropped. What
    // goes wrong with it is told to whoever waits for an answer.
    tokio::spawn(connection);
    Ok(sender)
}

/// The addresses of a host. Names are looked up on a thread of its own and not
/// on one of tokio's, for which the end of the runtime would wait.
async fn addresses(url: &Url) -> io::Result<Vec<SocketAddr>> {
    if let Some(ip) = url.ip() {
        return Ok(vec![SocketAddr::new(ip, url.port())]);
    }
    let (found, answer) = oneshot::channel();
    let host = (url.host().to_owned(), url.port());
    thread::Builder::new()
        .name("look-up".to_owned())
        .spawn(move || {
            // Nobody may wait for it any more.
            let _ = found.send(host.to_socket_addrs().map(Iterator::collect));
        })?;
    answer.await.unwrap_or_else(|_| {
        Err(io::Error::other("the host could not be looked up"))
    })
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
            return Err(Fault::LargeBody);
        }
    }
    Ok(Answer { status, size })
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
