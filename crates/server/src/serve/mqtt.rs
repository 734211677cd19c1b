//! The inlet MQTT of a running gateway, which reloads change.

use std::sync::Arc;

use fanfare_mqtt::{MqttInlet, MqttSource};
use tokio::sync::Mutex;
use tracing::info;

use super::providers::Providers;

/// The inlet MQTT, for the start, for reloads and for the stop.
#[derive(Debug, Clone)]
pub(crate) struct SharedMqttInlet {
    /// `None` once it has stopped: a reload under way starts no client then.
    inlet: Arc<Mutex<Option<MqttInlet>>>,
    providers: Providers,
}

impl SharedMqttInlet {
    /// An inlet without clients. Beside the sandbox it stays so: nothing leaves this machine, and whoever
    /// tries a config out would take the alerts of the gateway for which it is.
    pub(crate) fn new(inlet: MqttInlet, providers: Providers) -> Self {
        Self { inlet: Arc::new(Mutex::new(Some(inlet))), providers }
    }

    /// Has exactly `sources` connected from now on.
    pub(crate) async fn apply(&self, sources: Vec<MqttSource>) {
        match self.providers {
            Providers::Real => {
                if let Some(inlet) = self.inlet.lock().await.as_mut() {
                    inlet.apply(sources).await;
                }
            }
            Providers::Sandbox if sources.is_empty() => {}
            Providers::Sandbox => info!("In the sandbox no broker is connected to"),
        }
    }

    /// Ends all clients: what is under way is finished, and what waits stays at the broker.
    pub(crate) async fn stop(&self) {
        if let Some(inlet) = self.inlet.lock().await.take() {
            inlet.stop().await;
        }
    }
}
