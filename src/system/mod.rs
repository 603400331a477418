//! What the machine gives, and how little of it can be relied on: text that
//! comes from outside ([`foreign`]), names that nobody can guess, files that
//! are written whole or not at all, a folder of this run's own, other programs
//! within bounds, room for a runtime, chance that can be had again, being asked
//! to [`stop`] or to `pause`, and being asked for what makes no sense
//! ([`usage`]). It knows nothing of traces and chapters.

pub mod child;
pub(crate) mod folder;
pub mod foreign;
pub mod kept;
pub(crate) mod output;
pub(crate) mod pause;
pub mod random;
pub(crate) mod room;
pub mod secret;
pub mod stop;
pub(crate) mod typed;
pub mod usage;
pub(crate) mod whole_screen;
