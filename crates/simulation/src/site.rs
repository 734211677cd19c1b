//! The gateway and its store in a world: started, killed, stopped, reloaded, and what befalls the disk.

mod store_image;

use std::future::{Future as _, poll_fn};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fanfare_core::{Alert, Clock, Policy, Receiver, RetryPolicy, Route};
use fanfare_gateway::{Gateway, GatewaySettings, GatewaySetup, Jitter, Metrics, SELF_SOURCE, Store};
use prometheus_client::registry::Registry;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::yield_now;

use self::store_image::{STORE_FILES, StoreImage};
use crate::options::{CONSOLE, ChannelOptions, EarlierStore, ReceiverOptions};
use crate::providers::{ProviderFaults, RequestJournal, channel_setup};
use crate::time::{HOUR, VirtualClock};

/// The settings of the gateway, as a reload changes them.
#[derive(Debug, Clone)]
pub(crate) struct SiteConfig {
    /// Channels of the config.
    pub(crate) channels: Vec<ChannelOptions>,
    /// The receivers; the first is that of the root route.
    pub(crate) receivers: Vec<ReceiverOptions>,
    /// The channels that self-alerts go to.
    pub(crate) self_alerts_to: Vec<&'static str>,
    /// The age at which a delivery is given up.
    pub(crate) give_up_after: Duration,
    /// The time after which a receiver is told again of what still fires.
    pub(crate) repeat_interval: Duration,
}

/// The providers, which outlive every gateway.
#[derive(Debug, Clone)]
pub(crate) struct ProviderWorld {
    /// The record of all requests.
    pub(crate) journal: Arc<RequestJournal>,
    /// The faults that requests meet.
    pub(crate) faults: Arc<ProviderFaults>,
}

/// A gateway, its store, and the connection that reads the store's file past it.
#[derive(Debug)]
pub(crate) struct SimulatedSite {
    folder: TempDir,
    config: SiteConfig,
    providers: ProviderWorld,
    clock: Arc<VirtualClock>,
    jitter_seed: u64,
    gateway: Option<Gateway>,
    ledger: Connection,
    disk_faults: Vec<&'static str>,
    slow_reader: Option<Connection>,
}

/// The turns of the runtime in which the tasks of a killed gateway are dropped, and theirs.
const TURNS_AFTER_KILL: usize = 100;

/// Tables and verbs that a disk may refuse to write, each by a trigger.
const DISK_FAULTS: [(&str, &str); 8] = [
    ("INSERT", "alerts"),
    ("INSERT", "notifications"),
    ("INSERT", "deliveries"),
    ("UPDATE", "deliveries"),
    ("INSERT", "attempts"),
    ("INSERT", "sends"),
    ("UPDATE", "sends"),
    ("INSERT", "steps"),
];

impl SimulatedSite {
    /// Starts a gateway on a new store, or on a copy of an earlier one.
    pub(crate) async fn start(
        config: SiteConfig,
        providers: ProviderWorld,
        clock: Arc<VirtualClock>,
        random: &mut fastrand::Rng,
        earlier_store: Option<EarlierStore>,
    ) -> Result<Self> {
        let folder = memory_folder()?;
        if let Some(earlier) = earlier_store {
            std::fs::copy(earlier.path(), folder.path().join(STORE_FILES[0]))?;
        }
        let jitter_seed = random.u64(..);
        let path = folder.path().join(STORE_FILES[0]);
        let gateway = launch(&path, &config, &providers, &clock, jitter_seed).await?;
        let ledger = Connection::open(&path)?;
        Ok(Self {
            folder,
            config,
            providers,
            clock,
            jitter_seed,
            gateway: Some(gateway),
            ledger,
            disk_faults: Vec::new(),
            slow_reader: None,
        })
    }

    /// The running gateway.
    pub(crate) fn gateway(&self) -> Result<&Gateway> {
        self.gateway.as_ref().context("no gateway runs")
    }

    /// The settings in force.
    pub(crate) fn config(&self) -> &SiteConfig {
        &self.config
    }

    /// The store's file, for plain SQL.
    pub(crate) fn ledger(&self) -> &Connection {
        &self.ledger
    }

    /// True while the disk refuses to write.
    pub(crate) fn has_disk_fault(&self) -> bool {
        !self.disk_faults.is_empty()
    }

    /// Ends the gateway as `kill -9` does, at any moment: what it had in memory is lost.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        let left = StoreImage::read(self.folder.path())?;
        self.end_with(&left).await
    }

    /// Ends the gateway as a power cut does in the middle of the commit of `unanswered`: what was written
    /// for it since the last commit is on the disk in part.
    pub(crate) async fn cut_power(
        &mut self,
        unanswered: Vec<Alert>,
        random: &mut fastrand::Rng,
    ) -> Result<()> {
        let before = StoreImage::read(self.folder.path())?;
        let now = self.clock.now();
        let mut accepting = Box::pin(self.gateway()?.accept(unanswered, now));
        // Up to the commit, and before anything that follows from it.
        poll_fn(|context| Poll::Ready(accepting.as_mut().poll(context).is_ready())).await;
        drop(accepting);
        let after = StoreImage::read(self.folder.path())?;
        self.end_with(&before.torn(&after, random)).await
    }

    /// Ends the gateway at once; `left` is what it leaves on the disk.
    async fn end_with(&mut self, left: &StoreImage) -> Result<()> {
        self.slow_reader = None;
        let copy = memory_folder()?;
        left.write(copy.path())?;
        self.gateway = None;
        // Its tasks, and theirs, are dropped. The number of turns is the same in each run.
        for _ in 0..TURNS_AFTER_KILL {
            yield_now().await;
        }
        self.ledger = Connection::open(copy.path().join(STORE_FILES[0]))?;
        self.folder = copy;
        Ok(())
    }

    /// Ends the gateway in order.
    pub(crate) async fn stop(&mut self, grace: Duration) -> Result<()> {
        self.slow_reader = None;
        if let Some(gateway) = self.gateway.take() {
            gateway.shutdown(grace).await;
        }
        for _ in 0..TURNS_AFTER_KILL {
            yield_now().await;
        }
        Ok(())
    }

    /// Starts the gateway again, where none runs.
    pub(crate) async fn restart(&mut self) -> Result<()> {
        self.mend_disk()?;
        let path = self.path();
        self.jitter_seed = self.jitter_seed.wrapping_add(1);
        let gateway = launch(&path, &self.config, &self.providers, &self.clock, self.jitter_seed).await?;
        self.gateway = Some(gateway);
        Ok(())
    }

    /// Puts other settings in force.
    pub(crate) async fn reload(&mut self, config: SiteConfig) -> Result<()> {
        self.gateway()?.apply_settings(settings(&config, &self.providers)?).await?;
        self.config = config;
        Ok(())
    }

    /// Makes the disk refuse to write one table, or several.
    pub(crate) fn break_disk(&mut self, random: &mut fastrand::Rng) -> Result<()> {
        let whole = random.bool();
        let one = random.usize(0..DISK_FAULTS.len());
        for (index, (verb, table)) in DISK_FAULTS.into_iter().enumerate() {
            if !whole && index != one {
                continue;
            }
            let sql = format!(
                "CREATE TRIGGER IF NOT EXISTS no_room_{index} BEFORE {verb} ON {table}
                 BEGIN SELECT RAISE(ABORT, 'no room'); END"
            );
            self.ledger.execute_batch(&sql)?;
            self.disk_faults.push(table);
        }
        Ok(())
    }

    /// Lets the disk write again.
    pub(crate) fn mend_disk(&mut self) -> Result<()> {
        if self.has_disk_fault() {
            for index in 0..DISK_FAULTS.len() {
                self.ledger.execute_batch(&format!("DROP TRIGGER IF EXISTS no_room_{index}"))?;
            }
            self.disk_faults.clear();
        }
        Ok(())
    }

    /// Lets somebody read the store's file in one long transaction, which ends at the next call.
    pub(crate) fn toggle_slow_reader(&mut self) -> Result<()> {
        if self.slow_reader.take().is_none() {
            let reader = Connection::open(self.path())?;
            reader.execute_batch("BEGIN; SELECT count(*) FROM alerts;")?;
            self.slow_reader = Some(reader);
        }
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(STORE_FILES[0])
    }
}

/// A folder in memory where the system has a file system for that: an fsync is then free. A kill
/// leaves the file as it is, there too.
fn memory_folder() -> Result<TempDir> {
    Ok(tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?)
}

async fn launch(
    path: &Path,
    config: &SiteConfig,
    providers: &ProviderWorld,
    clock: &Arc<VirtualClock>,
    jitter_seed: u64,
) -> Result<Gateway> {
    let setup = GatewaySetup {
        store: Store::open_blocking(path, "a simulated store")?,
        settings: settings(config, providers)?,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        jitter: Arc::new(SeededJitter(std::sync::Mutex::new(fastrand::Rng::with_seed(jitter_seed)))),
        metrics: Metrics::new(&mut Registry::default()),
        fresh_key: [7; 32],
        store_path: path.to_owned(),
    };
    Ok(Gateway::start(setup).await?)
}

fn settings(config: &SiteConfig, providers: &ProviderWorld) -> Result<GatewaySettings> {
    let console = ChannelOptions::reliable(CONSOLE);
    let channels = config.channels.iter().chain([&console]);
    Ok(GatewaySettings {
        policy: policy(config)?,
        channels: channels.map(|it| channel_setup(it, &providers.faults, &providers.journal)).collect(),
        retry: RetryPolicy { give_up_after: config.give_up_after, ..RetryPolicy::default() },
        retention: 24 * 365 * HOUR,
        external_url: Some("https://alerts.example.com".to_owned()),
        heartbeats: Vec::new(),
    })
}

/// The receiver of self-alerts.
const OPERATORS: &str = "operators";

fn policy(config: &SiteConfig) -> Result<Policy> {
    let leaf = |matchers, receiver: &str| Route {
        matchers,
        receiver: receiver.into(),
        r#continue: false,
        repeat_interval: config.repeat_interval,
        routes: Vec::new(),
    };
    let root = config.receivers.first().context("a world has a receiver")?;
    let mut routes = vec![leaf(vec![format!("source = {SELF_SOURCE}").parse()?], OPERATORS)];
    for receiver in &config.receivers[1..] {
        routes.push(leaf(vec![format!("to = {}", receiver.name).parse()?], receiver.name));
    }
    let operators = Receiver {
        name: OPERATORS.into(),
        terms: Arc::new(fanfare_core::DeliveryTerms::plain(
            config.self_alerts_to.iter().map(|it| (*it).into()).collect(),
        )),
    };
    let receivers = config
        .receivers
        .iter()
        .map(|it| Receiver { name: it.name.into(), terms: Arc::clone(&it.terms) })
        .chain([operators]);
    let route = Route { routes, ..leaf(Vec::new(), root.name) };
    Policy::new(route, receivers.collect()).map_err(|problems| anyhow::anyhow!("{problems:?}"))
}

/// Jitter from a seed.
#[derive(Debug)]
struct SeededJitter(std::sync::Mutex<fastrand::Rng>);

impl Jitter for SeededJitter {
    fn spread(&self) -> f64 {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).f64()
    }
}
