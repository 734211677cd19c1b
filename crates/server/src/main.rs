//! The `fanfare` command.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use fanfare::{Cli, LocaleVariables, Outcome, OutputStyle, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    let (locale, style) = (LocaleVariables::from_environment(), OutputStyle::for_stdout());
    match run(Cli::from_process(), &locale, style, &mut out) {
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
    let kind = |cause: &(dyn Error + 'static)| {
        let json = || cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        cause.downcast_ref::<io::Error>().map(io::Error::kind).or_else(json)
    };
    err.chain().filter_map(kind).any(|it| it == io::ErrorKind::BrokenPipe)
}
