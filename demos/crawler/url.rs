//! The address of a page that can be asked for over plain HTTP, as far as a
//! small crawler needs it: parsed once at the edge, and correct from then on.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::system::foreign::short;
use crate::system::usage::Usage;

/// A URL that is longer than this is refused, by most servers as well.
const LONGEST: usize = 8000;

/// The address of a page: `http`, without user, password and fragment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Url {
    /// In small letters; an IPv6 address is in brackets, as in a URL.
    host: String,
    port: u16,
    /// Begins with a slash; the query, if any, is part of it.
    path: String,
}

impl Url {
    /// Reads a URL. Characters that may not be in a path are encoded.
    ///
    /// # Errors
    /// What is wrong with it, and what to write instead.
    pub fn parse(text: &str) -> Result<Url, Usage> {
        if text.len() > LONGEST {
            let instead = format!("give at most {LONGEST} characters");
            return Err(Usage::new("too long", instead));
        }
        let (scheme, rest) = split_scheme(text).unwrap_or_default();
        if scheme.eq_ignore_ascii_case("https") {
            return Err(Usage::new(
                "https needs TLS, which asyncade is built without",
                "give an http:// URL",
            ));
        }
        let rest = rest.strip_prefix("//");
        let Some(rest) = rest.filter(|_| scheme.eq_ignore_ascii_case("http"))
        else {
            return Err(Usage::new(
                "not an http URL",
                "give one such as http://localhost:8080/page",
            ));
        };
        let rest = without_fragment(rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(Usage::new(
                "a user and password would end up in the trace",
                "leave them out",
            ));
        }
        let (host, port) = parse_authority(authority)?;
        let path = match path.strip_prefix('/') {
            Some(_) => encode(path),
            None => format!("/{}", encode(path)),
        };
        Ok(Url {
            host,
            port,
            path: without_dots(&path),
        })
    }

    /// Where a link on this page leads: [RFC 3986, section 5].
    ///
    /// # Errors
    /// As [`parse`](Url::parse).
    ///
    /// [RFC 3986, section 5]: https://www.rfc-editor.org/rfc/rfc3986#section-5
    pub fn join(&self, link: &str) -> Result<Url, Usage> {
        let link = without_fragment(link.trim());
        if split_scheme(link).is_some() {
            return Url::parse(link);
        }
        if link.starts_with("//") {
            return Url::parse(&format!("http:{link}"));
        }
        let (path, _) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
        let path = match link.chars().next() {
            None => self.path.clone(),
            Some('/') => link.to_owned(),
            Some('?') => format!("{path}{link}"),
            Some(_) => format!("{folder}{link}"),
        };
        Url::parse(&format!("http://{}{path}", self.authority()))
    }

    /// The host as a URL has it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host, if it is an address and no name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.trim_matches(['[', ']']).parse().ok()
    }

    /// The port, 80 unless the URL says otherwise.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path with the query: what a server is asked for.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whom to ask: the host, and the port unless it is 80.
    pub fn authority(&self) -> String {
        match self.port {
            80 => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.path)
    }
}

/// The scheme, and what follows its colon.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = scheme
        .starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_scheme.then_some((scheme, rest))
}

/// A fragment is the reader's business, and is not sent.
fn without_fragment(text: &str) -> &str {
    text.split_once('#').map_or(text, |(before, _)| before)
}

fn parse_authority(authority: &str) -> Result<(String, u16), Usage> {
    let (host, port) = match authority.find(']') {
        Some(end) => authority.split_at(end + 1),
        None => {
            authority.split_at(authority.find(':').unwrap_or(authority.len()))
        }
    };
    let is_host = match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
        }
    };
    if !is_host {
        return Err(Usage::new(
            format!("'{}' is no host", short(host)),
            "give a name in ASCII or an address, as in http://[::1]:8080/",
        ));
    }
    let number = |digits: &str| match digits.parse() {
        // A number may have a sign, and a port may not.
        Ok(port) if port > 0 && !digits.starts_with('+') => Some(port),
        _ => None,
    };
    let port = match port.strip_prefix(':') {
        Some("") => Some(80),
        Some(digits) => number(digits),
        None => port.is_empty().then_some(80),
    };
    let Some(port) = port else {
        return Err(Usage::new(
            format!(
                "the port of '{}' is not a number from 1 to 65535",
                short(authority)
            ),
            "give one that is, or leave it out",
        ));
    };
    Ok((host.to_ascii_lowercase(), port))
}

/// Encodes what may not be in a path as `%20` and the like.
fn encode(path: &str) -> String {
    let mut encoded = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

/// A path without its `.` and `..`, which mean here and one folder up.
fn without_dots(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let mut folders: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_dots = segment == "." || segment == "..";
        if segment == ".." {
            folders.pop();
        }
        if !is_dots {
            folders.push(segment);
        } else if segments.peek().is_none() {
            // What ends in dots is a folder.
            folders.push("");
        }
    }
    format!("/{}{query}", folders.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        match Url::parse(text) {
            Ok(url) => url.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_url_has_one_spelling() {
        for (text, expected) in [
            ("http://h", "http://h/"),
            ("HTTP://Host:80/A", "http://host/A"),
            ("http://h:?q", "http://h/?q"),
            ("http://h/a/./b/../c?x=/../y", "http://h/a/c?x=/../y"),
            ("http://h/a/..", "http://h/"),
            ("http://h/../../a//b", "http://h/a//b"),
            ("http://h/p#fragment?x", "http://h/p"),
            ("http://[::1]:81/p", "http://[::1]:81/p"),
            ("http://h/a b\u{e9}\u{1b}", "http://h/a%20b%C3%A9%1B"),
        ] {
            assert_eq!(parsed(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_asked_for_is_refused_with_a_reason() {
        for (text, expected) in [
            ("", "not an http URL"),
            ("localhost:8080/x", "not an http URL"),
            ("http:/h/p", "not an http URL"),
            ("ftp://h/p", "not an http URL"),
            ("https://h/p", "https needs TLS"),
            ("http:///p", "'' is no host"),
            ("http://h\u{e9}/p", "'h\u{e9}' is no host"),
            ("http://h\u{9b}1m/p", "'h\\u{9b}1m' is no host"),
            ("http://[::1/p", "is no host"),
            ("http://[fe80::1%eth0]/p", "is no host"),
            ("http://h:0/p", "the port of 'h:0' is not a number"),
            ("http://h:+1/p", "the port of 'h:+1' is not a number"),
            ("http://h:65536/p", "the port of"),
            ("http://[::1]8/p", "the port of"),
            ("http://user:secret@h/p", "user and password"),
        ] {
            assert!(
                parsed(text).contains(expected),
                "{text}: {}",
                parsed(text)
            );
        }
        assert!(
            parsed(&format!("http://h/{}", "a".repeat(LONGEST)))
                .contains("too long")
        );
    }

    #[test]
    fn a_link_leads_where_a_browser_would_go() {
        let page = Url::parse("http://h:81/a/b?q").unwrap();
        for (link, expected) in [
            ("http://other/c", "http://other/c"),
            ("//other/c", "http://other/c"),
            ("/c?r#f", "http://h:81/c?r"),
            ("c", "http://h:81/a/c"),
            ("../c", "http://h:81/c"),
            ("?r", "http://h:81/a/b?r"),
            ("", "http://h:81/a/b?q"),
            (" #f", "http://h:81/a/b?q"),
        ] {
            assert_eq!(
                page.join(link).unwrap().to_string(),
                expected,
                "{link}"
            );
        }
        assert!(page.join("https://h/").unwrap_err().wrong.contains("TLS"));
    }

    #[test]
    fn every_url_is_one_to_hyper_as_well() {
        for byte in 0..=255_u8 {
            let text = format!("http://[::1]:8080/{0}?{0}", char::from(byte));
            if let Ok(url) = Url::parse(&text) {
                url.to_string().parse::<hyper::Uri>().unwrap();
                url.path().parse::<hyper::Uri>().unwrap();
            }
        }
    }
}
