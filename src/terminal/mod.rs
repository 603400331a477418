//! The report on a terminal: the [`Page`] that is written on, the views that
//! are drawn on it, and the reporters that put them together: [`Full`],
//! [`Quiet`] and [`Json`], [`WithBars`] if there is a terminal to draw bars
//! on. A plain page has sentences in place of pictures. Errors go to stderr, in
//! the shape that [`complain`] gives them. No view knows a demo, and none reads
//! a clock. Text is coloured here and stripped by the stream it is written to.

mod bars;
mod chart;
mod claims;
mod complaint;
mod full;
mod glyphs;
mod ink;
mod json;
mod lesson;
mod lines;
mod listing;
mod page;
mod quiet;
mod screen;
mod section;
mod sentences;
mod stderr;
mod verdict;
mod wait;
mod with_bars;

pub(crate) use claims::{Check, check, finding};
pub use complaint::complain;
pub use full::Full;
pub use json::Json;
pub(crate) use lesson::remember;
pub(crate) use listing::{Language, Listing, listings};
pub use page::Page;
pub use quiet::Quiet;
pub use screen::Screen;
pub(crate) use screen::{colours, help_page};
pub(crate) use section::Section;
pub use with_bars::WithBars;
