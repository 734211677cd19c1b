//! The limits of a channel: its rate, its quota, and the account that it shares them with.

use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::hash::stable_hash;

use crate::{Budget, Quota};

/// The limits of a channel: its rate, its quota, and the account that it shares them with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The account that is limited. Channels of one account share one budget.
    pub account: Account,
    /// By which way out it reaches its provider.
    pub egress: Egress,
    /// The budgets, all of which are kept at once; empty if the provider sets no limit.
    pub budgets: Vec<Budget>,
    /// The number of messages in a day or a month; `None` if the provider sets no limit.
    pub quota: Option<Quota>,
    /// The number of attempts that may be under way at once.
    pub concurrency: NonZeroUsize,
}

/// The most attempts that may be under way at once on a channel whose budgets are its
/// operator's: enough to hide a provider's answering time, few enough for one process.
const MOST_AT_ONCE: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// The time that a provider may take to answer without holding a larger budget up.
const ANSWERING_TIME: Duration = Duration::from_millis(250);

impl Limits {
    /// The same with other budgets, as for a private deployment that takes more.
    ///
    /// As many attempts may then be under way as the tightest budget lets start within
    /// the time a provider takes to answer (Little's law), but never fewer than before.
    #[must_use]
    pub fn with_budgets(self, budgets: Vec<Budget>) -> Self {
        let needed = budgets.iter().map(attempts_at_once).min().unwrap_or(MOST_AT_ONCE);
        Self { budgets, concurrency: needed.min(MOST_AT_ONCE).max(self.concurrency), ..self }
    }
}

/// The attempts that `budget` lets start within [`ANSWERING_TIME`], at least one.
fn attempts_at_once(budget: &Budget) -> NonZeroUsize {
    let within = f64::from(budget.messages.get()) * ANSWERING_TIME.div_duration_f64(budget.per);
    // A float as an integer stays within the integer's bounds.
    NonZeroUsize::new(within.ceil() as usize).unwrap_or(NonZeroUsize::MIN)
}

/// An account at a provider: one robot, one app, one mailbox login.
///
/// A digest of the credentials, so that it can stand in a log and in the store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Account(String);

impl Account {
    /// The account that `credentials` open at the provider called `kind`, e.g.
    /// `dingtalk:1f0e9c5b2a774d1e`.
    #[must_use]
    pub fn new(kind: &str, credentials: &[&str]) -> Self {
        Self(format!("{kind}:{}", &stable_hash(credentials)[..16]))
    }

    /// An account as the store kept it.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A provider and the address from which we reach it, e.g.
/// `https://oapi.dingtalk.com via http://proxy:3128`: what the provider does to
/// that address, it does to every account behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Egress(String);

impl Egress {
    /// The way to `provider`, e.g. `https://oapi.dingtalk.com`, through `proxy`, if there is one.
    #[must_use]
    pub fn new(provider: &str, proxy: Option<&str>) -> Self {
        Self(proxy.map_or_else(|| provider.to_owned(), |proxy| format!("{provider} via {proxy}")))
    }

    /// The account that stands in the store for all accounts behind it.
    #[must_use]
    pub fn as_account(&self) -> Account {
        Account(format!("egress:{}", self.0))
    }

    /// The way as text. It holds no secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests;
