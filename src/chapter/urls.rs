//! Pages of the user's own, from `--url` and from a file of URLs.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::Read;

use super::Url;

/// A file that is larger than this is refused.
const LARGEST: u64 = 10_000_000;

/// Pages of the user's own, each once, in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Urls {
    list: Vec<Url>,
    seen: HashSet<Url>,
    repeated: usize,
}

impl Urls {
    /// More than anybody should ask of other people's servers at once.
    pub const MOST: usize = 10_000;

    /// Reads one or more URLs with white space between them.
    ///
    /// # Errors
    /// As [`Url::parse`].
    pub fn parse(text: &str) -> Result<Urls, String> {
        let mut urls = Urls::default();
        for word in text.split_whitespace() {
            urls.push(Url::parse(word)?);
        }
        if urls.list.is_empty() {
            return Err(
                "empty; give a URL such as http://localhost:8080/".to_owned()
            );
        }
        Ok(urls)
    }

    /// Reads a file with a URL on each line. Empty lines, and lines that begin
    /// with `#`, do not count.
    ///
    /// # Errors
    /// Says in one line why the file cannot be read, or what is wrong on which
    /// line.
    pub fn read(path: &str) -> Result<Urls, String> {
        let mut bytes = Vec::new();
        // One byte more than allowed tells a file that is too large.
        File::open(path)
            .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
            .map_err(|error| {
                format!("{error}; give a text file with a URL on each line")
            })?;
        if bytes.len() as u64 > LARGEST {
            return Err(format!(
                "too large; give a file of at most {LARGEST} bytes"
            ));
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            "not UTF-8; give a text file with a URL on each line".to_owned()
        })?;
        let mut urls = Urls::default();
        for (number, line) in
            (1..).zip(text.trim_start_matches('\u{feff}').lines())
        {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let url = Url::parse(line);
            urls.push(url.map_err(|error| format!("line {number}: {error}"))?);
        }
        if urls.list.is_empty() {
            return Err(
                "it has no URLs; give a text file with one on each line"
                    .to_owned(),
            );
        }
        Ok(urls)
    }

    /// Adds those that are not there yet.
    pub fn extend(&mut self, others: Urls) {
        self.repeated += others.repeated;
        others.list.into_iter().for_each(|url| self.push(url));
    }

    fn push(&mut self, url: Url) {
        if self.seen.insert(url.clone()) {
            self.list.push(url);
        } else {
            self.repeated += 1;
        }
    }

    /// Every one of them.
    pub fn as_slice(&self) -> &[Url] {
        &self.list
    }

    /// What will be asked of whom, before anybody is asked.
    pub fn announce(&self, scenes: usize) -> String {
        let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
        for url in &self.list {
            *hosts.entry(url.authority()).or_default() += scenes;
        }
        // Those that are asked most come first.
        let mut hosts: Vec<(String, usize)> = hosts.into_iter().collect();
        hosts.sort_by_key(|(_, requests)| std::cmp::Reverse(*requests));
        let most = 5.min(hosts.len());
        let mut where_to: Vec<String> = hosts[..most]
            .iter()
            .map(|(host, requests)| format!("{requests} to {host}"))
            .collect();
        let others = &hosts[most..];
        if !others.is_empty() {
            let requests: usize =
                others.iter().map(|(_, requests)| requests).sum();
            where_to
                .push(format!("{requests} to {} other hosts", others.len()));
        }
        let (pages, requests) = (self.list.len(), self.list.len() * scenes);
        let mut said = format!(
            "Pages of your own: {} in {}, so {} will be sent: {}. A redirect is followed on \
             these hosts, and nowhere else.",
            counted(pages, "page"),
            counted(scenes, "scene"),
            counted(requests, "request"),
            where_to.join(", ")
        );
        if self.repeated > 0 {
            let repeated = counted(self.repeated, "URL");
            said += &format!(
                " {repeated} given more than once will be asked for once."
            );
        }
        said
    }
}

/// As the user could type them after `--url`.
impl fmt::Display for Urls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<String> = self.list.iter().map(Url::to_string).collect();
        f.write_str(&urls.join(" "))
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
