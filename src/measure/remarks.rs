//! What a reader has to know before believing figures: runs that are out of
//! line, a slow first run, a busy machine; and how it was measured, in words.

use super::comparison::{Comparisons, Row, Setup, seconds};
use super::stats::FEWEST;
use crate::stage::Runtime;

/// What is so near the median changes nothing, however far out of line.
pub(super) const NEAR: f64 = 0.01;

impl Comparisons {
    /// What a reader has to know before believing the figures, a sentence
    /// each.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let several = self.comparisons.len() > 1;
        for comparison in &self.comparisons {
            for row in &comparison.rows {
                let name = comparison.name_of(row, several);
                remarks.extend(row.remarks(&name));
            }
        }
        remarks.extend(self.setup.remarks());
        remarks.extend(self.load.remarks());
        remarks
    }
}

impl Setup {
    /// What is to be said of how it was measured.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.runs < FEWEST {
            remarks.push(format!(
                "With fewer than {} runs nothing can be said with 95% \
                 confidence.",
                FEWEST
            ));
        }
        if self.machine.build == "debug" {
            remarks.push(
                "This is a debug build: what it measures beside the waits is \
                 slower than in a release build."
                    .to_owned(),
            );
        }
        remarks
    }

    /// The machine and the versions, in words.
    pub fn words(&self) -> String {
        let mut words = vec![
            self.machine.words(),
            format!("asyncade {}", self.machine.asyncade),
        ];
        let on = match self.runtime {
            Runtime::CurrentThread => String::new(),
            several => format!(" on {several}"),
        };
        words.extend(self.tokio.as_ref().map(|v| format!("tokio {v}{on}")));
        words.extend(self.cpython.as_ref().map(|v| format!("CPython {v}")));
        words.push(self.machine.date.clone());
        format!("{}.", words.join("; "))
    }

    /// How often, in words.
    pub fn runs_in_words(&self) -> String {
        let count = |n: usize, one: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{n} {one}s"),
        };
        let at = match self.speed {
            1.0 => String::new(),
            speed => format!(" at --speed {speed}"),
        };
        let warmups = match self.warmups {
            0 => "without a warm-up".to_owned(),
            warmups => format!("after {}", count(warmups, "warm-up")),
        };
        format!(
            "{} of each scene{at} {warmups}, in random order; seed {}.{}",
            count(self.runs, "run"),
            self.seed,
            match self.cpython {
                Some(_) => " Starting CPython does not count.",
                None => "",
            }
        )
    }
}

impl Row {
    fn remarks(&self, name: &str) -> Vec<String> {
        let mut remarks = Vec::new();
        let Some(summary) = &self.summary else {
            return remarks;
        };
        let is_far = |figure: f64| {
            (figure - summary.median).abs() > NEAR * summary.median
        };
        let out = self.outliers.iter().map(|index| self.figures[*index]);
        let out: Vec<f64> = out.filter(|figure| is_far(*figure)).collect();
        let first_is_slow = self.warmups.is_empty()
            && self.outliers.contains(&0)
            && self.figures[0] > summary.median * (1.0 + NEAR);
        if first_is_slow {
            remarks.push(format!(
                "The first run of {name} was the odd one: {} against {} in the \
                 middle. With --warmup 1 it would not count.",
                seconds(self.figures[0]),
                seconds(summary.median)
            ));
        } else if !out.is_empty() {
            let figures: Vec<String> =
                out.iter().map(|x| seconds(*x)).collect();
            remarks.push(format!(
                "{} of {} runs of {name} out of line, by the modified z-score: \
                 {}. Something else was in the way.",
                out.len(),
                summary.runs,
                figures.join(", ")
            ));
        }
        if let Some(first) = self.warmups.first()
            && *first > summary.max
            && *first > summary.median * (1.0 + 5.0 * NEAR)
        {
            remarks.push(format!(
                "The first run of {name} took {}, {} in the middle later on: \
                 it was a warm-up, and does not count.",
                seconds(*first),
                seconds(summary.median)
            ));
        }
        remarks
    }
}
