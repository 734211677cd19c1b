//! Messages that come again although they are on the disk.

use std::collections::VecDeque;

use rumqttc::Publish;
use sha2::{Digest, Sha256};

/// The messages that can be remembered: as many as brokers keep for a session that is away, unless they
/// are told otherwise (Mosquitto's `max_queued_messages` and EMQX' `max_mqueue_len` are 1,000).
const REMEMBERED: usize = 1024;

/// The messages that were taken last. An acknowledgement that a broker did not get makes it send the message again.
#[derive(Debug, Default)]
pub(crate) struct TakenMessages(VecDeque<[u8; 32]>);

impl TakenMessages {
    /// Remembers that `message` is on the disk.
    pub(crate) fn insert(&mut self, message: &Publish) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(identity(message));
    }

    /// Tells whether the broker sends once more what is on the disk.
    pub(crate) fn contains(&self, message: &Publish) -> bool {
        message.dup && self.0.contains(&identity(message))
    }
}

/// The identity of a message in a session: it keeps its packet identifier when it is sent again (MQTT 5, section
/// 4.4), and an identifier is used again for another.
fn identity(message: &Publish) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(message.pkid.to_be_bytes());
    hash.update((message.topic.len() as u64).to_be_bytes());
    hash.update(&message.topic);
    hash.update(&message.payload);
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
