//! `--sweep KNOB=VALUES`: which knob, and what it is set to.

use std::time::Duration;

use super::nearest::nearest;
use crate::chapter::{Chapter, Kind, Knob, Value, same_name, time};
use crate::command::Axis;
use crate::report::Usage;
use crate::system::foreign;

/// What a sweep is of: one knob, or two.
pub(super) fn axes(
    chapter: &'static Chapter,
    texts: &[String],
) -> Result<Vec<Axis>, Usage> {
    if texts.len() > 2 {
        return Err(Usage::new(
            format!("a sweep of {} knobs", texts.len()),
            "give one --sweep, or two for a grid",
        ));
    }
    let mut axes: Vec<Axis> = Vec::new();
    for text in texts {
        let of = format!("--sweep '{}'", foreign::short(text));
        let axis = axis(chapter, text).map_err(|usage| usage.of(&of))?;
        if axes.iter().any(|other| other.knob.name == axis.knob.name) {
            return Err(Usage::new(
                format!("--sweep names {} twice", axis.knob.name),
                "list all its values in one of them",
            ));
        }
        axes.push(axis);
    }
    Ok(axes)
}

fn axis(chapter: &'static Chapter, text: &str) -> Result<Axis, Usage> {
    let Some((name, values)) = text.split_once('=') else {
        let wrong = "there is no '='";
        return Err(Usage::new(wrong, format!("give {}", example(chapter))));
    };
    let name = name.trim().trim_start_matches("--");
    let mut knobs = chapter.knobs.iter();
    let Some(knob) = knobs.find(|knob| same_name(knob.name, name)) else {
        let wrong =
            format!("{} has no knob '{}'", chapter.name, foreign::short(name));
        let names = chapter.knobs.iter().map(|knob| knob.name);
        if let Some(near) = nearest(name, names.clone()) {
            return Err(Usage::new(wrong, format!("did you mean '{near}'?")));
        }
        let names = names.collect::<Vec<_>>().join(", ");
        return Err(Usage::new(wrong, format!("its knobs are {names}")));
    };
    if matches!(knob.kind, Kind::Text(_) | Kind::List(_)) {
        return Err(Usage::new(
            format!("{} is no figure", knob.name),
            format!("give {}", example(chapter)),
        ));
    }
    let values = match values.split_once("..") {
        Some((first, last)) => range(knob, first, last)?,
        None => list(knob, values)?,
    };
    Ok(Axis { knob, values })
}

/// A sweep of this chapter that works.
fn example(chapter: &Chapter) -> String {
    let mut knobs = chapter.knobs.iter();
    let figure = knobs.find_map(|knob| match knob.kind {
        Kind::Count { .. } => Some(format!("'{}=1,2,4'", knob.name)),
        Kind::Time(_) | Kind::SameAs(_) => {
            Some(format!("'{}=100ms..1s'", knob.name))
        }
        _ => None,
    });
    format!(
        "a knob and its values, as in {}",
        figure.unwrap_or_default()
    )
}

fn parse(knob: &'static Knob, text: &str) -> Result<Value, Usage> {
    let text = text.trim();
    knob.parse(text)
        .map_err(|usage| usage.of(&format!("'{}'", foreign::short(text))))
}

/// `1,10,100`: each once, in the order given.
fn list(knob: &'static Knob, text: &str) -> Result<Vec<Value>, Usage> {
    if text.trim().is_empty() {
        return Err(Usage::new(
            "it has no values",
            "give some, with commas between them, or a range, as in 1..8",
        ));
    }
    let mut values: Vec<Value> = Vec::new();
    for text in text.split(',') {
        let value = parse(knob, text)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

/// `10ms..1s`: from the first to the last, each as many times the one before
/// it. Two for each factor of ten, and at least three.
fn range(
    knob: &'static Knob,
    first: &str,
    last: &str,
) -> Result<Vec<Value>, Usage> {
    if first.trim().is_empty() || last.trim().is_empty() {
        return Err(Usage::new(
            "a range needs its two ends",
            "give both, as in 1..8 or 10ms..1s",
        ));
    }
    let ends = (parse(knob, first)?, parse(knob, last)?);
    let (from, to) = match &ends {
        (Value::Time(a), Value::Time(b)) => (a.as_millis(), b.as_millis()),
        (Value::Count(a), Value::Count(b)) => ((*a).into(), (*b).into()),
        _ => (0, 0),
    };
    if from >= to {
        let (first, last) = (first.trim(), last.trim());
        let wrong = match from == to {
            true => "the range is empty: both ends are the same",
            false => "the range is reversed",
        };
        let (first, last) = (foreign::short(first), foreign::short(last));
        return Err(Usage::new(
            wrong,
            match from == to {
                true => format!("give '{}={first}' for one value", knob.name),
                false => format!("give '{}={last}..{first}'", knob.name),
            },
        ));
    }
    // A number from zero on has no ratio to the next one.
    let (low, high) = (from.max(1) as f64, to as f64);
    let factor = high / low;
    let steps = (2.0 * factor.log10()).round().clamp(2.0, 8.0) as u32;
    let mut values = vec![ends.0];
    for step in 1..steps {
        let place = f64::from(step) / f64::from(steps);
        let figure = (low * factor.powf(place)).round() as u64;
        let text = match knob.kind {
            Kind::Count { .. } => figure.to_string(),
            _ => time(Duration::from_millis(figure)),
        };
        let value = parse(knob, &text)?;
        if !values.contains(&value) && value != ends.1 {
            values.push(value);
        }
    }
    values.push(ends.1);
    Ok(values)
}
