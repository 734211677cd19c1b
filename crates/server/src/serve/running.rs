//! A running gateway: store, gateway, HTTP server and reloads, started in this order.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use fanfare_config::Config;
use fanfare_core::{Clock as _, SystemClock};
use fanfare_gateway::{Gateway, GatewaySetup, Metrics, RandomJitter, Store};
use fanfare_http::{AppState, HttpServer, ReloadRequests};
use fanfare_inlet::InletReader;
use fanfare_mqtt::{MqttInlet, MqttInletSetup};
use fanfare_smtp::{SmtpInletSetup, SmtpListener};
use prometheus_client::registry::Registry;
use tokio::task::JoinHandle;
use tracing::{info, warn};

use super::file_limit::{FileLimit, outlive_largest_file};
use super::logging::Log;
use super::mqtt::SharedMqttInlet;
use super::pings::Pings;
use super::process_metrics;
use super::providers::Providers;
use super::reload::{ConfigSource, ReloadMetrics, ReloadTarget, Reloader};
use super::sandbox_host::SandboxHost;
use super::smtp::SharedSmtpInlet;
use super::split_config::{SplitConfig, split_config};

/// The time that attempts under way may take to end when the gateway stops, after the five seconds that requests
/// may take: Docker kills after ten. What has not ended is made again at the next start.
const GRACE: Duration = Duration::from_secs(4);

/// A gateway that takes alerts.
#[derive(Debug)]
pub(crate) struct RunningGateway {
    http: HttpServer,
    state: Arc<AppState>,
    mqtt: SharedMqttInlet,
    smtp: SharedSmtpInlet,
    pings: Pings,
    reloader: Option<JoinHandle<()>>,
}

impl RunningGateway {
    /// Opens the store, goes on with what it owes, and starts the HTTP server. Later changes
    /// of its `source` are carried out as well, if it has one.
    pub(crate) async fn start(
        config: Config,
        sandbox: Option<SandboxHost>,
        source: Option<ConfigSource>,
        log: &Log,
    ) -> anyhow::Result<Self> {
        // Beside the opening of the store; it is awaited before anybody is told that the gateway is ready.
        outlive_largest_file()?;
        let warming_up = tokio::task::spawn_blocking(fanfare_sources::warm_up);
        let store_path = config.store_path.clone();
        let store = Store::open(&store_path, &uuid::Uuid::new_v4().to_string())?;
        tell_opened(&store, &store_path, source.as_ref());
        let (listen, mail_listener) = (config.server.listen, config.server.smtp);
        let files = FileLimit::raise()?;
        let mut registry = Registry::default();
        process_metrics::register(&mut registry, log.lost_lines());
        let clock = Arc::new(SystemClock);
        let reload_metrics = ReloadMetrics::new(&mut registry, clock.now());
        let reloader = source.map(|it| Reloader::new(it, &config, reload_metrics));
        let SplitConfig { settings, access, mqtt: brokers, smtp: mailed, pings: addresses } =
            split_config(config);
        let store_instance = store.instance().to_owned();
        let gateway = Gateway::start(GatewaySetup {
            store,
            settings,
            fresh_key: fresh_key(),
            store_path,
            clock: Arc::clone(&clock) as _,
            jitter: Arc::new(RandomJitter),
            metrics: Metrics::new(&mut registry),
        })
        .await
        .context("the store cannot be read")?;
        warming_up.await.context("the reading of bodies cannot be prepared")?;
        let (reloads, requests) = ReloadRequests::new();
        let (gateway, bodies) = (Arc::new(gateway), Arc::new(InletReader::new(&mut registry)));
        let providers = if sandbox.is_some() { Providers::Sandbox } else { Providers::Real };
        let inlets = InletSetup { gateway: &gateway, bodies: &bodies, clock: &clock };
        let mqtt = inlets.mqtt(store_instance, providers, &mut registry);
        let smtp = inlets.smtp(mail_listener, &mut registry)?;
        smtp.apply(mailed, access.tls.clone()).await;
        let pings = Pings::new(Arc::clone(&gateway), providers)?;
        let state = AppState::new(gateway, clock, bodies, access, registry, reloads);
        let state = Arc::new(state.with_sandbox(sandbox.map(|it| it.sandbox)));
        let http = HttpServer::start(listen, Arc::clone(&state), files.connections())
            .with_context(|| format!("cannot listen on {listen}: set `server.listen` to a free address"))?;
        tell_limits(&files);
        info!(address = %http.address(), "Listening on");
        mqtt.apply(brokers).await;
        pings.apply(addresses);
        let target = ReloadTarget {
            state: Arc::clone(&state),
            mqtt: mqtt.clone(),
            smtp: smtp.clone(),
            pings: pings.clone(),
        };
        let reloader = reloader.map(|it| tokio::spawn(it.run(target, requests)));
        Ok(Self { http, state, mqtt, smtp, pings, reloader })
    }

    /// The address at which alerts are taken.
    pub(crate) fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// The gateway behind the HTTP server.
    pub(crate) fn gateway(&self) -> &Gateway {
        self.state.gateway()
    }

    /// Takes no more alerts, lets attempts under way end, and leaves the rest on the disk.
    pub(crate) async fn stop(self) {
        info!("Stopping");
        self.state.stop_accepting();
        self.pings.stop();
        tokio::join!(self.http.stop(), self.mqtt.stop(), self.smtp.stop());
        if let Some(reloader) = self.reloader {
            reloader.abort();
        }
        self.state.gateway().shutdown(GRACE).await;
        info!("Stopped");
    }
}

/// The parts that inlets are made of besides their own.
struct InletSetup<'a> {
    gateway: &'a Arc<Gateway>,
    bodies: &'a Arc<InletReader>,
    clock: &'a Arc<SystemClock>,
}

impl InletSetup<'_> {
    fn mqtt(&self, store_instance: String, providers: Providers, registry: &mut Registry) -> SharedMqttInlet {
        let setup = MqttInletSetup {
            gateway: Arc::clone(self.gateway),
            bodies: Arc::clone(self.bodies),
            clock: Arc::clone(self.clock) as _,
            jitter: Arc::new(RandomJitter),
            store_instance,
        };
        SharedMqttInlet::new(MqttInlet::new(setup, registry), providers)
    }

    fn smtp(
        &self,
        listener: Option<SmtpListener>,
        registry: &mut Registry,
    ) -> anyhow::Result<SharedSmtpInlet> {
        let setup = SmtpInletSetup {
            gateway: Arc::clone(self.gateway),
            bodies: Arc::clone(self.bodies),
            clock: Arc::clone(self.clock) as _,
        };
        SharedSmtpInlet::start(setup, listener, registry)
    }
}

/// Logs that the store is open.
fn tell_opened(store: &Store, path: &Path, source: Option<&ConfigSource>) {
    info!(
        version = env!("CARGO_PKG_VERSION"),
        store.path = %path.display(),
        store.version = Store::SCHEMA_VERSION,
        store.instance = store.instance(),
        config.digest = source.map(ConfigSource::digest),
        "Store opened"
    );
}

/// Logs how many files and connections there may be.
fn tell_limits(files: &FileLimit) {
    info!(files.limit = files.files(), connections.bound = files.connections(), "Connections are bounded");
    if files.is_tight() {
        warn!(
            files.limit = files.files(),
            "So few files may be open that channels or senders may have to wait: raise the limit, e.g. LimitNOFILE=4096 of the systemd unit"
        );
    }
}

/// A key of 32 bytes that nobody can foresee: two random UUIDs hold 244 random bits.
fn fresh_key() -> [u8; 32] {
    let mut key = [0; 32];
    let (first, second) = key.split_at_mut(16);
    first.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    second.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    key
}
