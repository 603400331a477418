//! Statistics against published examples, a bootstrap against experiments whose
//! truth is known, and the order of runs on a clock that is none.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::support::computing;
use asyncade::measure::stats::{
    self, deviation_of_ratio, interval_of_ratio, outliers, percentile,
};
use asyncade::measure::{Experiment, Summary, Taken, Yield};
use asyncade::system::random::Random;

fn is_near(value: f64, expected: f64, off: f64) {
    assert!((value - expected).abs() <= off, "{value} is not {expected}");
}

/// Michelson's speeds of light, in km/s above 299,000.
const MICHELSON: [u16; 100] = [
    850, 740, 900, 1070, 930, 850, 950, 980, 980, 880, 1000, 980, 930, 650,
    760, 810, 1000, 1000, 960, 960, 960, 940, 960, 940, 880, 800, 850, 880,
    900, 840, 830, 790, 810, 880, 880, 830, 800, 790, 760, 800, 880, 880, 880,
    860, 720, 720, 620, 860, 970, 950, 880, 910, 850, 870, 840, 840, 850, 840,
    840, 840, 890, 810, 810, 820, 800, 770, 760, 740, 750, 760, 910, 920, 890,
    860, 880, 720, 840, 850, 850, 780, 890, 840, 780, 810, 760, 810, 790, 810,
    820, 850, 870, 870, 810, 740, 810, 940, 950, 800, 810, 870,
];

/// NIST's Statistical Reference Datasets, univariate summary statistics, with
/// their certified values: Michelso, NumAcc1, NumAcc2, NumAcc3 and NumAcc4.
/// <https://www.itl.nist.gov/div898/strd/univ/homepage.html>
#[test]
fn the_reference_datasets_have_their_certified_values() {
    let michelson = MICHELSON.map(|speed| 299.0 + f64::from(speed) / 1000.0);
    let around = |middle: f64| -> Vec<f64> {
        let sides = [middle - 0.1, middle + 0.1];
        let rest = (0..1000).map(|i| sides[i % 2]);
        std::iter::once(middle).chain(rest).collect()
    };
    let three = [10_000_001.0, 10_000_003.0, 10_000_002.0];
    for (figures, mean, deviation) in [
        (michelson.to_vec(), 299.8524, 0.079_010_547_819_051_8),
        (three.to_vec(), 10_000_002.0, 1.0),
        (around(1.2), 1.2, 0.1),
        (around(1_000_000.2), 1_000_000.2, 0.1),
        (around(10_000_000.2), 10_000_000.2, 0.1),
    ] {
        let summary = Summary::of(&figures).unwrap();
        is_near(summary.mean, mean, mean * 1e-14);
        // As many digits as a double leaves of such numbers.
        is_near(summary.deviation.unwrap(), deviation, mean * 1e-15 + 1e-12);
        assert_eq!(summary.runs, figures.len());
    }
}

#[test]
fn the_middle_and_what_is_around_it() {
    // numpy's documentation of `percentile` and `median`.
    let figures = [10.0, 7.0, 4.0, 3.0, 2.0, 1.0];
    let summary = Summary::of(&figures).unwrap();
    assert_eq!((summary.median, summary.min, summary.max), (3.5, 1.0, 10.0));
    let sorted = stats::sorted(&figures);
    // R: quantile(c(10, 7, 4, 3, 2, 1), c(.1, .25, .9)), which is type 7.
    for (part, expected) in [
        (0.1, 1.5),
        (0.25, 2.25),
        (0.9, 8.5),
        (0.0, 1.0),
        (1.0, 10.0),
    ] {
        is_near(percentile(&sorted, part).unwrap(), expected, 1e-12);
    }
    assert_eq!(Summary::of(&[]), None);
    let one = Summary::of(&[2.0]).unwrap();
    assert_eq!((one.mean, one.median, one.deviation), (2.0, 2.0, None));
}

#[test]
fn the_modified_z_score_finds_two_that_a_z_score_hides() {
    // The figures that B. Iglewicz and D. Hoaglin show it with: by the plain
    // z-score neither 8.2 nor 8.3 is as far off as two deviations.
    let figures = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3];
    assert_eq!(outliers(&figures), [8, 9]);
    assert!(outliers(&figures[..8]).is_empty());
    // More than half are equal.
    assert!(outliers(&[1.0; 9]).is_empty());
    let mut one_off = [1.0; 9];
    one_off[4] = 1.5;
    assert_eq!(outliers(&one_off), [4]);
    assert!(outliers(&[]).is_empty());
    assert!(outliers(&[1.0, 100.0]).is_empty());
}

/// A normally distributed figure: the method of Box and Muller.
fn normal(random: &mut Random, mean: f64, deviation: f64) -> f64 {
    let mut part = || (random.number() >> 11) as f64 / (1_u64 << 53) as f64;
    let (a, b): (f64, f64) = (1.0 - part(), part());
    let z = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
    mean + deviation * z
}

/// In how many of 100 experiments the interval has the true ratio in it.
fn covered(runs: usize, deviations: (f64, f64)) -> usize {
    let mut random = Random::new(7);
    let truth = 3.0;
    let experiment = |seed| {
        let mut draw = |mean, deviation| -> Vec<f64> {
            let figures = 0..runs;
            figures
                .map(|_| normal(&mut random, mean, deviation))
                .collect()
        };
        let (slow, fast) = (draw(3.0, deviations.0), draw(1.0, deviations.1));
        let interval = interval_of_ratio(&slow, &fast, seed).unwrap();
        assert!(interval.low <= interval.high);
        (interval.low..=interval.high).contains(&truth)
    };
    (0..100).map(experiment).filter(|covers| *covers).count()
}

/// An interval that is too sure of itself covers less, one that says nothing
/// covers always. The plain percentile bootstrap covers 88 of the first hundred.
#[test]
fn the_interval_has_the_truth_in_it_in_95_of_100_experiments() {
    let _core = computing();
    for (runs, deviations) in [
        (5, (0.03, 0.03)),
        (5, (0.3, 0.1)),
        (10, (0.3, 0.1)),
        (10, (0.003, 0.2)),
        (20, (0.6, 0.2)),
    ] {
        let covered = covered(runs, deviations);
        assert!(
            (90..=99).contains(&covered),
            "{covered} with {runs} runs and {deviations:?}"
        );
    }
}

#[test]
fn the_interval_is_the_same_for_the_same_seed_and_asks_for_enough() {
    let slow = [3.0, 3.1, 3.2, 2.9, 3.05];
    let fast = [1.0, 1.1, 1.05, 0.95, 1.0];
    let interval = interval_of_ratio(&slow, &fast, 1).unwrap();
    assert_eq!(interval_of_ratio(&slow, &fast, 1), Some(interval));
    let ratio = stats::mean(&slow).unwrap() / stats::mean(&fast).unwrap();
    assert!(interval.low < ratio && ratio < interval.high);
    assert_eq!(interval_of_ratio(&slow[..4], &fast, 1), None);
    assert_eq!(interval_of_ratio(&slow, &[0.0; 5], 1), None);
    // By hand: sqrt((0.1118 / 3.05)^2 + (0.057 / 1.02)^2) * 2.990.
    let (slow, fast) = (Summary::of(&slow), Summary::of(&fast));
    let deviation = deviation_of_ratio(&slow.unwrap(), &fast.unwrap());
    is_near(deviation.unwrap(), 0.1999, 0.0002);
    let one = Summary::of(&[1.0]).unwrap();
    assert_eq!(deviation_of_ratio(&one, &one), None);
}

const EXPERIMENT: Experiment = Experiment {
    subjects: 4,
    warmups: 2,
    runs: 30,
    seed: 5,
};

#[test]
fn each_round_has_each_subject_once_and_no_order_is_always_the_same() {
    let turns = EXPERIMENT.turns();
    assert_eq!(turns.len(), 4 * 32);
    let is_warmup = |index: usize| index < 8;
    let mut orders = BTreeSet::new();
    for (index, round) in turns.chunks(4).enumerate() {
        let order: Vec<usize> = round.iter().map(|turn| turn.subject).collect();
        let all: BTreeSet<usize> = order.iter().copied().collect();
        assert_eq!(all, BTreeSet::from([0, 1, 2, 3]), "round {index}");
        for turn in round {
            assert_eq!(turn.is_warmup, is_warmup(index * 4));
            let number = if turn.is_warmup { index } else { index - 2 };
            assert_eq!(turn.round, number);
        }
        orders.insert(order);
    }
    // Of 24 orders, in 32 rounds.
    assert!(orders.len() > 12, "{orders:?}");
    // Nobody is always first.
    for subject in 0..4 {
        let mut rounds = turns.chunks(4);
        assert!(rounds.any(|round| round[0].subject == subject));
    }
    assert_eq!(EXPERIMENT.turns(), turns);
    let other = Experiment {
        seed: 6,
        ..EXPERIMENT
    };
    assert_ne!(other.turns(), turns);
}

/// A machine that gets slower and slower: a clock that is none.
#[test]
fn what_drifts_hits_all_alike() {
    let now = Cell::new(0.0_f64);
    // Each takes a second more than the one before it, and longer as time
    // goes by.
    let taken: Vec<Taken<f64>> = EXPERIMENT.conduct(
        |turn| {
            let length = (1.0 + turn.subject as f64) * (1.0 + now.get() / 1e3);
            now.set(now.get() + length);
            Yield::Figure(length)
        },
        || false,
    );
    let first = stats::mean(&taken[0].figures).unwrap();
    for (subject, taken) in taken.iter().enumerate() {
        assert_eq!((taken.warmups.len(), taken.figures.len()), (2, 30));
        let ratio = stats::mean(&taken.figures).unwrap() / first;
        is_near(ratio, 1.0 + subject as f64, 0.05 * (1.0 + subject as f64));
        // It did drift: one after the other, the last would look far slower.
        let (warm, last) = (taken.warmups[0], taken.figures[29]);
        assert!(last > 1.2 * warm, "{warm} {last}");
    }
}

#[test]
fn what_was_measured_until_somebody_stops_it_is_kept() {
    let count = Cell::new(0);
    let run = |_| {
        count.set(count.get() + 1);
        Yield::Figure(count.get())
    };
    let taken = EXPERIMENT.conduct(run, || count.get() == 14);
    assert_eq!(count.get(), 14);
    let figures: usize = taken.iter().map(|taken| taken.figures.len()).sum();
    assert_eq!(figures, 14 - 8);
    // In the middle of a run: that one is nobody's.
    count.set(0);
    let run = |_| {
        count.set(count.get() + 1);
        match count.get() {
            11 => Yield::Stopped,
            count => Yield::Figure(count),
        }
    };
    let taken = EXPERIMENT.conduct(run, || false);
    assert_eq!(count.get(), 11);
    let figures: usize = taken.iter().map(|taken| taken.figures.len()).sum();
    assert_eq!(figures, 2);
}

#[test]
fn who_cannot_be_measured_has_no_more_turns_and_the_others_have_theirs() {
    let asked = Cell::new(0);
    let taken = EXPERIMENT.conduct(
        |turn| match turn.subject {
            2 => {
                asked.set(asked.get() + 1);
                Yield::Unfit("it crashed".to_owned())
            }
            subject => Yield::Figure(subject),
        },
        || false,
    );
    assert_eq!(asked.get(), 1);
    assert_eq!(taken[2].unfit.as_deref(), Some("it crashed"));
    assert!(taken[2].figures.is_empty());
    assert_eq!(taken[3].figures.len(), 30);
    assert_eq!(taken[3].unfit, None);
}
