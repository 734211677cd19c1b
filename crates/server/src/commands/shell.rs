//! `fanfare completions` and `fanfare man`: what the command line says of itself, for shells and for `man`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::outcome::Outcome;
use crate::cli::Cli;

/// The shell whose completions are printed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  fanfare completions bash > /etc/bash_completion.d/fanfare
  fanfare completions zsh > \"${fpath[1]}/_fanfare\"")]
pub struct CompletionArgs {
    /// The shell
    pub shell: Shell,
}

/// The folder that man pages are written to.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder, which must exist, e.g. /usr/local/share/man/man1
    pub folder: PathBuf,
}

/// Prints the completions.
pub(crate) fn completions(args: &CompletionArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "fanfare", &mut text);
    out.write_all(&text)?;
    Ok(Outcome::Good)
}

/// Writes a man page for each command.
pub(crate) fn man(args: &ManArgs) -> anyhow::Result<Outcome> {
    let folder = &args.folder;
    clap_mangen::generate_to(Cli::command(), folder).with_context(|| format!("{}", folder.display()))?;
    Ok(Outcome::Good)
}
