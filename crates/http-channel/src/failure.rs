//! The reasons why there is no answer.

use std::error::Error;
use std::io;

use fanfare_core::SendError;
use rustls::CertificateError;

use crate::quote::blank;
use crate::target::PrivateTarget;

/// The error of a request without an answer. If the connection was never made, nothing was
/// sent; otherwise we cannot know.
pub(crate) fn send_error(err: reqwest::Error, secrets: &[String]) -> SendError {
    let nothing_was_sent = err.is_connect() || err.is_builder();
    let certificate = certificate_problem(&err);
    let leads_inside = find(&err, |it| it.is::<PrivateTarget>().then_some(())).is_some();
    // Without it the address, and so the token, is part of the text.
    let reason = blank(&chain(&err.without_url()), secrets);
    if leads_inside {
        return SendError::Misconfigured { reason };
    }
    match certificate {
        Some(hint) => SendError::Misconfigured { reason: format!("{reason}; {hint}") },
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

/// The remedy if the provider's certificate was not believed.
fn certificate_problem(err: &reqwest::Error) -> Option<&'static str> {
    find(err, |cause| match tls_error(cause) {
        Some(rustls::Error::InvalidCertificate(why)) => Some(hint(why)),
        Some(_) | None => None,
    })
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

/// The TLS error in `err`, also inside `io::Error`s: those do not name the error they
/// hold as their source, but that error's source.
fn tls_error<'a>(err: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    match err.downcast_ref::<io::Error>() {
        Some(outer) => tls_error(outer.get_ref()?),
        None => err.downcast_ref(),
    }
}

fn hint(why: &CertificateError) -> &'static str {
    use CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};

    if matches!(why, Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. }) {
        "check this machine's clock, then the server's certificate"
    } else {
        "if the server is private or behind a proxy that reads along, name its CA with `ca_file`"
    }
}

#[cfg(test)]
mod tests;
