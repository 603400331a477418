//! N waits at once: what they cost on tokio, recorded and bare, beside a thread
//! each, a connection each, and other languages' runtimes. Every run is a
//! process of its own, ours (`work`) as well as a `peer`'s, and all are
//! measured the same way, from `outside`. How many waits there is room for
//! is known before (`limits`, `plan`); what was measured is a `Report`,
//! which every view shows, with what is to be said of it (`words`). Nothing here prints.

pub(crate) mod connections;
pub(crate) mod limits;
mod measured;
mod outside;
mod peer;
pub(crate) mod plan;
mod run;
mod subject;
pub(crate) mod words;
pub(crate) mod work;

pub(crate) use measured::{LeftOut, Ratios, Report, Row, Section};
pub(crate) use outside::Cost;
pub use outside::Used;
pub(crate) use plan::{Asked, Plan};
pub(crate) use run::{Progress, measure};
pub(crate) use subject::Subject;
