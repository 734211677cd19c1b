//! The condition of the store: whether it can keep what arrives.

use std::sync::Arc;

use tokio::sync::watch;

use crate::fault::StoreFault;

/// The condition of the store at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreCondition {
    /// Fault for which nothing can be kept; `None`: all is well.
    pub fault: Option<StoreFault>,
    /// Fault that was noticed last, if it is over too.
    pub last_fault: Option<StoreFault>,
    /// Number of faults that were noticed since the start.
    pub faults: u64,
}

/// The sending end of the store's condition. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConditionSender(Arc<watch::Sender<StoreCondition>>);

impl ConditionSender {
    /// The fault for which nothing can be kept.
    pub(crate) fn fault(&self) -> Option<StoreFault> {
        self.0.borrow().fault.clone()
    }

    /// The receiving end.
    pub(crate) fn subscribe(&self) -> watch::Receiver<StoreCondition> {
        self.0.subscribe()
    }

    /// Waits for a fault by which the disk does not answer in time.
    pub(crate) async fn delay(&self) -> StoreFault {
        let mut condition = self.subscribe();
        let is_delayed = |it: &StoreCondition| it.fault.as_ref().is_some_and(StoreFault::is_delay);
        let found = condition.wait_for(is_delayed).await.ok().and_then(|it| it.fault.clone());
        match found {
            Some(fault) => fault,
            None => std::future::pending().await, // it is closed, and whoever waits for an answer hears that
        }
    }

    /// Tells that `fault` was noticed, unless it is known; true if it was not.
    pub(crate) fn fail(&self, fault: &StoreFault) -> bool {
        self.0.send_if_modified(|condition| {
            if condition.fault.as_ref() == Some(fault) {
                return false;
            }
            let StoreCondition { faults, .. } = *condition;
            *condition = StoreCondition {
                fault: Some(fault.clone()),
                last_fault: Some(fault.clone()),
                faults: faults + 1,
            };
            true
        })
    }

    /// Tells that all is well again, and returns the fault that is over.
    pub(crate) fn recover(&self) -> Option<StoreFault> {
        let mut over = None;
        self.0.send_if_modified(|condition| {
            over = condition.fault.take();
            over.is_some()
        });
        over
    }
}
