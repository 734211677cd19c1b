//! Pings: addresses outside that are fetched only while all is well, so that their owner notices when it is not.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_config::Ping;
use fanfare_gateway::Gateway;
use tokio::task::JoinSet;
use tracing::{debug, info, warn};

use super::providers::Providers;
use crate::client::http_client;

/// The time that an answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The tasks that ping, for the start, for reloads and for the stop. Dropped, they end.
#[derive(Debug, Clone)]
pub(crate) struct Pings {
    gateway: Arc<Gateway>,
    http: reqwest::Client,
    providers: Providers,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

impl Pings {
    /// Pings of nobody yet, on behalf of `gateway`. Beside the sandbox it stays so: nothing leaves this machine.
    ///
    /// # Errors
    ///
    /// If there are no certificates to trust.
    pub(crate) fn new(gateway: Arc<Gateway>, providers: Providers) -> anyhow::Result<Self> {
        Ok(Self { gateway, http: http_client(None)?, providers, tasks: Arc::default() })
    }

    /// Pings exactly these addresses from now on.
    pub(crate) fn apply(&self, pings: Vec<Ping>) {
        let mut tasks = self.tasks();
        tasks.abort_all();
        match self.providers {
            Providers::Real => {
                for (number, ping) in (1..).zip(pings) {
                    tasks.spawn(run(number, ping, Arc::clone(&self.gateway), self.http.clone()));
                }
            }
            Providers::Sandbox if pings.is_empty() => {}
            Providers::Sandbox => info!("In the sandbox nobody is pinged"),
        }
    }

    /// Pings nobody any more.
    pub(crate) fn stop(&self) {
        self.tasks().abort_all();
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pings an address until it is aborted. The log names it by its number in the config: the address may be a secret.
async fn run(number: usize, ping: Ping, gateway: Arc<Gateway>, http: reqwest::Client) {
    let mut turns = tokio::time::interval(ping.every);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut was_withheld = false;
    loop {
        turns.tick().await;
        let broken = gateway.check_laws().await.err();
        match (&broken, was_withheld) {
            (Some(law), false) => {
                warn!(ping = number, reason = %law, "Pings are withheld: somebody outside will notice")
            }
            (None, true) => info!(ping = number, "Pings go out again"),
            (Some(_), true) | (None, false) => {}
        }
        was_withheld = broken.is_some();
        if broken.is_none() {
            fetch(number, &ping, &http).await;
        }
    }
}

async fn fetch(number: usize, ping: &Ping, http: &reqwest::Client) {
    let answer = http
        .get(ping.url.expose())
        .timeout(TIMEOUT)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status);
    match answer {
        Ok(_) => debug!(ping = number, "Pinged"),
        // Without its address, in which the credential stands.
        Err(err) => {
            warn!(ping = number, error = %err.without_url(), "A ping did not arrive; trying again in time")
        }
    }
}
