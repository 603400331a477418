//! A chapter's code, taken apart: what of a file one scene needs, and which of
//! its lines say something. It is read as text, item by item; a test over all
//! scenes makes sure that nothing is missing and nothing is too much.

mod items;
mod says;
mod words;

use std::collections::BTreeSet;

use super::{Chapter, Knobs, Language, Scene};
use items::{Item, items};
pub use says::{Say, says};

/// A part of a file that belongs together: an import, a function, a type, a
/// constant, with what stands directly above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// What it defines, if that is a thing of the file's own.
    pub name: Option<String>,
    /// Its lines, each with its number, from 1.
    pub lines: Vec<(u32, &'a str)>,
}

impl Chapter {
    /// The whole file.
    pub fn code(&self, language: Language) -> Vec<Part<'static>> {
        let items = items(self.text(language), language);
        items.iter().map(Item::part).collect()
    }

    /// What a scene is made of: its function, and everything of the file that
    /// this uses, with the imports that are needed. Empty if the file has no
    /// function of that name, which a test forbids.
    pub fn code_of(
        &self,
        scene: &Scene,
        language: Language,
    ) -> Vec<Part<'static>> {
        // A future does nothing before it is polled, so this runs nothing. Its
        // function has the same name in both files.
        let function = (scene.run)(&Knobs::new(self.knobs)).function;
        needed(self.text(language), language, &[function.to_owned()])
    }

    fn text(&self, language: Language) -> &'static str {
        match language {
            Language::Rust => self.demo,
            Language::Python => self.twin.demo,
        }
    }
}

/// The name of what stands at a line of a file.
pub fn name_at(text: &str, language: Language, line: u32) -> Option<String> {
    let items = items(text, language);
    let at = items.iter().find(|item| item.has(line));
    at.and_then(|item| item.part().name)
}

/// The parts of a file that some of its names need, in the file's order.
pub fn needed<'a>(
    text: &'a str,
    language: Language,
    names: &[String],
) -> Vec<Part<'a>> {
    let items = items(text, language);
    let mut needed = BTreeSet::new();
    let mut names = names.to_vec();
    while let Some(name) = names.pop() {
        for (index, item) in items.iter().enumerate() {
            if item.is_of(&name) && needed.insert(index) {
                names.extend(item.uses());
            }
        }
    }
    let items = needed.into_iter().filter_map(|index| items.get(index));
    items.map(Item::part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, language: Language, name: &str) -> Vec<u32> {
        let parts = needed(text, language, &[name.to_owned()]);
        let lines = parts.into_iter().flat_map(|part| part.lines);
        lines.map(|(number, _)| number).collect()
    }

    #[test]
    fn a_rust_function_brings_what_it_uses_and_nothing_else() {
        let text = "\
//! Head.

use a::{Used, Other};
use b::unused;

/// Doc.
struct Thing {
    x: Kind,
}

impl Drop for Thing {
    fn drop(&mut self) {}
}

type Kind = u32;

fn helper() {}

// A comment on what is shadowed.
fn shadowed() {}

/// The scene.
#[attribute]
pub async fn scene(
    n: u32,
) -> Used {
    let shadowed = Thing { x: n };
    shadowed.helper_of_thing();
    say!(\"{shadowed} unused\"); // unused
    helper()
}

fn unused() {}
";
        let found = of(text, Language::Rust, "scene");
        let expected = [3..=3, 6..=9, 11..=13, 15..=15, 17..=17, 22..=31];
        assert_eq!(found, expected.into_iter().flatten().collect::<Vec<_>>());
    }

    #[test]
    fn a_python_function_brings_what_it_uses_and_nothing_else() {
        let text = "\
\"\"\"Head.\"\"\"

import a
import unused

# On its own.

# Of KINDS.
KINDS = [
    \"x\",
]


class Thing:
    \"\"\"unused()\"\"\"

    def get(self):
        return a.b(KINDS)


def show(x):
    return x


@decorated
async def scene(n):
    \"\"\"Uses nothing()

    but says so: unused().
    \"\"\"
    thing = Thing()
    say(f\"{show(n)}: unused()\")


if __name__ == \"__main__\":
    scene(1)
";
        let found = of(text, Language::Python, "scene");
        let expected = [3..=3, 8..=11, 14..=18, 21..=22, 25..=32];
        assert_eq!(found, expected.into_iter().flatten().collect::<Vec<_>>());
    }
}
