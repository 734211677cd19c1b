//! Starting everything in its order, and stopping it in the reverse one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix_web::web;
use anyhow::Context as _;
use fanfare_core::SystemClock;
use fanfare_gateway::{ChannelSetup, Gateway, Metrics, Setup, Store, SystemChance};
use fanfare_sandbox::Sandbox;
use prometheus_client::registry::Registry;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

use crate::config::{Auth, Config, ConfiguredChannel, Source};
use crate::serve::access::Access;
use crate::serve::doors::{Doors, SourceDoor};
use crate::serve::http::Http;

/// How long attempts under way may take to end when the gateway stops. Process
/// managers tend to kill after 30 seconds or less.
const GRACE: Duration = Duration::from_secs(15);

/// A gateway that takes alerts.
#[derive(Debug)]
pub(crate) struct Running {
    http: Http,
    doors: web::Data<Doors>,
}

impl Running {
    /// Opens the store, goes on with what it owes, and opens the doors.
    pub(crate) async fn start(config: Config, sandbox: Option<Arc<Sandbox>>) -> anyhow::Result<Self> {
        let Config { server, store_path, sources, channels, policy, retry, retention, .. } = config;
        let store = Store::open(&store_path, &uuid::Uuid::new_v4().to_string())?;
        let mut registry = Registry::default();
        let clock = Arc::new(SystemClock);
        let gateway = Gateway::start(Setup {
            store,
            policy,
            channels: channels.into_iter().map(channel_setup).collect(),
            retry,
            retention,
            clock: Arc::clone(&clock) as _,
            chance: Arc::new(SystemChance),
            metrics: Metrics::new(&mut registry),
        })
        .await
        .context("the store cannot be read")?;
        let doors = web::Data::new(Doors {
            gateway: Arc::new(gateway),
            clock,
            sources: sources.into_iter().map(source_door).collect(),
            api: match &server.auth {
                Auth::Bearer(token) => Access::bearer(token),
                Auth::Open => Access::ThisMachine,
            },
            metrics: registry,
            sandbox,
            open: AtomicBool::new(true),
        });
        let http = Http::start(server.listen, doors.clone()).with_context(|| {
            format!("cannot listen on {}: set `server.listen` to a free address", server.listen)
        })?;
        info!(address = %http.address, "Listening on");
        Ok(Self { http, doors })
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

fn channel_setup(channel: ConfiguredChannel) -> ChannelSetup {
    let ConfiguredChannel { name, kind: _, notifier, limits, timeout, rotated_at: _ } = channel;
    ChannelSetup { name, notifier, limits, timeout }
}

fn source_door(source: Source) -> (String, SourceDoor) {
    let Source { settings, format, auth, max_body } = source;
    let access = match &auth {
        Auth::Bearer(token) => Access::bearer(token),
        Auth::Open => Access::Anyone,
    };
    (settings.name.to_string(), SourceDoor { settings, format, access, max_body })
}
