//! The calls that an organisation has in a month.

use std::num::NonZeroU32;

use fanfare_core::{Quota, QuotaPeriod};
use jiff::tz::{TimeZone, offset};

/// A robot's messages are "Webhook & Stream" calls of its organisation, whose standard
/// edition has 3,000 of them in a calendar month since 2025-11-19; what was throttled
/// or not delivered does not count. Who has paid for more says so in the config.
/// <https://open.dingtalk.com/document/development/billing-model>
const MESSAGES_PER_MONTH: NonZeroU32 = NonZeroU32::new(3000).unwrap();

/// The whole organisation's: all of its robots draw on it, and as a rule it is the
/// only one a gateway knows.
const POOL: &str = "dingtalk";

/// The quota of an organisation, in months of China's calendar.
pub(crate) fn organisation_quota() -> Quota {
    Quota {
        pool: POOL.to_owned(),
        messages: MESSAGES_PER_MONTH,
        per: QuotaPeriod::Month,
        zone: TimeZone::fixed(offset(8)),
    }
}
