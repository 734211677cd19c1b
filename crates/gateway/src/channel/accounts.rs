//! Accounts that channels send from, and their history in the store.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Account, AccountHold, Egress, Limits, Moment};
use fanfare_store::{OldSends, Store, StoreError};
use jiff::Timestamp;

use crate::channel::account::{SharedAccount, SharedEgress};
use crate::time::{after, before, between};

/// The most by which a send of an earlier life ended later than the store says: each time in it is cut to
/// a millisecond, that of the end and that of the record by which this life's time continues.
const LOST_PRECISION: Duration = Duration::from_millis(2);

/// The time for which the sends of an account count that no channel uses: one may use it again, and who has waited for
/// a day has kept any limit of a provider that counts by minutes or hours.
const UNUSED_ACCOUNT: Duration = Duration::from_hours(24);

/// The sends that no budget looks back at, where the budgets of each account have these longest periods.
pub(crate) fn old_sends(longest: &BTreeMap<Account, Duration>, now: Timestamp) -> OldSends {
    let ended_by = |period: Duration| before(now, period.saturating_add(LOST_PRECISION));
    OldSends {
        of: longest.iter().map(|(account, period)| (account.clone(), ended_by(*period))).collect(),
        others: ended_by(UNUSED_ACCOUNT),
    }
}

/// The sends and silences of all accounts, as the store has them.
#[derive(Debug)]
pub(crate) struct StoredAccounts {
    sends: Vec<(Account, Timestamp)>,
    holds: Vec<AccountHold>,
    /// The time of reading.
    now: Moment,
}

impl StoredAccounts {
    /// Reads the sends that a budget of these longest periods looks back at, and the silences: by what has passed
    /// for certain.
    pub(crate) async fn load(
        store: &Store,
        longest: &BTreeMap<Account, Duration>,
        now: Moment,
    ) -> Result<Self, StoreError> {
        let sends = store.counted_sends(old_sends(longest, now.certain), now.certain).await?;
        Ok(Self { sends, holds: store.holds(now.certain).await?, now })
    }

    /// The account of `limits` with its history.
    fn account(&self, limits: &Limits, egress: Arc<SharedEgress>) -> SharedAccount {
        let Limits { account, budgets, .. } = limits;
        SharedAccount::new(
            account.clone(),
            egress,
            budgets.clone(),
            self.ended(account),
            self.silent_until(account),
        )
    }

    /// The ends of the sends of `account`, in monotonic time.
    fn ended(&self, account: &Account) -> impl Iterator<Item = Timestamp> {
        // No end lies in the future; one of a damaged row counts as now.
        self.sends
            .iter()
            .filter(move |(of, _)| of == account)
            .map(|(_, ended)| between(*ended, self.now.certain).saturating_sub(LOST_PRECISION))
            .map(|age| before(self.now.promise, age))
    }

    /// The egress with its block.
    fn egress(&self, egress: &Egress) -> SharedEgress {
        SharedEgress::blocked_until(self.silent_until(&egress.as_account()))
    }

    /// The time before which `account` must be silent, in monotonic time.
    fn silent_until(&self, account: &Account) -> Option<Timestamp> {
        let hold = self.holds.iter().find(|it| it.account == *account)?;
        Some(after(self.now.promise, between(self.now.certain, hold.until)))
    }
}

/// The accounts and egresses in use; those of the same name are shared.
#[derive(Debug, Default)]
pub(crate) struct AccountRegistry {
    accounts: HashMap<Account, SharedAccount>,
    egresses: HashMap<Egress, Arc<SharedEgress>>,
}

impl AccountRegistry {
    /// The account of `limits`. An account with a changed budget continues with the sends of `stored`.
    pub(crate) fn account(&mut self, limits: &Limits, stored: &StoredAccounts) -> SharedAccount {
        let egress = self.egresses.entry(limits.egress.clone());
        let egress = Arc::clone(egress.or_insert_with(|| Arc::new(stored.egress(&limits.egress))));
        match self.accounts.entry(limits.account.clone()) {
            Entry::Occupied(known) => {
                let known = known.into_mut();
                if known.budgets() != limits.budgets {
                    known.change_budgets(limits.budgets.clone(), stored.ended(&limits.account));
                }
                known.via(egress)
            }
            Entry::Vacant(new) => {
                let account = stored.account(limits, Arc::clone(&egress));
                new.insert(account).via(egress)
            }
        }
    }
}
