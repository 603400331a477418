//! `asyncade` replays the demos of an article on Python's asyncio, chapter by
//! chapter, on tokio, and shows what really happened, when, and why it was
//! faster. This crate is what the command of that name is made of.
//!
//! # Layout
//!
//! Read in this order; each part knows only those before it, and a test keeps
//! it so.
//!
//! | part | what it is |
//! |---|---|
//! | [`trace`] | what happened in one run of one scene, as semantic events, in memory and as NDJSON |
//! | [`timeline`] | from a trace to lanes of spans, and the measures |
//! | [`stage`] | what a demo may call, and the recorder behind it |
//! | [`system`] | what the machine gives: text from outside, files, other programs, and being asked to stop |
//! | [`chapter`] | chapters as data: knobs, scenes, measure, claims, lesson |
//! | [`demos`] | the chapters themselves, one folder each; only `main` knows them |
//! | [`measure`] | how to measure: the order of the runs, statistics, and what machine it was |
//! | [`world`] | a scene on tokio, its twin on CPython, and comparing the two |
//! | [`scale`] | what N concurrent waits cost, here and elsewhere, each measured as a process |
//! | [`report`] | what a run will do, playing it, and all that came of it as one value |
//! | [`quiz`] | questions about a run that are asked before it is seen, and what is right |
//! | [`picture`] | a timeline laid out as rows, marks, ticks and labels: data, no ink |
//! | [`terminal`] | the ink: page, pictures, bars, and the reporters |
//! | [`export`] | the report as a file, one file a format |
//! | [`book`] | the reports of all chapters as a site, in memory |
//! | [`command`] | one file for each thing the command can do |
//! | [`cli`] | from arguments to a command; its subcommands come from the chapters |
//!
//! With `default-features = false` the crate is only the first three: what
//! another project needs to [record](stage::record) itself.

// What `#[traced]` writes names the crate, also inside of it.
extern crate self as asyncade;

pub mod stage;
pub mod timeline;
pub mod trace;

#[cfg(feature = "cli")]
pub mod book;
#[cfg(feature = "cli")]
pub mod chapter;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod command;
#[cfg(feature = "cli")]
#[path = "../demos/mod.rs"]
pub mod demos;
#[cfg(feature = "cli")]
pub mod export;
#[cfg(feature = "cli")]
pub mod measure;
#[cfg(feature = "cli")]
pub mod picture;
#[cfg(feature = "cli")]
pub mod quiz;
#[cfg(feature = "cli")]
pub mod report;
#[cfg(feature = "cli")]
pub mod scale;
#[cfg(feature = "cli")]
pub mod system;
#[cfg(feature = "cli")]
pub mod terminal;
#[cfg(feature = "cli")]
pub mod world;
