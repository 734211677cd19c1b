//! Providers: what they see, what they do, and the faults that befall them.

mod notifier;
mod faults;
mod journal;
mod rates;

pub(crate) use self::faults::{NetworkOutage, OutageScope, ProviderFaults, RequestFate};
pub(crate) use self::journal::{CallAnswer, ProviderCall, RequestJournal};
pub(crate) use self::notifier::channel_setup;
