//! The alert that tells a notice of abandoned contracts.

use fanfare_core::{
    Alert, ContractNotice, Kind, Labels, NoticeKey, Notification, RaisedNotice, Severity, Status,
};
use fanfare_words::{AbandonedContractFacts, ResolvedCondition, SelfAlertFacts};
use jiff::Timestamp;

use crate::self_alert::alert::{SelfAlert, is_self_alert};

/// The `alertname` of the alert.
pub(crate) const CONTRACT_BROKEN: &str = "ContractBroken";

/// The field of the alert with the place up to which it tells of abandoned contracts.
const PLACE: &str = "place";

/// The alert that tells `notice`, whose newest notifications are these.
pub(crate) fn notice_alert(notice: &ContractNotice, newest: Vec<Notification>, now: Timestamp) -> Alert {
    let facts = SelfAlertFacts::ContractBroken(AbandonedContractFacts {
        receiver: notice.key.receiver.clone(),
        alerts: notice.notifications.len(),
        newest,
        missing: notice.missing.clone(),
    });
    let mut alert = alert(&notice.key, Status::Firing, notice.severity, facts, now);
    alert.extra.set(PLACE, notice.last_place.to_string());
    alert
}

/// The alert that a notice is over.
pub(crate) fn notice_end(key: &NoticeKey, severity: Severity, now: Timestamp) -> Alert {
    let over = ResolvedCondition::Contract(key.receiver.clone());
    alert(key, Status::Resolved, severity, SelfAlertFacts::Resolved(over), now)
}

fn alert(
    NoticeKey { receiver, cause }: &NoticeKey,
    status: Status,
    severity: Severity,
    facts: SelfAlertFacts,
    now: Timestamp,
) -> Alert {
    let (subject, cause) = (receiver.as_str(), Some(cause.as_str()));
    SelfAlert {
        name: CONTRACT_BROKEN,
        subject,
        cause,
        kind: Kind::Alarm,
        status,
        severity,
        labels: Labels::default(),
        facts,
    }
    .alert(now)
}

/// The key of the notice that `alert` tells; `None` if it tells none.
pub(crate) fn told_notice(alert: &Alert) -> Option<NoticeKey> {
    let is_notice = is_self_alert(alert) && alert.labels.get("alertname") == Some(CONTRACT_BROKEN);
    let (receiver, cause) = (alert.labels.get("subject")?, alert.labels.get("cause")?);
    is_notice.then(|| NoticeKey { receiver: receiver.into(), cause: cause.to_owned() })
}

/// The notice that an earlier life raised by `alert`; `None` if it tells none.
pub(crate) fn raised_notice(alert: &Alert, now: Timestamp) -> Option<(NoticeKey, RaisedNotice)> {
    let place = alert.extra.get(PLACE).and_then(|it| it.parse().ok());
    Some((told_notice(alert)?, RaisedNotice::from_earlier_life(alert.severity, place, now)))
}
