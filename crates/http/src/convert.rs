//! The store's rows and the gateway's views as the API's JSON.
//!
//! Words that the store keeps as text are read as enums here; a word that no version
//! of the gateway writes is an error.

mod history;
mod rows;
mod channel;
mod terms;
mod step;
mod alert;
mod word;

pub(crate) use self::alert::accepted_alert;
pub(crate) use self::channel::{channel_report, channel_test_result, channel_test_waiting};
pub(crate) use self::history::explained;
pub(crate) use self::rows::{attempts, audit_report, dead_letter, deliveries, listed_alerts};
