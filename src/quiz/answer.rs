//! What somebody answered, and what it is worth.

use std::time::Duration;

use serde::Serialize;

use super::choices::is_same;
use super::{Choice, Form, Question, Value};
use crate::chapter::parse_time;
use crate::system::foreign;
use crate::system::usage::Usage;

/// An answer that was understood.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer(pub Value);

/// What an answer is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Grade {
    /// Whether it is right.
    pub right: bool,
    /// The choice that it comes to, if it comes to one.
    pub choice: Option<Choice>,
}

impl Question {
    /// Reads an answer.
    ///
    /// # Errors
    /// Why it is none, and how to answer.
    pub fn read(&self, text: &str) -> Result<Answer, Usage> {
        let text = text.trim();
        let wrong = |what: &str| {
            let said = foreign::short(text);
            Usage::new(format!("'{said}' is {what}"), self.how())
        };
        let is_never = text.eq_ignore_ascii_case("never");
        let value = match self.form {
            Form::TimeOrNever if is_never => Value::Never,
            Form::Time | Form::TimeOrNever => match typed_time(text) {
                Some(time) => Value::Time(time),
                None => return Err(wrong("no time")),
            },
            Form::Count => match text.parse() {
                Ok(count) => Value::Count(count),
                Err(_) => return Err(wrong("no whole number")),
            },
            Form::Choice => match self.chosen(text) {
                Some(value) => value,
                None => return Err(wrong("none of the choices")),
            },
            Form::Order => match self.order(text) {
                Some(order) => Value::Order(order),
                None => return Err(wrong("no order of them all")),
            },
        };
        Ok(Answer(value))
    }

    /// How it is answered.
    pub fn how(&self) -> String {
        match self.form {
            Form::Time => "type a time, as in 3, 2.5s or 500ms".to_owned(),
            Form::TimeOrNever => {
                "type a time, as in 3, 2.5s or 500ms, or never".to_owned()
            }
            Form::Count => "type a number".to_owned(),
            Form::Choice if self.is_a_time() => format!(
                "type a number from 1 to {}, or a time with its unit, as in \
                 2.5s or 500ms",
                self.choices.len()
            ),
            Form::Choice => {
                format!("type a number from 1 to {}", self.choices.len())
            }
            Form::Order => {
                let numbers = (1..=self.items.len()).rev();
                let numbers: Vec<String> =
                    numbers.map(|number| number.to_string()).collect();
                format!(
                    "type the numbers in order, the first line's first, as in {}",
                    numbers.join(" ")
                )
            }
        }
    }

    /// The number of a choice; of times, also another one. A whole number is
    /// never a time here.
    fn chosen(&self, text: &str) -> Option<Value> {
        if let Ok(number) = text.parse::<usize>() {
            let choice = self.choices.get(number.checked_sub(1)?)?;
            return Some(choice.value.clone());
        }
        if !self.is_a_time() {
            return None;
        }
        let never = self.choices.iter().map(|choice| &choice.value);
        let mut never = never.filter(|value| **value == Value::Never);
        match never.next() {
            Some(never) if text.eq_ignore_ascii_case("never") => {
                Some(never.clone())
            }
            _ => typed_time(text.trim_start_matches("about ")).map(Value::Time),
        }
    }

    /// Whether a time answers it.
    fn is_a_time(&self) -> bool {
        let mut values = self.choices.iter().map(|choice| &choice.value);
        values.any(|value| matches!(value, Value::Time(_)))
    }

    /// `2 1 3`, `2,1,3`, or `213` where no number has two digits.
    fn order(&self, text: &str) -> Option<Vec<usize>> {
        let count = self.items.len();
        let words: Vec<String> = if text.len() == count && count < 10 {
            text.chars().map(String::from).collect()
        } else {
            let words = text.split(|c: char| c == ',' || c.is_whitespace());
            let words = words.filter(|word| !word.is_empty());
            words.map(str::to_owned).collect()
        };
        let numbers = words.iter().map(|word| word.parse::<usize>().ok());
        let order: Vec<usize> =
            numbers.map(|n| n?.checked_sub(1)).collect::<Option<_>>()?;
        let mut sorted = order.clone();
        sorted.sort_unstable();
        sorted.iter().copied().eq(0..count).then_some(order)
    }

    /// Whether an answer is right, and which of the choices it comes to.
    pub fn grade(&self, answer: &Answer) -> Grade {
        let right = match &answer.0 {
            Value::Order(order) => {
                let ranks =
                    order.iter().filter_map(|item| self.items.get(*item));
                ranks.map(|item| item.rank).is_sorted()
            }
            value => self
                .right()
                .is_some_and(|right| is_same(&right.value, value, self.within)),
        };
        let mut choices = self.choices.iter();
        let choice = choices.find(|choice| {
            choice.right == right
                && is_same(&choice.value, &answer.0, self.within)
        });
        Grade {
            right,
            choice: choice.cloned(),
        }
    }

    /// The right choice: of several right orders, one.
    pub fn right(&self) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.right)
    }

    /// What is typed to answer with a choice.
    pub fn typed(&self, choice: &Choice) -> String {
        match self.form {
            Form::Choice => {
                let mut all = self.choices.iter();
                let index = all.position(|other| other == choice);
                (index.unwrap_or(0) + 1).to_string()
            }
            _ => choice.says.clone(),
        }
    }
}

/// A time, which may be zero: a prediction is no knob.
fn typed_time(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches("ms").trim_end_matches('s').trim_end();
    if digits.parse::<f64>().is_ok_and(|number| number == 0.0) {
        return Some(Duration::ZERO);
    }
    parse_time(text).ok()
}
