//! What somebody asks for: who may, and what it is. The server is for the
//! browser of the person who started it, and for nobody that a page from
//! elsewhere sends: see [`read`].

use hyper::header::{
    CONTENT_LENGTH, HOST, HeaderMap, ORIGIN, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;

/// A page, and what it is to be set to: names and values, as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// Its name, without a folder.
    pub path: String,
    /// What stands behind the `?`.
    pub setting: Vec<(String, String)>,
    /// A page from elsewhere has led here, and maybe nobody has clicked.
    pub is_led: bool,
    /// A script asks, and not somebody who opens a page.
    pub is_scripted: bool,
}

/// Why somebody is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub status: StatusCode,
    pub why: &'static str,
}

/// A setting that is longer than this is none that anybody has typed.
const LONGEST: usize = 4096;

/// Reads a request to the server at that port.
///
/// - It has to be a `GET` without a body: nothing here can be changed.
/// - It has to name this host (RFC 9110, 7.2): a name that somebody else has
///   pointed at this machine, by which his page would be of the same origin as
///   ours, is not answered to.
/// - A page from elsewhere may lead here by a link that one follows, and have
///   nothing fetched in the background, nor shown in a frame of its own
///   (Fetch Metadata, <https://www.w3.org/TR/fetch-metadata/>). Nor may it open
///   a WebSocket, whose handshake has no such metadata, but an `Origin`.
///
/// # Errors
/// Why it is not answered.
pub(super) fn read(parts: &Parts, port: u16) -> Result<Asked, Refused> {
    let refused = |status, why| Err(Refused { status, why });
    if parts.method != Method::GET {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        return refused(status, "there is nothing here but to be read by GET");
    }
    if has_body(&parts.headers) {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return refused(status, "a GET has no body");
    }
    if !is_of(&parts.headers, port) || parts.uri.authority().is_some() {
        let status = StatusCode::MISDIRECTED_REQUEST;
        return refused(status, "this is not the host that was asked");
    }
    if parts.headers.contains_key(UPGRADE) {
        let status = StatusCode::BAD_REQUEST;
        return refused(status, "there is nothing here but pages");
    }
    let Some(is_led) = is_led(&parts.headers) else {
        let status = StatusCode::FORBIDDEN;
        return refused(status, "a page from elsewhere gets nothing from here");
    };
    let query = parts.uri.query().unwrap_or_default();
    if query.len() + parts.uri.path().len() > LONGEST {
        let status = StatusCode::URI_TOO_LONG;
        return refused(status, "the address is too long");
    }
    let path = parts.uri.path();
    let path = path.strip_prefix('/').unwrap_or(path);
    match (decoded(path), setting(query)) {
        (Some(path), Some(setting)) => Ok(Asked {
            path,
            setting,
            is_led,
            is_scripted: header(&parts.headers, "sec-fetch-dest") == "empty",
        }),
        _ => refused(StatusCode::BAD_REQUEST, "the address is not UTF-8"),
    }
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH);
    headers.contains_key(TRANSFER_ENCODING)
        || length.is_some_and(|length| length != "0")
}

/// Whether just one host is named, and it is this one.
fn is_of(headers: &HeaderMap, port: u16) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let host = host.to_str().unwrap_or_default();
    let (name, named) = match host.rsplit_once(':') {
        Some((name, named)) => (name, named),
        // What a browser leaves out.
        None => (host, "80"),
    };
    let is_here = ["127.0.0.1", "localhost"]
        .iter()
        .any(|own| name.eq_ignore_ascii_case(own));
    is_here && named == port.to_string()
}

/// Whether a page from elsewhere has led here, rather than that one of ours
/// asks, or somebody who opens a page by himself; `None` if a page from
/// elsewhere asks for what it may not have. Who is no browser says nothing of
/// it, and can read what he likes anyhow.
fn is_led(headers: &HeaderMap) -> Option<bool> {
    let header = |name: &str| header(headers, name);
    let own = format!("http://{}", header("host"));
    if headers.contains_key(ORIGIN) && header("origin") != own {
        return None;
    }
    if ["", "same-origin", "none"].contains(&header("sec-fetch-site")) {
        return Some(false);
    }
    let is_opened = header("sec-fetch-mode") == "navigate"
        && header("sec-fetch-dest") == "document";
    is_opened.then_some(true)
}

/// A header, or an empty text where there is none.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name);
    value.map_or("", |value| value.to_str().unwrap_or("unknown"))
}

/// The names and values of a query, as a form has them
/// (<https://url.spec.whatwg.org/#urlencoded-parsing>).
fn setting(query: &str) -> Option<Vec<(String, String)>> {
    let fields = query.split('&').filter(|field| !field.is_empty());
    let fields = fields.map(|field| {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        let [name, value] =
            [name, value].map(|text| decoded(&text.replace('+', " ")));
        Some((name?, value?))
    });
    fields.collect()
}

fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8();
    text.ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn asked(
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
    ) -> Result<Asked, u16> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        read(&parts, 8000).map_err(|refused| refused.status.as_u16())
    }

    const HERE: (&str, &str) = ("host", "127.0.0.1:8000");

    #[test]
    fn a_setting_is_what_a_form_has_sent() {
        let get = |uri: &str| {
            asked("GET", uri, &[HERE]).map(|asked| (asked.path, asked.setting))
        };
        let field =
            |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(get("/"), Ok((String::new(), Vec::new())));
        assert_eq!(
            get("/gather.html?a=1s+500ms&&b=%3Cb%3E&c&=x&d=a%3Db=c"),
            Ok((
                "gather.html".to_owned(),
                vec![
                    field("a", "1s 500ms"),
                    field("b", "<b>"),
                    field("c", ""),
                    field("", "x"),
                    field("d", "a=b=c"),
                ]
            ))
        );
        // The address of another host, to a page that asks for it.
        let twice = get("//gather.html").map(|(path, _)| path);
        assert_eq!(twice, Ok("/gather.html".to_owned()));
        assert_eq!(get("/?a=%ff"), Err(400));
        assert_eq!(get("/%ff"), Err(400));
        assert_eq!(get(&format!("/?a={}", "x".repeat(5000))), Err(414));
        assert_eq!(get("http://127.0.0.1:8000/"), Err(421));
    }

    #[test]
    fn only_a_get_without_a_body_is_answered() {
        for method in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
            assert_eq!(asked(method, "/", &[HERE]), Err(405));
        }
        for body in [("content-length", "1"), ("transfer-encoding", "chunked")]
        {
            assert_eq!(asked("GET", "/", &[HERE, body]), Err(413));
        }
        assert!(asked("GET", "/", &[HERE, ("content-length", "0")]).is_ok());
    }

    #[test]
    fn no_other_host_is_answered_to() {
        for host in ["127.0.0.1:8000", "localhost:8000", "LocalHost:8000"] {
            assert!(asked("GET", "/", &[("host", host)]).is_ok(), "{host}");
        }
        for host in [
            "",
            "127.0.0.1",
            "localhost",
            "127.0.0.1:80",
            "127.0.0.1:08000",
            "evil.example:8000",
            "127.0.0.1.evil.example:8000",
            "localhost.:8000",
            "user@127.0.0.1:8000",
            "127.0.0.2:8000",
            "[::1]:8000",
            "127.0.0.1:8000:8000",
        ] {
            assert_eq!(
                asked("GET", "/", &[("host", host)]),
                Err(421),
                "{host}"
            );
        }
        assert_eq!(asked("GET", "/", &[]), Err(421));
        assert_eq!(asked("GET", "/", &[HERE, HERE]), Err(421));
    }

    #[test]
    fn a_page_from_elsewhere_has_nothing_fetched() {
        let headers = |site, mode, dest| {
            [
                HERE,
                ("sec-fetch-site", site),
                ("sec-fetch-mode", mode),
                ("sec-fetch-dest", dest),
            ]
        };
        let by = |site, mode, dest| {
            asked("GET", "/", &headers(site, mode, dest)).is_ok()
        };
        let is_led = |site| {
            let headers = headers(site, "navigate", "document");
            asked("GET", "/", &headers).map(|asked| asked.is_led)
        };
        assert_eq!(is_led("none"), Ok(false));
        assert_eq!(is_led("same-origin"), Ok(false));
        assert_eq!(is_led("same-site"), Ok(true));
        assert_eq!(is_led("cross-site"), Ok(true));
        assert!(by("same-origin", "cors", "empty"));
        assert!(by("none", "navigate", "document"));
        assert!(by("cross-site", "navigate", "document"));
        for site in ["cross-site", "same-site", "else"] {
            assert!(!by(site, "no-cors", "image"));
            assert!(!by(site, "cors", "empty"));
            assert!(!by(site, "navigate", "iframe"));
            assert!(!by(site, "navigate", "object"));
        }
    }

    #[test]
    fn a_socket_of_a_page_from_elsewhere_is_not_opened() {
        let by = |headers: &[(&str, &str)]| {
            asked("GET", "/", &[&[HERE], headers].concat()).map(|_| ())
        };
        assert_eq!(by(&[("origin", "http://127.0.0.1:8000")]), Ok(()));
        for origin in [
            "null",
            "",
            "http://localhost:8000",
            "http://127.0.0.1:9000",
            "https://127.0.0.1:8000",
            "http://evil.example",
        ] {
            assert_eq!(by(&[("origin", origin)]), Err(403), "{origin}");
        }
        let socket = [("connection", "Upgrade"), ("upgrade", "websocket")];
        assert_eq!(by(&socket), Err(400));
    }
}
