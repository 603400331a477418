//! What notes mean by an index: texts of every length, and what comes again and
//! again. All threads share them; each keeps in mind what it has put there, so
//! that it seldom asks.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;
use std::ptr;

use super::here::DEPTH;
use super::note::{Name, Source};
use super::segments::Segments;

/// What all threads of a recording have put there.
#[derive(Default)]
pub(super) struct Tables {
    pub texts: Segments<Cow<'static, str>>,
    pub places: Segments<Source>,
    pub names: Segments<Name>,
    pub stacks: Segments<Stack>,
}

/// Where a lane is parked: the lines of its functions, the innermost first.
pub(super) type Stack = [Option<Source>; DEPTH];

/// What one thread knows of the tables. What is static is known by its address:
/// that is faster than to compare it, and what is there twice does no harm.
#[derive(Default)]
pub(super) struct Known {
    texts: Indexes<(usize, usize)>,
    places: Indexes<usize>,
    names: Indexes<usize>,
    stacks: Indexes<[usize; DEPTH]>,
}

impl Known {
    /// The index of a text.
    pub fn text(
        &mut self,
        text: Cow<'static, str>,
        add: impl FnOnce(Cow<'static, str>) -> u32,
    ) -> u32 {
        match text {
            Cow::Borrowed(text) => {
                let key = (text.as_ptr().addr(), text.len());
                self.texts.get(key, || add(text.into()))
            }
            text => add(text),
        }
    }

    /// The index of a line of source.
    pub fn place(&mut self, place: Source, add: impl FnOnce() -> u32) -> u32 {
        self.places.get(ptr::from_ref(place).addr(), add)
    }

    /// The index of what something is called.
    pub fn name(&mut self, name: Name, add: impl FnOnce() -> u32) -> u32 {
        self.names.get(ptr::from_ref(name).addr(), add)
    }

    /// The index of a stack.
    pub fn stack(&mut self, stack: &Stack, add: impl FnOnce() -> u32) -> u32 {
        let address = |line: Source| ptr::from_ref(line).addr();
        let key = stack.map(|line| line.map_or(0, address));
        self.stacks.get(key, add)
    }
}

/// The indexes of what is known, and that of what was asked for last.
struct Indexes<K> {
    last: Option<(K, u32)>,
    all: HashMap<K, u32>,
}

impl<K> Default for Indexes<K> {
    fn default() -> Self {
        Indexes {
            last: None,
            all: HashMap::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> Indexes<K> {
    fn get(&mut self, key: K, add: impl FnOnce() -> u32) -> u32 {
        if let Some((last, index)) = self.last
            && last == key
        {
            return index;
        }
        let index = *self.all.entry(key).or_insert_with(add);
        self.last = Some((key, index));
        index
    }
}
