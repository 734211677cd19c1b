//! Every text that people read, one struct a surface and language.
//!
//! A channel is handed a [`Renderer`] and asks it for the message of a notification or
//! a digest; form and length are the channel's. No text holds two languages, and the
//! texts that come with an alert stay as they are.
//!
//! ```
//! use fanfare_core::{Language, Locale};
//! use fanfare_words::Renderer;
//!
//! let renderer = Renderer::new(Locale { language: Language::Zh, ..Locale::default() });
//! assert_eq!(renderer.link_text(), "在来源中查看");
//! ```

mod self_alert;
mod ack_page;
mod explain;
mod renderer;
mod digest;
mod notification;
mod additions;
mod message_words;
mod annotation;
mod message;
mod local_time;

#[cfg(test)]
mod fixtures;

pub use crate::ack_page::{AckPageText, AckPageWords};
pub use crate::annotation::annotation_in;
pub use crate::explain::{ExplainWords, without_outcome};
pub use crate::message::{Fact, Message};
pub use crate::renderer::Renderer;
pub use crate::self_alert::{RaisedCondition, ResolvedCondition, SelfAlertFacts, SelfAlertText};
