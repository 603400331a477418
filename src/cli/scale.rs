//! `scale` on the command line.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use super::compare::{quoted, runs};
use super::figures::FiguresArgs;
use crate::chapter::{Knob, Value, time};
use crate::command::{self as run, Ending, Scaling};
use crate::report::Usage;
use crate::scale::Asked;
use crate::scale::plan::size;
use crate::terminal::Screen;

/// The options of `scale`.
#[derive(Args)]
pub(super) struct ScaleArgs {
    /// How many waits at once, as in 1000, 100_000, 10k or 1M [default: 1k 10k
    /// 100k 1M, as far as the memory allows]
    #[arg(value_name = "N", value_parser = size, allow_negative_numbers = true)]
    pub sizes: Vec<u64>,
    /// How long each wait is
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = wait, allow_hyphen_values = true)]
    pub wait: Duration,
    /// How often each is measured
    #[arg(long, value_name = "N", default_value = "3", value_parser = runs, allow_hyphen_values = true)]
    pub runs: usize,
    /// Also with a thread of the system's for each wait, up to a safe limit
    #[arg(long)]
    pub threads: bool,
    /// Also with a connection over loopback for each wait, up to the limit of
    /// open files
    #[arg(long)]
    pub connections: bool,
    /// Also on what this machine has of Go, Node.js, and CPython's asyncio,
    /// uvloop and Trio
    #[arg(long)]
    pub peers: bool,
    /// The same, and fail if one of them cannot be measured
    #[arg(long)]
    pub require_peers: bool,
    /// The Python to ask
    #[arg(long, value_name = "PATH", default_value = "python3")]
    pub python: PathBuf,
    /// The most time that one process may take [default: far more than it
    /// needs]
    #[arg(long, value_name = "TIME", value_parser = limit, allow_hyphen_values = true)]
    pub limit: Option<Duration>,
    #[command(flatten)]
    pub figures: FiguresArgs,
}

/// A longer wait is a mistake: however long it is, waiting costs the same.
const LONGEST: Duration = Duration::from_secs(600);

fn wait(text: &str) -> Result<Duration, Usage> {
    const WAIT: Knob = Knob::time("wait", "1s", "How long each wait is");
    let instead = "give whole milliseconds, from 1ms to 10m";
    match WAIT.parse(text)? {
        Value::Time(time) if time > LONGEST => {
            Err(Usage::new("too long", instead))
        }
        Value::Time(time) => Ok(time),
        _ => Err(Usage::new("no time", instead)),
    }
}

fn limit(text: &str) -> Result<Duration, Usage> {
    const LIMIT: Knob = Knob::time("limit", "1m", "The most time");
    match LIMIT.parse(text)? {
        Value::Time(time) => Ok(time),
        _ => Err(Usage::new("no time", "give one, as in 30s")),
    }
}

/// Measures as the options say.
pub(super) fn scale(args: ScaleArgs, screen: &mut Screen) -> Result<Ending> {
    screen.page.plain |= args.figures.plain;
    let scaling = Scaling {
        json: args.figures.json,
        progress: !args.figures.no_progress && !screen.page.plain,
        exports: &args.figures.export,
    };
    let asked = Asked {
        command: command(&args),
        sizes: args.sizes,
        wait: args.wait,
        runs: args.runs,
        threads: args.threads,
        connections: args.connections,
        peers: args.peers || args.require_peers,
        require_peers: args.require_peers,
        python: args.python,
        limit: args.limit,
    };
    run::scale(&asked, &scaling, screen)
}

/// The command that measures the same again.
fn command(args: &ScaleArgs) -> String {
    let mut words = vec!["asyncade scale".to_owned()];
    words.extend(args.sizes.iter().map(u64::to_string));
    let options = [
        (args.threads, "--threads"),
        (args.connections, "--connections"),
        (args.peers, "--peers"),
        (args.require_peers, "--require-peers"),
    ];
    let options = options.into_iter().filter(|(is_given, _)| *is_given);
    words.extend(options.map(|(_, option)| option.to_owned()));
    words.push(format!("--wait {}", quoted(&time(args.wait))));
    words.push(format!("--runs {}", args.runs));
    words.join(" ")
}
