//! Sources: reads the wire formats in which alerts arrive.
//!
//! Bytes in, [`Reading`] or [`Unreadable`] out. This crate opens no socket, reads
//! no clock and knows no policy. A reading holds no credential: senders dump whole
//! devices into their alerts, passwords included, and those are removed from all that
//! is kept of the body; only the digest that tells two alerts apart is made with them.
//!
//! ```
//! use fanfare_sources::{Format, Hints, SourceSettings};
//!
//! let source = SourceSettings::new("thinklink");
//! let body = r#"{"eui": "6353012AF1093062", "level": "urgent", "desc": "Current -9.4 °C"}"#.as_bytes();
//! let reading = Format::tkl().read(body, &Hints::default(), &source, "2026-03-08T12:00:00Z".parse()?)?;
//!
//! assert_eq!(reading.alerts[0].alert.labels.get("eui"), Some("6353012af1093062"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The modules stand in the order of their dependencies: one may use only those
//! that stand below it.

mod format;
mod mail;
mod unreadable;
mod tkl_telemetry;
mod tkl;
mod grafana;
mod alertmanager;
mod plain;
mod mapping;
mod cloud_event;
mod privacy;
mod weight;
mod label_lines;
mod template;
mod source;
mod spoken_status;
mod scrub;
mod time;
mod extra;
mod unexpanded;
mod json_path;
mod work;
mod json;
mod reading;

#[cfg(test)]
mod presets;
#[cfg(test)]
mod testing;

pub use crate::format::{
    BodyType, Format, FormatKind, MappingOrigin, UnknownFormat, UnreadableRule, warm_up,
};
pub use crate::mail::{InboundMail, MailSender};
pub use crate::mapping::{Mapping, MappingMistake};
pub use crate::privacy::redact_everywhere;
pub use crate::reading::{BodyFault, NothingToDo, ReadAlert, Reading, Unreadable};
pub use crate::source::{Hints, SourceSettings};
pub use crate::unreadable::unreadable_alert;
