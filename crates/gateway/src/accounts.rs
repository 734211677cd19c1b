//! The accounts channels send from, with what the store remembers of them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Account, Egress, Limits};
use fanfare_store::{AccountHold, Store, StoreError};
use jiff::Timestamp;

use crate::account::{SharedAccount, SharedEgress};
use crate::steady::{after, before, between};

/// What the store remembers of all accounts.
#[derive(Debug)]
pub(crate) struct Accounts {
    sends: Vec<(Account, Timestamp)>,
    holds: Vec<AccountHold>,
    now: Timestamp,
    steady_now: Timestamp,
}

impl Accounts {
    /// What is remembered of the sends of the last `longest` budget, and of silences.
    pub(crate) async fn remembered(
        store: &Store,
        longest: Duration,
        now: Timestamp,
        steady_now: Timestamp,
    ) -> Result<Self, StoreError> {
        let (sends, holds) = (store.sends_since(before(now, longest), now).await?, store.holds(now).await?);
        Ok(Self { sends, holds, now, steady_now })
    }

    /// The account of `limits`, as it was left.
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

    /// When the sends of `account` ended, in steady time.
    fn ended(&self, account: &Account) -> impl Iterator<Item = Timestamp> {
        // What ended later than now ended before the clock was set back, and at the latest now.
        self.sends
            .iter()
            .filter(move |(of, _)| of == account)
            .map(|(_, ended)| before(self.steady_now, between(*ended, self.now)))
    }

    /// The way out, as it was left.
    fn egress(&self, egress: &Egress) -> SharedEgress {
        SharedEgress::blocked_until(self.silent_until(&egress.as_account()))
    }

    /// Until when `account` must be silent, in steady time.
    fn silent_until(&self, account: &Account) -> Option<Timestamp> {
        let hold = self.holds.iter().find(|it| it.account == *account)?;
        Some(after(self.steady_now, between(self.now, hold.until)))
    }
}

/// The accounts and ways out that are in use; those of the same name are the same.
#[derive(Debug, Default)]
pub(crate) struct InUse {
    accounts: HashMap<Account, SharedAccount>,
    egresses: HashMap<Egress, Arc<SharedEgress>>,
}

impl InUse {
    /// The account of `limits`. One whose budget has changed goes on with the sends that the store remembers.
    pub(crate) fn account(&mut self, limits: &Limits, remembered: &Accounts) -> SharedAccount {
        let egress = self.egresses.entry(limits.egress.clone());
        let egress = Arc::clone(egress.or_insert_with(|| Arc::new(remembered.egress(&limits.egress))));
        match self.accounts.entry(limits.account.clone()) {
            Entry::Occupied(known) => {
                let known = known.into_mut();
                if known.budgets() != limits.budgets {
                    known.change_budgets(limits.budgets.clone(), remembered.ended(&limits.account));
                }
                known.by_way_of(egress)
            }
            Entry::Vacant(new) => {
                let account = remembered.account(limits, Arc::clone(&egress));
                new.insert(account).by_way_of(egress)
            }
        }
    }
}
