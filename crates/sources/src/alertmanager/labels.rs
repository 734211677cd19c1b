//! Labels by Alertmanager's rules.

use fanfare_core::Labels;

use crate::json::{Json, Object};
use crate::scrub::{REMOVED, is_secret_name, looks_random, plain_name, scrub_text};
use crate::{BodyFault, SourceSettings, Unreadable};

/// The ends of labels' names that say that a credential itself is in them. Other names with such a word are those of
/// things: `secret_name`, `token_bucket`, `cookie_domain`. Letters and digits only.
/// <https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/storage/secret-metrics.md>
const CREDENTIALS: [&str; 15] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "token",
    "authorization",
    "apikey",
    "accesskey",
    "privatekey",
    "clientsecret",
    "appsecret",
    "corpsecret",
    "密码",
    "口令",
    "密钥",
];

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

/// The labels without credentials: by the value, unless the name leaves no doubt.
pub(super) fn clean_labels(sent: &Labels) -> Labels {
    sent.iter().map(|(name, text)| (scrub_text(name), clean_value(name, text))).collect()
}

fn clean_value(name: &str, text: &str) -> String {
    let plain = plain_name(name);
    let is_credential = CREDENTIALS.iter().any(|it| plain.ends_with(it));
    if is_credential || (is_secret_name(&plain) && looks_random(text)) {
        REMOVED.to_owned()
    } else {
        scrub_text(text)
    }
}

/// The labels that the settings of `source` fix, in place of what was sent.
pub(super) fn fix_labels(labels: &mut Labels, source: &SourceSettings) {
    source.labels.iter().for_each(|(name, text)| labels.set(name, text));
}
