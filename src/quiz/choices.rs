//! The choices of a question: the right one, and what misunderstandings come
//! to. Whatever comes to the right value, or to one that is there already, is
//! no choice.

use std::time::Duration;

use super::exactness::Exactness;
use super::words::end_of;
use super::{About, Choice, Form, Held, Kind, Question, Spot, Value};
use crate::chapter::{Belief, Mistake};

/// The choices so far.
pub(super) struct Choices<'a> {
    beliefs: &'a [&'static Belief],
    /// How exactly the right one's time is known.
    exactness: Exactness,
    /// Whether nobody can tell it from none at all: then nothing is wrong.
    is_blurred: bool,
    choices: Vec<Choice>,
}

/// What is asked with them.
pub(super) struct Asked {
    pub kind: Kind,
    pub scene: String,
    pub asks: String,
    pub form: Form,
    pub spot: Spot,
}

impl<'a> Choices<'a> {
    /// The right one.
    pub fn of(about: &'a About, right: Value) -> Choices<'a> {
        let at = time_of(&right);
        let of = at.unwrap_or(about.scene.timeline.elapsed);
        let exactness = about.scene.exactness(of);
        Choices {
            exactness,
            is_blurred: at.is_some_and(|at| {
                about.scene.is_measured()
                    && !exactness.is_none(at)
                    && exactness.is_same(at, Duration::ZERO)
            }),
            ..Choices::with(&about.beliefs, right)
        }
    }

    /// The same, where these beliefs are wrong.
    pub fn with(beliefs: &'a [&'static Belief], right: Value) -> Choices<'a> {
        Choices {
            beliefs,
            exactness: Exactness::Computed,
            is_blurred: false,
            choices: vec![Choice {
                says: String::new(),
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
        let is_there = |choice: &Choice| self.is_same(&choice.value, &value);
        if self.is_blurred || self.choices.iter().any(is_there) {
            return;
        }
        let mut beliefs = self.beliefs.iter();
        let belief = beliefs.find(|belief| belief.mistakes.contains(&mistake));
        self.choices.push(Choice {
            says: String::new(),
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

    /// Whether two of them cannot be told apart.
    fn is_same(&self, one: &Value, other: &Value) -> bool {
        match (time_of(one), time_of(other)) {
            (Some(at), Some(other_at)) => {
                is_alike(one, other) && self.exactness.is_same(at, other_at)
            }
            _ => one == other,
        }
    }

    /// How far off an answer may be, beside all that is wrong.
    fn within(&self) -> Duration {
        let right = &self.choices[0].value;
        let others = self.choices[1..].iter();
        let others = others.filter(|other| is_alike(&other.value, right));
        let apart = others.filter_map(|other| {
            let apart = time_of(right)?.abs_diff(time_of(&other.value)?);
            self.exactness.within(apart)
        });
        // That nothing takes any time is always wrong, unless it does not.
        let from_none =
            time_of(right).filter(|at| !self.exactness.is_none(*at));
        let from_none = from_none.and_then(|at| self.exactness.within(at));
        let apart = apart.chain(from_none);
        apart.min().unwrap_or(self.exactness.at_most())
    }

    /// A question with at most so many of them, in an order that does not tell
    /// the right one: by what they say. To find a time that was measured is to
    /// choose one: nobody can tell what the machine has added.
    pub fn question(mut self, most: usize, asked: Asked) -> Question {
        let within = self.within();
        for choice in &mut self.choices {
            choice.says = says(&choice.value, self.exactness, within);
        }
        // What a belief leads to is what one learns from.
        self.choices
            .sort_by_key(|choice| (!choice.right, choice.belief.is_none()));
        self.choices.truncate(most);
        let mut choices: Vec<Choice> = Vec::new();
        for choice in self.choices {
            if choices.iter().all(|other| other.says != choice.says) {
                choices.push(choice);
            }
        }
        choices.sort_by(|a, b| match (&a.value, &b.value) {
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
        let is_measured = self.exactness != Exactness::Computed;
        Question {
            kind: asked.kind,
            scene: asked.scene,
            asks: asked.asks,
            form: match asked.form {
                Form::Time | Form::TimeOrNever if is_measured => Form::Choice,
                form => form,
            },
            choices,
            within,
            items: Vec::new(),
            evidence: String::new(),
            command: None,
            spot: asked.spot,
        }
    }
}

/// The time of an answer that has one.
pub(super) fn time_of(value: &Value) -> Option<Duration> {
    match value {
        Value::Time(at) | Value::End { at, .. } => Some(*at),
        _ => None,
    }
}

/// Whether two answers differ in their times, if at all.
fn is_alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Time(_), Value::Time(_)) => true,
        (Value::End { outcome: one, .. }, Value::End { outcome, .. }) => {
            one == outcome
        }
        _ => one == other,
    }
}

/// Whether two answers are the same one, where they may be so far apart.
pub(super) fn is_same(one: &Value, other: &Value, within: Duration) -> bool {
    match (time_of(one), time_of(other)) {
        (Some(at), Some(other_at)) => {
            is_alike(one, other) && at.abs_diff(other_at) <= within
        }
        _ => one == other,
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

/// An answer as it is typed, or shown.
fn says(value: &Value, exactness: Exactness, within: Duration) -> String {
    match value {
        Value::Time(at) => exactness.says(*at, within),
        Value::Never => "never".to_owned(),
        Value::Count(count) => count.to_string(),
        Value::End { outcome, at } => {
            let at = exactness.says(*at, within);
            format!("{} at {at}", end_of(*outcome))
        }
        Value::Words(words) => words.clone(),
        Value::Order(order) => {
            let numbers = order.iter().map(|index| (index + 1).to_string());
            numbers.collect::<Vec<_>>().join(" ")
        }
    }
}
