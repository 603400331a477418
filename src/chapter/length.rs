//! A time as the user types it: a number of seconds, as asyncio has it, or a
//! number with a unit.

use std::time::Duration;

use humantime::DurationError;

use crate::system::usage::Usage;

/// The longest time: longer than any class, and short enough that no sum of
/// waits overflows a clock.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// What [`LONGEST`] is in the words of an error.
const LONGEST_IN_WORDS: &str = "30days";

/// How a time is typed.
const EXAMPLES: &str =
    "give seconds, as in 5 or 2.5, or a unit, as in 500ms, 2s or 1m";

/// The most digits behind a point: with more of them the arithmetic overflows,
/// and tokio's timers count milliseconds anyhow.
const MOST_DIGITS: usize = 15;

/// Reads a time: `5`, `2.5`, `2.5s`, `500ms`, `1m 30s`.
///
/// # Errors
/// What is wrong, and what to type instead.
pub(crate) fn parse(text: &str) -> Result<Duration, Usage> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err(Usage::new("a time cannot be negative", EXAMPLES));
    }
    let time = match number(text) {
        Some(number) => number.time(),
        None => humantime::parse_duration(text),
    };
    let time = match time {
        Ok(time) => time,
        Err(DurationError::NumberOverflow) => return Err(too_long()),
        Err(_) => return Err(Usage::new("not a duration", EXAMPLES)),
    };
    if time.is_zero() {
        return Err(Usage::new(
            "a time of zero shows nothing",
            "give at least 1ms",
        ));
    }
    if time > LONGEST {
        return Err(too_long());
    }
    if time.subsec_nanos() % 1_000_000 != 0 {
        return Err(Usage::new(
            "tokio's timers count whole milliseconds",
            "give at least 1ms, and no fractions of it",
        ));
    }
    Ok(time)
}

fn too_long() -> Usage {
    Usage::new("too long", format!("give at most {LONGEST_IN_WORDS}"))
}

/// One number, taken apart: `2.5s` is 2, 5 and s.
struct Number<'a> {
    whole: &'a str,
    fraction: &'a str,
    unit: &'a str,
}

/// A text that is one number, with a unit or without one.
fn number(text: &str) -> Option<Number<'_>> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (digits, unit) = text.split_at(end.unwrap_or(text.len()));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let is_number = digits.contains(|c: char| c.is_ascii_digit())
        && !fraction.contains('.')
        && fraction.len() <= MOST_DIGITS;
    let unit = unit.trim_start();
    // With more behind the unit it is several, which are humantime's to read.
    let is_one = unit.chars().all(char::is_alphabetic);
    let unit = if unit.is_empty() { "s" } else { unit };
    (is_number && is_one).then_some(Number {
        whole,
        fraction,
        unit,
    })
}

impl Number<'_> {
    fn time(&self) -> Result<Duration, DurationError> {
        let whole = match self.whole {
            "" => "0",
            whole => whole,
        };
        let time = humantime::parse_duration(&format!("{whole}{}", self.unit))?;
        if self.fraction.is_empty() {
            return Ok(time);
        }
        let unit = humantime::parse_duration(&format!("1{}", self.unit))?;
        let of = 10_u128.pow(u32::try_from(self.fraction.len()).unwrap_or(0));
        let part = self.fraction.parse().unwrap_or(0_u128);
        let part = unit.as_nanos() * part;
        // What is finer than a nanosecond is no whole millisecond either.
        let nanos = part.div_ceil(of);
        let nanos =
            u64::try_from(nanos).map_err(|_| DurationError::NumberOverflow)?;
        time.checked_add(Duration::from_nanos(nanos))
            .ok_or(DurationError::NumberOverflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_is_seconds_and_any_unit_takes_a_fraction() {
        for (text, millis) in [
            ("5", 5000),
            (" 5 ", 5000),
            ("2.5", 2500),
            (".5", 500),
            ("5.", 5000),
            ("2.5s", 2500),
            ("2.5 s", 2500),
            ("0.25m", 15_000),
            ("1.5h", 5_400_000),
            ("1500ms", 1500),
            ("2.000ms", 2),
            ("1m 30s", 90_000),
            ("2s 500ms", 2500),
            ("0.001", 1),
            ("30days", 2_592_000_000),
            ("2592000", 2_592_000_000),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_what_to_type() {
        for (text, wrong) in [
            ("", "not a duration"),
            (".", "not a duration"),
            ("s", "not a duration"),
            ("soon", "not a duration"),
            ("1.2.3", "not a duration"),
            ("1e3", "not a duration"),
            ("5,5", "not a duration"),
            ("0x10", "not a duration"),
            ("+5", "not a duration"),
            ("2.5parsecs", "not a duration"),
            ("0.1234567890123456", "not a duration"),
            ("-1", "negative"),
            ("0", "zero"),
            ("0.0s", "zero"),
            ("0.0001", "whole milliseconds"),
            ("1.0000000000001", "whole milliseconds"),
            ("2.5ms", "whole milliseconds"),
            ("30.1days", "too long"),
            ("2592000.001", "too long"),
            ("99999999999999999999", "too long"),
            ("9999999999999.9years", "too long"),
            ("584.9years", "too long"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.wrong.contains(wrong), "{text}: {error}");
            assert!(error.instead[0].starts_with("give "), "{text}: {error}");
        }
    }

    #[test]
    fn the_longest_time_is_called_what_it_is() {
        assert_eq!(parse(LONGEST_IN_WORDS), Ok(LONGEST));
    }
}
