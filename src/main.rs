//! Arguments in, exit code out; the place where an error ends up.

use std::io;
use std::process::ExitCode;

use asyncade::command::Ending;
use asyncade::report::Usage;
use asyncade::system::stop::{self, Stopped};
use asyncade::{cli, demos, terminal};

fn main() -> ExitCode {
    match cli::main(std::env::args_os(), &demos::COURSE) {
        Ok(Ending::Fine) => ExitCode::SUCCESS,
        Ok(Ending::Broken) => ExitCode::from(1),
        Ok(Ending::Interrupted) => interrupted(),
        Err(error) if error.is::<Stopped>() => interrupted(),
        // Nobody reads any more: that is how `asyncade ... | head` ends.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::complain(&error);
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// By the shell's convention 128 and the signal's number: 130 after Ctrl-C.
fn interrupted() -> ExitCode {
    ExitCode::from(stop::asked().unwrap_or(130))
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
