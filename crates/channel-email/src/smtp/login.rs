//! The login, kept out of the words of a server that repeats it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fanfare_core::{BuildError, RetryPolicy, Secret, SendError};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use tokio::time::Instant;

use crate::AuthConfig;
use crate::smtp::connection::SmtpConnection;
use crate::smtp::extensions::SmtpExtensions;
use crate::smtp::raw_reply::{RawReply, ReplyKind};
use crate::smtp::reply::{SmtpFailure, SmtpStage};

/// A user name and its password.
#[derive(Debug)]
pub(crate) struct SmtpLogin {
    username: String,
    password: Secret,
    mechanisms: &'static [LoginMechanism], // The first that is offered is tried first.
    /// The failures in a row; of logins at the same time one counts.
    failures: AtomicU32,
}

/// A mechanism of `AUTH` that we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LoginMechanism {
    Plain,
    Login,
    CramMd5,
}

/// The failure of a login.
enum LoginFailure {
    /// The server has said that it failed.
    Answered(SendError),
    /// The server has said nothing that can be understood.
    Unanswered(SendError),
}

/// The failures in a row, whatever the server's words for them, after which a login is no
/// longer taken for one that may pass by itself.
const PASSING_FAILURES: u32 = 2;

/// The most challenges of one login: two, for the name and the password.
const MAX_CHALLENGES: usize = 2;

impl LoginMechanism {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
        }
    }
}

impl SmtpLogin {
    /// The login of these settings; `None` where they have none.
    pub(crate) fn from_settings(
        username: Option<String>,
        password: Option<Secret>,
        auth: AuthConfig,
    ) -> Result<Option<Self>, BuildError> {
        let missing = |field: &str, message: &str| Err(BuildError::new(field, message));
        match (username, password) {
            (None, None) => Ok(None),
            (Some(_), None) => {
                missing("smtp.password", "missing; `username` and `password` stand together or not at all")
            }
            (None, Some(_)) => {
                missing("smtp.username", "missing; `username` and `password` stand together or not at all")
            }
            (Some(username), Some(password)) => Ok(Some(Self {
                username,
                password,
                mechanisms: mechanisms(auth),
                failures: AtomicU32::new(0),
            })),
        }
    }

    pub(crate) fn username(&self) -> &str {
        &self.username
    }

    /// Logs in on `connection`.
    ///
    /// Servers refuse a wrong password also with 454 or 421, and ban an address that keeps trying one. So what
    /// is answered with a failure again and again is a setting to mend, and is tried as rarely as one. A server that
    /// hangs up or says nothing may just be starting.
    pub(crate) async fn log_in(
        &self,
        connection: &mut SmtpConnection,
        offer: &SmtpExtensions,
        deadline: Instant,
    ) -> Result<(), SendError> {
        let earlier = self.failures.load(Ordering::Relaxed);
        match self.log_in_by_any(connection, offer, deadline).await {
            Ok(()) => {
                self.failures.store(0, Ordering::Relaxed);
                Ok(())
            }
            Err(LoginFailure::Unanswered(err)) => Err(err),
            Err(LoginFailure::Answered(err)) => {
                let failures = earlier.saturating_add(1);
                self.failures.fetch_max(failures, Ordering::Relaxed);
                Err(if failures > PASSING_FAILURES { repeated(err, failures) } else { err })
            }
        }
    }

    /// Logs in on `connection`, by the first mechanism that the server offers and knows.
    async fn log_in_by_any(
        &self,
        connection: &mut SmtpConnection,
        offer: &SmtpExtensions,
        deadline: Instant,
    ) -> Result<(), LoginFailure> {
        let none = SendError::Misconfigured { reason: self.no_common_mechanism(offer) };
        let mut refusal = LoginFailure::Answered(none);
        for mechanism in self.mechanisms.iter().filter(|it| offer.has_mechanism(it.name())) {
            let reply = self.authenticate(*mechanism, connection, deadline).await;
            let is_unknown = reply.as_ref().is_ok_and(is_about_the_command);
            match reply.and_then(|reply| reply.expect(ReplyKind::Completion)) {
                Ok(_) => return Ok(()),
                Err(failure) => refusal = refused(failure, *mechanism, offer),
            }
            if !is_unknown {
                break;
            }
        }
        Err(refusal)
    }

    /// The server's last word on a login by `mechanism`.
    async fn authenticate(
        &self,
        mechanism: LoginMechanism,
        connection: &mut SmtpConnection,
        deadline: Instant,
    ) -> Result<RawReply, SmtpFailure> {
        let alone = format!("AUTH {}", mechanism.name());
        let mut reply = match mechanism {
            LoginMechanism::Plain => {
                connection.command(&format!("{alone} {}", self.plain()), deadline).await?
            }
            LoginMechanism::Login | LoginMechanism::CramMd5 => connection.command(&alone, deadline).await?,
        };
        // Old servers take nothing beside the mechanism's name.
        if mechanism == LoginMechanism::Plain && is_about_the_command(&reply) {
            reply = connection.command(&alone, deadline).await?;
        }
        for number in 0..MAX_CHALLENGES {
            match self.response(mechanism, number, &reply) {
                Some(response) => reply = connection.command(&response, deadline).await?,
                None => break,
            }
        }
        Ok(reply)
    }

    /// The response to the challenge in `reply`, if it is one that `mechanism` has an answer to.
    /// But for CRAM-MD5 its words do not matter: servers put what they like there, or nothing.
    fn response(&self, mechanism: LoginMechanism, number: usize, reply: &RawReply) -> Option<String> {
        if !matches!(reply.code(), Some(300..400)) {
            return None;
        }
        match (mechanism, number) {
            (LoginMechanism::Plain, 0) => Some(self.plain()),
            (LoginMechanism::Login, 0) => Some(BASE64_STANDARD.encode(&self.username)),
            (LoginMechanism::Login, 1) => Some(BASE64_STANDARD.encode(self.password.expose())),
            (LoginMechanism::CramMd5, 0) => self.cram_md5(&reply.words()),
            (LoginMechanism::Plain | LoginMechanism::Login | LoginMechanism::CramMd5, _) => None,
        }
    }

    /// RFC 4616: no identity to act for, the name and the password.
    fn plain(&self) -> String {
        BASE64_STANDARD.encode(format!("\0{}\0{}", self.username, self.password.expose()))
    }

    /// RFC 2195: the name, and the challenge signed with the password.
    fn cram_md5(&self, challenge: &str) -> Option<String> {
        let challenge = challenge.trim();
        let challenge = BASE64_STANDARD.decode(challenge).unwrap_or_else(|_| challenge.as_bytes().to_vec());
        let mut mac = Hmac::<Md5>::new_from_slice(self.password.expose().as_bytes()).ok()?;
        mac.update(&challenge);
        let mut response = format!("{} ", self.username);
        for byte in mac.finalize().into_bytes() {
            write!(response, "{byte:02x}").ok()?;
        }
        Some(BASE64_STANDARD.encode(response))
    }

    fn no_common_mechanism(&self, offer: &SmtpExtensions) -> String {
        let ours = list(self.mechanisms.iter().map(|it| it.name()), " or ");
        if offer.mechanisms.is_empty() {
            return format!(
                "AUTH: the server does not offer {ours} here, nor any other login; check `smtp.port` and `smtp.tls`, or leave out `smtp.username`"
            );
        }
        // Servers of before RFC 2554 and after offer them twice, `AUTH NTLM` and `AUTH=NTLM`.
        let mut theirs: Vec<_> = offer.mechanisms.iter().map(String::as_str).collect();
        let mut seen = HashSet::new();
        theirs.retain(|it| seen.insert(*it));
        let theirs = list(theirs.into_iter(), ", ");
        let remedy = if mechanisms(AuthConfig::Auto).iter().any(|it| offer.has_mechanism(it.name())) {
            "set `smtp.auth` to auto"
        } else {
            "its administrator must allow one of PLAIN, LOGIN and CRAM-MD5, or take mail from this machine without a login; or send through another server"
        };
        format!("AUTH: the server does not offer {ours} but only {theirs}; {remedy}")
    }

    /// `words` without what we sent, should the server repeat it.
    pub(crate) fn without_secrets(&self, words: &str) -> String {
        let password = self.password.expose();
        let (plain, login) = (self.plain(), BASE64_STANDARD.encode(password));
        [plain.as_str(), &login, password]
            .into_iter()
            .filter(|secret| !secret.is_empty())
            .fold(words.to_owned(), |words, secret| words.replace(secret, "***"))
    }
}

/// The error of a login that was refused by `mechanism`. RFC 4954 §6: "534 Authentication mechanism
/// is too weak". Only a person can say that the password may be kept as CRAM-MD5 needs it.
fn refused(failure: SmtpFailure, mechanism: LoginMechanism, offer: &SmtpExtensions) -> LoginFailure {
    let kind = match &failure {
        SmtpFailure::Refused(_) | SmtpFailure::Misconfigured(_) => LoginFailure::Answered,
        SmtpFailure::HungUp | SmtpFailure::Silent | SmtpFailure::Lost(_) => LoginFailure::Unanswered,
    };
    let is_too_weak = matches!(&failure, SmtpFailure::Refused(reply) if reply.code == 534);
    let stronger = LoginMechanism::CramMd5;
    let err = failure.at(SmtpStage::Login);
    if is_too_weak && mechanism != stronger && offer.has_mechanism(stronger.name()) {
        let name = mechanism.name();
        return kind(err.map_reason(|it| {
            format!(
                "{it}; {name} is too weak for the server, and it offers CRAM-MD5: set `smtp.auth` to cram-md5"
            )
        }));
    }
    kind(err)
}

/// The error of a login that has failed so often. A longer silence that the server asks for stays.
fn repeated(err: SendError, failures: u32) -> SendError {
    match err {
        SendError::Throttled { retry_after, .. } if RetryPolicy::MAX_PROBE_DELAY <= retry_after => err,
        SendError::Transient { reason } | SendError::Throttled { reason, .. } => SendError::Misconfigured {
            reason: format!(
                "{reason}; the login has failed {failures} times in a row, so it is tried ever more rarely: check `smtp.username` and `smtp.password`"
            ),
        },
        SendError::Local { .. }
        | SendError::Blocked { .. }
        | SendError::Quota { .. }
        | SendError::Unsendable { .. }
        | SendError::Misconfigured { .. }
        | SendError::Unanswered { .. } => err,
    }
}

/// True if the reply is about the command and not about the login: 500 and 502 unknown, 501 wrong
/// arguments, 504 unknown mechanism (RFC 4954 §4, §6).
fn is_about_the_command(reply: &RawReply) -> bool {
    matches!(reply.code(), Some(500 | 501 | 502 | 504))
}

fn mechanisms(auth: AuthConfig) -> &'static [LoginMechanism] {
    match auth {
        AuthConfig::Auto => &[LoginMechanism::Plain, LoginMechanism::Login, LoginMechanism::CramMd5],
        AuthConfig::Plain => &[LoginMechanism::Plain],
        AuthConfig::Login => &[LoginMechanism::Login],
        AuthConfig::CramMd5 => &[LoginMechanism::CramMd5],
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>, between: &str) -> String {
    names.collect::<Vec<_>>().join(between)
}
