//! What an answer may look like. Two clients that somebody else wrote do not
//! agree about answers that are odd, too long, or without end; so the bytes
//! come through here first, the same way for both, and what one of the two
//! would not take is refused to both, for the same reason.

use httparse::Status;
use hyper::StatusCode;

use super::fault::{
    Fault, LARGEST_BODY, LARGEST_HEAD, MOST_HEADERS, MOST_PROVISIONAL,
};

/// Of longer trailers the rest is not read.
const LARGEST_TRAILERS: usize = 8 * 1024;

/// Of more of them neither. hyper reads few more than twice as many.
const MOST_TRAILERS: usize = 60;

/// A head that is no longer than this is read whenever more of it comes.
const SHORT_HEAD: usize = 1024;

/// The size of a chunk and what else is on its line. ureq reads no more.
const LONGEST_SIZE: usize = 20;

/// Follows an answer, byte by byte.
#[derive(Debug)]
pub struct Gate {
    state: State,
    /// What has come of the head, of a chunk's size, or of the trailers.
    part: Vec<u8>,
    /// The bytes of the heads before this one, of provisional answers.
    heads: usize,
    /// How many provisional answers there were.
    provisional: usize,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The head: status and headers.
    Head,
    /// So many bytes of the body.
    Length(u64),
    /// The size of a chunk.
    Size,
    /// So many bytes of a chunk.
    Chunk(u64),
    /// The end of a chunk.
    ChunkEnd,
    /// The end of the body, or trailers before it.
    Trailers,
    /// The rest, until the connection closes; or what nobody reads.
    Rest,
    /// Nothing: the answer is whole.
    Whole,
}

impl Default for Gate {
    fn default() -> Gate {
        Gate {
            state: State::Head,
            part: Vec::new(),
            heads: 0,
            provisional: 0,
        }
    }
}

impl Gate {
    /// A request goes out: what comes next is the answer to it.
    pub fn ask(&mut self) {
        if self.state == State::Whole {
            *self = Gate::default();
        }
    }

    /// Whether the answer may end here.
    pub fn may_end(&self) -> bool {
        matches!(self.state, State::Whole | State::Rest)
    }

    /// Takes what has come.
    ///
    /// # Errors
    /// Why the answer is not let through.
    pub fn take(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        while !bytes.is_empty() {
            let taken = match self.state {
                State::Head => self.head(bytes)?,
                State::Length(left) => {
                    let (taken, left) = part_of(bytes, left);
                    self.state = match left {
                        0 => State::Whole,
                        left => State::Length(left),
                    };
                    taken
                }
                State::Chunk(left) => {
                    let (taken, left) = part_of(bytes, left);
                    self.state = match left {
                        0 => State::ChunkEnd,
                        left => State::Chunk(left),
                    };
                    taken
                }
                State::Size | State::ChunkEnd | State::Trailers => {
                    self.line(bytes[0])?;
                    1
                }
                State::Rest | State::Whole => bytes.len(),
            };
            bytes = &bytes[taken..];
        }
        Ok(())
    }

    /// Takes bytes of a head; returns how many of them belong to it.
    fn head(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let before = self.part.len();
        self.part.extend_from_slice(bytes);
        // In the middle of a long line there is nothing new to be read: whoever
        // sends byte after byte would have all of it read each time.
        let is_long = before >= SHORT_HEAD && !bytes.contains(&b'\n');
        if is_long && self.heads + self.part.len() <= LARGEST_HEAD {
            return Ok(bytes.len());
        }
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut head = httparse::Response::new(&mut headers);
        let whole = match head.parse(&self.part) {
            Ok(Status::Complete(length)) => Some(length),
            Ok(Status::Partial) => None,
            Err(httparse::Error::TooManyHeaders) => {
                return Err(Fault::ManyHeaders);
            }
            Err(_) => return Err(Fault::NotHttp),
        };
        if self.heads + whole.unwrap_or(self.part.len()) > LARGEST_HEAD {
            return Err(Fault::LargeHead);
        }
        let Some(length) = whole else {
            return Ok(bytes.len());
        };
        match after(&head)? {
            Next::Provisional => {
                self.heads += length;
                self.provisional += 1;
                if self.provisional > MOST_PROVISIONAL {
                    return Err(Fault::ManyProvisional);
                }
            }
            Next::Body(state) => self.state = state,
        }
        self.part.clear();
        Ok(length - before)
    }

    /// Takes a byte of a line between chunks.
    fn line(&mut self, byte: u8) -> Result<(), Fault> {
        let odd = match self.state {
            State::Trailers => Fault::Odd("trailers"),
            _ => Fault::Odd("chunks"),
        };
        if self.part.ends_with(b"\r") && byte != b'\n' {
            return Err(odd);
        }
        self.part.push(byte);
        let line = self.part.strip_suffix(b"\r\n");
        let next = match self.state {
            State::ChunkEnd => match line {
                Some(b"") => State::Size,
                None if self.part == b"\r" => return Ok(()),
                _ => return Err(odd),
            },
            State::Size => {
                let so_far = self.part.strip_suffix(b"\r");
                let so_far = line.or(so_far).unwrap_or(&self.part);
                let Some(size) = size(so_far) else {
                    return Err(odd);
                };
                match (line, size) {
                    (None, _) => return Ok(()),
                    (Some(_), 0) => State::Trailers,
                    (Some(_), size) => State::Chunk(size),
                }
            }
            // Trailers end with an empty line, as a head does.
            _ => match line {
                Some(b"") => State::Whole,
                Some(lines) if lines.ends_with(b"\r\n") => {
                    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
                    let read =
                        httparse::parse_headers(&self.part, &mut headers);
                    if !read.is_ok_and(|read| read.is_complete()) {
                        return Err(odd);
                    }
                    State::Whole
                }
                Some(lines)
                    if lines.split(|byte| *byte == b'\n').count()
                        > MOST_TRAILERS =>
                {
                    return Err(odd);
                }
                _ if self.part.len() > LARGEST_TRAILERS => return Err(odd),
                _ => return Ok(()),
            },
        };
        self.state = next;
        self.part.clear();
        Ok(())
    }
}

/// What follows a head.
enum Next {
    /// Another one: this was only to say that it takes a while.
    Provisional,
    Body(State),
}

/// Reads a head: [RFC 9112, section 6.3], but for what is an error there, or a
/// way to smuggle something past somebody.
///
/// [RFC 9112, section 6.3]: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
fn after(head: &httparse::Response) -> Result<Next, Fault> {
    let code = head.code.unwrap_or_default();
    let status = StatusCode::from_u16(code).map_err(|_| Fault::NotHttp)?;
    let values = |name: &'static str| {
        let headers = head.headers.iter();
        headers
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.trim_ascii())
    };
    let mut lengths = values("content-length");
    let length = lengths.next();
    let mut encodings = values("transfer-encoding");
    let encoding = encodings.next();
    let is_old = head.version == Some(0);
    if lengths.any(|other| Some(other) != length) {
        return Err(Fault::Odd("Content-Length"));
    }
    let length = length.map(number).transpose()?;
    if let Some(encoding) = encoding {
        let is_chunked = encoding.eq_ignore_ascii_case(b"chunked");
        let others = encodings.next().is_some() || length.is_some();
        if !is_chunked || others || is_old {
            return Err(Fault::Odd("Transfer-Encoding"));
        }
    }
    if status == StatusCode::CONTINUE && !head.headers.is_empty() {
        return Err(Fault::Odd("100 Continue"));
    }
    if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(Next::Provisional);
    }
    if !status.is_success() {
        // Nobody reads the body of what is not the page.
        return Ok(Next::Body(State::Rest));
    }
    Ok(Next::Body(match (status, encoding, length) {
        (StatusCode::NO_CONTENT, ..) => State::Whole,
        (_, Some(_), _) => State::Size,
        (_, None, Some(length)) if length > LARGEST_BODY => {
            return Err(Fault::LargeBody(Some(length)));
        }
        (_, None, Some(0)) => State::Whole,
        (_, None, Some(length)) => State::Length(length),
        (_, None, None) => State::Rest,
    }))
}

/// A length that is a number. One that is too large for any is as large as
/// numbers are.
fn number(digits: &[u8]) -> Result<u64, Fault> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Fault::Odd("Content-Length"));
    }
    Ok(digits.iter().fold(0, |number: u64, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
    }))
}

/// The size of a chunk: `1F`, `1f;name=value`. What a line begins with that is
/// one is one, too.
fn size(line: &[u8]) -> Option<u64> {
    let end = line.iter().position(|byte| *byte == b';');
    let (digits, extension) = line.split_at(end.unwrap_or(line.len()));
    // Not any white space: an end of the line without `\r` is none to hyper.
    let spaces = digits.iter().rev().take_while(|byte| b" \t".contains(byte));
    let digits = &digits[..digits.len() - spaces.count()];
    let is_fine = line.len() <= LONGEST_SIZE
        && (1..=15).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_hexdigit)
        && !extension.iter().any(|byte| b"\r\n".contains(byte));
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_fine)?;
    u64::from_str_radix(digits, 16).ok()
}

/// How many of so many bytes are here, and how many are still to come.
fn part_of(bytes: &[u8], left: u64) -> (usize, u64) {
    let taken = usize::try_from(left).unwrap_or(usize::MAX);
    let taken = taken.min(bytes.len());
    (taken, left - taken as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether an answer may end after these bytes, or why it is refused, the
    /// same however the bytes come.
    fn taken(answer: &str) -> Result<bool, String> {
        let whole = |step: usize| {
            let mut gate = Gate::default();
            for bytes in answer.as_bytes().chunks(step) {
                gate.take(bytes).map_err(|fault| fault.to_string())?;
            }
            Ok(gate.may_end())
        };
        let taken = whole(answer.len().max(1));
        for step in 1..8 {
            assert_eq!(whole(step), taken, "{answer:?} by {step}");
        }
        taken
    }

    #[test]
    fn an_answer_is_followed_to_its_end() {
        for (answer, whole) in [
            ("", false),
            ("HTTP/1.1 200 OK\r\n", false),
            ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na", false),
            ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab", true),
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 204 No\r\ncontent-length: 2\r\n\r\n", true),
            ("HTTP/1.1 404 No\r\ncontent-length: 2\r\n\r\n", true),
            (
                "HTTP/1.1 103 E\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
                true,
            ),
        ] {
            assert_eq!(taken(answer), Ok(whole), "{answer}");
        }
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        for (body, whole) in [
            ("", false),
            ("5\r\nhello\r\n", false),
            ("5\r\nhello\r\n0\r\n", false),
            ("5\r\nhello\r\n0\r\n\r\n", true),
            ("5 ;a=b\r\nhello\r\n00\r\nt: x\r\nu: y\r\n", false),
            ("5 ;a=b\r\nhello\r\n00\r\nt: x\r\nu: y\r\n\r\n", true),
        ] {
            assert_eq!(taken(&format!("{chunked}{body}")), Ok(whole), "{body}");
        }
    }

    #[test]
    fn what_one_client_would_not_take_is_refused_with_a_reason() {
        let many = |count| "a: b\r\n".repeat(count);
        let head = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
        let chunked =
            |body: &str| head("transfer-encoding: chunked\r\n") + body;
        let provisional = "HTTP/1.1 103 Early Hints\r\n\r\n";
        for (answer, why) in [
            ("nonsense\r\n\r\n".to_owned(), "not HTTP"),
            (head(&many(129)), "more than 128 headers"),
            (head(&format!("a: {}\r\n", "x".repeat(70_000))), "64 KiB"),
            (provisional.repeat(30), "more than 20 times"),
            (head("content-length: -1\r\n"), "an odd Content-Length"),
            (
                head("content-length: 1\r\ncontent-length: 2\r\n"),
                "an odd Content-Length",
            ),
            (
                head("content-length: 99999999999999999999999\r\n"),
                "18446744073709551615 bytes or more",
            ),
            (head("content-length: 10000001\r\n"), "10000001 bytes"),
            (
                head("transfer-encoding: gzip\r\n"),
                "an odd Transfer-Encoding",
            ),
            (
                head("transfer-encoding: chunked\r\ncontent-length: 1\r\n"),
                "an odd Transfer-Encoding",
            ),
            (chunked("x"), "odd chunks"),
            // At once: hyper would refuse it with the next byte still to come,
            // and not say why.
            (chunked("5\n"), "odd chunks"),
            (chunked("5\x0c"), "odd chunks"),
            (chunked("5;\n"), "odd chunks"),
            (chunked("1;aaaaaaaaaaaaaaaaaaaaaaaa\r\n"), "odd chunks"),
            (chunked("1\r\nab"), "odd chunks"),
            (chunked("0\r\nno colon\r\n\r\n"), "odd trailers"),
            (chunked("0\r\n\rx"), "odd trailers"),
        ] {
            let refused = taken(&answer).unwrap_err();
            assert!(refused.contains(why), "{answer:?}: {refused}");
        }
    }
}
