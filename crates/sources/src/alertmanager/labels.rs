//! Labels by Alertmanager's rules.

use fanfare_core::Labels;

use crate::json::{Json, Object};
use crate::scrub::{scrub, scrub_text};
use crate::{BodyFault, SourceSettings, Unreadable};

/// Labels whose names look like those of credentials, and hold the name of a thing in Kubernetes:
/// <https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/storage/secret-metrics.md>
const NAMES_OF_THINGS: [&str; 2] = ["secret", "webhook"];

/// The labels in `sent` as they were sent, without empty ones.
///
/// # Errors
///
/// If one is no text or has no name, or there is none at all.
pub(super) fn sent_labels(sent: Option<Json>, place: &str) -> Result<Labels, Unreadable> {
    let refuse = |path: String, message: &str| {
        Err(Unreadable { fault: BodyFault::NotAnAlert, path, message: message.to_owned() })
    };
    let path = if place == "$" { "labels".to_owned() } else { format!("{place}.labels") };
    let fields: Object = match sent {
        Some(Json::Object(fields)) => fields,
        Some(found) => return refuse(path, &format!("found {}, expected an object of labels", found.kind())),
        None => return refuse(path, "at least one label pair is required"),
    };
    let mut labels = Labels::default();
    for (name, value) in fields {
        match value {
            Json::Text(_) if name.is_empty() => return refuse(path, "a label has no name"),
            Json::Text(text) => labels.set(name, text),
            found @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_)) => {
                let message = format!("found {}, expected a text: put quotes around it", found.kind());
                return refuse(format!("{path}.{name}"), &message);
            }
        }
    }
    if labels.is_empty() {
        return refuse(path, "at least one label pair is required, and empty ones do not count");
    }
    Ok(labels)
}

/// The labels without credentials.
pub(super) fn clean_labels(sent: &Labels) -> Labels {
    let clean = |(name, text): (&str, &str)| {
        if NAMES_OF_THINGS.contains(&name) {
            return (name.to_owned(), scrub_text(text));
        }
        let field = Json::Object(Object::from([(name.to_owned(), Json::Text(text.to_owned()))]));
        let scrubbed = match scrub(&field) {
            Json::Object(fields) => fields.into_iter().next(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => None,
        };
        match scrubbed {
            Some((name, Json::Text(text))) => (name, text),
            // A container of credentials: dropped as elsewhere.
            Some(_) | None => (name.to_owned(), String::new()),
        }
    };
    sent.iter().map(clean).collect()
}

/// The labels that the settings of `source` fix, in place of what was sent.
pub(super) fn fix_labels(labels: &mut Labels, source: &SourceSettings) {
    source.labels.iter().for_each(|(name, text)| labels.set(name, text));
}
