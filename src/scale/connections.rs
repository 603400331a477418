//! N connections over loopback, all of them open before anybody asks for
//! anything: each client asks once, and the server answers after the wait. Both
//! are in one process, so a connection takes two of its descriptors; the server
//! is of the same hyper as the crawler's, on a thread of its own.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::limits;

/// A client's port and the server's address name a connection, and a client has
/// some 28,000 ports to choose from. So the server has a port for so many.
const A_PORT: u64 = 20_000;

/// So many clients connect at once, which is less than what a listener keeps
/// waiting: what it cannot keep is tried again after a second.
const AT_ONCE: usize = 64;

/// Makes so many connections, waits on each of them at once, and returns the
/// sum of the answers, each of which is the number that was asked for.
pub(crate) fn run(count: u64, length: Duration) -> io::Result<u64> {
    limits::raise_files(count)?;
    let listeners = (0..count.div_ceil(A_PORT)).map(|_| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    let listeners = listeners.collect::<io::Result<Vec<_>>>()?;
    let addresses = listeners.iter().map(TcpListener::local_addr);
    let addresses = addresses.collect::<io::Result<Vec<_>>>()?;
    let (opened, is_open) = mpsc::channel();
    // It ends with the process, which has nothing else to do.
    thread::Builder::new()
        .name("server".to_owned())
        .spawn(move || {
            let failed = serve(listeners, length, &opened);
            let _ = opened.send(failed);
        })?;
    is_open
        .recv()
        .unwrap_or_else(|_| Err(io::Error::other("the server has ended")))?;
    let runtime = Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(clients(count, &addresses))
}

async fn clients(count: u64, addresses: &[SocketAddr]) -> io::Result<u64> {
    // It lives as long as the process.
    let connecting: &'static Semaphore =
        Box::leak(Box::new(Semaphore::new(AT_ONCE)));
    let tasks: Vec<_> = (0..count)
        .map(|number| {
            let address = addresses[(number / A_PORT) as usize];
            tokio::spawn(connect(address, connecting))
        })
        .collect();
    let mut senders = Vec::new();
    for task in tasks {
        senders.push(task.await??);
    }
    // All are connected: now all ask.
    let tasks: Vec<_> = (0..).zip(senders).collect();
    let tasks: Vec<_> = tasks
        .into_iter()
        .map(|(number, sender)| tokio::spawn(ask(number, sender)))
        .collect();
    let mut total = 0;
    let mut open = Vec::new();
    for task in tasks {
        let (answer, sender) = task.await??;
        total += answer;
        // None closes before all are answered.
        open.push(sender);
    }
    Ok(total)
}

type Sender = client::SendRequest<Empty<Bytes>>;

async fn connect(
    address: SocketAddr,
    connecting: &Semaphore,
) -> io::Result<Sender> {
    // The semaphore is never closed.
    let _permit = connecting.acquire().await.map_err(io::Error::other)?;
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = client::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn ask(number: u64, mut sender: Sender) -> io::Result<(u64, Sender)> {
    let request = Request::get(format!("/{number}"))
        .header("host", "localhost")
        .body(Empty::new())
        .map_err(io::Error::other)?;
    let response = sender.send_request(request).await;
    let response = response.map_err(io::Error::other)?.into_body();
    let body = response.collect().await.map_err(io::Error::other)?;
    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    let answer = body.parse().map_err(io::Error::other)?;
    Ok((answer, sender))
}

/// Serves until the process ends.
fn serve(
    listeners: Vec<TcpListener>,
    length: Duration,
    opened: &mpsc::Sender<io::Result<()>>,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    runtime.block_on(async {
        for listener in listeners {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            tokio::spawn(accept(listener, length));
        }
        let _ = opened.send(Ok(()));
        std::future::pending().await
    })
}

async fn accept(listener: tokio::net::TcpListener, length: Duration) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No more descriptors, for one: the clients say so.
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Without this the system may hold back what is small for 40 ms.
        let _ = stream.set_nodelay(true);
        let answer = service_fn(move |request| answer(request, length));
        let connection = server::Builder::new()
            .serve_connection(TokioIo::new(stream), answer);
        tokio::spawn(connection);
    }
}

async fn answer(
    request: Request<Incoming>,
    length: Duration,
) -> Result<Response<Full<Bytes>>, Infallible> {
    sleep(length).await;
    let number = request.uri().path().trim_start_matches('/').to_owned();
    Ok(Response::new(Full::from(number)))
}
