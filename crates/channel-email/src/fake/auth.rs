//! The prompts of AUTH, and the credentials in the answers to them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::reply::ServerReply;
use super::rules::SmtpCapability;

/// A mechanism of AUTH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuthMechanism {
    Plain,
    Login,
    XOAuth2,
}

/// The prompt that the client is to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AuthPrompt {
    Plain,
    LoginUser,
    LoginPassword {
        username: String,
    },
    XOAuth2,
    /// The error of XOAUTH2, which the client acknowledges with an empty line.
    XOAuth2Refused,
}

/// The next step of a login.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AuthStep {
    /// A reply with which the login goes on.
    Ask(AuthPrompt, ServerReply),
    /// A reply with which the login is over.
    End(ServerReply),
    /// A user name and a password to check.
    CheckPassword { username: String, password: String },
    /// A user name and a bearer token to check.
    CheckToken { username: String, token: String },
    /// The end of a login whose token was refused.
    Denied,
}

impl AuthMechanism {
    /// The mechanism that `capability` offers, if it is one.
    pub(super) fn from_capability(capability: SmtpCapability) -> Option<Self> {
        match capability {
            SmtpCapability::AuthPlain => Some(Self::Plain),
            SmtpCapability::AuthLogin => Some(Self::Login),
            SmtpCapability::AuthXOAuth2 => Some(Self::XOAuth2),
            SmtpCapability::Size
            | SmtpCapability::EightBitMime
            | SmtpCapability::SmtpUtf8
            | SmtpCapability::Pipelining => None,
        }
    }

    /// The name of the mechanism, in capitals.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::XOAuth2 => "XOAUTH2",
        }
    }

    /// The first step, with the response that came with the command.
    pub(super) fn begin(self, initial: Option<&str>) -> AuthStep {
        let (prompt, text) = match self {
            Self::Plain => (AuthPrompt::Plain, ""),
            Self::Login => (AuthPrompt::LoginUser, "VXNlcm5hbWU6"), // "Username:"
            Self::XOAuth2 => (AuthPrompt::XOAuth2, ""),
        };
        match initial {
            Some(initial) => prompt.answered(initial),
            None => AuthStep::Ask(prompt, ServerReply::new(334, text)),
        }
    }
}

impl AuthPrompt {
    /// The prompt after a token was refused: an error that the client acknowledges.
    pub(super) fn after_refused_token() -> (Self, ServerReply) {
        let error = BASE64_STANDARD.encode(r#"{"status":"401","schemes":"bearer"}"#);
        (Self::XOAuth2Refused, ServerReply::new(334, &error))
    }

    /// The step after the client's answer.
    pub(super) fn answered(self, line: &str) -> AuthStep {
        if line == "*" {
            return AuthStep::End(ServerReply::new(501, "5.7.0 Authentication cancelled"));
        }
        if self == Self::XOAuth2Refused {
            return AuthStep::Denied;
        }
        match decoded(line) {
            Some(response) => self.responded(response),
            None => undecodable(),
        }
    }

    /// The step after a response that could be decoded.
    fn responded(self, response: String) -> AuthStep {
        match self {
            Self::XOAuth2Refused => AuthStep::Denied,
            Self::LoginUser => {
                let prompt = ServerReply::new(334, "UGFzc3dvcmQ6"); // "Password:"
                AuthStep::Ask(Self::LoginPassword { username: response }, prompt)
            }
            Self::LoginPassword { username } => AuthStep::CheckPassword { username, password: response },
            Self::Plain => match response.split('\0').collect::<Vec<_>>().as_slice() {
                [_, username, password] => AuthStep::CheckPassword {
                    username: (*username).to_owned(),
                    password: (*password).to_owned(),
                },
                _ => undecodable(),
            },
            // `user=NAME^Aauth=Bearer TOKEN^A^A`
            Self::XOAuth2 => {
                let part = |prefix: &str| {
                    let found = response.split('\u{1}').find_map(|it| it.strip_prefix(prefix));
                    found.unwrap_or_default().to_owned()
                };
                AuthStep::CheckToken { username: part("user="), token: part("auth=Bearer ") }
            }
        }
    }
}

fn undecodable() -> AuthStep {
    AuthStep::End(ServerReply::new(501, "5.5.2 Cannot decode the response"))
}

/// The text in base64; `=` is the empty text (RFC 4954, section 4).
fn decoded(line: &str) -> Option<String> {
    if line == "=" {
        return Some(String::new());
    }
    String::from_utf8(BASE64_STANDARD.decode(line).ok()?).ok()
}
