//! Report of one request to a provider: its metrics, and one log line however many deliveries it carried.

use fanfare_core::{
    AlertId, Delivery, DeliveryId, DeliveryOutcome, Moment, Notification, ReceiverName, shifted,
};
use jiff::Timestamp;
use tracing::field::{DisplayValue, display};
use tracing::{error, info, warn};

use crate::channel::AccountEffect;
use crate::delivery::attempt::runner::AttemptRunner;
use crate::delivery::attempt::verdict::SendVerdict;
use crate::log::{list, title};
use crate::time::{after, between};

/// A delivery of a request, with the verdict on its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReportedDelivery<'a> {
    pub(crate) delivery: &'a Delivery,
    /// The notification that was sent; `None` if it cannot be read.
    pub(crate) notification: Option<&'a Notification>,
    pub(crate) verdict: &'a SendVerdict,
}

/// The kinds of line that a request can leave, one for each outcome among its deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReportKind {
    Delivered,
    DeliveredToSome,
    Failed,
    GivenUp,
    TestFailed,
}

/// The deliveries of a request that share an outcome.
struct ReportedGroup<'a> {
    runner: AttemptRunner<'a>,
    first: ReportedDelivery<'a>,
    all: Vec<ReportedDelivery<'a>>,
    now: Moment,
}

/// A line about a group: the fields that all of them begin with, and its own.
macro_rules! line {
    ($level:ident, $group:expr, $($own:tt)*) => {
        $level!(
            alert.id = $group.alert_id(),
            alert.title = $group.alert_title(),
            alert.ids = $group.alert_ids(),
            receiver.name = $group.receiver(),
            receiver.names = $group.receivers(),
            channel.name = %$group.runner.sender.channel.name,
            delivery.id = $group.delivery_id(),
            deliveries = $group.all.len(),
            attempt.number = $group.attempt_number(),
            $($own)*
        )
    };
}

const KINDS: [ReportKind; 5] = [
    ReportKind::Delivered,
    ReportKind::DeliveredToSome,
    ReportKind::Failed,
    ReportKind::GivenUp,
    ReportKind::TestFailed,
];

/// Counts the outcomes of one request and logs them. Recipients stay out of the log; the store has them.
pub(crate) fn report<'a>(runner: AttemptRunner<'a>, reported: &[ReportedDelivery<'a>], now: Moment) {
    reported.iter().for_each(|it| count(runner, it, now));
    for kind in KINDS {
        let all: Vec<_> = reported.iter().copied().filter(|it| kind_of(it.verdict) == kind).collect();
        if let Some(first) = all.first().copied() {
            log(kind, &ReportedGroup { runner, first, all, now });
        }
    }
}

fn count(runner: AttemptRunner<'_>, reported: &ReportedDelivery<'_>, now: Moment) {
    let metrics = &runner.lane.metrics;
    metrics.attempt(reported.verdict.word);
    match reported.verdict.outcome {
        DeliveryOutcome::Delivered => {
            metrics.settled("delivered");
            metrics.latency.observe(latency(reported.delivery, now));
        }
        DeliveryOutcome::Pending { .. } => {}
        DeliveryOutcome::Dead { .. } => metrics.settled("dead"),
        DeliveryOutcome::Answered { .. } => metrics.settled("discarded"),
    }
}

fn kind_of(SendVerdict { outcome, refused, .. }: &SendVerdict) -> ReportKind {
    match (outcome, refused) {
        (DeliveryOutcome::Delivered, 0) => ReportKind::Delivered,
        (DeliveryOutcome::Delivered, _) => ReportKind::DeliveredToSome,
        (DeliveryOutcome::Pending { .. }, _) => ReportKind::Failed,
        (DeliveryOutcome::Dead { .. }, _) => ReportKind::GivenUp,
        (DeliveryOutcome::Answered { .. }, _) => ReportKind::TestFailed,
    }
}

fn log(kind: ReportKind, group: &ReportedGroup<'_>) {
    let SendVerdict { word, words: _, logged, refused, outcome, account_effect: _, signal: _ } =
        group.first.verdict;
    match kind {
        ReportKind::Delivered => line!(info, group, latency.seconds = group.latency(), "Delivered"),
        ReportKind::DeliveredToSome => line!(
            warn,
            group,
            outcome = word,
            recipients.refused = refused,
            "Delivered, but not to all: some recipients will never get it"
        ),
        ReportKind::Failed => {
            line!(warn, group, outcome = word, error = %logged, next_at = group.next_at(), "Attempt failed");
        }
        ReportKind::TestFailed => line!(warn, group, outcome = word, error = %logged, "Channel test failed"),
        ReportKind::GivenUp => {
            line!(error, group, outcome = word, error = %logged, reason = reason(outcome), "Delivery given up");
        }
    }
}

/// The reason for giving up.
fn reason(outcome: &DeliveryOutcome) -> Option<&str> {
    match outcome {
        DeliveryOutcome::Dead { reason } | DeliveryOutcome::Answered { reason } => Some(reason),
        DeliveryOutcome::Delivered | DeliveryOutcome::Pending { .. } => None,
    }
}

/// Seconds from the time at which the delivery came to be.
fn latency(delivery: &Delivery, now: Moment) -> f64 {
    between(shifted(delivery.owed_at, delivery.leads.promise), now.promise).as_secs_f64()
}

impl<'a> ReportedGroup<'a> {
    /// The only delivery; `None` if there are several.
    fn only(&self) -> Option<&ReportedDelivery<'a>> {
        Some(&self.first).filter(|_| self.all.len() == 1)
    }

    fn notifications(&self) -> impl Iterator<Item = &'a Notification> {
        self.all.iter().filter_map(|it| it.notification)
    }

    fn alert_id(&self) -> Option<DisplayValue<AlertId>> {
        Some(display(self.only()?.notification?.alert_id))
    }

    fn alert_title(&self) -> Option<&'a str> {
        Some(title(&self.only()?.notification?.alert))
    }

    /// The alerts of a digest.
    fn alert_ids(&self) -> Option<String> {
        self.only().is_none().then(|| list(self.notifications().map(|it| it.alert_id)))
    }

    fn receiver(&self) -> Option<DisplayValue<&'a ReceiverName>> {
        Some(display(&self.only()?.notification?.receiver))
    }

    /// The receivers of a digest.
    fn receivers(&self) -> Option<String> {
        self.only().is_none().then(|| list(self.notifications().map(|it| &it.receiver)))
    }

    fn delivery_id(&self) -> Option<DisplayValue<DeliveryId>> {
        Some(display(self.only()?.delivery.id))
    }

    fn attempt_number(&self) -> u32 {
        self.all.iter().map(|it| it.delivery.attempts + 1).max().unwrap_or(1)
    }

    /// The longest of their latencies, in seconds.
    fn latency(&self) -> f64 {
        self.all.iter().map(|it| latency(it.delivery, self.now)).fold(0.0, f64::max)
    }

    /// The time of the next attempt: not before its account may send again.
    fn next_at(&self) -> Option<DisplayValue<Timestamp>> {
        let SendVerdict { outcome, account_effect, .. } = self.first.verdict;
        match (outcome, account_effect) {
            (
                DeliveryOutcome::Pending { .. },
                AccountEffect::SilentFor(time)
                | AccountEffect::BlockedFor(time)
                | AccountEffect::MisconfiguredFor(time),
            ) => Some(display(after(self.now.wall, *time))),
            (
                DeliveryOutcome::Pending { next_at, .. },
                AccountEffect::Good | AccountEffect::Unclear | AccountEffect::NotSent,
            ) => Some(display(after(self.now.wall, between(self.now.promise, *next_at)))),
            (
                DeliveryOutcome::Delivered | DeliveryOutcome::Dead { .. } | DeliveryOutcome::Answered { .. },
                _,
            ) => None,
        }
    }
}
