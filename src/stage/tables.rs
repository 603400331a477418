//! What notes mean by an index: texts of every length, and what comes again and
//! again. All threads share them; each keeps in mind what it has put there, so
//! that it seldom asks.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
    /// The index of a text, which is put there if it is not known.
    pub fn text(
        &mut self,
        text: Cow<'static, str>,
        tables: &Mutex<Tables>,
    ) -> u32 {
        let add = |text| lock(tables).texts.push(text);
        match text {
            Cow::Borrowed(text) => {
                let key = (text.as_ptr().addr(), text.len());
                self.texts.get(key, || add(text.into()))
            }
            text => add(text),
        }
    }

    /// The index of a line of source, likewise.
    pub fn place(&mut self, place: Source, tables: &Mutex<Tables>) -> u32 {
        let key = ptr::from_ref(place).addr();
        self.places.get(key, || lock(tables).places.push(place))
    }

    /// The index of what something is called, likewise.
    pub fn name(&mut self, name: Name, tables: &Mutex<Tables>) -> u32 {
        let key = ptr::from_ref(name).addr();
        self.names.get(key, || lock(tables).names.push(name))
    }

    /// The index of a stack, likewise.
    pub fn stack(&mut self, stack: Stack, tables: &Mutex<Tables>) -> u32 {
        let address = |line: Source| ptr::from_ref(line).addr();
        let key = stack.map(|line| line.map_or(0, address));
        self.stacks.get(key, || lock(tables).stacks.push(stack))
    }
}

/// Whatever threads of a recording share.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds one of these locks, so what a poisoned one
    // protects is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
