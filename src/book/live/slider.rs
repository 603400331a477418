//! How far a slider goes, and in which steps.

use std::time::Duration;

use crate::chapter::{Chapter, Kind, Knob, Knobs, Value};

/// A slider in a knob's own unit: milliseconds, or things that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slider {
    pub is_time: bool,
    /// The least that the knob takes; the slider may begin below it, at zero,
    /// so that its steps are round figures.
    pub least: u64,
    pub from: u64,
    pub to: u64,
    pub step: u64,
    /// Where it is.
    pub at: u64,
}

/// The steps of a time, in milliseconds.
const TIMES: [u64; 22] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000,
    30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
];

impl Slider {
    /// The slider of a knob that has figures. It goes to four times the
    /// article's figure: what is beyond that can be typed. It goes only as far
    /// as the chapter allows where the other knobs are.
    pub fn of(
        chapter: &Chapter,
        knob: &Knob,
        knobs: &Knobs,
        article: &Knobs,
    ) -> Option<Slider> {
        let slider = Slider::anywhere(knob, knobs, article)?;
        Some(slider.narrowed(|at| {
            let mut there = knobs.clone();
            there.set(knob, slider.value(at));
            (chapter.check)(&there).is_ok()
        }))
    }

    fn anywhere(knob: &Knob, knobs: &Knobs, article: &Knobs) -> Option<Slider> {
        let (least, most) = match knob.kind {
            Kind::Time(_) | Kind::SameAs(_) => {
                let own = millis(article.time(knob));
                let at = millis(knobs.time(knob));
                return Some(Slider::time(own, at));
            }
            Kind::Count { min, max, .. } => (min, max),
            Kind::Cores(max) => (1, max),
            Kind::Text(_) | Kind::List(_) => return None,
        };
        let own = u64::from(article.count(knob));
        let at = u64::from(knobs.count(knob));
        Some(Slider::count(own, at, least.into(), most.into()))
    }

    /// What it sets its knob to.
    fn value(&self, at: u64) -> Value {
        let at = at.max(self.least);
        match self.is_time {
            true => Value::Time(Duration::from_millis(at)),
            false => Value::Count(u32::try_from(at).unwrap_or(u32::MAX)),
        }
    }

    /// From the last figure below where it is to the last one above that is
    /// allowed.
    fn narrowed(mut self, is_allowed: impl Fn(u64) -> bool) -> Slider {
        while self.from + self.step <= self.at && !is_allowed(self.from) {
            self.from += self.step;
        }
        while self.to >= self.at + self.step && !is_allowed(self.to) {
            self.to -= self.step;
        }
        self
    }

    fn time(own: u64, at: u64) -> Slider {
        let mut steps = TIMES.into_iter().rev();
        let is_fine =
            |step: &u64| step * 10 <= own && own.is_multiple_of(*step);
        let step = steps.find(is_fine).unwrap_or(1);
        Slider {
            is_time: true,
            least: step,
            from: step,
            to: (4 * own).max(step),
            step,
            at,
        }
    }

    fn count(own: u64, at: u64, least: u64, most: u64) -> Slider {
        let step = (own / 20).max(1);
        Slider {
            is_time: false,
            least,
            from: if step == 1 { least } else { 0 },
            to: (4 * own).max(own + 10).min(most),
            step,
            at,
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_as_far_as_it_may() {
        let slider = Slider::count(4, 4, 1, 100);
        assert_eq!((slider.from, slider.to), (1, 16));
        let narrow = slider.narrowed(|at| (3..=6).contains(&at));
        assert_eq!((narrow.from, narrow.to), (3, 6));
        assert_eq!(slider.narrowed(|_| true), slider);
        // It is where it is, allowed or not.
        let at = slider.narrowed(|_| false);
        assert_eq!((at.from, at.to), (4, 4));
    }

    #[test]
    fn the_articles_figure_is_one_of_its_steps() {
        for own in [1, 5, 30, 100, 200, 300, 400, 500, 1000, 2000, 2500, 3000] {
            let slider = Slider::time(own, own);
            let is_step = (own - slider.from).is_multiple_of(slider.step);
            assert!(is_step && slider.from >= 1, "{own}: {slider:?}");
            assert!(
                (10..=200).contains(&(slider.to / slider.step)) || own < 10
            );
        }
        assert_eq!(Slider::time(3_600_000, 1).step, 300_000);
        for (own, most) in [(3, 100_000), (12, 1000), (100, 1000), (1, 1)] {
            let slider = Slider::count(own, own, 1, most);
            let is_step = (own - slider.from).is_multiple_of(slider.step);
            assert!(is_step && slider.to <= most, "{own}: {slider:?}");
        }
    }
}
