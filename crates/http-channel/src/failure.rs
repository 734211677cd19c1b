//! The reasons why there is no answer.

use std::error::Error;
use std::io;

use fanfare_core::{SendError, is_local_fault, is_local_look_up_fault};
use fanfare_tls::{SettingNames, misconfiguration};

use reqwest::Url;

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
    let is_local = nothing_was_sent && find(&err, |it| is_local(it).then_some(())).is_some();
    let tls = misconfiguration(&err, SETTING_NAMES);
    let proxy_refuses = find(&err, |it| refuses_login(it).then_some(())).is_some();
    let leads_inside = find(&err, |it| it.is::<PrivateTarget>().then_some(())).is_some();
    let other_protocol = find(&err, |it| is_no_http(it).then_some(())).map(|()| not_http(&err));
    // Without it the address, and so the token, is part of the text.
    let reason = blank(&chain(&err.without_url()), secrets);
    if leads_inside {
        return SendError::Misconfigured { reason };
    }
    match tls.or(other_protocol) {
        Some(reason) => SendError::Misconfigured { reason },
        None if proxy_refuses => SendError::Misconfigured {
            reason: format!("{reason}; the proxy wants a login, or another one: check `proxy_login`"),
        },
        None if is_local => SendError::Local { reason },
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

/// True if `cause` is a proxy that does not let us through without a login, or with this one,
/// in the words of the library.
fn refuses_login(cause: &(dyn Error + 'static)) -> bool {
    const REFUSALS: [&str; 4] = [
        "proxy authorization required",
        "credentials not accepted",
        "server does not support user/pass authentication",
        "server implements authentication incorrectly",
    ];
    let words = cause.to_string();
    REFUSALS.iter().any(|refusal| words.contains(refusal))
}

/// True if `cause` is an answer that is not HTTP from its first byte on, in the words of the
/// library: whoever gave it has understood no request.
fn is_no_http(cause: &(dyn Error + 'static)) -> bool {
    cause.to_string().contains("invalid HTTP version parsed")
}

/// The sentence for a server of another protocol. One that waits for TLS answers a request in
/// clear text with an alert of TLS.
fn not_http(err: &reqwest::Error) -> String {
    let remedy = match err.url().map(Url::scheme) {
        Some("http") => "should the address begin with https://? Or else check its port, and `proxy`",
        Some(_) | None => "check the port of the address, and `proxy`",
    };
    format!("the server does not speak HTTP there; {remedy}")
}

/// True if `cause` is a fault of this machine. A look-up that failed is the cause of an error
/// with the words `dns error`.
fn is_local(cause: &(dyn Error + 'static)) -> bool {
    let look_up = cause.source().filter(|_| cause.to_string() == "dns error");
    look_up.is_some_and(|err| is_local_look_up_fault(&chain(err)))
        || cause.downcast_ref::<io::Error>().is_some_and(is_local_fault)
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
