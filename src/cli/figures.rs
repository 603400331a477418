//! What is done with figures once they are measured.

use std::path::PathBuf;

use clap::Args;

/// How a table of figures is shown, and where else it goes.
#[derive(Args)]
pub(super) struct FiguresArgs {
    /// Write it to a file (.md, .csv, .json); may be repeated
    #[arg(long, value_name = "FILE")]
    pub export: Vec<PathBuf>,
    /// Print everything as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
    /// Draw no bar while it is measured
    #[arg(long)]
    pub no_progress: bool,
    /// Sentences in place of tables, for screen readers; so does
    /// the variable ACCESSIBLE
    #[arg(long)]
    pub plain: bool,
}
