//! The login, kept out of the words of a server that repeats it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fanfare_core::{BuildError, Secret, SendError};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;

use crate::AuthConfig;
use crate::reply::{SmtpFailure, SmtpReply, SmtpStage};

/// A user name and its password.
#[derive(Debug)]
pub(crate) struct SmtpLogin {
    username: String,
    password: Secret,
    mechanisms: &'static [Mechanism], // The first that is offered is taken.
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
            (Some(username), Some(password)) => {
                Ok(Some(Self { username, password, mechanisms: mechanisms(auth) }))
            }
        }
    }

    pub(crate) fn username(&self) -> &str {
        &self.username
    }

    /// Logs in on `connection`.
    pub(crate) async fn log_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        if connection.server_info().get_auth_mechanism(self.mechanisms).is_none() {
            return Err(SendError::Misconfigured { reason: self.no_common_mechanism() });
        }
        let credentials = Credentials::new(self.username.clone(), self.password.expose().to_owned());
        match connection.auth(self.mechanisms, &credentials).await.map_err(SmtpFailure::from) {
            Ok(response) if response.has_code(ACCEPTED) => Ok(()),
            Ok(response) => {
                let reason = self.without_secrets(&format!("the server is out of step: {}", response.code()));
                Err(SmtpFailure::Lost(reason).at(SmtpStage::Login))
            }
            Err(SmtpFailure::Refused(SmtpReply { code, words })) => {
                Err(SmtpFailure::Refused(SmtpReply { code, words: self.without_secrets(&words) })
                    .at(SmtpStage::Login))
            }
            Err(SmtpFailure::Lost(words)) => {
                Err(SmtpFailure::Lost(self.without_secrets(&words)).at(SmtpStage::Login))
            }
        }
    }

    fn no_common_mechanism(&self) -> String {
        let ours = self.mechanisms.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        format!(
            "AUTH: the server does not offer {ours} here; check `smtp.port`, `smtp.tls` and `smtp.auth`, or leave out `smtp.username`"
        )
    }

    /// `words` without what we sent, should the server repeat it.
    fn without_secrets(&self, words: &str) -> String {
        let Self { username, password, mechanisms: _ } = self;
        let password = password.expose();
        let plain = BASE64_STANDARD.encode(format!("\0{username}\0{password}"));
        let login = BASE64_STANDARD.encode(password);
        [plain.as_str(), &login, password]
            .into_iter()
            .filter(|secret| !secret.is_empty())
            .fold(words.to_owned(), |words, secret| words.replace(secret, "***"))
    }
}

/// RFC 4954 §6: "Authentication Succeeded".
const ACCEPTED: u16 = 235;

fn mechanisms(auth: AuthConfig) -> &'static [Mechanism] {
    match auth {
        AuthConfig::Auto => &[Mechanism::Plain, Mechanism::Login],
        AuthConfig::Plain => &[Mechanism::Plain],
        AuthConfig::Login => &[Mechanism::Login],
    }
}
