//! The choices of a question: the right one, and what misunderstandings come
//! to. Whatever comes to the right value, or to one that is there already, is
//! no choice.

use std::time::Duration;

use super::seen::NEAR;
use super::words::end_of;
use super::{About, Choice, Held, Value};
use crate::chapter::{Belief, Mistake, time};

/// The choices so far.
pub(super) struct Choices<'a> {
    beliefs: &'a [&'static Belief],
    choices: Vec<Choice>,
}

impl<'a> Choices<'a> {
    /// The right one.
    pub fn of(about: &'a About, right: Value) -> Choices<'a> {
        Choices::with(&about.beliefs, right)
    }

    /// The same, where these beliefs are wrong.
    pub fn with(beliefs: &'a [&'static Belief], right: Value) -> Choices<'a> {
        Choices {
            beliefs,
            choices: vec![Choice {
                says: says(&right),
                value: right,
                right: true,
                mistake: None,
                belief: None,
            }],
        }
    }

    /// One that a misunderstanding leads to.
    pub fn wrong(&mut self, mistake: Mistake, value: Value) {
        let value = as_typed(value);
        let says = says(&value);
        let is_there = |choice: &Choice| {
            choice.says == says || is_same(&choice.value, &value)
        };
        if self.choices.iter().any(is_there) {
            return;
        }
        let mut beliefs = self.beliefs.iter();
        let belief = beliefs.find(|belief| belief.mistakes.contains(&mistake));
        self.choices.push(Choice {
            says,
            value,
            right: false,
            mistake: Some(mistake),
            belief: belief.map(|belief| Held {
                belief: belief.belief,
                truth: belief.truth,
            }),
        });
    }

    /// The same for a time, if there is one.
    pub fn wrong_time(
        &mut self,
        mistake: Mistake,
        time: impl Into<Option<Duration>>,
    ) {
        if let Some(time) = time.into() {
            self.wrong(mistake, Value::Time(time));
        }
    }

    /// How many wrong ones there are.
    pub fn count_wrong(&self) -> usize {
        self.choices.len() - 1
    }

    /// At most so many of them, in an order that does not tell the right one:
    /// by what they say.
    pub fn finish(mut self, most: usize) -> Vec<Choice> {
        // What a belief leads to is what one learns from.
        self.choices
            .sort_by_key(|choice| (!choice.right, choice.belief.is_none()));
        self.choices.truncate(most);
        self.choices.sort_by(|a, b| match (&a.value, &b.value) {
            (Value::Time(a), Value::Time(b)) => a.cmp(b),
            (Value::Count(a), Value::Count(b)) => a.cmp(b),
            (
                Value::End {
                    outcome: a,
                    at: at_a,
                },
                Value::End {
                    outcome: b,
                    at: at_b,
                },
            ) => (at_a, a).cmp(&(at_b, b)),
            _ => a.says.cmp(&b.says),
        });
        self.choices
    }
}

/// An answer with its time as it is shown and typed: whole milliseconds.
fn as_typed(value: Value) -> Value {
    let whole = |time: Duration| {
        let millis = (time.as_nanos() + 500_000) / 1_000_000;
        Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    };
    match value {
        Value::Time(at) => Value::Time(whole(at)),
        Value::End { outcome, at } => Value::End {
            outcome,
            at: whole(at),
        },
        other => other,
    }
}

/// Whether two answers are the same one.
pub(super) fn is_same(a: &Value, b: &Value) -> bool {
    let is_near = |a: &Duration, b: &Duration| a.abs_diff(*b) <= NEAR;
    match (a, b) {
        (Value::Time(a), Value::Time(b)) => is_near(a, b),
        (
            Value::End {
                outcome: a,
                at: at_a,
            },
            Value::End {
                outcome: b,
                at: at_b,
            },
        ) => a == b && is_near(at_a, at_b),
        _ => a == b,
    }
}

/// An answer as it is typed, or shown.
fn says(value: &Value) -> String {
    match value {
        Value::Time(at) => time(*at),
        Value::Never => "never".to_owned(),
        Value::Count(count) => count.to_string(),
        Value::End { outcome, at } => {
            format!("{} at {}", end_of(*outcome), time(*at))
        }
        Value::Words(words) => words.clone(),
        Value::Order(order) => {
            let numbers = order.iter().map(|index| (index + 1).to_string());
            numbers.collect::<Vec<_>>().join(" ")
        }
    }
}
