//! The reasons why there is no answer.

use std::error::Error;

use fanfare_core::SendError;
use fanfare_tls::{SettingNames, misconfiguration};

use crate::quote::blank;
use crate::target::PrivateTarget;

/// The settings by which faults of TLS are mended.
const SETTING_NAMES: SettingNames = SettingNames {
    host: "the address of the provider",
    ca_file: "`ca_file`",
    without_tls: "check the port, or should the address begin with http://?",
};

/// The error of a request without an answer. If the connection was never made, nothing was
/// sent; otherwise we cannot know.
pub(crate) fn send_error(err: reqwest::Error, secrets: &[String]) -> SendError {
    let nothing_was_sent = err.is_connect() || err.is_builder();
    let tls = misconfiguration(&err, SETTING_NAMES);
    let leads_inside = find(&err, |it| it.is::<PrivateTarget>().then_some(())).is_some();
    // Without it the address, and so the token, is part of the text.
    let reason = blank(&chain(&err.without_url()), secrets);
    if leads_inside {
        return SendError::Misconfigured { reason };
    }
    match tls {
        Some(reason) => SendError::Misconfigured { reason },
        None if nothing_was_sent => SendError::Transient { reason },
        None => SendError::Unanswered { reason },
    }
}

/// The error and its causes on one line. `reqwest` says what happened only in the causes.
pub(crate) fn chain(err: &dyn Error) -> String {
    let mut words = err.to_string();
    let mut cause = err.source();
    while let Some(err) = cause {
        let more = err.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = err.source();
    }
    words
}

/// The first of the causes of `err` that is what is looked for.
fn find<T>(err: &reqwest::Error, what: impl Fn(&(dyn Error + 'static)) -> Option<T>) -> Option<T> {
    let mut cause = err.source();
    while let Some(err) = cause {
        if let Some(found) = what(err) {
            return Some(found);
        }
        cause = err.source();
    }
    None
}

#[cfg(test)]
mod tests;
