//! The state that the handlers share.

mod scraped_metrics;
mod reloadable;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::StatusCode;
use fanfare_core::{Clock, Locale};
use fanfare_gateway::Gateway;
use fanfare_inlet::{HeartbeatAlerts, InletReader, SourceRate};
use fanfare_sandbox::Sandbox;
use fanfare_sources::{Format, SourceSettings, UnreadableRule};
use fanfare_tls::ListenerTls;
use ipnet::IpNet;
use prometheus_client::registry::Registry;

use self::reloadable::Reloadable;
use self::scraped_metrics::ScrapedMetrics;
use crate::access::{Access, Admitted, Caller, SourceAccess, SourceAdmission, WebOrigins};
use crate::idempotency::RequestsUnderWay;
use crate::refusal::HttpRefusal;
use crate::reload_requests::ReloadRequests;
use crate::traffic::Traffic;

/// The state that the handlers share.
#[derive(Debug)]
pub struct AppState {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: ScrapedMetrics,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) bodies: Arc<InletReader>,
    pub(crate) sandbox: Option<Arc<Sandbox>>,
    pub(crate) reloads: ReloadRequests,
    pub(crate) keyed_requests: RequestsUnderWay,
    sources: Reloadable<HashMap<String, Arc<SourceEndpoint>>>,
    api: Reloadable<Access>,
    origins: Reloadable<WebOrigins>,
    locale: Reloadable<Locale>,
    tls: Reloadable<Option<ListenerTls>>,
    accepting: AtomicBool,
}

/// The parts of a config that decide which requests are let in, and the language of pages.
#[derive(Debug)]
pub struct AccessSettings {
    /// The sources, by name.
    pub sources: HashMap<String, Arc<SourceEndpoint>>,
    /// The access to everything but `/ingest`, `/ack` and the probes.
    pub api: Access,
    /// The web pages that may send requests.
    pub origins: WebOrigins,
    /// The encryption of connections; `None`: they have none.
    pub tls: Option<ListenerTls>,
    /// The language and the clock of pages, unless a browser asks for another language.
    pub locale: Locale,
}

/// The endpoint of one source.
#[derive(Debug)]
pub struct SourceEndpoint {
    /// The name of the source and the labels that it sets.
    pub settings: SourceSettings,
    /// The form of its bodies.
    pub format: Format,
    /// The fate of a body that cannot be read.
    pub unreadable: UnreadableRule,
    /// The alerts of it that are heartbeats.
    pub heartbeats: Vec<HeartbeatAlerts>,
    /// The networks that it may be posted to from; none: any.
    pub from: Vec<IpNet>,
    /// The access to it.
    pub access: SourceAccess,
    /// The rate at which alerts may be posted; `None`: any.
    pub rate: Option<SourceRate>,
    /// The size of a body at most, in bytes.
    pub max_body: usize,
}

impl SourceEndpoint {
    /// Lets a caller in to the door for alerts, perhaps on condition that its body is signed, or refuses it.
    /// `in_path` is what stands in the address behind the name of the source.
    pub(crate) fn admit(
        &self,
        caller: Caller<'_>,
        in_path: Option<&str>,
    ) -> Result<SourceAdmission, HttpRefusal> {
        self.check_address(caller)?;
        self.access.admit(caller, in_path)
    }

    /// Refuses a caller from another network than those that are listed.
    pub(crate) fn check_address(&self, caller: Caller<'_>) -> Result<(), HttpRefusal> {
        let client = caller.head.peer_addr.map(|it| it.ip().to_canonical());
        let is_listed = |client: IpAddr| self.from.iter().any(|network| network.contains(&client));
        if self.from.is_empty() || client.is_some_and(is_listed) {
            return Ok(());
        }
        Err(HttpRefusal::forbidden(
            "nobody may post to this source from this address: see `from` of the source",
        ))
    }
}

impl AppState {
    /// The state of a gateway that accepts alerts.
    #[must_use]
    pub fn new(
        gateway: Arc<Gateway>,
        clock: Arc<dyn Clock>,
        bodies: Arc<InletReader>,
        access: AccessSettings,
        mut metrics: Registry,
        reloads: ReloadRequests,
    ) -> Self {
        let AccessSettings { sources, api, origins, tls, locale } = access;
        let traffic = Arc::new(Traffic::new(&mut metrics));
        Self {
            gateway,
            clock,
            metrics: ScrapedMetrics::new(metrics),
            traffic,
            bodies,
            sandbox: None,
            reloads,
            keyed_requests: RequestsUnderWay::default(),
            sources: Reloadable::new(sources),
            api: Reloadable::new(api),
            origins: Reloadable::new(origins),
            locale: Reloadable::new(locale),
            tls: Reloadable::new(tls),
            accepting: AtomicBool::new(true),
        }
    }

    /// The state with the pages of a sandbox.
    #[must_use]
    pub fn with_sandbox(self, sandbox: Option<Arc<Sandbox>>) -> Self {
        Self { sandbox, ..self }
    }

    /// The gateway behind the server.
    #[must_use]
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Lets in from now on those that `access` names, and nobody else. A rate that stays the same goes on.
    pub fn replace_access(&self, access: AccessSettings) {
        let AccessSettings { mut sources, api, origins, tls, locale } = access;
        let before = self.sources.get();
        for (name, endpoint) in &mut sources {
            let rate_before = before.get(name).and_then(|it| it.rate.as_ref());
            // Nobody else has it yet.
            if let Some(endpoint) = Arc::get_mut(endpoint) {
                endpoint.rate = endpoint.rate.take().map(|it| it.going_on_from(rate_before));
            }
        }
        self.tls.set(tls);
        self.sources.set(sources);
        self.api.set(api);
        self.origins.set(origins);
        self.locale.set(locale);
    }

    /// Makes `/-/ready` answer that no more alerts are wanted here.
    pub fn stop_accepting(&self) {
        self.accepting.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_accepting(&self) -> bool {
        self.accepting.load(Ordering::Relaxed)
    }

    /// Lets a caller in to the API, or refuses it.
    pub(crate) fn admit<'a>(&self, caller: impl Into<Caller<'a>>) -> Result<Admitted, HttpRefusal> {
        let caller = caller.into();
        self.api.get().admit_to_api(caller, self.origins().sender(caller.head.headers()))
    }

    /// Lets a caller in to the metrics, or refuses it.
    pub(crate) fn admit_to_metrics<'a>(
        &self,
        caller: impl Into<Caller<'a>>,
    ) -> Result<Admitted, HttpRefusal> {
        let caller = caller.into();
        self.api.get().admit_to_metrics(caller, self.origins().sender(caller.head.headers()))
    }

    /// The web pages that may send requests.
    pub(crate) fn origins(&self) -> Arc<WebOrigins> {
        self.origins.get()
    }

    /// The encryption of connections from now on.
    pub(crate) fn tls(&self) -> Arc<Option<ListenerTls>> {
        self.tls.get()
    }

    pub(crate) fn locale(&self) -> Arc<Locale> {
        self.locale.get()
    }

    /// The names of the sources, sorted.
    pub(crate) fn source_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.sources.get().keys().cloned().collect();
        names.sort();
        names
    }

    /// The endpoints of all sources, in no order.
    pub(crate) fn sources(&self) -> Vec<Arc<SourceEndpoint>> {
        self.sources.get().values().cloned().collect()
    }

    /// The endpoint of the source called `name`.
    pub(crate) fn source(&self, name: &str) -> Result<Arc<SourceEndpoint>, HttpRefusal> {
        self.sources.get().get(name).map(Arc::clone).ok_or_else(|| {
            HttpRefusal::new(
                StatusCode::NOT_FOUND,
                "unknown_source",
                "no source of this name: the path is /ingest/ and the `name` of an entry under `sources` in the config",
            )
        })
    }
}
