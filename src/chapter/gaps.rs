//! Sentences with gaps, which the knobs of a run fill. What a lesson says of a
//! figure is true then at whatever the user has set, and at the speed of the
//! run. A gap is written between braces:
//!
//! | gap | filled |
//! |---|---|
//! | `{delay}` | the value of the knob `--delay` |
//! | `{tasks\|call waits\|calls wait}` | a number, and the words that go with one or with many: `1 call waits`, `3 calls wait` |
//! | `{1s}` | a time that no knob sets, divided by the speed as all are |
//!
//! What is no gap of this kind stays as it is: a lesson quotes code, too. So a
//! gap that nothing fills is seen, and a test over all chapters looks for it.

use super::{Knobs, Value, time};

/// Fills the gaps of a text.
pub(super) fn fill(text: &str, knobs: &Knobs) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled += before;
        let gap = after.split_once('}');
        let value = gap.and_then(|(gap, _)| value(gap, knobs));
        match (value, gap) {
            (Some(value), Some((_, after))) => {
                filled += &value;
                rest = after;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

/// So many of something: `1 tick`, `2 ticks`.
pub fn number_of(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What stands in a gap, if it is one.
fn value(gap: &str, knobs: &Knobs) -> Option<String> {
    let mut parts = gap.split('|');
    let name = parts.next()?;
    let forms: Vec<&str> = parts.collect();
    match (knobs.get(name), &forms[..]) {
        (Some(Value::Time(value)), []) => Some(time(value)),
        (Some(Value::Text(text)), []) => Some(text),
        (Some(Value::Count(count)), []) => Some(count.to_string()),
        (Some(Value::Count(count)), [one, many]) => {
            Some(number_of(count as usize, one, many))
        }
        (None, []) => {
            let fixed = humantime::parse_duration(name).ok()?;
            Some(time(knobs.seconds(fixed.as_secs_f64())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Knob;
    use super::*;

    const TASKS: Knob = Knob::count("tasks", (3, 1, 9), "How many");
    const CANCEL_AFTER: Knob = Knob::time("cancel-after", "2s", "When");
    const URL: Knob = Knob::text("url", "{tasks}", "What it is called");

    fn knobs() -> Knobs {
        Knobs::new(&[TASKS, CANCEL_AFTER, URL])
    }

    #[test]
    fn a_gap_is_filled_from_the_knobs() {
        let text =
            "{tasks|call waits|calls wait} until {cancel-after}, {tasks}";
        let mut knobs = knobs();
        assert_eq!(fill(text, &knobs), "3 calls wait until 2s, 3");
        knobs.set(&TASKS, Value::Count(1));
        knobs.set(&CANCEL_AFTER, Value::Time(Duration::from_secs(8)));
        let knobs = knobs.at_speed(4.0);
        assert_eq!(fill(text, &knobs), "1 call waits until 2s, 1");
        assert_eq!(fill("{12s} and {1s}", &knobs), "3s and 0.25s");
    }

    #[test]
    fn what_a_knob_says_has_no_gaps() {
        assert_eq!(fill("{url}", &knobs()), "{tasks}");
    }

    #[test]
    fn what_nothing_fills_stays_as_it_is() {
        for text in [
            "{task}",
            "{}",
            "{",
            "}",
            "say!(\"{n}\")",
            "{tasks|call}",
            "{tasks|one|two|many}",
            "{cancel-after|call|calls}",
            "{1s|call|calls}",
            "{3}",
        ] {
            assert_eq!(fill(text, &knobs()), text);
        }
        assert_eq!(fill("{{tasks}}", &knobs()), "{3}");
    }
}
