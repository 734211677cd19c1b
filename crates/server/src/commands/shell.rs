//! `fanfare completions` and `fanfare man`: what the command line says of itself, for shells and for `man`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Command};
use clap_complete::Shell;

use super::outcome::Outcome;

/// The shell whose completions are printed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  fanfare completions bash > /etc/bash_completion.d/fanfare
  fanfare completions zsh > \"${fpath[1]}/_fanfare\"")]
pub struct CompletionArgs {
    /// The shell that completes the commands
    pub shell: Shell,
}

/// The folder that man pages are written to.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder, which must exist, e.g. /usr/local/share/man/man1
    pub folder: PathBuf,
}

/// Prints the completions of `cli`.
pub(crate) fn completions(
    args: &CompletionArgs,
    cli: &mut Command,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, cli, "fanfare", &mut text);
    out.write_all(&text)?;
    Ok(Outcome::Good)
}

/// Writes a man page for each command of `cli`.
pub(crate) fn man(args: &ManArgs, cli: Command) -> anyhow::Result<Outcome> {
    let folder = &args.folder;
    clap_mangen::generate_to(cli, folder).with_context(|| format!("{}", folder.display()))?;
    Ok(Outcome::Good)
}
