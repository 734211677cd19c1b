//! The gateway's side of a simulated provider.

use std::fmt;
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;

use async_trait::async_trait;
use fanfare_core::{
    Attempt, ChannelName, Digest, Limits, Notification, Notifier, Receipt, Refusal, SendError,
};
use fanfare_gateway::ChannelSetup;

use super::{CallAnswer, ProviderCall, ProviderFaults, RequestFate, RequestJournal};
use crate::options::ChannelOptions;

/// The settings of a channel whose requests meet `faults` and are entered in `journal`.
pub(crate) fn channel_setup(
    options: &ChannelOptions,
    faults: &Arc<ProviderFaults>,
    journal: &Arc<RequestJournal>,
) -> ChannelSetup {
    let notifier = SimulatedNotifier {
        options: options.clone(),
        faults: Arc::clone(faults),
        journal: Arc::clone(journal),
    };
    ChannelSetup {
        name: ChannelName::from(options.name),
        kind: "simulated",
        version: format!("{}", options.version),
        limits: options.limits(),
        timeout: options.timeout,
        notifier: Arc::new(notifier),
        rotated_at: None,
        drill: None,
    }
}

struct SimulatedNotifier {
    options: ChannelOptions,
    faults: Arc<ProviderFaults>,
    journal: Arc<RequestJournal>,
}

impl fmt::Debug for SimulatedNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.options.name)
    }
}

impl SimulatedNotifier {
    async fn send(
        &self,
        notifications: Vec<Arc<Notification>>,
        attempt: &Attempt,
    ) -> Result<Receipt, SendError> {
        let at = self.journal.elapsed();
        let reaction = if self.journal.is_overrun() {
            RequestFate::Hang { is_shown: false } // the run ends with the next check
        } else {
            self.faults.reaction(&self.options, at)
        };
        let is_shown = match &reaction {
            RequestFate::Accept { .. } | RequestFate::AcceptPart => true,
            RequestFate::BreakOff { is_shown } | RequestFate::Hang { is_shown } => *is_shown,
            RequestFate::Fail(_) | RequestFate::Panic => false,
        };
        let call = ProviderCall {
            channel: self.options.name,
            at,
            notifications,
            attempt: attempt.clone(),
            is_shown,
            answer: None,
        };
        let place = self.journal.enter(call);
        self.react(reaction, place).await
    }

    async fn react(&self, reaction: RequestFate, place: usize) -> Result<Receipt, SendError> {
        let receipt = Receipt { words: "errcode 0: ok".to_owned(), ..Receipt::default() };
        let outcome = match reaction {
            RequestFate::Accept { after } => {
                tokio::time::sleep(after).await;
                Ok(receipt)
            }
            RequestFate::AcceptPart => {
                let refusal = |recipient: &str| {
                    vec![Refusal { recipient: recipient.to_owned(), reason: "550 no".to_owned() }]
                };
                Ok(Receipt {
                    refused: refusal("gone@example.com"),
                    deferred: refusal("full@example.com"),
                    ..receipt
                })
            }
            RequestFate::Fail(err) => Err(err),
            RequestFate::BreakOff { .. } => {
                Err(SendError::Unanswered { reason: "the connection broke off".to_owned() })
            }
            RequestFate::Hang { .. } => pending().await,
            // Without the panic hook, which would print a backtrace for each.
            RequestFate::Panic => resume_unwind(Box::new("a bug in a channel")),
        };
        self.journal.answer(
            place,
            match &outcome {
                Ok(receipt) if receipt.refused.is_empty() => CallAnswer::Accepted,
                Ok(_) => CallAnswer::Partial,
                Err(err) => CallAnswer::Failed(err.to_string()),
            },
        );
        outcome
    }
}

#[async_trait]
impl Notifier for SimulatedNotifier {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.send(vec![Arc::new(notification.clone())], attempt).await
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.send(digest.notifications().to_vec(), attempt).await
    }

    fn capacity(&self, _: &Digest) -> usize {
        self.options.capacity
    }

    fn limits(&self) -> Limits {
        self.options.limits()
    }
}
