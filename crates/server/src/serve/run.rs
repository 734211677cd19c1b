//! Starting everything in its order, and stopping it in the reverse one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix_web::web;
use anyhow::Context as _;
use fanfare_core::{Clock as _, SystemClock};
use fanfare_gateway::{Gateway, GatewaySetup, Metrics, RandomJitter, Store};
use prometheus_client::registry::Registry;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tracing::info;

use crate::serve::doors::{Current, Doors, Entrances};
use crate::serve::http::Http;
use crate::serve::orders::divide;
use crate::serve::reload::{Origin, Reloader, Reloads};
use crate::serve::stage::Stage;
use fanfare_config::Config;

/// How long attempts under way may take to end when the gateway stops. Process
/// managers tend to kill after 30 seconds or less.
const GRACE: Duration = Duration::from_secs(15);

/// A gateway that takes alerts.
#[derive(Debug)]
pub(crate) struct Running {
    http: Http,
    doors: web::Data<Doors>,
    reloader: Option<JoinHandle<()>>,
}

impl Running {
    /// Opens the store, goes on with what it owes, and opens the doors. What its
    /// `origin` says later is done as well, if it has one.
    pub(crate) async fn start(
        config: Config,
        stage: Option<Stage>,
        origin: Option<Origin>,
    ) -> anyhow::Result<Self> {
        let store_path = config.store_path.clone();
        let store = Store::open(&store_path, &uuid::Uuid::new_v4().to_string())?;
        let listen = config.server.listen;
        let reloader = origin.map(|it| Reloader::new(it, &config));
        let (orders, Entrances { sources, api, style }) = divide(config);
        let mut registry = Registry::default();
        let clock = Arc::new(SystemClock);
        let (reloads, asked) = Reloads::new(&mut registry, clock.now());
        let gateway = Gateway::start(GatewaySetup {
            store,
            settings: orders,
            fresh_key: fresh_key(),
            store_path,
            clock: Arc::clone(&clock) as _,
            jitter: Arc::new(RandomJitter),
            metrics: Metrics::new(&mut registry),
        })
        .await
        .context("the store cannot be read")?;
        let doors = web::Data::new(Doors {
            gateway: Arc::new(gateway),
            clock,
            sources: Current::new(sources),
            api: Current::new(api),
            style: Current::new(style),
            metrics: registry,
            sandbox: stage.map(|it| it.sandbox),
            reloads,
            open: AtomicBool::new(true),
        });
        let http = Http::start(listen, doors.clone())
            .with_context(|| format!("cannot listen on {listen}: set `server.listen` to a free address"))?;
        info!(address = %http.address, "Listening on");
        let reloader = reloader.map(|it| tokio::spawn(it.run(doors.clone(), asked)));
        Ok(Self { http, doors, reloader })
    }

    /// Where alerts are taken.
    pub(crate) fn address(&self) -> SocketAddr {
        self.http.address
    }

    /// What stands behind the doors.
    pub(crate) fn doors(&self) -> &Doors {
        &self.doors
    }

    /// Takes no more alerts, lets what is under way end, and leaves the rest on the disk.
    pub(crate) async fn stop(self) {
        info!("Stopping");
        self.doors.close();
        self.http.stop().await;
        if let Some(reloader) = self.reloader {
            reloader.abort();
        }
        self.doors.gateway.shutdown(GRACE).await;
        info!("Stopped");
    }
}

/// Returns when the process is told to stop: SIGTERM, or Ctrl-C.
pub(crate) async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// 32 bytes nobody can foresee: two random UUIDs hold 244 random bits.
fn fresh_key() -> [u8; 32] {
    let mut key = [0; 32];
    let (first, second) = key.split_at_mut(16);
    first.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    second.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    key
}
