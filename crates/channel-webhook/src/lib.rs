//! Posts alerts as JSON to any address: the generic webhook.
//!
//! The status is the provider's word: a 2xx means that it took the message, unless its
//! answer is JSON with a numeric `errcode` other than 0. A message may be signed as
//! [Standard Webhooks] have it, with two keys at a time while one is being replaced.
//! Redirects are not followed, and an address of a private network is refused unless
//! the settings allow it.
//!
//! # The body
//!
//! ```json
//! {
//!   "version": "1",
//!   "id": "6f1e…",                       // the same in every attempt, also in `webhook-id`
//!   "channel": "ops-hook",
//!   "title": "[URGENT] Temperature too high - Cold room 3",
//!   "text": "…",                         // the whole message, in the channel's language
//!   "notifications": [{                  // one; several in a digest
//!     "id": 7, "incident": 41,
//!     "group": "c5688262826c92f9",       // the group of alerts that it tells of
//!     "receiver": "on-call",
//!     "why": "worsened",                 // started, worsened, still_firing, acknowledged, resolved, notice
//!     "worsened_from": "mid",            // with `worsened` only
//!     "since": "2026-03-08T12:00:00Z",   // the beginning of the incident
//!     "ack_url": "…",
//!     "acknowledged_by": { "by": "Zhang San", "at": "2026-03-08T12:05:00Z" },
//!     "escalated": "acknowledged",       // told because it was not: delivered, acknowledged, resolved
//!     "alerts": [{                       // every alert of the group, the worst first; at least one
//!       "id": 42,
//!       "kind": "alarm",                 // alarm, notice
//!       "status": "firing",              // firing, resolved
//!       "severity": "urgent",            // low, mid, high, urgent
//!       "source": "thinklink",
//!       "fingerprint": "c5688262826c92f9",
//!       "labels": {}, "annotations": {},
//!       "starts_at": "2026-03-08T12:00:00Z", "ends_at": "2026-03-08T13:00:00Z",
//!       "generator_url": "…"
//!     }],
//!     "more_alerts": 12                  // alerts for which 256 KiB had no room
//!   }]
//! }
//! ```
//!
//! A field without a value is left out. In plain form, after a refusal of the full one,
//! `text` is short, and annotations and links are left out.
//!
//! [Standard Webhooks]: https://www.standardwebhooks.com

mod channel;
mod body;
mod config;
mod sign;
mod wire;

pub mod fake;

use fanfare_sandbox::{HasFake, Provider};

pub use crate::channel::Webhook;
pub use crate::config::{WebhookConfig, WebhookMethod};

impl HasFake for Webhook {
    fn fake() -> Box<dyn Provider> {
        Box::new(fake::FakeWebhook::default())
    }
}
