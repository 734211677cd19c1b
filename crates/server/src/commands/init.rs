//! `fanfare init`: a commented config to start from.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context as _, bail};
use fanfare_words::BackupWords;

use super::context::CommandContext;
use super::outcome::Outcome;

/// The config to start from; a test reads it as `fanfare check` does.
pub(crate) const STARTER: &str = include_str!("init/starter.yaml");

/// Writes the config to start from, unless a file stands there, and prints the two commands to run next.
pub(crate) fn init(context: &CommandContext, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let file = &context.config;
    if let Some(folder) = file.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    }
    write_new(file)?;
    writeln!(out, "{}", BackupWords::in_language(context.language).started(&file.display().to_string()))?;
    Ok(Outcome::Good)
}

fn write_new(file: &Path) -> anyhow::Result<()> {
    let created = OpenOptions::new().write(true).create_new(true).open(file);
    let mut created = match created {
        Ok(created) => created,
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => {
            bail!("{} exists, and is not overwritten: name another with --config", file.display())
        }
        Err(err) => return Err(err).with_context(|| format!("{}", file.display())),
    };
    created.write_all(STARTER.as_bytes()).with_context(|| format!("{}", file.display()))
}
