//! Channels: their settings, their state, and the accounts they send from.

mod status;
mod accounts;
mod account;
mod settings;
mod drill;

pub(crate) use self::account::{AccountEffect, AccountPlace, Admission, SharedAccount};
pub(crate) use self::accounts::{AccountRegistry, StoredAccounts, old_sends};
pub use self::drill::Drill;
pub use self::settings::ChannelSetup;
pub(crate) use self::status::ChannelStatus;
