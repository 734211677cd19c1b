//! The quota of a provider: messages in a day or a month.

use std::num::NonZeroU32;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The number of messages that a provider allows in a day or a month, and its pool.
///
/// It is counted and warned about, not kept to: what is left at a month's end is
/// worth nothing, and the provider may have been paid for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// The pool, e.g. `dingtalk`: all its channels draw on the quota.
    pub pool: String,
    /// The number of messages.
    pub messages: NonZeroU32,
    /// In how long a period.
    pub per: QuotaPeriod,
    /// The time zone of the provider's days: DingTalk's is China's.
    pub zone: TimeZone,
}

/// The period of a [`Quota`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaPeriod {
    /// A calendar day.
    Day,
    /// A calendar month.
    Month,
}

/// The used part of a [`Quota`]; each level but the first is worth a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuotaLevel {
    /// Less than half.
    Plenty,
    /// Half of it.
    Half,
    /// Four fifths of it.
    Short,
    /// Nineteen twentieths of it, or all.
    NearlyGone,
}

impl Quota {
    /// Names the period that `now` is in: `2026-11`, or `2026-11-23`.
    #[must_use]
    pub fn period_of(&self, now: Timestamp) -> String {
        let format = match self.per {
            QuotaPeriod::Day => "%Y-%m-%d",
            QuotaPeriod::Month => "%Y-%m",
        };
        self.local(now).strftime(format).to_string()
    }

    /// The end of the period that `now` is in, when the count begins anew.
    #[must_use]
    pub fn resets_at(&self, now: Timestamp) -> Timestamp {
        let today = self.local(now).date();
        self.first_day_after(today)
            .and_then(|first| first.to_zoned(self.zone.clone()))
            .map_or(Timestamp::MAX, |midnight| midnight.timestamp())
    }

    /// The beginning of the period that `now` is in.
    #[must_use]
    pub fn began_at(&self, now: Timestamp) -> Timestamp {
        let today = self.local(now).date();
        let first = match self.per {
            QuotaPeriod::Day => today,
            QuotaPeriod::Month => today.first_of_month(),
        };
        first.to_zoned(self.zone.clone()).map_or(Timestamp::MIN, |midnight| midnight.timestamp())
    }

    /// The level once `used` messages were sent.
    #[must_use]
    pub fn level(&self, used: u64) -> QuotaLevel {
        let reaches = |level: &QuotaLevel| {
            u128::from(used) * 100 >= u128::from(self.messages.get()) * u128::from(level.percent())
        };
        QuotaLevel::ALL.into_iter().rfind(reaches).unwrap_or(QuotaLevel::Plenty)
    }

    fn local(&self, now: Timestamp) -> Zoned {
        now.to_zoned(self.zone.clone())
    }

    fn first_day_after(&self, today: Date) -> Result<Date, jiff::Error> {
        match self.per {
            QuotaPeriod::Day => today.tomorrow(),
            QuotaPeriod::Month => today.last_of_month().tomorrow(),
        }
    }
}

impl QuotaLevel {
    /// Every level, the best first.
    pub const ALL: [Self; 4] = [Self::Plenty, Self::Half, Self::Short, Self::NearlyGone];

    /// From how many hundredths of the quota on it is this level.
    #[must_use]
    pub fn percent(self) -> u8 {
        match self {
            Self::Plenty => 0,
            Self::Half => 50,
            Self::Short => 80,
            Self::NearlyGone => 95,
        }
    }
}

#[cfg(test)]
mod tests;
