//! The parts of a request that a handler reads, once its sender was let in.

mod parameters;
mod body;

pub(crate) use self::body::{BodyLimit, UnreadBody};
pub(crate) use self::parameters::{path_parameter, query};
