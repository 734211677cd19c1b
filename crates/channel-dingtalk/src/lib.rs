//! Speaks DingTalk: the custom robot of a group (自定义机器人).
//!
//! A message is signed, posted once, and counts as delivered only if DingTalk
//! answers `errcode` 0. Everything else becomes one of the reactions of
//! [`fanfare_core::SendError`]; [`DingTalk`] never retries, sleeps or queues.
//!
//! ```no_run
//! # async fn example(notification: fanfare_core::Notification, attempt: fanfare_core::Attempt)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use channel_dingtalk::{DingTalk, DingTalkConfig};
//! use fanfare_core::{Channel, Context, Locale, Notifier, Secret};
//!
//! let config = DingTalkConfig {
//!     secret: Some(Secret::new("SEC…")),
//!     ..DingTalkConfig::new(Secret::new("the token after access_token="))
//! };
//! let context = Context { name: "ops".into(), locale: Locale::default(), timeout: Duration::from_secs(10) };
//! let robot = DingTalk::build(config, context)?;
//! let receipt = robot.notify(&notification, &attempt).await?;
//! # Ok(())
//! # }
//! ```

mod channel;
mod render;
mod markdown;
mod wire;
mod hints;
mod quota;
mod sign;
mod config;

pub mod fake;

use fanfare_sandbox::{HasFake, Provider};

pub use crate::channel::DingTalk;
pub use crate::config::{DingTalkConfig, DingTalkMsgType};

impl HasFake for DingTalk {
    fn fake() -> Box<dyn Provider> {
        Box::new(fake::FakeDingTalk::default())
    }
}
