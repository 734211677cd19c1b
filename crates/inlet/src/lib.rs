//! What every inlet does with a body, however it came.
//!
//! How bytes arrive is the matter of an inlet: HTTP, MQTT. How they are read is the matter
//! of a format. Between the two stands [`BodyReader`]: it has a body read and notes, for
//! the operator, the parts that were not understood.
//!
//! This crate opens no socket and stores nothing.

mod body_reader;
mod metrics;
mod throttle;

pub use crate::body_reader::{BodyReader, ReadingRules};
pub use crate::throttle::Throttle;
