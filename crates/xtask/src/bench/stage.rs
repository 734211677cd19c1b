//! A gateway with everything it talks to, set up afresh for one measurement.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::{Channels, Door, Mailbox, Manner, Program, Receiver, Subject, Tally};

/// A gateway, started on an empty store, and its two receivers.
pub(super) struct Stage {
    pub(super) program: Program,
    pub(super) door: Door,
    pub(super) start_up: Duration,
    receivers: [Receiver; 2],
    _folder: TempDir,
}

/// What the two receivers are to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    Taken,
    Held,
}

/// How long nothing may be told before a measurement is given up.
const PATIENCE: Duration = Duration::from_secs(30);

impl Stage {
    pub(super) async fn set(
        subject: &Subject,
        delivery: Delivery,
        alerts: u32,
        scratch: &Path,
    ) -> Result<Self> {
        let manner = match delivery {
            Delivery::Taken => Manner::Answers,
            Delivery::Held => Manner::NeverAnswers,
        };
        let receivers = [receiver(manner, alerts).await?, receiver(manner, alerts).await?];
        let addresses = [receivers[0].address, receivers[1].address];
        let channels = match delivery {
            Delivery::Taken => Channels::Webhooks(addresses),
            Delivery::Held => Channels::Held(addresses),
        };
        let folder = TempDir::with_prefix_in("bench-", scratch)?;
        let started = Instant::now();
        let program = Program::start(subject.command(folder.path(), channels)?).await?;
        let start_up = started.elapsed();
        let door = subject.door(program.address);
        Ok(Self { program, door, start_up, receivers, _folder: folder })
    }

    /// When the last of the alerts was told on both channels.
    pub(super) async fn all_told(&self, alerts: u32) -> Result<Instant> {
        let [first, second] = &self.receivers;
        let first = first.tally.last_of(alerts, PATIENCE).await?;
        let second = second.tally.last_of(alerts, PATIENCE).await?;
        Ok(first.max(second))
    }

    /// The receivers' tallies.
    pub(super) fn tallies(&self) -> [&Tally; 2] {
        let [first, second] = &self.receivers;
        [&first.tally, &second.tally]
    }
}

async fn receiver(manner: Manner, alerts: u32) -> Result<Receiver> {
    Receiver::open(manner, Arc::new(Tally::of(alerts, Instant::now()))).await
}

/// A gateway that sends mail.
pub(super) struct MailStage {
    pub(super) door: Door,
    mailbox: Mailbox,
    _program: Program,
    _folder: TempDir,
}

impl MailStage {
    pub(super) async fn set(subject: &Subject, mails: u32, scratch: &Path) -> Result<Self> {
        let mailbox = Mailbox::open(Arc::new(Tally::of(mails, Instant::now()))).await?;
        let folder = TempDir::with_prefix_in("bench-", scratch)?;
        let command = subject.command(folder.path(), Channels::Mail(mailbox.address))?;
        let program = Program::start(command).await?;
        let door = subject.door(program.address);
        Ok(Self { door, mailbox, _program: program, _folder: folder })
    }

    pub(super) async fn all_told(&self, mails: u32) -> Result<Instant> {
        self.mailbox.tally.last_of(mails, PATIENCE).await
    }
}
