//! A list that grows without moving what is in it. A `Vec` of a hundred
//! megabytes copies itself when it is full, in the middle of somebody's poll.

/// Items a segment: large enough to be rare, small enough to waste little.
const SEGMENT: usize = 16384;

/// An append-only list in segments.
pub(super) struct Segments<T>(Vec<Vec<T>>);

impl<T> Default for Segments<T> {
    fn default() -> Self {
        Segments(Vec::new())
    }
}

impl<T> Segments<T> {
    /// Appends an item, and returns its index.
    pub fn push(&mut self, item: T) -> u32 {
        match self.0.last_mut() {
            Some(last) if last.len() < SEGMENT => last.push(item),
            _ => {
                // The first one grows: most lists need no more.
                let size = if self.0.is_empty() { 0 } else { SEGMENT };
                let mut next = Vec::with_capacity(size);
                next.push(item);
                self.0.push(next);
            }
        }
        u32::try_from(self.len() - 1)
            .expect("memory ends long before four billion items do")
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        match self.0.split_last() {
            Some((last, full)) => full.len() * SEGMENT + last.len(),
            None => 0,
        }
    }
}

impl<T> std::ops::Index<u32> for Segments<T> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        let index = index as usize;
        &self.0[index / SEGMENT][index % SEGMENT]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stay_where_they_were_put() {
        let mut list = Segments::default();
        let count = SEGMENT * 2 + 1;
        for item in 0..count {
            assert_eq!(list.push(item), item as u32);
        }
        assert_eq!(list.len(), count);
        assert!((0..count).all(|item| list[item as u32] == item));
    }
}
