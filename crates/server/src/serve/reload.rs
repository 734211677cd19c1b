//! Reloads: a changed config is put into force without a restart, as a whole or not at all.

mod config_source;
mod restart_only;
mod failure;
mod watch;
mod metrics;

use std::sync::Arc;
use std::time::Duration;

use fanfare_api::ConfigProblem;
use fanfare_config::{Config, Problem, Problems, in_file};
use fanfare_core::{Clock as _, SystemClock};
use fanfare_http::{AppState, ReloadFailure, ReloadRequest};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, timeout};
use tracing::{error, info, warn};

use self::failure::{NotReloaded, READ_WITHIN, config_problem};
use self::restart_only::RestartOnly;
use self::watch::FileChange;
use super::mqtt::SharedMqttInlet;
use super::pings::Pings;
use super::smtp::SharedSmtpInlet;
use super::split_config::{SplitConfig, split_config};

pub(crate) use self::config_source::ConfigSource;
pub(crate) use self::metrics::ReloadMetrics;

/// The time between two looks at the file. A change is acted on at the second look that
/// shows it, so within four seconds.
const WATCH_INTERVAL: Duration = Duration::from_secs(2);

/// The reaction to a change of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnFileChange {
    /// A reload at once.
    Reload,
    /// No reload before somebody asks for it.
    Wait,
}

impl From<&Config> for OnFileChange {
    fn from(config: &Config) -> Self {
        if config.server.reload_on_change { Self::Reload } else { Self::Wait }
    }
}

/// The parts of a running gateway that a reload changes.
#[derive(Debug)]
pub(crate) struct ReloadTarget {
    /// The gateway and the access to it.
    pub(crate) state: Arc<AppState>,
    /// The clients of brokers.
    pub(crate) mqtt: SharedMqttInlet,
    /// The listener for mails.
    pub(crate) smtp: SharedSmtpInlet,
    pub(crate) pings: Pings,
}

/// The task that carries out reloads: those of a request, of a signal, and of a change of the file.
#[derive(Debug)]
pub(crate) struct Reloader {
    source: ConfigSource,
    on_file_change: OnFileChange,
    restart_only: RestartOnly,
    metrics: ReloadMetrics,
}

impl Reloader {
    /// A reloader for `config`, which came from `source` and is in force.
    pub(crate) fn new(source: ConfigSource, config: &Config, metrics: ReloadMetrics) -> Self {
        let (on_file_change, restart_only) = (config.into(), config.into());
        Self { source, on_file_change, restart_only, metrics }
    }

    /// Reloads into `target` at each of `requests`, and at signals and changes of the file.
    /// Runs until it is dropped.
    pub(crate) async fn run(mut self, target: ReloadTarget, mut requests: mpsc::Receiver<ReloadRequest>) {
        let mut looks = tokio::time::interval(WATCH_INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(request) = requests.recv() => {
                    let outcome = self.reload(&target, "a request").await;
                    let problems = |them: Vec<Problem>| them.iter().map(config_problem).collect();
                    let answer: Result<Vec<ConfigProblem>, ReloadFailure> =
                        outcome.map(problems).map_err(ReloadFailure::from);
                    // The client may have gone.
                    drop(request.send(answer));
                }
                Some(()) = self.source.hangups.recv() => drop(self.reload(&target, "SIGHUP").await),
                _ = looks.tick() => if let Some(cause) = self.look().await {
                    drop(self.reload(&target, cause).await);
                },
            }
        }
    }

    /// Looks at the config and its secrets, and says what calls for a reload. A secret is taken without being asked
    /// for: whoever has a program renew it is not there to ask. While the config itself has been changed and not
    /// taken yet, it waits with it: half an edit is not to take effect by the way.
    async fn look(&mut self) -> Option<&'static str> {
        let config = match (self.source.file.text().await, self.on_file_change) {
            (Ok(text), OnFileChange::Reload) => self.source.watch.look(&text),
            (Ok(text), OnFileChange::Wait) if self.source.watch.is_acted_on(&text) => FileChange::None,
            // A program that replaces a file may take it away first.
            (Ok(_), OnFileChange::Wait) | (Err(_), _) => FileChange::UnderWay,
        };
        match config {
            FileChange::Finished => Some("a change of the file"),
            FileChange::UnderWay => None,
            FileChange::None => match self.source.look_at_secrets().await {
                FileChange::Finished => Some("a change of a secret's file"),
                FileChange::None | FileChange::UnderWay => None,
            },
        }
    }

    async fn reload(
        &mut self,
        target: &ReloadTarget,
        cause: &'static str,
    ) -> Result<Vec<Problem>, NotReloaded> {
        self.source.mark_acted_on().await;
        let outcome = self.read_and_apply(target).await;
        match &outcome {
            Ok(warnings) => {
                self.metrics.succeeded(SystemClock.now());
                log_warnings(warnings);
                info!(reload.cause = cause, config.digest = self.source.digest(), "The config was reloaded");
            }
            Err(err) => {
                self.metrics.failed();
                log_failure(cause, err);
            }
        }
        outcome
    }

    /// Reads the config and applies it. Every step that can fail comes before the first one
    /// that changes anything.
    async fn read_and_apply(&mut self, target: &ReloadTarget) -> Result<Vec<Problem>, NotReloaded> {
        let file = self.source.file.clone();
        // Certificates are read and parsed, which would keep requests waiting.
        let reading = tokio::task::spawn_blocking(move || file.read());
        let read = timeout(READ_WITHIN, reading).await.map_err(|_elapsed| NotReloaded::Late)?;
        let mut config = read.map_err(|_| NotReloaded::Panicked)??;
        let changes = self.restart_only.changes_needing_restart(&config);
        if !changes.is_empty() {
            return Err(Problems { file: self.source.file.path.clone(), list: changes }.into());
        }
        if let Some(sandbox) = &self.source.file.sandbox {
            sandbox.register_accounts(&config)?;
        }
        let warnings = std::mem::take(&mut config.warnings);
        let on_file_change = OnFileChange::from(&config);
        let SplitConfig { settings, access, mqtt, smtp, pings } = split_config(config);
        let tls = access.tls.clone();
        target.state.gateway().apply_settings(settings).await?;
        target.state.replace_access(access);
        target.smtp.apply(smtp, tls).await;
        target.mqtt.apply(mqtt).await;
        target.pings.apply(pings);
        self.on_file_change = on_file_change;
        Ok(warnings)
    }
}

fn log_failure(cause: &'static str, err: &NotReloaded) {
    const NOT_RELOADED: &str = "The config was not reloaded; everything goes on as it was";
    match err {
        NotReloaded::Unsound(Problems { file, list }) => {
            for problem in list {
                error!(path = problem.path, "{}", in_file(file, problem));
            }
            error!(reload.cause = cause, problems = list.len(), "{NOT_RELOADED}");
        }
        NotReloaded::Unsupported(_) | NotReloaded::Store(_) | NotReloaded::Panicked | NotReloaded::Late => {
            error!(reload.cause = cause, error = %err, "{NOT_RELOADED}");
        }
    }
}

/// Logs what somebody should look at in a config that can be used.
pub(crate) fn log_warnings(warnings: &[Problem]) {
    for warning in warnings {
        warn!(path = warning.path, "{}", warning.message);
    }
}
