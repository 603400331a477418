//! The pages that were asked for last.

use std::collections::VecDeque;

use hyper::body::Bytes;

/// So many of them.
const MOST: usize = 64;

/// Pages, each by the run that it is of.
#[derive(Default)]
pub(super) struct Recent {
    /// The one that was asked for last is the last.
    pages: VecDeque<(String, Bytes)>,
}

impl Recent {
    /// A page, if it is among them.
    pub fn get(&mut self, run: &str) -> Option<Bytes> {
        let at = self.pages.iter().position(|(other, _)| other == run)?;
        let found = self.pages.remove(at)?;
        let page = found.1.clone();
        self.pages.push_back(found);
        Some(page)
    }

    /// Keeps a page, in place of the one that nobody asked for for longest.
    pub fn keep(&mut self, run: String, page: Bytes) {
        self.pages.retain(|(other, _)| *other != run);
        if self.pages.len() == MOST {
            self.pages.pop_front();
        }
        self.pages.push_back((run, page));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_last_stays() {
        let mut recent = Recent::default();
        let name = |number: usize| format!("gather {number}");
        let page = |number: usize| Bytes::from(number.to_string());
        for number in 0..3 * MOST {
            recent.keep(name(number), page(number));
            // The first one is asked for again and again.
            assert_eq!(recent.get(&name(0)), Some(page(0)));
        }
        assert_eq!(recent.pages.len(), MOST);
        let last = 3 * MOST - 1;
        assert_eq!(recent.get(&name(last)), Some(page(last)));
        assert_eq!(recent.get(&name(1)), None);
        // Two who ask at once may both make it.
        recent.keep(name(last), page(7));
        assert_eq!(recent.pages.len(), MOST);
        assert_eq!(recent.get(&name(last)), Some(page(7)));
    }
}
