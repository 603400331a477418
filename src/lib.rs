//! `asyncade` replays the demos of an article on Python's asyncio, chapter by
//! chapter, on tokio, and shows what really happened, when, and why it was
//! faster. This crate is what the command of that name is made of.
//!
//! # Layout
//!
//! Read in this order, each part knows only those before it:
//!
//! - [`trace`]: what happened in one run of one scene, as semantic events, in
//!   memory and as NDJSON.
//! - [`timeline`]: from a trace to lanes of spans, and the measures.
//! - [`stage`]: what a demo may call, and the recorder behind it.
//! - [`chapter`]: chapters as data: knobs, scenes, measure, claims, lesson.
//! - [`demos`]: the chapters themselves, one folder each.
//! - [`twin`]: what can be compared between tokio's trace and CPython's.
//! - [`python`]: CPython's traces, recorded and fresh.
//! - [`run`]: a scene on a fresh runtime and a chosen clock.
//! - [`view`]: what a person sees, computed from a trace.
//! - [`command`]: one file for each thing the command can do.
//! - [`cli`]: the command line; its subcommands come from the chapters.

// What `#[traced]` writes names the crate, also inside of it.
extern crate self as asyncade;

pub mod chapter;
pub mod cli;
pub mod command;
#[path = "../demos/mod.rs"]
pub mod demos;
pub mod python;
pub mod run;
pub mod stage;
pub mod timeline;
pub mod trace;
pub mod twin;
pub mod view;
