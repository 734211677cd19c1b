//! One gateway in one scenario.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::receiver::{ReceiverAnswer, ReceiverDoor, ScriptedReceiver};
use crate::alert::{Serial, prometheus, tkl};
use crate::full_disk::fillable;
use crate::gateway_process::GatewayProcess;
use crate::load::LoadClient;
use crate::system::System;
use crate::wrong_clock::WrongClock;

/// A gateway that plays a scenario, and its receiver.
pub(super) struct LossTrial {
    pub(super) receiver: ScriptedReceiver,
    door: ReceiverDoor,
    system: System,
    folder: TempDir,
    gateway: Option<GatewayProcess>,
    accepted: u32,
    posted_at: Option<Instant>,
    patience: Duration,
    clock: WrongClock,
}

/// State of an alarm, as an alert says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AlarmState {
    Begins,
    Ends,
}

/// Messages that the receiver took.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// The number of messages about each alert that was accepted.
    pub(super) messages: Vec<usize>,
    /// The time from the first request until every alert was told; `None` if some was not.
    pub(super) after: Option<Duration>,
}

/// The pause between two looks at the receiver.
const GLANCE: Duration = Duration::from_millis(20);

/// The time in which a message too many would come: above Alertmanager's `group_wait`.
const REST: Duration = Duration::from_secs(4);

impl LossTrial {
    pub(super) async fn open(
        system: &System,
        door: ReceiverDoor,
        scratch: &Path,
        patience: Duration,
    ) -> Result<Self> {
        let receiver = ScriptedReceiver::open().await?;
        let folder = TempDir::with_prefix_in("losses-", scratch)?;
        let (system, accepted, posted_at) = (system.clone(), 0, None);
        let clock = WrongClock::Right;
        let mut trial =
            Self { receiver, door, system, folder, gateway: None, accepted, posted_at, patience, clock };
        trial.start().await?;
        Ok(trial)
    }

    async fn start(&mut self) -> Result<()> {
        let targets = self.receiver.targets(self.door);
        let mut command = self.system.loss_command(self.folder.path(), &targets)?;
        self.clock.apply(&mut command);
        self.gateway = Some(GatewayProcess::start(fillable(command.as_std()).into()).await?);
        Ok(())
    }

    fn gateway(&self) -> Result<&GatewayProcess> {
        self.gateway.as_ref().context("no gateway runs")
    }

    /// Posts an alert, once; it counts if it was answered with 2xx.
    pub(super) async fn post(&mut self, number: u32, state: AlarmState) -> Result<()> {
        let endpoint = self.system.endpoint(self.gateway()?.address);
        self.posted_at.get_or_insert_with(Instant::now);
        let body = Bytes::from(self.body(Serial(number), state).to_string());
        let answer = LoadClient::connect(&endpoint).await?.post(body).await?;
        if answer.status.is_success() {
            self.accepted = self.accepted.max(number + 1);
        }
        Ok(())
    }

    fn body(&self, serial: Serial, state: AlarmState) -> Value {
        match (&self.system, state) {
            (System::Fanfare(_) | System::Baseline(_), AlarmState::Begins) => tkl(serial),
            (System::Fanfare(_) | System::Baseline(_), AlarmState::Ends) => {
                let mut alert = tkl(serial);
                alert["action"] = json!("clear");
                alert
            }
            (System::Alertmanager(_), AlarmState::Begins) => json!([prometheus(serial)]),
            (System::Alertmanager(_), AlarmState::Ends) => {
                let mut alert = prometheus(serial);
                alert["endsAt"] = json!(a_second_ago());
                json!([alert])
            }
        }
    }

    /// Posts an alert whose first message is answered so.
    pub(super) async fn post_after(&mut self, answer: ReceiverAnswer) -> Result<()> {
        self.receiver.once(answer);
        self.post(0, AlarmState::Begins).await
    }

    pub(super) async fn kill_and_start(&mut self) -> Result<()> {
        if let Some(gateway) = self.gateway.take() {
            gateway.kill().await?;
        }
        self.start().await
    }

    /// Gives the gateway another wall clock from its next start on.
    pub(super) fn set_clock(&mut self, clock: WrongClock) {
        self.clock = clock;
    }

    /// Fills the gateway's disk, until its next start.
    pub(super) fn fill_disk(&self) -> Result<()> {
        self.gateway()?.fill_disk()
    }

    /// Deletes everything that the gateway keeps, while it runs.
    pub(super) fn delete_store(&self) -> Result<()> {
        let config = |name: &str| name.ends_with(".yaml") || name.ends_with(".yml");
        for entry in fs::read_dir(self.folder.path())? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else if !config(&entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    pub(super) async fn stop_and_start(&mut self) -> Result<()> {
        if let Some(gateway) = self.gateway.take() {
            gateway.stop().await?;
        }
        self.start().await
    }

    pub(super) async fn signal(&self, name: &str) -> Result<()> {
        self.gateway()?.signal(name).await
    }

    /// Connections of strangers, each with half a request.
    pub(super) async fn half_requests(&self, number: usize) -> Vec<TcpStream> {
        let mut held = Vec::new();
        let Ok(gateway) = self.gateway() else { return held };
        for _ in 0..number {
            // Refused is what a stranger may be.
            let Ok(mut stream) = TcpStream::connect(gateway.address).await else { break };
            if stream.write_all(b"POST /ingest/thinklink HTTP/1.1\r\nHost: loc").await.is_ok() {
                held.push(stream);
            }
        }
        held
    }

    /// Waits until every accepted alert has been told, or patience is over.
    pub(super) async fn until_told(&self) {
        let started = Instant::now();
        while self.receiver.messages(self.accepted).contains(&0) && started.elapsed() < self.patience {
            sleep(GLANCE).await;
        }
    }

    /// Waits for as long as a message too many needs.
    pub(super) async fn rest(&self) {
        let mut requests = self.receiver.requests();
        loop {
            sleep(REST).await;
            if self.receiver.requests() == requests {
                return;
            }
            requests = self.receiver.requests();
        }
    }

    /// Waits for what is to come, ends the gateway, and says what was told.
    pub(super) async fn end(self) -> Told {
        self.until_told().await;
        let messages = self.receiver.messages(self.accepted);
        let is_all_told = !messages.contains(&0) && !messages.is_empty();
        let after = self.posted_at.map(|it| it.elapsed()).filter(|_| is_all_told);
        self.rest().await;
        Told { messages: self.receiver.messages(self.accepted), after }
    }
}

#[expect(clippy::disallowed_methods, reason = "Alertmanager reads the time of an end by the wall clock")]
fn a_second_ago() -> String {
    (Timestamp::now() - SignedDuration::from_secs(1)).to_string()
}
