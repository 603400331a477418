//! What figures come to: their centre and their spread, which of them are out
//! of line, and how sure one can be of a ratio. All figures are of one unit,
//! whichever that is.

use serde::Serialize;

use crate::system::random::Random;

/// Figures of one subject, summed up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// How many there are.
    pub runs: usize,
    /// The arithmetic mean.
    pub mean: f64,
    /// The sample standard deviation (with n - 1); `None` of one figure.
    pub deviation: Option<f64>,
    /// The one in the middle.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

/// Where something is with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Not below this.
    pub low: f64,
    /// Not above this.
    pub high: f64,
}

/// Of fewer figures no bootstrap has 95 % confidence: not even the whole range
/// of four figures holds their median in more than 87 of 100 experiments.
pub const FEWEST: usize = 5;

/// A figure is out of line if its modified z-score is above this: Iglewicz and
/// Hoaglin, "How to Detect and Handle Outliers" (1993), by way of the NIST
/// handbook, 1.3.5.17.
pub const OUT_OF_LINE: f64 = 3.5;

/// So many samples are drawn from the figures. The interval ends where one in a
/// thousand is still beyond it, and these have ten of them there.
const DRAWN: usize = 10_000;

/// What the standard normal distribution is below in 97.5 of 100 cases.
const NORMAL: f64 = 1.959_963_984_540_054;

impl Summary {
    /// Sums them up; `None` if there is nothing.
    pub fn of(figures: &[f64]) -> Option<Summary> {
        let sorted = sorted(figures);
        Some(Summary {
            runs: sorted.len(),
            mean: mean(figures)?,
            deviation: deviation(figures),
            median: percentile(&sorted, 0.5)?,
            min: *sorted.first()?,
            max: *sorted.last()?,
        })
    }
}

/// The arithmetic mean; `None` of nothing.
pub fn mean(figures: &[f64]) -> Option<f64> {
    // First a rough one, which keeps the sums small: figures that differ in
    // the last digits only would lose them.
    let rough = *figures.first()?;
    let rest: f64 = figures.iter().map(|figure| figure - rough).sum();
    Some(rough + rest / figures.len() as f64)
}

/// The sample standard deviation, with n - 1; `None` of fewer than two.
pub fn deviation(figures: &[f64]) -> Option<f64> {
    let mean = mean(figures)?;
    let others = figures.len().checked_sub(1).filter(|n| *n > 0)?;
    let squares: f64 = figures.iter().map(|x| (x - mean).powi(2)).sum();
    Some((squares / others as f64).sqrt())
}

/// The middle one; `None` of nothing.
pub fn median(figures: &[f64]) -> Option<f64> {
    percentile(&sorted(figures), 0.5)
}

/// What so large a part of the figures is below, from 0 to 1, between two of
/// them if it falls there (Hyndman and Fan's type 7, as numpy's default).
/// `None` of nothing. The figures come sorted.
pub fn percentile(sorted: &[f64], part: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = part.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    let (low, high) = (sorted[below], sorted[above]);
    Some(low + (high - low) * (place - below as f64))
}

/// The figures in order.
pub fn sorted(figures: &[f64]) -> Vec<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The positions of the figures that are out of line, by their
/// [modified z-score](OUT_OF_LINE). It asks the median and not the mean how far
/// off a figure is, as the mean of few figures goes with the one that is off.
pub fn outliers(figures: &[f64]) -> Vec<usize> {
    let Some(middle) = median(figures) else {
        return Vec::new();
    };
    let off: Vec<f64> = figures.iter().map(|x| (x - middle).abs()).collect();
    let spread = match median(&off) {
        Some(spread) if spread > 0.0 => spread / 0.6745,
        // Where more than half are equal: the mean distance instead, as SPSS
        // does.
        _ => mean(&off).unwrap_or_default() * 1.253_314,
    };
    if spread == 0.0 {
        return Vec::new();
    }
    let is_out = |off: &f64| off / spread > OUT_OF_LINE;
    let positions = (0..figures.len()).zip(&off);
    positions
        .filter(|(_, off)| is_out(off))
        .map(|(position, _)| position)
        .collect()
}

/// Where the ratio of two means is, with 95 % confidence: the percentile
/// bootstrap, its ends moved out to where Student's t would have them, as
/// otherwise it is too sure of itself for small samples (T. Hesterberg, "What
/// Teachers Should Know About the Bootstrap", 2015, "expanded percentile").
///
/// Of means and not of medians: a sample of five has no more than five medians
/// to draw, and a mean is what somebody has who runs it often. The same seed
/// gives the same interval. `None` of fewer than [`FEWEST`] figures, or if it
/// is divided by nothing.
pub fn interval_of_ratio(
    above: &[f64],
    below: &[f64],
    seed: u64,
) -> Option<Interval> {
    let fewest = above.len().min(below.len());
    if fewest < FEWEST {
        return None;
    }
    let drawn = sorted(&drawn_ratios(above, below, seed));
    if drawn.iter().any(|ratio| !ratio.is_finite()) {
        return None;
    }
    let tail = tail(fewest);
    Some(Interval {
        low: percentile(&drawn, tail)?,
        high: percentile(&drawn, 1.0 - tail)?,
    })
}

/// How far one ratio is from the next, if its two figures vary so much: by the
/// propagation of errors, as hyperfine has it. `None` if one of them has no
/// deviation.
pub fn deviation_of_ratio(above: &Summary, below: &Summary) -> Option<f64> {
    let part = |summary: &Summary| Some(summary.deviation? / summary.mean);
    let ratio = above.mean / below.mean;
    let deviation = ratio.abs() * part(above)?.hypot(part(below)?);
    deviation.is_finite().then_some(deviation)
}

/// The ratios of the means of samples that are drawn with replacement.
fn drawn_ratios(above: &[f64], below: &[f64], seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let mut drawn_mean = |figures: &[f64]| {
        let count = figures.len() as u64;
        let draws = (0..figures.len()).map(|_| {
            let place = usize::try_from(random.below(count)).unwrap_or(0);
            figures[place]
        });
        draws.sum::<f64>() / figures.len() as f64
    };
    let draws = 0..DRAWN;
    draws
        .map(|_| drawn_mean(above) / drawn_mean(below))
        .collect()
}

/// How much of what is drawn lies beyond each end: what the normal
/// distribution has beyond Student's t, for so many figures.
fn tail(figures: usize) -> f64 {
    let n = figures as f64;
    let end = student(n - 1.0) * (n / (n - 1.0)).sqrt();
    // What the normal distribution has above: Abramowitz and Stegun, 26.2.17.
    let t = 1.0 / (1.0 + 0.231_641_9 * end);
    let terms = [
        0.319_381_530,
        -0.356_563_782,
        1.781_477_937,
        -1.821_255_978,
        1.330_274_429,
    ];
    let series = terms.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    series * (-end * end / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

/// What Student's t is below in 97.5 of 100 cases: Abramowitz and Stegun,
/// 26.7.5, right to three digits from four degrees of freedom on.
fn student(freedom: f64) -> f64 {
    let z = NORMAL;
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3)
        - 15.0 * z)
        / 384.0;
    z + first / freedom + second / freedom.powi(2) + third / freedom.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(value: f64, expected: f64, off: f64) {
        assert!((value - expected).abs() <= off, "{value} is not {expected}");
    }

    #[test]
    fn the_tails_are_those_of_the_tables() {
        // Student's t, 97.5 %: 2.776, 2.262 and 2.045 in every table.
        for (freedom, expected) in [(4.0, 2.776), (9.0, 2.262), (29.0, 2.045)] {
            is_near(student(freedom), expected, 0.008);
        }
        // The normal distribution has 0.0228 above two deviations, and 0.025
        // above 1.96, which is what is left of the correction for many.
        is_near(tail(1_000_000), 0.025, 0.0001);
        // pnorm(-2.776 * sqrt(5 / 4)), and with 9 degrees of freedom.
        is_near(tail(5), 0.000_96, 0.000_05);
        is_near(tail(10), 0.008_55, 0.000_1);
    }

    #[test]
    fn efrons_mice_have_the_published_bootstrap_error() {
        // B. Efron and R. Tibshirani, "An Introduction to the Bootstrap"
        // (1993), table 2.1 and 2.2: the mean of seven treated mice is 86.86
        // days, its bootstrap standard error 23.36 with samples without end.
        let treated = [94.0, 197.0, 16.0, 38.0, 99.0, 141.0, 23.0];
        is_near(mean(&treated).unwrap_or_default(), 86.86, 0.005);
        let drawn = drawn_ratios(&treated, &[1.0; 7], 1);
        is_near(deviation(&drawn).unwrap_or_default(), 23.36, 0.5);
    }
}
