//! The `fanfare` command.

use std::io::{self, Write};
use std::process::ExitCode;

use fanfare::{Cli, LocaleVariables, Outcome, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    match run(Cli::from_process(), &LocaleVariables::from_environment(), &mut out) {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Finding) => ExitCode::FAILURE,
        Err(err) if is_closed_pipe(&err) => ExitCode::SUCCESS,
        Err(err) => {
            // If nobody reads our errors, the exit status still tells.
            drop(writeln!(io::stderr(), "error: {err:#}"));
            ExitCode::FAILURE
        }
    }
}

/// True if the reader of our output, `head` for example, has closed it.
fn is_closed_pipe(err: &anyhow::Error) -> bool {
    err.downcast_ref::<io::Error>().is_some_and(|err| err.kind() == io::ErrorKind::BrokenPipe)
}
