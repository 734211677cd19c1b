//! Faults that can be switched on.

mod switch;
mod definition;
mod mail;
mod tls;

pub use self::definition::{Canned, Fault};
pub use self::mail::{MailAction, MailStage};
pub use self::switch::FaultSwitch;
pub(crate) use self::switch::{EVERY_TARGET, Faults};
pub use self::tls::TlsFault;

#[cfg(test)]
mod tests;
