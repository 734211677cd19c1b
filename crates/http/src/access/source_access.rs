//! The access of a source: the credentials of its senders.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fanfare_core::Secret;
use jiff::Timestamp;
use subtle::{Choice, ConstantTimeEq as _};

use super::admitted::Admitted;
use super::caller::Caller;
use super::signature::{SignatureKey, dingtalk_sign};
use super::token::TokenDigest;
use crate::refusal::{Challenge, HttpRefusal};

/// The difference of clocks up to which DingTalk takes a signature; so do we.
const DINGTALK_TOLERANCE_MS: i64 = 3_600_000;

/// The access of a source.
#[derive(Debug, Clone)]
pub enum SourceAccess {
    /// All requests, from anywhere.
    Anyone,
    /// Requests with one of these credentials.
    AnyOf(Vec<SourceCredential>),
}

/// A credential that opens the door of a source.
#[derive(Debug, Clone)]
pub enum SourceCredential {
    /// A bearer token, which opens the doors for scripts of chat robots as well.
    Bearer(TokenDigest),
    /// A user and a password, as `user:password`.
    Basic(TokenDigest),
    /// The last part of the address.
    Path(TokenDigest),
    /// A signature of the body.
    Signature(SignatureKey),
    /// The access token of a robot of DingTalk, and the secret it must be signed with.
    DingTalkRobot(TokenDigest, Option<Secret>),
    /// The key of a bot of WeCom.
    WeComBot(TokenDigest),
    /// A certificate for this name, which the client has shown in the handshake of TLS.
    ClientCertificate(String),
}

/// The admission of a request: proven, or to be proven by the signature of its body.
#[derive(Debug)]
pub(crate) struct SourceAdmission {
    keys: Vec<SignatureKey>,
}

/// The parameters with which a script signs a post to a robot of DingTalk.
#[derive(Debug, Default)]
pub(crate) struct RobotSignature<'a> {
    /// The time of the signature in milliseconds since 1970.
    pub(crate) timestamp: Option<&'a str>,
    /// The signature in base64.
    pub(crate) sign: Option<&'a str>,
}

/// The reason for which a post to a robot is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RobotRefusal {
    /// The token or key is known to no source.
    Unknown,
    /// The signature is missing or wrong.
    BadSignature,
    /// The time of the signature is missing or too far from ours.
    BadTimestamp,
}

impl SourceCredential {
    /// The credential `Authorization: Bearer TOKEN`.
    #[must_use]
    pub fn bearer(token: &Secret) -> Self {
        Self::Bearer(TokenDigest::new(token.expose()))
    }

    /// The credential of HTTP's scheme `Basic`.
    #[must_use]
    pub fn basic(username: &str, password: &Secret) -> Self {
        Self::Basic(TokenDigest::new(&format!("{username}:{}", password.expose())))
    }

    /// The credential that is the last part of the address.
    #[must_use]
    pub fn path(token: &Secret) -> Self {
        Self::Path(TokenDigest::new(token.expose()))
    }

    /// The credential of a script for a robot of DingTalk.
    #[must_use]
    pub fn dingtalk(access_token: &Secret, secret: Option<&Secret>) -> Self {
        Self::DingTalkRobot(TokenDigest::new(access_token.expose()), secret.cloned())
    }

    /// The credential of a script for a bot of WeCom.
    #[must_use]
    pub fn wecom(key: &Secret) -> Self {
        Self::WeComBot(TokenDigest::new(key.expose()))
    }

    /// Tells whether what stands in the head of a request is this credential.
    fn is_shown(&self, caller: Caller<'_>, in_path: Option<&str>) -> bool {
        let matches = |digest: &TokenDigest, shown: Option<&str>| {
            shown.map_or(Choice::from(0), |shown| digest.matches(shown))
        };
        bool::from(match self {
            Self::Bearer(token) => matches(token, caller.bearer_token()),
            Self::Basic(login) => matches(login, basic_login(caller).as_deref()),
            Self::Path(token) => matches(token, in_path),
            Self::ClientCertificate(name) => {
                let shown = caller.connection.and_then(|it| it.certificate());
                Choice::from(u8::from(shown.is_some_and(|it| it.is_for(name))))
            }
            Self::Signature(_) | Self::DingTalkRobot(..) | Self::WeComBot(_) => Choice::from(0),
        })
    }
}

impl SourceAccess {
    /// Lets `caller` in to the door for alerts, perhaps on condition that its body is signed, or refuses it.
    /// `in_path` is what stands in the address behind the name of the source.
    pub(crate) fn admit(
        &self,
        caller: Caller<'_>,
        in_path: Option<&str>,
    ) -> Result<SourceAdmission, HttpRefusal> {
        let credentials = match self {
            Self::Anyone => return Ok(SourceAdmission { keys: Vec::new() }),
            Self::AnyOf(credentials) => credentials,
        };
        // All of them are compared, so that the time does not tell which one was nearly right.
        let shown = credentials.iter().filter(|it| it.is_shown(caller, in_path)).count();
        if shown > 0 {
            caller.authenticate();
            return Ok(SourceAdmission { keys: Vec::new() });
        }
        let keys = credentials.iter().filter_map(|it| match it {
            SourceCredential::Signature(key) => Some(key),
            SourceCredential::Bearer(_)
            | SourceCredential::Basic(_)
            | SourceCredential::Path(_)
            | SourceCredential::DingTalkRobot(..)
            | SourceCredential::WeComBot(_)
            | SourceCredential::ClientCertificate(_) => None,
        });
        let keys: Vec<_> = keys.filter(|it| it.is_claimed(caller.head.headers())).cloned().collect();
        if keys.is_empty() {
            Err(Self::refusal(credentials, caller, in_path))
        } else {
            Ok(SourceAdmission { keys })
        }
    }

    /// Lets a script for a robot of DingTalk in. The token names the source: `Unknown` if it is not this one.
    pub(crate) fn admit_dingtalk(
        &self,
        source: &str,
        token: &str,
        signature: &RobotSignature<'_>,
        now: Timestamp,
    ) -> Result<Admitted, RobotRefusal> {
        let credentials = match self {
            Self::Anyone => {
                return if token == source { Ok(Admitted::new()) } else { Err(RobotRefusal::Unknown) };
            }
            Self::AnyOf(credentials) => credentials,
        };
        let mut refusal = RobotRefusal::Unknown;
        for credential in credentials {
            match credential {
                SourceCredential::DingTalkRobot(expected, secret) if bool::from(expected.matches(token)) => {
                    match secret.as_ref().map_or(Ok(()), |secret| signature.check(secret, now)) {
                        Ok(()) => return Ok(Admitted::new()),
                        Err(reason) => refusal = reason,
                    }
                }
                SourceCredential::Bearer(expected) | SourceCredential::Path(expected)
                    if bool::from(expected.matches(token)) =>
                {
                    return Ok(Admitted::new());
                }
                SourceCredential::DingTalkRobot(..)
                | SourceCredential::Bearer(_)
                | SourceCredential::Path(_)
                | SourceCredential::Basic(_)
                | SourceCredential::Signature(_)
                | SourceCredential::WeComBot(_)
                | SourceCredential::ClientCertificate(_) => {}
            }
        }
        Err(refusal)
    }

    /// Lets a script for a bot of WeCom in. The key names the source.
    pub(crate) fn admit_wecom(&self, source: &str, key: &str) -> Result<Admitted, RobotRefusal> {
        let is_right = match self {
            Self::Anyone => key == source,
            Self::AnyOf(credentials) => credentials.iter().any(|it| match it {
                SourceCredential::WeComBot(expected)
                | SourceCredential::Bearer(expected)
                | SourceCredential::Path(expected) => bool::from(expected.matches(key)),
                SourceCredential::Basic(_)
                | SourceCredential::Signature(_)
                | SourceCredential::DingTalkRobot(..)
                | SourceCredential::ClientCertificate(_) => false,
            }),
        };
        if is_right { Ok(Admitted::new()) } else { Err(RobotRefusal::Unknown) }
    }

    fn refusal(credentials: &[SourceCredential], caller: Caller<'_>, in_path: Option<&str>) -> HttpRefusal {
        let takes_bearer = credentials.iter().any(|it| matches!(it, SourceCredential::Bearer(_)));
        let is_shown = caller.bearer_token().is_some() || basic_login(caller).is_some() || in_path.is_some();
        let takes_basic = credentials.iter().any(|it| matches!(it, SourceCredential::Basic(_)));
        let refusal = HttpRefusal::unauthorized(match (is_shown, takes_bearer) {
            (true, _) => "this token does not open this door",
            (false, true) => "send the header `Authorization: Bearer TOKEN`",
            (false, false) => "show one of the credentials that `auth` of the source names in the config",
        });
        refusal.asking_for(if takes_basic { Challenge::BasicOrBearer } else { Challenge::Bearer })
    }
}

impl SourceAdmission {
    /// The proof that `caller` may send `body`, as it came.
    ///
    /// # Errors
    ///
    /// If its signature is not right, with the reason.
    pub(crate) fn verify(
        self,
        caller: Caller<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Admitted, HttpRefusal> {
        let mut refusal = None;
        for key in &self.keys {
            match key.verify(caller.head.headers(), body, now) {
                Ok(()) => {
                    caller.authenticate();
                    return Ok(Admitted::new());
                }
                Err(reason) => refusal = Some(HttpRefusal::unauthorized(&reason.to_string())),
            }
        }
        refusal.map_or(Ok(Admitted::new()), Err)
    }
}

impl RobotSignature<'_> {
    fn check(&self, secret: &Secret, now: Timestamp) -> Result<(), RobotRefusal> {
        let millis: i64 =
            self.timestamp.and_then(|it| it.trim().parse().ok()).ok_or(RobotRefusal::BadTimestamp)?;
        if now.as_millisecond().abs_diff(millis) > DINGTALK_TOLERANCE_MS.unsigned_abs() {
            return Err(RobotRefusal::BadTimestamp);
        }
        // A `+` that was not escaped arrives as a blank.
        let sign = self.sign.unwrap_or_default().replace(' ', "+");
        let expected = dingtalk_sign(secret, millis);
        if bool::from(expected.as_bytes().ct_eq(sign.as_bytes())) {
            Ok(())
        } else {
            Err(RobotRefusal::BadSignature)
        }
    }
}

/// The user and the password that a request shows, as `user:password`.
fn basic_login(caller: Caller<'_>) -> Option<String> {
    let login = STANDARD.decode(caller.shown("basic")?).ok()?;
    String::from_utf8(login).ok()
}

#[cfg(test)]
mod tests;
