//! `fanfare backup` and `fanfare restore`: a copy of the store, also while a gateway runs, and the way back.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use fanfare_config::{NoSecrets, gateway_address};
use fanfare_gateway::{Backup, ExistingStore, Restored, backup as back_up, restore as bring_back};
use fanfare_words::BackupWords;
use serde_json::json;

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::print_json;

/// The file that the copy is written to.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The new file; one that exists is not overwritten
    pub file: PathBuf,
    /// The store [default: that of the config]
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// The result as JSON instead of a text for people
    #[arg(long)]
    pub json: bool,
}

/// The backup to restore.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// A file that `fanfare backup` has written
    pub file: PathBuf,
    /// The store [default: that of the config]
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// Restores although a store stands there, which is kept beside the restored one
    #[arg(long)]
    pub replace: bool,
    /// The result as JSON instead of a text for people
    #[arg(long)]
    pub json: bool,
}

/// Copies the store of the config to a new file.
pub(crate) fn backup(
    context: &CommandContext,
    args: &BackupArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let store = store_of(args.store.as_ref(), &context.config)?;
    let Backup { size, alerts, version } = back_up(&store, &args.file)?;
    if args.json {
        let file = args.file.display().to_string();
        print_json(&json!({ "file": file, "size": size, "alerts": alerts, "store_version": version }), out)?;
    } else {
        let words = BackupWords::in_language(context.language);
        writeln!(out, "{}", words.made(&args.file.display().to_string(), alerts, size))?;
    }
    Ok(Outcome::Good)
}

/// Makes the store of the config of a backup.
pub(crate) fn restore(
    context: &CommandContext,
    args: &RestoreArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let store = store_of(args.store.as_ref(), &context.config)?;
    let existing = if args.replace { ExistingStore::SetAside } else { ExistingStore::Keep };
    let mark = context.now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let Restored { backup, set_aside } = bring_back(&args.file, &store, existing, &mark)?;
    let (store, aside) = (store.display().to_string(), set_aside.map(|it| it.display().to_string()));
    if args.json {
        print_json(&json!({ "store": store, "alerts": backup.alerts, "set_aside": aside }), out)?;
    } else {
        let words = BackupWords::in_language(context.language);
        writeln!(out, "{}", words.restored(&store, backup.alerts, aside.as_deref()))?;
    }
    Ok(Outcome::Good)
}

/// The store that is named, or else that of the config.
fn store_of(named: Option<&PathBuf>, config: &Path) -> anyhow::Result<PathBuf> {
    if let Some(store) = named {
        return Ok(store.clone());
    }
    let address = gateway_address(config, &NoSecrets).context("the config does not tell the store")?;
    Ok(address.store_path)
}
