//! Why a page could not be fetched, in plain words, and the limits that both
//! clients keep, so that they fail alike.

use std::fmt;
use std::io;
use std::time::Duration;

use hyper::StatusCode;

use crate::chapter::time;

/// Of a larger body the rest is not read.
pub const LARGEST_BODY: u64 = 10_000_000;

/// Of a longer head (status and headers) the rest is not read.
pub const LARGEST_HEAD: usize = 64 * 1024;

/// Of an answer with more headers the rest is not read. ureq reads no more.
pub const MOST_HEADERS: usize = 128;

/// After so many provisional answers (1xx) a page is given up.
pub const MOST_PROVISIONAL: usize = 20;

/// What went wrong with a page.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nobody listens there.
    Refused,
    /// The far side broke the connection off.
    Reset,
    /// The connection was closed before there was an answer.
    NoAnswer,
    /// The connection was closed before the body was whole.
    CutShort { after: u64 },
    /// It took longer than that.
    TimedOut(Duration),
    /// The far side says that it cannot.
    Status(StatusCode),
    /// The head of the answer has no end.
    LargeHead,
    /// The head of the answer has too many headers.
    ManyHeaders,
    /// The far side says again and again that it takes a while.
    ManyProvisional,
    /// The body has no end, or is said to be so many bytes long.
    LargeBody(Option<u64>),
    /// This is not as it should be.
    Odd(&'static str),
    /// What came back is not HTTP.
    NotHttp,
    /// The far side leads back to where one has been.
    RedirectLoop,
    /// The far side leads on and on.
    TooManyRedirects(usize),
    /// The far side leads to something that is no page, for this reason.
    BadRedirect(String),
    /// The far side leads to somebody whom the user did not name.
    Elsewhere(String),
    /// Anything else, in the system's words.
    Other(String),
}

/// So that it finds its way through somebody else's errors.
impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Refused => f.write_str("connection refused"),
            Fault::Reset => f.write_str("connection reset"),
            Fault::NoAnswer => {
                f.write_str("connection closed without an answer")
            }
            Fault::CutShort { after } => {
                write!(f, "body cut short after {after} bytes")
            }
            Fault::TimedOut(limit) => {
                write!(f, "timed out after {}", time(*limit))
            }
            Fault::Status(status) => {
                let reason = status.canonical_reason().unwrap_or_default();
                let status = format!("status {} {reason}", status.as_u16());
                f.write_str(status.trim_end())
            }
            Fault::LargeHead => {
                let most = LARGEST_HEAD / 1024;
                write!(
                    f,
                    "headers longer than {most} KiB, the most that is read"
                )
            }
            Fault::ManyHeaders => write!(
                f,
                "more than {MOST_HEADERS} headers, the most that are read"
            ),
            Fault::ManyProvisional => write!(
                f,
                "told more than {MOST_PROVISIONAL} times to wait for the answer (status 1xx)"
            ),
            Fault::LargeBody(said) => {
                let most = LARGEST_BODY / 1_000_000;
                write!(f, "body larger than {most} MB, the most that is read")?;
                match said {
                    None => Ok(()),
                    Some(u64::MAX) => {
                        write!(f, ": it has {} bytes or more", u64::MAX)
                    }
                    Some(said) => write!(f, ": it has {said} bytes"),
                }
            }
            Fault::Odd(what) => {
                // One is an odd length, several are odd chunks.
                let one = if what.ends_with('s') { "" } else { "an " };
                write!(f, "the answer cannot be read: {one}odd {what}")
            }
            Fault::NotHttp => f.write_str("the answer is not HTTP"),
            Fault::RedirectLoop => f.write_str("redirected in a loop"),
            Fault::TooManyRedirects(most) => {
                write!(f, "redirected more than {most} times")
            }
            Fault::BadRedirect(why) => {
                write!(f, "redirected to no page: {why}")
            }
            Fault::Elsewhere(host) => {
                write!(f, "redirected to {host}, which you did not name")
            }
            Fault::Other(why) => f.write_str(why),
        }
    }
}

impl From<&io::Error> for Fault {
    fn from(error: &io::Error) -> Fault {
        let ours = error.get_ref().and_then(|error| error.downcast_ref());
        if let Some(fault) = ours {
            return Fault::clone(fault);
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Fault::Refused,
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Fault::Reset,
            io::ErrorKind::UnexpectedEof => Fault::NoAnswer,
            _ => Fault::Other(error.to_string()),
        }
    }
}

impl Fault {
    /// What it means if it comes up while the body is being read, of which
    /// there is so much already.
    pub fn in_body(self, after: u64) -> Fault {
        match self {
            // What is not HTTP the gate has refused already, and by its name:
            // to ureq, what ends in the middle of a line is not HTTP either.
            Fault::NoAnswer | Fault::NotHttp => Fault::CutShort { after },
            fault => fault,
        }
    }

    /// Whether it may just mean that the far side had let go of a connection
    /// that was kept open: nothing of an answer came back, and to ask again
    /// does no harm ([RFC 9110, section 9.2.2]).
    ///
    /// [RFC 9110, section 9.2.2]: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
    pub fn may_be_stale(&self) -> bool {
        matches!(self, Fault::Reset | Fault::NoAnswer)
    }
}
