//! AUTH, with its prompts.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::Session;
use crate::rules::{Capability, ClearAuth};
use crate::smtp::Reply;

/// Wrong passwords on one connection before the server hangs up.
const WRONG_LOGINS: u32 = 3;

/// What the client was asked for.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Dialogue {
    None,
    Plain,
    LoginUser,
    LoginPassword(String),
    XOAuth2,
    /// The error of XOAUTH2, which the client acknowledges with an empty line.
    XOAuth2Refused,
}

impl Session {
    /// The mechanisms on offer.
    pub(super) fn mechanisms(&self) -> Vec<&'static str> {
        let word = |capability: &Capability| match capability {
            Capability::AuthPlain => Some("PLAIN"),
            Capability::AuthLogin => Some("LOGIN"),
            Capability::AuthXOAuth2 => Some("XOAUTH2"),
            Capability::Size | Capability::EightBitMime | Capability::SmtpUtf8 | Capability::Pipelining => {
                None
            }
        };
        self.rules().capabilities.iter().filter_map(word).collect()
    }

    pub(super) fn auth(&mut self, mechanism: &str, initial: Option<&str>) -> Reply {
        if !self.has_greeted || self.login.is_some() || self.envelope.is_some() {
            return Reply::new(503, "5.5.1 AUTH is not possible now");
        }
        if !self.may_auth_now() && self.rules().clear_auth == ClearAuth::Refused {
            return Reply::new(538, "5.7.11 Encryption required for requested authentication mechanism");
        }
        if !self.mechanisms().contains(&mechanism) {
            return Reply::new(504, "5.5.4 Unrecognised authentication mechanism");
        }
        let (next, prompt) = match mechanism {
            "PLAIN" => (Dialogue::Plain, ""),
            "LOGIN" => (Dialogue::LoginUser, "VXNlcm5hbWU6"), // "Username:"
            _ => (Dialogue::XOAuth2, ""),
        };
        self.dialogue = next;
        match initial {
            Some(initial) => self.go_on(initial),
            None => Reply::new(334, prompt),
        }
    }

    /// Goes on with what the client answers to a prompt.
    pub(super) fn go_on(&mut self, line: &str) -> Reply {
        let dialogue = std::mem::replace(&mut self.dialogue, Dialogue::None);
        if line == "*" {
            return Reply::new(501, "5.7.0 Authentication cancelled");
        }
        if dialogue == Dialogue::XOAuth2Refused {
            return self.denied();
        }
        let Some(said) = decoded(line) else {
            return Reply::new(501, "5.5.2 Cannot decode the response");
        };
        match dialogue {
            Dialogue::None | Dialogue::XOAuth2Refused => Reply::new(503, "5.5.1 Nothing was asked"),
            Dialogue::LoginUser => {
                self.dialogue = Dialogue::LoginPassword(said);
                Reply::new(334, "UGFzc3dvcmQ6") // "Password:"
            }
            Dialogue::LoginPassword(username) => self.log_in(&username, &said),
            Dialogue::Plain => match said.split('\0').collect::<Vec<_>>().as_slice() {
                [_, username, password] => self.log_in(username, password),
                _ => Reply::new(501, "5.5.2 Cannot decode the response"),
            },
            Dialogue::XOAuth2 => self.log_in_by_token(&said),
        }
    }

    /// `user=NAME^Aauth=Bearer TOKEN^A^A`
    fn log_in_by_token(&mut self, said: &str) -> Reply {
        let part =
            |prefix: &str| said.split('\u{1}').find_map(|it| it.strip_prefix(prefix)).unwrap_or_default();
        let found = self.world.state().post.authenticate(part("user="), part("auth=Bearer "));
        match found {
            Some(number) => {
                self.login = Some(number);
                Reply::new(235, "2.7.0 Authentication successful")
            }
            None => {
                self.dialogue = Dialogue::XOAuth2Refused;
                let error = r#"{"status":"401","schemes":"bearer"}"#;
                Reply::new(334, &BASE64_STANDARD.encode(error))
            }
        }
    }

    fn log_in(&mut self, username: &str, password: &str) -> Reply {
        let found = self.world.state().post.authenticate(username, password);
        match found {
            Some(number) => {
                self.login = Some(number);
                Reply::new(235, "2.7.0 Authentication successful")
            }
            None => self.denied(),
        }
    }

    fn denied(&mut self) -> Reply {
        self.wrong_logins += 1;
        let reply = match self.wrong_logins {
            WRONG_LOGINS.. => Reply::new(421, "4.7.0 Too many wrong logins"),
            _ => Reply::new(535, "5.7.8 Authentication credentials invalid"),
        };
        self.refused(reply, Vec::new())
    }
}

/// Text in base64; `=` is the empty text (RFC 4954, section 4).
fn decoded(line: &str) -> Option<String> {
    if line == "=" {
        return Some(String::new());
    }
    String::from_utf8(BASE64_STANDARD.decode(line).ok()?).ok()
}
