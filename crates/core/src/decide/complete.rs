//! Resolutions, completed with what was told of the alarm that they end.

use super::state::OpenIncident;
use crate::{AlarmNaming, Alert, Fingerprint, Labels, Status};

/// A resolution says little by itself: its message is completed with what the receivers were told while the alarm
/// fired, and becomes one of that alarm. `None`: there is nothing to add.
///
/// People know the alarm by its name and title, which stay as they were told. What changes while it fires, the texts
/// below, is the end's; or else the newest, whether anybody was told of it or not.
pub(super) fn complete(alert: &Alert, known: &OpenIncident) -> Option<Alert> {
    match alert.status {
        Status::Firing => return None,
        Status::Resolved => {}
    }
    let is_own = is_same(alert.fingerprint, known.key.fingerprint);
    let mut completed = alert.clone();
    if !is_own {
        completed.fingerprint = known.key.fingerprint;
    }
    let Some(told) = &known.last_alert else { return (!is_own).then_some(completed) };
    if !is_own {
        completed.naming = told.naming;
        completed.labels.take("alertname");
        completed.annotations = titled(&completed.annotations, told);
    }
    completed.severity = told.severity;
    completed.labels.fill_from(&told.labels);
    if let Some(newest) = &known.untold_alert {
        let is_title = |name: &str| name.starts_with("title");
        completed
            .annotations
            .fill_from(&newest.annotations.iter().filter(|(name, _)| !is_title(name)).collect());
    }
    completed.annotations.fill_from(&told.annotations);
    completed.extra.fill_from(&told.extra);
    completed.generator_url = completed.generator_url.or_else(|| told.generator_url.clone());
    Some(completed)
}

/// Tells whether a thing is kept under `key`, which has no identity if an earlier version began it.
fn is_same(thing: Fingerprint, key: Fingerprint) -> bool {
    thing.to_bits() == key.to_bits() && (key.identity().is_none() || thing.identity() == key.identity())
}

/// The texts of an end that was not sent under the identity of its alarm, below the title of that: by this people see
/// which alarm has ended. What goes by its text has that for a title.
fn titled(said: &Labels, told: &Alert) -> Labels {
    let mut texts = said.clone();
    let told_text = || ["description", "content"].into_iter().find_map(|it| told.annotations.get(it));
    let title = told.annotations.get("title").or_else(|| match told.naming {
        AlarmNaming::Text => told_text().filter(|_| !said.is_empty()),
        AlarmNaming::Labels | AlarmNaming::Name => None,
    });
    let said_title = texts.take("title").filter(|it| Some(it.as_str()) != title);
    texts.set("title", title.unwrap_or_default());
    let below: Vec<String> = said_title.into_iter().chain(texts.take("description")).collect();
    texts.set("description", below.join("\n"));
    texts
}
