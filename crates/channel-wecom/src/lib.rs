//! Speaks WeCom (企业微信): the bot of a group, and the self-built app.
//!
//! A bot posts to its group with nothing but its key. An app reaches named
//! members, parties and tags with an access token that it fetches, keeps and
//! renews by itself. Either way a message counts as delivered only if WeCom
//! answers `errcode` 0, and whoever did not get it is named in the receipt.
//!
//! ```no_run
//! # async fn example(notification: fanfare_core::Notification, attempt: fanfare_core::Attempt)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use channel_wecom::{WeCom, WeComConfig};
//! use fanfare_core::{Channel, Context, Locale, Notifier, Secret};
//!
//! let config = WeComConfig::bot(Secret::new("the key after key="));
//! let context = Context { name: "ops".into(), locale: Locale::default(), timeout: Duration::from_secs(10) };
//! let bot = WeCom::build(config, context)?;
//! let receipt = bot.notify(&notification, &attempt).await?;
//! # Ok(())
//! # }
//! ```

mod channel;

mod bot;
mod app;
mod token;

mod render;
mod wire;
mod hints;

mod config;
mod recipients;

pub mod fake;

use fanfare_sandbox::{HasFake, Provider};

pub use crate::channel::WeCom;
pub use crate::config::{AppConfig, WeComConfig, WeComMsgType};
pub use crate::recipients::Recipients;

impl HasFake for WeCom {
    fn fake() -> Box<dyn Provider> {
        Box::new(fake::FakeWeCom::default())
    }
}
