//! A gateway's surroundings, which outlive it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::alert::tkl;
use crate::load::Client;
use crate::{Channels, Manner, Program, Receiver, Serial, Subject, Tally};

/// Two receivers and a store.
pub(super) struct Site {
    gateway: Subject,
    receivers: [Receiver; 2],
    folder: TempDir,
}

/// Several scripts at once, so that a kill meets several requests.
const CONNECTIONS: usize = 8;

/// About what a provider near by takes; long enough that a kill meets deliveries.
const ANSWER_AFTER: Duration = Duration::from_millis(5);

/// How long nothing more must come before we count.
const REST: Duration = Duration::from_secs(1);

/// How often we look.
const GLANCE: Duration = Duration::from_millis(5);

impl Site {
    pub(super) async fn open(binary: &Path, alerts: u32, scratch: &Path) -> Result<Self> {
        let receiver = || async {
            let tally = Tally::of(alerts, Instant::now());
            Receiver::open(Manner::AnswersAfter(ANSWER_AFTER), Arc::new(tally)).await
        };
        Ok(Self {
            gateway: Subject::Fanfare(binary.to_owned()),
            receivers: [receiver().await?, receiver().await?],
            folder: TempDir::with_prefix_in("chaos-", scratch)?,
        })
    }

    pub(super) async fn start(&self) -> Result<Program> {
        Program::start(self.command()?).await
    }

    pub(super) async fn start_and_kill(&self, moment: Duration) -> Result<()> {
        Program::start_and_kill(self.command()?, moment).await
    }

    fn command(&self) -> Result<Command> {
        let [first, second] = &self.receivers;
        self.gateway.command(self.folder.path(), Channels::Webhooks([first.address, second.address]))
    }

    /// Posts over several connections until the kill, and returns what was accepted.
    pub(super) async fn post_and_kill(
        &self,
        program: Program,
        serials: Range<u32>,
        moment: Duration,
    ) -> Result<Vec<Serial>> {
        let door = self.gateway.door(program.address);
        let next = Arc::new(AtomicU32::new(serials.start));
        let mut scripts = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let client = Client::connect(&door).await?;
            scripts.spawn(post_until_it_breaks(client, Arc::clone(&next), serials.end));
        }
        sleep(moment).await;
        program.kill().await?;
        let mut accepted = Vec::new();
        while let Some(script) = scripts.join_next().await {
            accepted.extend(script.context("a script's task died")?);
        }
        Ok(accepted)
    }

    /// Waits until both receivers have been told of all these.
    pub(super) async fn drain(&self, accepted: &[Serial], patience: Duration) -> Result<()> {
        let mut progress = (self.untold(accepted).len(), Instant::now());
        while progress.0 > 0 {
            sleep(GLANCE).await;
            let untold = self.untold(accepted).len();
            if untold < progress.0 {
                progress = (untold, Instant::now());
            } else if progress.1.elapsed() > patience {
                bail!("{untold} of {} alerts were not told", accepted.len());
            }
        }
        Ok(())
    }

    /// Waits until no message has come for a while.
    pub(super) async fn come_to_rest(&self) {
        let messages = || self.tallies().map(Tally::messages);
        let mut before = messages();
        loop {
            sleep(REST).await;
            if messages() == before {
                return;
            }
            before = messages();
        }
    }

    /// Those of which not both receivers have been told.
    pub(super) fn untold(&self, accepted: &[Serial]) -> Vec<Serial> {
        let [first, second] = self.tallies();
        let told = |serial| first.arrival(serial).is_some() && second.arrival(serial).is_some();
        accepted.iter().copied().filter(|serial| !told(*serial)).collect()
    }

    pub(super) fn tallies(&self) -> [&Tally; 2] {
        let [first, second] = &self.receivers;
        [&first.tally, &second.tally]
    }
}

/// Posts one alert after the other; what was answered 2xx is accepted, and what
/// was answered otherwise, or not at all, is not our promise.
async fn post_until_it_breaks(mut client: Client, next: Arc<AtomicU32>, end: u32) -> Vec<Serial> {
    let mut accepted = Vec::new();
    loop {
        let serial = Serial(next.fetch_add(1, Ordering::Relaxed));
        if serial.0 >= end {
            return accepted;
        }
        match client.post(tkl(serial).to_string().into()).await {
            Ok(answer) if answer.status.is_success() => accepted.push(serial),
            Ok(_refused) => {}
            Err(_killed) => return accepted,
        }
    }
}
