//! How to measure: in which order subjects run ([`experiment`]), what the
//! figures come to ([`stats`]), and which machine it was and whether it was
//! busy ([`machine`]). What the subjects are none of these is told: they are
//! numbers, and whoever measures runs them. What came of comparing scenes is one
//! value ([`comparison`]). Nothing here prints.

pub mod comparison;
pub mod experiment;
pub mod machine;
mod remarks;
pub mod stats;
pub mod sweep;

pub use experiment::{Experiment, Taken, Turn, Yield};
pub use machine::{Load, Machine, Watch};
pub use stats::{Interval, Summary};
