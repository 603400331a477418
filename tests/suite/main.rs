//! Every integration test in one binary, a file a subject: it links once. To
//! add a subject, write its file and add its line.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod book;
mod browser;
mod causes;
mod claims;
mod cli;
mod compare;
mod crawler;
mod crawler_claims;
mod critical_path;
mod diff;
mod formats;
mod hostile;
mod html;
mod languages;
mod layers;
mod legible;
mod manners;
mod measure;
mod ndjson;
mod picture;
mod predict;
mod predict_measured;
mod questions;
mod real;
mod registry;
mod report;
// It looks for processes where Linux lists them.
#[cfg(target_os = "linux")]
mod resident;
mod robust_commands;
#[cfg(unix)]
mod robust_crawler;
#[cfg(unix)]
mod robust_ends;
#[cfg(unix)]
mod robust_files;
#[cfg(unix)]
mod robust_odd_answers;
#[cfg(unix)]
mod robust_python;
#[cfg(unix)]
mod robust_signals;
#[cfg(unix)]
mod robust_text;
mod runtime;
#[cfg(unix)]
mod scale;
mod screens;
#[cfg(unix)]
mod serve;
mod serve_browser;
mod stage;
mod step;
mod support;
#[cfg(unix)]
mod terminal;
mod transcripts;
mod twin;
mod view;
mod walk;
mod wrong;
