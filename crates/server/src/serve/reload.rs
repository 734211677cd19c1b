//! Doing what a changed config says, without a restart: all of it, or nothing.

mod answer;
mod file;
mod metrics;
mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use actix_web::web;
use anyhow::Context as _;
use fanfare_gateway::StoreError;
use jiff::Timestamp;
use prometheus_client::registry::Registry;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;
use tracing::{error, info, warn};

use self::metrics::ReloadMetrics;
use self::watch::{Look, Watch};
use crate::serve::doors::Doors;
use crate::serve::orders::divide;
use crate::serve::stage::Unplayable;
use fanfare_config::{Config, Problem, ProblemSeverity, Problems, in_file};

pub(crate) use self::answer::on_request;
pub(crate) use self::file::ConfigFile;

/// How often the file is looked at. A change is acted on at the second look that
/// shows it, so within four seconds.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Where a reload is asked for, and how they went. They are made one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Reloads {
    desk: mpsc::Sender<Asked>,
    metrics: ReloadMetrics,
}

/// Whoever asked hears how it went: what should be looked at in the config, or why nothing has changed.
pub(crate) type Asked = oneshot::Sender<Result<Vec<Problem>, NotReloaded>>;

/// Why everything is as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReloaded {
    /// The config cannot be used, or not without a restart.
    #[error(transparent)]
    Unsound(#[from] Problems),
    /// It asks more of the sandbox than it can play.
    #[error(transparent)]
    Unplayable(#[from] Unplayable),
    /// What is owed could not be read.
    #[error("the store cannot be used: {0}")]
    Store(#[from] StoreError),
    /// A mistake of ours.
    #[error("reading the config broke down, which is a bug")]
    BrokeDown,
    /// Nobody does it any more, or ever.
    #[error("the gateway is stopping, or is a demo and has no config file")]
    Closed,
}

impl Reloads {
    /// Where they are asked for, and where they are done. The config was read at the start, at `now`.
    pub(crate) fn new(registry: &mut Registry, now: Timestamp) -> (Self, mpsc::Receiver<Asked>) {
        let (desk, asked) = mpsc::channel(1);
        (Self { desk, metrics: ReloadMetrics::new(registry, now) }, asked)
    }

    /// Has the config read again, and waits until it is in force. It is done also if
    /// whoever asked does not wait for it.
    pub(crate) async fn ask(&self) -> Result<Vec<Problem>, NotReloaded> {
        let (sender, outcome) = oneshot::channel();
        self.desk.send(sender).await.map_err(|_| NotReloaded::Closed)?;
        outcome.await.unwrap_or(Err(NotReloaded::Closed))
    }
}

/// What a config says that holds until the next start.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lasting {
    listen: SocketAddr,
    store_path: PathBuf,
}

impl Lasting {
    fn of(config: &Config) -> Self {
        Self { listen: config.server.listen, store_path: config.store_path.clone() }
    }

    /// What `config` would have other than it is.
    fn objections(&self, config: &Config) -> Vec<Problem> {
        let Self { listen, store_path } = self;
        let objection = |path: &str, now: String| Problem {
            position: None,
            severity: ProblemSeverity::Error,
            path: path.to_owned(),
            message: format!("cannot change while the gateway runs, and is `{now}`: restart it"),
        };
        let mut objections = Vec::new();
        if config.server.listen != *listen {
            objections.push(objection("server.listen", listen.to_string()));
        }
        if config.store_path != *store_path {
            objections.push(objection("store", format!("sqlite://{}", store_path.display())));
        }
        objections
    }
}

/// What is to be done when the file changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WhenItChanges {
    /// What it says then.
    Reload,
    /// Nothing, until somebody asks for it.
    Wait,
}

impl WhenItChanges {
    fn of(config: &Config) -> Self {
        if config.server.reload_on_change { Self::Reload } else { Self::Wait }
    }
}

/// Where a config came from, and what says that there is another one now.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) file: ConfigFile,
    watch: Watch,
    hangups: Signal,
}

impl Origin {
    /// To be taken before the file is read, so that no change of it and no signal is missed.
    pub(crate) async fn of(file: ConfigFile) -> anyhow::Result<Self> {
        let hangups = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
        let watch = Watch::new(&file.text().await.unwrap_or_default());
        Ok(Self { file, watch, hangups })
    }
}

/// Makes the reloads that are asked for: by a request, by a signal, or by the file itself.
#[derive(Debug)]
pub(crate) struct Reloader {
    origin: Origin,
    when_it_changes: WhenItChanges,
    lasting: Lasting,
}

impl Reloader {
    /// `config` came from `origin`, and is in force.
    pub(crate) fn new(origin: Origin, config: &Config) -> Self {
        Self { origin, when_it_changes: WhenItChanges::of(config), lasting: Lasting::of(config) }
    }

    /// Changes what stands behind `doors` whenever that is `asked`. Runs until it is dropped.
    pub(crate) async fn run(mut self, doors: web::Data<Doors>, mut asked: mpsc::Receiver<Asked>) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(asked) = asked.recv() => {
                    let outcome = self.reload(&doors, "a request").await;
                    // Whoever asked may not be there any more.
                    drop(asked.send(outcome));
                }
                Some(()) = self.origin.hangups.recv() => drop(self.reload(&doors, "SIGHUP").await),
                _ = looks.tick() => if self.look().await == Look::Changed {
                    drop(self.reload(&doors, "a change of the file").await);
                },
            }
        }
    }

    async fn look(&mut self) -> Look {
        match self.when_it_changes {
            WhenItChanges::Wait => Look::Unchanged,
            WhenItChanges::Reload => match self.origin.file.text().await {
                Ok(text) => self.origin.watch.look(&text),
                // Whoever replaces a file may take it away first.
                Err(_) => Look::BeingWritten,
            },
        }
    }

    async fn reload(&mut self, doors: &Doors, cause: &'static str) -> Result<Vec<Problem>, NotReloaded> {
        if let Ok(text) = self.origin.file.text().await {
            self.origin.watch = Watch::new(&text);
        }
        let outcome = self.read_and_do(doors).await;
        match &outcome {
            Ok(warnings) => {
                doors.reloads.metrics.succeeded(doors.clock.now());
                tell_warnings(warnings);
                info!(reload.cause = cause, "The config was reloaded");
            }
            Err(err) => {
                doors.reloads.metrics.failed();
                self.tell_why_not(cause, err);
            }
        }
        outcome
    }

    /// What can fail comes first.
    async fn read_and_do(&mut self, doors: &Doors) -> Result<Vec<Problem>, NotReloaded> {
        let file = self.origin.file.clone();
        // Certificates are read and parsed, which would keep requests waiting.
        let read = tokio::task::spawn_blocking(move || file.read()).await;
        let mut config = read.map_err(|_| NotReloaded::BrokeDown)??;
        let objections = self.lasting.objections(&config);
        if !objections.is_empty() {
            return Err(Problems { file: self.origin.file.path.clone(), list: objections }.into());
        }
        if let Some(stage) = &self.origin.file.stage {
            stage.cast(&config)?;
        }
        let warnings = std::mem::take(&mut config.warnings);
        let when_it_changes = WhenItChanges::of(&config);
        let (orders, entrances) = divide(config);
        doors.gateway.apply_settings(orders).await?;
        doors.admit_from_now_on(entrances);
        self.when_it_changes = when_it_changes;
        Ok(warnings)
    }

    fn tell_why_not(&self, cause: &'static str, err: &NotReloaded) {
        const NOT_RELOADED: &str = "The config was not reloaded; everything goes on as it was";
        match err {
            NotReloaded::Unsound(Problems { file, list }) => {
                for problem in list {
                    error!(path = problem.path, "{}", in_file(file, problem));
                }
                error!(reload.cause = cause, problems = list.len(), "{NOT_RELOADED}");
            }
            NotReloaded::Unplayable(_)
            | NotReloaded::Store(_)
            | NotReloaded::BrokeDown
            | NotReloaded::Closed => error!(reload.cause = cause, error = %err, "{NOT_RELOADED}"),
        }
    }
}

/// Says what should be looked at in a config that can be used.
pub(crate) fn tell_warnings(warnings: &[Problem]) {
    for warning in warnings {
        warn!(path = warning.path, "{}", warning.message);
    }
}
