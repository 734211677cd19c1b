//! The one way to POST JSON, and the one reading of failure, for HTTP channels.
//!
//! A channel that posts through [`Client`] cannot take a 500 for a delivery,
//! follow a redirect with its token, wait for an answer without end, or show
//! its address, which is its password, in an error. What the provider's own
//! JSON means is the channel's business.
//!
//! ```no_run
//! # async fn example(now: jiff::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
//! use fanfare_http_channel::{Client, HttpSettings};
//!
//! let client = Client::new("https://chat.example.com", HttpSettings::default())?;
//! let message = serde_json::json!({ "text": "Cold room 3 is too warm" });
//! let answer = client.post_json("/send", &[("key", "a secret")], &message, now).await?;
//! let reply: serde_json::Value = answer.reply()?;
//! # Ok(())
//! # }
//! ```
//!
//! Every answer also tells what time it is where the provider is: see
//! [`Client::clock_offset`].

mod client;
mod request;
mod answer;
mod provider_clock;
mod failure;
mod target;
mod quote;

pub use crate::answer::Answer;
pub use reqwest::Method;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use url::Url;

pub use crate::client::{Client, HttpSettings, nothing_was_sent};
pub use crate::quote::{ip_in, quote};
pub use crate::request::Request;
pub use crate::target::Targets;
