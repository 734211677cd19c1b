//! What we say about ourselves: alerts like any other, from the source `fanfare`.

mod conditions;
mod matter;
mod said;
mod words;
mod world;

use std::sync::Arc;

use fanfare_core::{
    Alert, ChannelName, Decision, DeliveryTerms, Fingerprint, Kind, Labels, Locale, Mention, Notification,
    Plan, Severity, Status, Verdict, Why,
};
use fanfare_words::Renderer;
use jiff::Timestamp;

pub(crate) use self::conditions::conditions;
pub(crate) use self::said::{Said, Saying};
pub(crate) use self::world::{
    ChannelFacts, ChannelState, DiskSpace, QuietSince, QuotaFacts, SourceFacts, World,
};

/// The source of what we say about ourselves. No configured source may be called so.
pub const SELF_SOURCE: &str = "fanfare";

/// The receiver that stands for every channel that was not told.
const EVERYBODY_ELSE: &str = "every other channel";

/// Whether `alert` is about us.
pub(crate) fn is_about_us(alert: &Alert) -> bool {
    alert.text_of("source") == SELF_SOURCE
}

/// An alert about ourselves.
#[derive(Debug, Clone)]
pub(crate) struct AboutUs<'a> {
    /// Its `alertname`.
    pub(crate) name: &'a str,
    /// What tells it from others of its name: a channel, a quota, a source.
    pub(crate) subject: &'a str,
    pub(crate) kind: Kind,
    pub(crate) status: Status,
    pub(crate) severity: Severity,
    /// One line, in English and Chinese.
    pub(crate) title: String,
    /// What happened and what to do, in English and Chinese.
    pub(crate) description: String,
}

impl AboutUs<'_> {
    /// It as an alert.
    pub(crate) fn alert(self, now: Timestamp) -> Alert {
        let Self { name, subject, kind, status, severity, title, description } = self;
        let identity: Labels =
            [("source", SELF_SOURCE), ("alertname", name), ("subject", subject)].into_iter().collect();
        let fingerprint = Fingerprint::of(&identity);
        let mut labels = identity;
        labels.set("severity", severity.word());
        Alert {
            fingerprint,
            kind,
            status,
            severity,
            severity_sent: None,
            labels,
            annotations: [("title", title.as_str()), ("description", description.as_str())]
                .into_iter()
                .collect(),
            extra: Labels::default(),
            mention: Mention::default(),
            starts_at: now,
            generator_url: None,
        }
    }
}

/// A promise was broken, and nobody else is left to be told: it is said with
/// what was to be told, so that somebody reads it all the same.
pub(crate) fn contract_broken(notification: &Notification, now: Timestamp) -> Alert {
    let message = Renderer::new(Locale::default()).notification(notification);
    let receiver = &notification.receiver;
    let mut alert = AboutUs {
        name: "ContractBroken",
        subject: receiver.as_str(),
        kind: Kind::Notice,
        status: Status::Firing,
        severity: notification.alert.severity,
        title: format!("{receiver} could not be told as promised / 未按约定送达 {receiver}: {}", message.title),
        description: format!(
            "Too few channels confirmed alert no. {0} in time, and nobody is left to be told. Run: fanfare explain {0} \
             / 告警 {0} 未能按时送达足够的渠道，且没有其他可通知的渠道，请执行 fanfare explain {0}。",
            notification.alert_id
        ),
    }
    .alert(now);
    alert.annotations.set("content", message.to_string());
    alert
}

/// `routed`, and besides it every channel in `others`.
pub(crate) fn to_everybody_else(mut routed: Plan, others: Vec<ChannelName>) -> Plan {
    let told: Vec<_> = routed
        .decisions
        .iter()
        .filter_map(|decision| match &decision.verdict {
            Verdict::Notify { terms, .. } => Some(terms.first().to_vec()),
            Verdict::Suppress(_) => None,
        })
        .flatten()
        .collect();
    let rest: Vec<_> = others.into_iter().filter(|channel| !told.contains(channel)).collect();
    if !rest.is_empty() {
        routed.decisions.push(Decision {
            receiver: EVERYBODY_ELSE.into(),
            route: None,
            verdict: Verdict::Notify { why: Why::Notice, terms: Arc::new(DeliveryTerms::plain(rest)) },
        });
    }
    routed
}
