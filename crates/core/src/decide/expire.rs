//! An alarm is over by itself: it was not reported again in time.

use jiff::Timestamp;

use super::accept::{IncomingAlert, accept};
use super::changes::Changes;
use super::context::DecisionContext;
use super::state::{DecisionState, OpenIncident};
use crate::clock::whole_millis;
use crate::{AlarmNaming, Alert, Kind, Labels, Mention, Severity, Status, StatusBasis};

/// The field among [`Alert::extra`] that tells why an alarm ended which nobody ended, and what stands in it: the
/// setting of its source, or the end that its sender gave it.
pub const EXPIRY_MARK: (&str, &str) = ("ended_by", "resolve_after");

/// Ends the alarm that is open in `state`, if one is, and tells of it as of any end, with these `texts`.
///
/// Needs the state of [`StateKey::WholeIncident`](crate::StateKey::WholeIncident).
#[must_use]
pub fn expire(
    state: &DecisionState,
    texts: &Labels,
    context: &DecisionContext<'_>,
    now: Timestamp,
) -> Changes {
    let Some(known) = &state.incident else { return Changes::default() };
    let end = end_of(known, texts, whole_millis(now));
    accept(state, &IncomingAlert::new(end, context.policy), context, now)
}

/// The end of an alarm: the alarm as it was told last, or only its identity if that cannot be read.
fn end_of(known: &OpenIncident, texts: &Labels, now: Timestamp) -> Alert {
    let mut end = known.last_alert.as_ref().map_or_else(|| nameless(known), |it| Alert::clone(it));
    end.fingerprint = known.key.fingerprint;
    end.status = Status::Resolved;
    end.ends_at = Some(now);
    let mut annotations = texts.clone();
    annotations.fill_from(&end.annotations);
    end.annotations = annotations;
    let (field, rule) = EXPIRY_MARK;
    end.extra.set(field, rule);
    end
}

/// Tells whether `alert` is an end that [`expire`] made: its source reported nothing.
#[must_use]
pub fn is_expiry(alert: &Alert) -> bool {
    let (field, rule) = EXPIRY_MARK;
    alert.status == Status::Resolved && alert.extra.get(field) == Some(rule)
}

fn nameless(known: &OpenIncident) -> Alert {
    Alert {
        source: known.key.source.clone(),
        fingerprint: known.key.fingerprint,
        kind: Kind::Alarm,
        status: Status::Resolved,
        status_basis: StatusBasis::Stated,
        naming: AlarmNaming::Labels,
        severity: Severity::High,
        severity_sent: None,
        labels: Labels::default(),
        annotations: Labels::default(),
        extra: Labels::default(),
        mention: Mention::default(),
        starts_at: known.incident.since,
        ends_at: None,
        generator_url: None,
    }
}
