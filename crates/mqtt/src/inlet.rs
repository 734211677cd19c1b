//! The inlet MQTT: the clients of all sources.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Clock, SourceName, stable_hash};
use fanfare_gateway::{Gateway, Jitter};
use fanfare_inlet::InletReader;
use prometheus_client::registry::Registry;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::client::MqttClient;
use crate::observer::Observer;
use crate::settings::MqttSource;
use crate::taking::Services;

/// The time that a client may take to end what it has begun.
const GRACE: Duration = Duration::from_secs(4);

/// The digits of a client id that tell one store from another.
const STORE_DIGITS: usize = 8;

/// Everything that an inlet is made of.
#[derive(Debug)]
pub struct MqttInletSetup {
    /// The gateway that stores what comes.
    pub gateway: Arc<Gateway>,
    /// The reader of bodies, which other inlets share.
    pub bodies: Arc<InletReader>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The random numbers that spread attempts to connect.
    pub jitter: Arc<dyn Jitter>,
    /// The name of the store: what one gateway has taken is not another's.
    pub store_instance: String,
}

/// The clients of all sources that have a broker.
#[derive(Debug)]
pub struct MqttInlet {
    services: Arc<Services>,
    store_instance: String,
    clients: HashMap<SourceName, RunningClient>,
}

#[derive(Debug)]
struct RunningClient {
    source: Arc<MqttSource>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl MqttInlet {
    /// An inlet without clients; metrics in `registry`.
    #[must_use]
    pub fn new(setup: MqttInletSetup, registry: &mut Registry) -> Self {
        let MqttInletSetup { gateway, bodies, clock, jitter, store_instance } = setup;
        let observer = Observer::new(registry);
        let services = Arc::new(Services { gateway, bodies, clock, jitter, observer });
        Self { services, store_instance, clients: HashMap::new() }
    }

    /// Has exactly `sources` connected from now on. A client whose settings are as they were goes on;
    /// one that changes or ends leaves its session, and what waits in it, at the broker.
    pub async fn apply(&mut self, sources: Vec<MqttSource>) {
        let mut before = std::mem::take(&mut self.clients);
        for source in sources {
            let name = source.settings.name.clone();
            let client = match before.remove(&name) {
                Some(client) if *client.source == source => client,
                Some(client) => {
                    let topics = client.source.broker.topics.clone();
                    client.end().await;
                    self.start(source, &topics)
                }
                None => self.start(source, &[]),
            };
            self.clients.insert(name, client);
        }
        end_all(before).await;
    }

    /// Ends all clients: what is under way is finished, and what waits stays at the broker.
    pub async fn stop(self) {
        end_all(self.clients).await;
    }

    /// Starts the client of `source`, whose session has subscriptions to the topics of `before`.
    fn start(&self, source: MqttSource, before: &[String]) -> RunningClient {
        let wanted = &source.broker.topics;
        let unwanted = before.iter().filter(|it| !wanted.contains(it)).cloned().collect();
        let client_id = source.broker.client_id.clone();
        let client_id = client_id.unwrap_or_else(|| self.client_id(&source.settings.name));
        let (source, stop) = (Arc::new(source), CancellationToken::new());
        let services = Arc::clone(&self.services);
        let client = MqttClient { source: Arc::clone(&source), services, client_id, unwanted };
        let task = tokio::spawn(client.run(stop.clone()));
        RunningClient { source, stop, task }
    }

    /// A client id that is the same after a restart, and no other gateway's.
    fn client_id(&self, source: &SourceName) -> String {
        let store: String = stable_hash(&["mqtt", &self.store_instance]).chars().take(STORE_DIGITS).collect();
        format!("fanfare-{source}-{store}")
    }
}

impl RunningClient {
    async fn end(self) {
        self.stop.cancel();
        let abort = self.task.abort_handle();
        if timeout(GRACE, self.task).await.is_err() {
            warn!(source.name = %self.source.settings.name, "The client did not end in time; the broker keeps what it was at");
            abort.abort();
        }
    }
}

/// Ends clients side by side.
async fn end_all(clients: HashMap<SourceName, RunningClient>) {
    for client in clients.values() {
        client.stop.cancel();
    }
    for client in clients.into_values() {
        client.end().await;
    }
}
