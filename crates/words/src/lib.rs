//! Every text that people read, one struct a surface and language.
//!
//! A channel is handed a [`Renderer`] and asks it for the message of a notification or
//! a digest; form and length are the channel's. What a command prints has one struct a
//! command. No text holds two languages; the texts that come with an alert, and those that
//! providers and people gave and the ledger keeps, stay as they are. Sentences of the
//! gateway's own that the ledger keeps are read in the reader's language.
//!
//! Three things are in English everywhere, since people search for them, send them to
//! others and find them in the code: the log, `--help`, and errors, which name settings and
//! options (those of a config, of a request, of a command). So is all JSON.
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
mod demo;
mod check;
mod routes;
mod explain;
mod deliveries;
mod dead_letters;
mod channels;
mod heartbeats;
mod doctor;
mod audit;
mod requests;
mod status;
mod alerts;
mod sent;
mod backup;
mod terms_words;
mod vocabulary;
mod kept_words;
mod store_problem;
mod renderer;
mod digest;
mod notification;
mod additions;
mod message_words;
mod alert_name;
mod expired_alarm;
mod annotation;
mod message;
mod other_alerts;
mod fact;
mod blanks;
mod local_time;

#[cfg(test)]
mod fixtures;

pub use crate::ack_page::{AckPageText, AckPageWords};
pub use crate::alerts::AlertWords;
pub use crate::annotation::annotation_in;
pub use crate::audit::AuditWords;
pub use crate::backup::BackupWords;
pub use crate::blanks::kept_blanks;
pub use crate::channels::ChannelWords;
pub use crate::check::CheckWords;
pub use crate::dead_letters::DeadLetterWords;
pub use crate::deliveries::{DeadOrAlive, DeliveryWords};
pub use crate::demo::DemoWords;
pub use crate::doctor::DoctorWords;
pub use crate::expired_alarm::expired_alarm_texts;
pub use crate::explain::ExplainWords;
pub use crate::fact::Fact;
pub use crate::heartbeats::HeartbeatWords;
pub use crate::message::Message;
pub use crate::other_alerts::OtherAlerts;
pub use crate::renderer::Renderer;
pub use crate::requests::RequestWords;
pub use crate::routes::RouteWords;
pub use crate::self_alert::{
    AbandonedContractFacts, RaisedCondition, ResolvedCondition, SelfAlertFacts, SelfAlertText,
};
pub use crate::sent::SentWords;
pub use crate::status::StatusWords;
pub use crate::store_problem::StoreProblem;
pub use crate::terms_words::TermsWords;
pub use crate::vocabulary::Vocabulary;
