//! Recording: the outcome of an attempt on the disk.

use std::sync::Arc;

use fanfare_core::{AccountHold, Delivery, DeliveryOutcome, LedgerSentence, Moment, Settlement, settle};
use fanfare_store::Unit;
use jiff::Timestamp;
use tracing::error;

use crate::channel::AccountEffect;
use crate::delivery::attempt::report::{ReportedDelivery, report};
use crate::delivery::attempt::runner::{AttemptRunner, SendEntry};
use crate::delivery::attempt::verdict::{CircuitSignal, SendVerdict};
use crate::delivery::batch::{AfterAttempt, AttemptResult, QueuedDelivery};
use crate::delivery::context::LaneContext;
use crate::time::{STORE_PAUSE, after};

/// The times of an attempt, and its entry in the ledger.
pub(crate) struct AttemptTimes {
    /// The beginning, by the wall clock.
    pub(crate) started_at: Timestamp,
    pub(crate) ended: Moment,
    pub(crate) entry: SendEntry,
}

impl AttemptRunner<'_> {
    /// The settlement of one delivery of the attempt.
    pub(crate) fn settlement(
        self,
        queued: &QueuedDelivery,
        verdict: SendVerdict,
        record: &AttemptTimes,
    ) -> Settlement {
        let Delivery { id, notification, needs_recheck, attempts, .. } = queued.delivery;
        Settlement {
            delivery: id,
            notification,
            needs_recheck,
            ordinal: attempts + 1,
            started_at: record.started_at,
            ended_at: record.ended.wall,
            word: verdict.word,
            hold: self.hold(&verdict, record.ended.certain),
            words: verdict.words,
            outcome: verdict.outcome,
            send: record.entry.send,
        }
    }

    /// The hold of the account or egress that the verdict asks for, if it must survive a restart.
    fn hold(self, verdict: &SendVerdict, now: Timestamp) -> Option<AccountHold> {
        let account = &self.sender.account;
        let (account, time) = match verdict.account_effect {
            AccountEffect::SilentFor(time) => (account.account.clone(), time),
            AccountEffect::BlockedFor(time) => (self.sender.channel.limits.egress.as_account(), time),
            // A restart with corrected settings must not have to wait.
            AccountEffect::Good
            | AccountEffect::Unclear
            | AccountEffect::NotSent
            | AccountEffect::MisconfiguredFor(_) => return None,
        };
        Some(AccountHold { account, since: now, until: after(now, time), reason: verdict.words.clone() })
    }

    /// Records the settlements, however long the store needs: the attempt is not over
    /// before, or a restart would repeat more than the messages in flight. Only a disk that
    /// does not answer in time is not waited for here, where the next delivery has its place.
    pub(crate) async fn record(self, settlements: Vec<Settlement>, ended: Moment) {
        let mut recording = Box::pin(record(Arc::clone(self.lane), settlements, ended));
        tokio::select! {
            biased;
            () = &mut recording => {}
            _ = self.lane.store.delayed() => drop(self.lane.recordings.spawn(recording)),
        }
    }

    /// Gives up a delivery with an unreadable notification, and leaves it to a person:
    /// another attempt would not restore the text, and would hold up the deliveries behind it.
    pub(crate) async fn give_up(self, queued: QueuedDelivery, reason: String) -> AttemptResult {
        let now = self.lane.monotonic.moment();
        let verdict = SendVerdict {
            word: "unreadable",
            logged: reason.clone(),
            words: reason,
            refused: 0,
            outcome: DeliveryOutcome::Dead { reason: LedgerSentence::NotificationUnreadable.to_string() },
            account_effect: AccountEffect::Unclear,
            signal: CircuitSignal::None,
        };
        let reported = ReportedDelivery { delivery: &queued.delivery, notification: None, verdict: &verdict };
        report(self, &[reported], now);
        let record = AttemptTimes { started_at: now.wall, ended: now, entry: SendEntry::default() };
        let settlement = self.settlement(&queued, verdict, &record);
        self.record(vec![settlement], now).await;
        AttemptResult { queued, after: AfterAttempt::Done }
    }
}

/// Records the settlements; tries until they are written.
async fn record(lane: Arc<LaneContext>, settlements: Vec<Settlement>, ended: Moment) {
    let LaneContext { store, dispatch, .. } = lane.as_ref();
    loop {
        let policy = dispatch.policy();
        let unit = |settlement: &Settlement| {
            let (policy, settlement) = (Arc::clone(&policy), settlement.clone());
            let keys = settlement.keys();
            Unit::new(keys, move |state| policy.decide(ended, |context| settle(state, &settlement, context)))
        };
        match store.transact(settlements.iter().map(unit).collect()).await {
            Ok(_) => return,
            Err(err) => {
                error!(error = %err, "The outcome of an attempt cannot be stored; trying again");
                tokio::time::sleep(STORE_PAUSE).await;
            }
        }
    }
}
