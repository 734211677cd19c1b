//! The command AUTH, with its prompts.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::super::reply::ServerReply;
use super::super::rules::{ClearAuth, SmtpCapability};
use super::ServerSession;

/// Wrong passwords on one connection before the server hangs up.
const WRONG_LOGINS: u32 = 3;

/// The prompt that the client is to answer.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum LoginDialogue {
    None,
    Plain,
    LoginUser,
    LoginPassword(String),
    XOAuth2,
    /// The error of XOAUTH2, which the client acknowledges with an empty line.
    XOAuth2Refused,
}

impl ServerSession {
    /// The mechanisms on offer.
    pub(super) fn mechanisms(&self) -> Vec<&'static str> {
        let word = |capability: &SmtpCapability| match capability {
            SmtpCapability::AuthPlain => Some("PLAIN"),
            SmtpCapability::AuthLogin => Some("LOGIN"),
            SmtpCapability::AuthXOAuth2 => Some("XOAUTH2"),
            SmtpCapability::Size
            | SmtpCapability::EightBitMime
            | SmtpCapability::SmtpUtf8
            | SmtpCapability::Pipelining => None,
        };
        self.rules().capabilities.iter().filter_map(word).collect()
    }

    pub(super) fn auth(&mut self, mechanism: &str, initial: Option<&str>) -> ServerReply {
        if !self.has_greeted || self.login.is_some() || self.envelope.is_some() {
            return ServerReply::new(503, "5.5.1 AUTH is not possible now");
        }
        if !self.may_auth_now() && self.rules().clear_auth == ClearAuth::Refused {
            return ServerReply::new(
                538,
                "5.7.11 Encryption required for requested authentication mechanism",
            );
        }
        if !self.mechanisms().contains(&mechanism) {
            return ServerReply::new(504, "5.5.4 Unrecognised authentication mechanism");
        }
        let (next, prompt) = match mechanism {
            "PLAIN" => (LoginDialogue::Plain, ""),
            "LOGIN" => (LoginDialogue::LoginUser, "VXNlcm5hbWU6"), // "Username:"
            _ => (LoginDialogue::XOAuth2, ""),
        };
        self.dialogue = next;
        match initial {
            Some(initial) => self.go_on(initial),
            None => ServerReply::new(334, prompt),
        }
    }

    /// Goes on with the client's answer to a prompt.
    pub(super) fn go_on(&mut self, line: &str) -> ServerReply {
        let dialogue = std::mem::replace(&mut self.dialogue, LoginDialogue::None);
        if line == "*" {
            return ServerReply::new(501, "5.7.0 Authentication cancelled");
        }
        if dialogue == LoginDialogue::XOAuth2Refused {
            return self.denied();
        }
        let Some(said) = decoded(line) else {
            return ServerReply::new(501, "5.5.2 Cannot decode the response");
        };
        match dialogue {
            LoginDialogue::None | LoginDialogue::XOAuth2Refused => {
                ServerReply::new(503, "5.5.1 Nothing was asked")
            }
            LoginDialogue::LoginUser => {
                self.dialogue = LoginDialogue::LoginPassword(said);
                ServerReply::new(334, "UGFzc3dvcmQ6") // "Password:"
            }
            LoginDialogue::LoginPassword(username) => self.log_in(&username, &said),
            LoginDialogue::Plain => match said.split('\0').collect::<Vec<_>>().as_slice() {
                [_, username, password] => self.log_in(username, password),
                _ => ServerReply::new(501, "5.5.2 Cannot decode the response"),
            },
            LoginDialogue::XOAuth2 => self.log_in_by_token(&said),
        }
    }

    /// Logs in by `user=NAME^Aauth=Bearer TOKEN^A^A`.
    fn log_in_by_token(&mut self, said: &str) -> ServerReply {
        let part =
            |prefix: &str| said.split('\u{1}').find_map(|it| it.strip_prefix(prefix)).unwrap_or_default();
        let found = self.server.accounts().authenticate(part("user="), part("auth=Bearer "));
        match found {
            Some(number) => {
                self.login = Some(number);
                ServerReply::new(235, "2.7.0 Authentication successful")
            }
            None => {
                self.dialogue = LoginDialogue::XOAuth2Refused;
                let error = r#"{"status":"401","schemes":"bearer"}"#;
                ServerReply::new(334, &BASE64_STANDARD.encode(error))
            }
        }
    }

    fn log_in(&mut self, username: &str, password: &str) -> ServerReply {
        let found = self.server.accounts().authenticate(username, password);
        match found {
            Some(number) => {
                self.login = Some(number);
                ServerReply::new(235, "2.7.0 Authentication successful")
            }
            None => self.denied(),
        }
    }

    fn denied(&mut self) -> ServerReply {
        self.wrong_logins += 1;
        let reply = match self.wrong_logins {
            WRONG_LOGINS.. => ServerReply::new(421, "4.7.0 Too many wrong logins"),
            _ => ServerReply::new(535, "5.7.8 Authentication credentials invalid"),
        };
        self.refused(reply, Vec::new())
    }
}

/// The text in base64; `=` is the empty text (RFC 4954, section 4).
fn decoded(line: &str) -> Option<String> {
    if line == "=" {
        return Some(String::new());
    }
    String::from_utf8(BASE64_STANDARD.decode(line).ok()?).ok()
}
