//! The report on a terminal: the [`Page`] that is written on, the views that
//! are drawn on it, and the reporters that put them together: [`Full`],
//! [`Quiet`] and [`Json`], [`WithLive`] if there is a terminal to draw on. A
//! plain page has sentences in place of pictures. Errors are told of on stderr
//! ([`complain`]). No view knows a demo, and none reads a clock. Text is
//! coloured here and stripped by the stream it is written to.

mod apart;
mod chart;
mod claims;
mod compare;
mod complaint;
mod difference;
mod explain;
mod full;
mod glyphs;
mod ink;
mod json;
mod lesson;
mod lines;
mod listing;
mod live;
mod page;
mod quiet;
mod quiz;
mod scale;
mod scene;
mod screen;
mod section;
mod sentences;
mod sources;
mod stderr;
mod step;
mod summary;
mod unseen;
mod wait;
mod with_live;

pub(crate) use apart::apart;
pub(crate) use chart::{OTHER_WORLD, counted, ending, meanings};
pub(crate) use claims::{Check, check, finding};
pub(crate) use compare::{CompareTable, Progress, announce, curve, json};
pub use complaint::complain;
pub(crate) use difference::difference;
pub use full::Full;
pub(crate) use full::{about, circumstances};
pub(crate) use ink::{KEPT_WAITING, colour, outcome_colour};
pub use json::Json;
pub(crate) use lesson::remember;
pub(crate) use listing::{Listing, listings};
pub use page::Page;
pub(crate) use quiet::INTERRUPTED;
pub use quiet::Quiet;
pub(crate) use quiz::{Graded, graded, pointers, question};
pub(crate) use scale::{ScaleProgress, scale};
pub(crate) use scene::scene;
pub use screen::Screen;
pub(crate) use screen::{always_colours, colours, help_page};
pub(crate) use section::Section;
pub(crate) use sentences::sentence;
pub use step::{Flow, Player};
pub(crate) use step::{Stepped, step};
pub(crate) use summary::outcome;
pub(crate) use unseen::Unseen;
pub use wait::beside;
pub(crate) use wait::{HELD, doing, wait};
pub use with_live::WithLive;
