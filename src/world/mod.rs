//! The worlds in which a scene plays: tokio, which runs it on a fresh runtime
//! and a chosen clock ([`scene`]), and [`python`], which has CPython run its
//! twin. [`compare`] finds where the two part. What comes out is always a
//! trace, and nothing is printed.

pub mod compare;
pub(crate) mod interrupt;
pub mod python;
mod stage_py;
mod tokio;

pub(crate) use self::tokio::{Live, ideal, live};
pub use self::tokio::{scene, scene_on};
