//! In which order subjects are measured. First each runs a few times to warm
//! up, which does not count; then in rounds, each subject once a round, in an
//! order drawn anew for each round: whatever drifts meanwhile (heat, another
//! program) then hits all of them alike.

use crate::system::random::Random;

/// How often, and with which chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// How many subjects there are.
    pub subjects: usize,
    /// How often each runs before it counts.
    pub warmups: usize,
    /// How often each runs that counts.
    pub runs: usize,
    /// What the orders are drawn with.
    pub seed: u64,
}

/// One run of one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whose turn it is, from 0.
    pub subject: usize,
    /// Which round it is in, from 0; the warm-ups count by themselves.
    pub round: usize,
    /// It does not count.
    pub is_warmup: bool,
}

/// What came of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yield<F> {
    /// A figure, or several as one value.
    Figure(F),
    /// The subject cannot be measured, and has no more turns: why.
    Unfit(String),
    /// Somebody asked to stop, in the middle of it.
    Stopped,
}

/// What was measured of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken<F> {
    /// In the order of the runs.
    pub warmups: Vec<F>,
    /// In the order of the runs.
    pub figures: Vec<F>,
    /// Why there are no more, if it could not be measured.
    pub unfit: Option<String>,
}

impl Experiment {
    /// Every turn, in its order. The same seed gives the same order.
    pub fn turns(&self) -> Vec<Turn> {
        let mut random = Random::new(self.seed);
        let mut turns = Vec::new();
        let mut add = |is_warmup, rounds| {
            for round in 0..rounds {
                let mut order: Vec<usize> = (0..self.subjects).collect();
                random.shuffle(&mut order);
                turns.extend(order.into_iter().map(|subject| Turn {
                    subject,
                    round,
                    is_warmup,
                }));
            }
        };
        add(true, self.warmups);
        add(false, self.runs);
        turns
    }

    /// Gives each subject its turns, until the last one or until somebody asks
    /// to stop. What was measured until then is kept.
    pub fn conduct<F>(
        &self,
        mut run: impl FnMut(Turn) -> Yield<F>,
        is_stopped: impl Fn() -> bool,
    ) -> Vec<Taken<F>> {
        let nothing = || Taken {
            warmups: Vec::new(),
            figures: Vec::new(),
            unfit: None,
        };
        let mut all: Vec<Taken<F>> =
            (0..self.subjects).map(|_| nothing()).collect();
        for turn in self.turns() {
            let taken = &mut all[turn.subject];
            if taken.unfit.is_some() {
                continue;
            }
            if is_stopped() {
                break;
            }
            match run(turn) {
                Yield::Figure(figure) if turn.is_warmup => {
                    taken.warmups.push(figure);
                }
                Yield::Figure(figure) => taken.figures.push(figure),
                Yield::Unfit(why) => taken.unfit = Some(why),
                Yield::Stopped => break,
            }
        }
        all
    }
}
