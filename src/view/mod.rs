//! What a person sees. One file a view, and each is computed from a trace, its
//! timeline, or plain words: no view knows a demo, and none reads a clock.
//! Text is coloured here and stripped by the stream it is written to.

mod bars;
mod chart;
mod claims;
mod lines;
mod listing;
mod page;
mod sentences;
mod stderr;
mod verdict;
mod wait;

pub use bars::Bars;
pub use chart::{Frame, Legend, chart, twins};
pub use claims::{Check, check};
pub use lines::Lines;
pub use listing::{Language, Listing, listings};
pub use page::Page;
pub use verdict::{Figure, Row, Verdict, ratio, verdict};
