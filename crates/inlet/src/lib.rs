//! The part of the way that bodies of all inlets share, however they came.
//!
//! How bytes arrive is the matter of an inlet: HTTP, MQTT, SMTP. How they are read is the matter
//! of a format. Between the two stands [`InletReader`]: it has a body read and notes, for
//! the operator, the parts that were not understood.
//!
//! This crate opens no socket and stores nothing.

mod body_reader;
mod metrics;
mod source_rate;
mod throttle;

pub use crate::body_reader::{HeartbeatAlerts, InletReader, ReadingRules};
pub use crate::source_rate::{RateExceeded, SourceRate};
pub use crate::throttle::Throttle;
