//! What the user may have meant: a name that differs by a letter or two, or
//! that is called otherwise elsewhere. What is not near is not suggested.

/// What other programs call it, and what it is here.
const SYNONYMS: &[(&str, &str)] = &[
    ("chapters", "list"),
    ("ls", "list"),
    ("menu", "list"),
    ("cat", "show"),
    ("code", "show"),
    ("print", "show"),
    ("source", "show"),
    ("check", "prove"),
    ("test", "prove"),
    ("difference", "diff"),
    ("bench", "compare"),
    ("benchmark", "compare"),
    ("measure", "compare"),
    ("cpython", "verify"),
    ("python", "verify"),
    ("complete", "completions"),
    ("site", "book"),
    ("server", "serve"),
    ("web", "serve"),
    ("http", "serve"),
    ("manual", "man"),
    ("usage", "help"),
    ("version", "--version"),
    ("--list", "list"),
    ("--every", "--all"),
    ("--scenario", "--scene"),
    ("--virtual", "--clock virtual"),
    ("--real", "--clock real"),
    ("--fast", "--speed"),
    ("--faster", "--speed"),
    ("--silent", "--quiet"),
    ("--ndjson", "--json"),
    ("--output", "--export"),
    ("--save", "--export"),
    ("--no-bars", "--no-progress"),
    ("--accessible", "--plain"),
    ("--colour", "--color"),
    ("--no-color", "--color never"),
    ("--no-colour", "--color never"),
    ("--cpython", "--twin"),
];

/// The name that was meant, if any of them is near enough. What a synonym
/// stands for has to be one of the names, too.
pub(super) fn nearest<'a>(
    word: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let word = plain(word);
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == word);
    if let Some((_, meant)) = synonym {
        let name = meant.split(' ').next().unwrap_or(meant);
        if names.clone().any(|other| other == name) {
            return Some(meant);
        }
    }
    let near = names.filter_map(|name| Some((far(&word, name)?, name)));
    near.min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

/// How far a name is from what was typed, unless it is too far: more than a
/// letter in three is another word. The dashes of an option count for nothing.
fn far(word: &str, name: &str) -> Option<usize> {
    let name = plain(name);
    if word.starts_with('-') != name.starts_with('-') {
        return None;
    }
    let (word, name) =
        (word.trim_start_matches('-'), name.trim_start_matches('-'));
    if word.len() >= 3 && name.starts_with(word) {
        return Some(1);
    }
    let (word, name): (Vec<char>, Vec<char>) =
        (word.chars().collect(), name.chars().collect());
    // Nothing long is near, and the table below is the product of both.
    if word.len() > 2 * name.len() {
        return None;
    }
    let most = word.len().max(name.len()) / 3;
    Some(distance(&word, &name)).filter(|distance| *distance <= most)
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace('_', "-")
}

/// How many letters have to be put in, left out, changed, or swapped with
/// their neighbour to make one word of the other: the optimal string alignment
/// distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (rows[i - 1][j - 1] + changed)
                .min(rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1);
            let is_swapped =
                i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if is_swapped {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 8] = [
        "gather", "shield", "wait", "tasks", "list", "--scene", "--c",
        "--clock",
    ];

    fn meant(word: &str) -> Option<&'static str> {
        nearest(word, NAMES.into_iter())
    }

    #[test]
    fn a_slip_of_the_finger_is_near() {
        for (word, name) in [
            ("gathr", "gather"),
            ("GATHER", "gather"),
            ("sheild", "shield"),
            ("wiat", "wait"),
            ("task", "tasks"),
            ("gat", "gather"),
            ("ls", "list"),
            ("--scen", "--scene"),
            ("--scenes", "--scene"),
            ("--virtual", "--clock virtual"),
        ] {
            assert_eq!(meant(word), Some(name), "{word}");
        }
    }

    #[test]
    fn another_word_is_not() {
        for word in [
            "help", "", "-", "--", "x", "--x", "--s", "--d", "scene", "go",
            "shift", "--python", "--every",
        ] {
            assert_eq!(meant(word), None, "{word}");
        }
        assert_eq!(nearest("--scene", ["--c", "--a"].into_iter()), None);
        assert_eq!(meant(&"gather".repeat(100_000)), None);
    }
}
