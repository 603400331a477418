//! Pages of the user's own: what is said of them before anybody is asked.

use std::collections::BTreeMap;

use super::url::Url;
use crate::chapter::{List, number_of};

/// More than anybody should ask of other people's servers at once.
pub const MOST: usize = 10_000;

/// What will be asked of whom, in so many scenes.
pub fn announce(list: &List, scenes: usize) -> String {
    let urls: Vec<&Url> = list.items().collect();
    let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
    for url in &urls {
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
        let requests: usize = others.iter().map(|(_, requests)| requests).sum();
        where_to.push(format!("{requests} to {} other hosts", others.len()));
    }
    let (pages, requests) = (urls.len(), urls.len() * scenes);
    let mut said = format!(
        "Pages of your own: {} in {}, so {} will be sent: {}. A redirect is followed on these \
         hosts, and nowhere else.",
        number_of(pages, "page", "pages"),
        number_of(scenes, "scene", "scenes"),
        number_of(requests, "request", "requests"),
        where_to.join(", ")
    );
    if list.repeated() > 0 {
        let repeated = number_of(list.repeated(), "URL", "URLs");
        said += &format!(
            " {repeated} given more than once will be asked for once."
        );
    }
    said
}
