//! The client of one source: connects, and connects again, until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::connection::{Connection, ConnectionEnd};
use crate::settings::MqttSource;
use crate::taking::{Services, Taker};

/// The time after which a connection was a good one: its end is the first failure of a new row.
const LASTING: Duration = Duration::from_secs(30);

/// The client of one source.
#[derive(Debug)]
pub(crate) struct MqttClient {
    pub(crate) source: Arc<MqttSource>,
    pub(crate) services: Arc<Services>,
    pub(crate) client_id: String,
    /// The topics of the session that are no longer wanted.
    pub(crate) unwanted: Vec<String>,
}

impl MqttClient {
    /// Takes messages until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let Self { source, services, client_id, unwanted } = self;
        let name = &source.settings.name;
        services.observer.started(name);
        services.gateway.source_left(name); // until it is connected
        let mut taker = Taker::new(Arc::clone(&source), Arc::clone(&services));
        let connection =
            Connection { source: &source, services: &services, client_id: &client_id, unwanted: &unwanted };
        let mut failures = 0;
        while !stop.is_cancelled() {
            let started = Instant::now();
            let ConnectionEnd::Lost(fault) = connection.run(&mut taker, &stop).await else { break };
            failures = if started.elapsed() > LASTING { 1 } else { failures + 1 };
            let pause = services.pause(failures);
            services.observer.disconnected(name, &fault.reason(), pause);
            services.gateway.source_left(name);
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        services.observer.ended(name);
        services.gateway.source_came_back(name); // nothing of it is awaited from a broker any more
    }
}
