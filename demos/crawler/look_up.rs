//! From the name of a host to its addresses, for both clients. A name is looked
//! up on a thread of its own: no wait for it can be given up otherwise. It is
//! not one of tokio's, for which the end of the runtime would wait.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::thread;

use super::url::Url;

/// What became of a name.
pub type Found = io::Result<Vec<SocketAddr>>;

/// Looks up a host, and hands over what was found, here and now if it is an
/// address already.
///
/// # Errors
/// If the system gives no thread.
pub fn look_up(
    url: &Url,
    found: impl FnOnce(Found) + Send + 'static,
) -> io::Result<()> {
    if let Some(ip) = url.ip() {
        found(Ok(vec![SocketAddr::new(ip, url.port())]));
        return Ok(());
    }
    let host = (url.host().to_owned(), url.port());
    thread::Builder::new()
        .name("look-up".to_owned())
        .spawn(move || found(host.to_socket_addrs().map(Iterator::collect)))?;
    Ok(())
}

/// The error if nobody says what was found.
pub fn lost() -> io::Error {
    io::Error::other("the host could not be looked up")
}
