//! The store's rows and the gateway's views as the API's JSON.
//!
//! Words that the store keeps as text are read as enums here; a word that no version
//! of the gateway writes is an error.

mod audit;
mod history;
mod rows;
mod readable;
mod channel;
mod heartbeat;
mod terms;
mod step;
mod ingest;
mod alert;
mod word;

pub(crate) use self::audit::audit_report;
pub(crate) use self::channel::{channel_report, channel_test_result, channel_test_waiting};
pub(crate) use self::heartbeat::{heard_heartbeat, heartbeat_report};
pub(crate) use self::history::explained;
pub(crate) use self::ingest::{accepted_alert, alert_reading, previewed_alert, refused_entry};
pub(crate) use self::rows::{alert_page, attempts, dead_letter, deliveries, delivery_details, listed_alerts};
pub(crate) use self::word::{
    contract_status, progress as contract_progress, severity as severity_word, status_of,
};
