//! What the machine gives, and how little of it can be relied on: text that
//! comes [from outside](foreign), [names](secret) that nobody can guess, files
//! that are [written whole](output) or not at all, [other programs](child)
//! within bounds, [room] for a runtime, and being asked to [stop]. It knows
//! nothing of traces and chapters.

pub mod child;
pub mod foreign;
pub mod output;
pub mod room;
pub mod secret;
pub mod stop;
