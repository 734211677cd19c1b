//! Speaks Feishu (飞书) and Lark: the custom bot of a group (自定义机器人).
//!
//! A message is signed in its body, posted once, and counts as delivered only if
//! Feishu answers with code 0, in its present form or in the older one. Everything else
//! becomes one of the reactions of [`fanfare_core::SendError`].
//!
//! Feishu mentions people by open_id or user_id alone. A mobile number that an alert
//! asks for calls the person that [`MentionConfig::ids_of_mobiles`] names for it; without
//! one it is written into the message as text and calls nobody.
//!
//! ```no_run
//! # async fn example(notification: fanfare_core::Notification, attempt: fanfare_core::Attempt)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use channel_feishu::{Feishu, FeishuConfig};
//! use fanfare_core::{Channel, Context, Locale, Notifier, Secret};
//!
//! let config = FeishuConfig {
//!     secret: Some(Secret::new("the text under 签名校验")),
//!     ..FeishuConfig::new(Secret::new("the token after /hook/"))
//! };
//! let context = Context { name: "ops".into(), locale: Locale::default(), timeout: Duration::from_secs(10) };
//! let bot = Feishu::build(config, context)?;
//! let receipt = bot.notify(&notification, &attempt).await?;
//! # Ok(())
//! # }
//! ```

mod channel;
mod render;
mod card;
mod post;
mod mention;
mod markdown;
mod config;
mod sign;
mod wire;
mod hints;

pub mod fake;

use fanfare_sandbox::{HasFake, Provider};

pub use crate::channel::Feishu;
pub use crate::config::{FeishuConfig, FeishuMsgType, MentionConfig};

impl HasFake for Feishu {
    fn fake() -> Box<dyn Provider> {
        Box::new(fake::FakeFeishu::default())
    }
}
