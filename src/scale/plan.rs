//! What is to be measured: which sizes, and who waits at each of them. What
//! there is no room for is refused if it was asked for, and left out with its
//! reason otherwise.

use std::path::PathBuf;
use std::time::Duration;

use super::limits::Limits;
use super::{LeftOut, Subject};
use crate::system::usage::Usage;

/// What the user asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// How many waits at once; the usual ones if there is none.
    pub sizes: Vec<u64>,
    /// How long each wait is, in whole milliseconds.
    pub wait: Duration,
    /// How often each is measured.
    pub runs: usize,
    /// Also a thread each.
    pub threads: bool,
    /// Also a connection each.
    pub connections: bool,
    /// Also the other languages' runtimes.
    pub peers: bool,
    /// Fail if one of them cannot be measured.
    pub require_peers: bool,
    /// The Python to ask.
    pub python: PathBuf,
    /// The most time that a process may take.
    pub limit: Option<Duration>,
    /// The command, to be kept with its results.
    pub command: String,
}

/// The sizes that are measured if none is asked for.
pub(crate) const USUAL: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Where the memory is not known, and as the numbers of lanes have an end.
const MOST: u64 = 1_000_000_000;

/// Where the memory is not known.
const MOST_BLINDLY: u64 = 1_000_000;

/// Measured together, in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// So many waits at once.
    pub count: u64,
    /// Who waits. The first is bare tokio.
    pub subjects: Vec<Subject>,
}

/// What will be measured.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Smallest first.
    pub parts: Vec<Part>,
    /// What will not be.
    pub left_out: Vec<LeftOut>,
}

impl Plan {
    /// Makes a plan.
    ///
    /// # Errors
    /// If there is no room for so many waits on tokio, which is what all of it
    /// is about.
    pub fn of(asked: &Asked, limits: &Limits) -> Result<Plan, Usage> {
        let mut left_out = Vec::new();
        let mut sizes = if asked.sizes.is_empty() {
            let fits = |count: &u64| refusal(*count, limits).is_none();
            for count in USUAL.into_iter().filter(|count| !fits(count)) {
                let why = refusal(count, limits);
                let why = why.map(|usage| usage.wrong).unwrap_or_default();
                left_out.push(LeftOut::without_room(
                    Subject::Tokio,
                    count,
                    why,
                ));
            }
            USUAL.into_iter().filter(fits).collect()
        } else {
            let mut refusals = asked.sizes.iter();
            let refused = refusals.find_map(|count| refusal(*count, limits));
            if let Some(usage) = refused {
                return Err(usage);
            }
            asked.sizes.clone()
        };
        sizes.sort_unstable();
        sizes.dedup();
        let mut parts: Vec<Part> = sizes
            .iter()
            .map(|count| Part {
                count: *count,
                subjects: vec![Subject::Tokio, Subject::Recorded],
            })
            .collect();
        for subject in Subject::ALL {
            if asked.includes(subject) {
                add(subject, &mut parts, &sizes, limits, &mut left_out);
            }
        }
        parts.sort_by_key(|part| part.count);
        Ok(Plan { parts, left_out })
    }
}

impl Asked {
    fn includes(&self, subject: Subject) -> bool {
        match subject {
            Subject::Tokio | Subject::Recorded => false,
            Subject::Threads => self.threads,
            Subject::Connections => self.connections,
            _ => self.peers,
        }
    }
}

/// Adds a subject where it fits. What has a limit of its own, threads and
/// connections, is measured at that limit where more was asked for.
fn add(
    subject: Subject,
    parts: &mut Vec<Part>,
    sizes: &[u64],
    limits: &Limits,
    left_out: &mut Vec<LeftOut>,
) {
    let most = limits.most(subject);
    let fits =
        |count: u64| most.as_ref().is_none_or(|limit| count <= limit.left);
    for part in parts.iter_mut().filter(|part| sizes.contains(&part.count)) {
        if fits(part.count) {
            part.subjects.push(subject);
        }
    }
    let Some(limit) = &most else {
        return;
    };
    let beyond: Vec<u64> = sizes
        .iter()
        .copied()
        .filter(|count| !fits(*count))
        .collect();
    let Some(first) = beyond.first() else {
        return;
    };
    let why = format!(
        "there is room for {} {}: limited by {}",
        spaced(limit.left),
        subject.name(),
        limit.by
    );
    left_out.push(LeftOut::without_room(subject, *first, why));
    let has_a_limit = !subject.is_peer();
    let is_more = sizes.iter().all(|count| *count != limit.left);
    if has_a_limit && limit.left > 0 && is_more {
        let part = parts.iter_mut().find(|part| part.count == limit.left);
        match part {
            Some(part) => part.subjects.push(subject),
            None => parts.push(Part {
                count: limit.left,
                subjects: vec![Subject::Tokio, subject],
            }),
        }
    }
}

/// Why so many waits are too many, if they are.
fn refusal(count: u64, limits: &Limits) -> Option<Usage> {
    // Of the two that are always measured the one that takes more.
    let subject = Subject::Recorded;
    let waits = spaced(count);
    let Some(memory) = &limits.memory else {
        return (count > MOST_BLINDLY).then(|| {
            Usage::new(
                format!(
                    "{waits} waits are too many where nobody says how much \
                     memory there is"
                ),
                format!("ask for at most {}", spaced(MOST_BLINDLY)),
            )
        });
    };
    let estimate = subject.estimate(count);
    let most = rounded(subject.fit(memory.left).min(MOST));
    (estimate > memory.left || count > MOST).then(|| {
        Usage::new(
            format!(
                "{waits} waits would take about {} when they are recorded, \
                 and there are {} for them, limited by {}",
                bytes(estimate),
                bytes(memory.left),
                memory.by
            ),
            format!("ask for at most {}, or free some memory", spaced(most)),
        )
    })
}

/// Two digits of a number are enough for advice.
fn rounded(number: u64) -> u64 {
    let digits = number.checked_ilog10().unwrap_or(0).saturating_sub(1);
    let step = 10_u64.pow(digits);
    number / step * step
}

/// A number with a comma after each thousand.
pub(crate) fn spaced(number: u64) -> String {
    let digits = number.to_string();
    let mut spaced = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            spaced.push(',');
        }
        spaced.push(digit);
    }
    spaced
}

/// An amount of memory in words.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] =
        [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20)];
    let mut units = UNITS.into_iter();
    match units.find(|(_, size)| bytes >= *size) {
        Some((unit, size)) => {
            let amount = bytes as f64 / size as f64;
            let digits = usize::from(amount < 10.0);
            format!("{amount:.digits$} {unit}")
        }
        None => format!("{} KiB", bytes / 1024),
    }
}

/// A number of waits as it is typed: `1000`, `100_000`, `10k`, `1M`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn size(text: &str) -> Result<u64, Usage> {
    let instead = "give a number, as in 1000, 100_000, 10k or 1M";
    let wrong = || Usage::new("not such a number", instead);
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1_000),
        None => match text.strip_suffix('M') {
            Some(digits) => (digits, 1_000_000),
            None => (text, 1),
        },
    };
    let is_digits = digits.starts_with(|c: char| c.is_ascii_digit())
        && !digits.ends_with('_');
    let digits = digits.replace('_', "");
    if !is_digits || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let number = digits.parse::<u64>().ok();
    match number.and_then(|number| number.checked_mul(unit)) {
        Some(0) => Err(Usage::new("no wait at all", "give at least 1")),
        Some(number) => Ok(number),
        None => Err(Usage::new("far too many", instead)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::Limit;
    use super::*;

    fn limit(left: u64, by: &str) -> Option<Limit> {
        let by = by.to_owned();
        Some(Limit { left, by })
    }

    fn asked(sizes: &[u64]) -> Asked {
        Asked {
            sizes: sizes.to_vec(),
            wait: Duration::from_secs(1),
            runs: 1,
            threads: true,
            connections: true,
            peers: true,
            require_peers: false,
            python: PathBuf::new(),
            limit: None,
            command: String::new(),
        }
    }

    #[test]
    fn sizes_are_typed_in_every_usual_way() {
        for (text, number) in [
            ("1", 1),
            ("1000", 1_000),
            ("100_000", 100_000),
            ("10k", 10_000),
            ("1_0K", 10_000),
            ("2M", 2_000_000),
        ] {
            assert_eq!(size(text), Ok(number), "{text}");
        }
        for text in [
            "",
            "0",
            "0k",
            "k",
            "M",
            "-1",
            "+1",
            "1.5k",
            "1 000",
            "1e6",
            "1m",
            "_1",
            "1_",
            "1kk",
            "\u{661}",
            "99999999999999999999",
            "99999999999999999M",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_has_a_limit_of_its_own_is_measured_at_it() {
        let limits = Limits {
            memory: limit(1 << 34, "memory"),
            threads: limit(500, "the threads"),
            connections: limit(1_000, "the files"),
        };
        let plan = Plan::of(&asked(&[1_000, 100]), &limits);
        let plan = plan.unwrap_or_else(|usage| panic!("{usage}"));
        let counts: Vec<u64> = plan.parts.iter().map(|p| p.count).collect();
        assert_eq!(counts, [100, 500, 1_000]);
        let [all, at_limit, without] = &plan.parts[..] else {
            panic!("{plan:?}");
        };
        assert_eq!(all.subjects, Subject::ALL);
        assert_eq!(at_limit.subjects, [Subject::Tokio, Subject::Threads]);
        assert!(!without.subjects.contains(&Subject::Threads));
        assert!(without.subjects.contains(&Subject::Connections));
        let [left_out] = &plan.left_out[..] else {
            panic!("{plan:?}");
        };
        assert!(
            left_out
                .why
                .ends_with("500 threads: limited by the threads")
        );
    }

    #[test]
    fn what_memory_is_too_small_for_is_refused_or_left_out() {
        let limits = Limits {
            memory: limit(20 << 20, "the memory"),
            ..Limits::default()
        };
        let usage = Plan::of(&asked(&[1_000_000]), &limits);
        let usage = usage.err().map(|usage| usage.to_string());
        let usage = usage.unwrap_or_default();
        assert!(usage.starts_with("1,000,000 waits would take about 1.0 GiB"));
        assert!(usage.contains("there are 20 MiB for them"), "{usage}");
        // What the advice says does work.
        let advice = usage.split("at most ").nth(1).unwrap_or_default();
        let advice = advice.split(", or").next().unwrap_or_default();
        let advice: u64 = advice.replace(',', "").parse().unwrap_or(0);
        assert!(advice > 1_000);
        assert!(Plan::of(&asked(&[advice]), &limits).is_ok());
        // Nobody has asked for the usual sizes.
        let plan = Plan::of(&asked(&[]), &limits);
        let plan = plan.unwrap_or_else(|usage| panic!("{usage}"));
        let counts: Vec<u64> = plan.parts.iter().map(|p| p.count).collect();
        assert!(counts.contains(&10_000) && !counts.contains(&100_000));
        // Python has no room here, and says so; nobody else is kept out.
        let why = |subject| {
            let mut left_out = plan.left_out.iter();
            left_out.any(|left_out| left_out.subject == subject)
        };
        assert!(why(Subject::Asyncio) && !why(Subject::Recorded));
        // Without limits nothing is known, and not everything is allowed.
        let none = Limits::default();
        assert!(Plan::of(&asked(&[1_000_000]), &none).is_ok());
        assert!(Plan::of(&asked(&[1_000_001]), &none).is_err());
    }

    #[test]
    fn amounts_are_easy_to_read() {
        assert_eq!(spaced(1), "1");
        assert_eq!(spaced(1_000), "1,000");
        assert_eq!(spaced(123_456_789), "123,456,789");
        assert_eq!(bytes(1_536 * 1024), "1.5 MiB");
        assert_eq!(bytes(900), "0 KiB");
        assert_eq!(bytes(12 << 30), "12 GiB");
        assert_eq!(rounded(123_456), 120_000);
        assert_eq!(rounded(7), 7);
    }
}
