//! One connection to a broker, from its beginning to its end.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rumqttc::{AsyncClient, Event, EventLoop, Packet, Publish, SubAck};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::fault::{ConnectionFault, topic_refusal};
use crate::options::{IN_FLIGHT, options, subscription};
use crate::settings::MqttSource;
use crate::taking::{Services, Taker};

/// The time that the last acknowledgements and the farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// The plan of one connection.
#[derive(Debug)]
pub(crate) struct Connection<'a> {
    pub(crate) source: &'a MqttSource,
    pub(crate) services: &'a Arc<Services>,
    pub(crate) client_id: &'a str,
    /// The topics of the session that are no longer wanted.
    pub(crate) unwanted: &'a [String],
}

/// The end of a connection.
#[derive(Debug)]
pub(crate) enum ConnectionEnd {
    /// An order to stop; leave was taken.
    Stopped,
    /// A fault: the connection broke, or could not be made.
    Lost(ConnectionFault),
}

impl Connection<'_> {
    /// Connects, and has `taker` take messages until `stop` or the end of the connection.
    ///
    /// Acknowledgements go to the client of this connection and to no later one: a packet
    /// identifier means another message there.
    pub(crate) async fn run(&self, taker: &mut Taker, stop: &CancellationToken) -> ConnectionEnd {
        let options = match options(self.source, self.client_id) {
            Ok(options) => options,
            Err(err) => return ConnectionEnd::Lost(ConnectionFault::Trust(err)),
        };
        // Not bounded: what we ask for is bounded by what the broker may have in flight.
        let (client, events) = AsyncClient::builder(options).unbounded().build();
        let (sender, messages) = mpsc::channel(usize::from(IN_FLIGHT) * 2);
        let gone = stop.child_token();
        let mut pumping = pin!(self.pump(events, &client, sender));
        let mut taking = pin!(taker.run(messages, &client, &gone));
        tokio::select! {
            fault = &mut pumping => {
                gone.cancel();
                taking.await;
                ConnectionEnd::Lost(fault)
            }
            () = &mut taking => {
                drop(client.try_disconnect());
                drop(timeout(FAREWELL, pumping).await);
                ConnectionEnd::Stopped
            }
        }
    }

    /// Moves the connection on, and hands its messages over; returns when it has ended.
    async fn pump(
        &self,
        mut events: EventLoop,
        client: &AsyncClient,
        messages: mpsc::Sender<Publish>,
    ) -> ConnectionFault {
        loop {
            let event = match events.poll().await {
                Ok(event) => event,
                Err(err) => return ConnectionFault::Connection(err),
            };
            match event {
                Event::Incoming(Packet::ConnAck(_)) => self.subscribe(client),
                Event::Incoming(Packet::SubAck(answer)) => self.look_at(&answer),
                // Mosquitto sends more than it may once it connects again to a session: what has no room stays in the
                // socket. The taker waits for nothing of ours. Once it has ended, what comes stays at the broker.
                Event::Incoming(Packet::Publish(message)) => drop(messages.send(message).await),
                Event::Incoming(_) | Event::Outgoing(_) | Event::Auth(_) => {}
            }
        }
    }

    fn subscribe(&self, client: &AsyncClient) {
        // Both only queue: they fail once the connection has ended.
        for topic in self.unwanted {
            drop(client.try_unsubscribe(topic.as_str()));
        }
        drop(client.try_subscribe_many(subscription(&self.source.broker.topics)));
    }

    fn look_at(&self, answer: &SubAck) {
        let (name, observer) = (&self.source.settings.name, &self.services.observer);
        let topics = &self.source.broker.topics;
        let refused: Vec<_> = topics
            .iter()
            .zip(&answer.return_codes)
            .filter_map(|(topic, code)| Some((topic, topic_refusal(*code)?)))
            .collect();
        for (topic, reason) in &refused {
            observer.refused_topic(name, topic, reason);
        }
        if refused.len() < topics.len() {
            observer.connected(name, self.client_id);
            self.services.gateway.source_came_back(name);
        }
    }
}
