//! The credentials with which senders open the door of their source.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use fanfare_core::Secret;
use fanfare_settings::{Section, SettingPath};

use crate::keyword_or_map::{
    BasicYaml, ClientNameYaml, CredentialYaml, DingTalkRobotYaml, SourceAuthYaml, WeComBotYaml,
};
use crate::scalars::Listen;

/// The credentials with which senders open the door of a source.
#[derive(Debug, Clone)]
pub enum SourceAuth {
    /// Nothing opens the door: the source's alerts come another way.
    Closed,
    /// None: the source takes alerts from everybody who can reach the address, which is a loopback or private one.
    Open,
    /// Any of these; several while one takes the place of another.
    AnyOf(Vec<SenderCredential>),
}

/// A credential of a sender.
#[derive(Debug, Clone)]
pub enum SenderCredential {
    /// The header `Authorization: Bearer TOKEN`.
    Bearer(Secret),
    /// The header `Authorization: Basic …`.
    Basic {
        /// The name of the user.
        username: String,
        /// The password of the user.
        password: Secret,
    },
    /// The last part of the address, `/ingest/SOURCE/TOKEN`, for senders that can set nothing else.
    Path(Secret),
    /// A signature of the body and its time: <https://www.standardwebhooks.com/>.
    StandardWebhook(Secret),
    /// A signature of the body in `X-Hub-Signature-256`:
    /// <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.
    HubSignature(Secret),
    /// The access token of a script that believes to post to a robot of DingTalk, and the secret that it signs with.
    DingTalkRobot {
        /// The value of `access_token` in the address.
        access_token: Secret,
        /// The secret of the security setting 加签; without it no signature is asked for.
        secret: Option<Secret>,
    },
    /// The key of a script that believes to post to a bot of WeCom.
    WeComBot(Secret),
    /// A certificate that is for this name, from an authority of `server.tls.client_ca_file`.
    ClientCertificate(String),
}

impl SourceAuth {
    /// The first bearer token, with which our own commands post.
    #[must_use]
    pub fn bearer(&self) -> Option<&Secret> {
        match self {
            Self::Closed | Self::Open => None,
            Self::AnyOf(credentials) => credentials.iter().find_map(|it| match it {
                SenderCredential::Bearer(token) => Some(token),
                SenderCredential::Basic { .. }
                | SenderCredential::Path(_)
                | SenderCredential::StandardWebhook(_)
                | SenderCredential::HubSignature(_)
                | SenderCredential::DingTalkRobot { .. }
                | SenderCredential::WeComBot(_)
                | SenderCredential::ClientCertificate(_) => None,
            }),
        }
    }
}

/// Notes a door that strangers can open, and entries that are not exactly one credential.
pub(crate) fn check(auth: &SourceAuthYaml, listen: SocketAddr, path: &SettingPath, section: &mut Section) {
    match auth {
        SourceAuthYaml::None if !Listen(listen).is_private() => section.error(
            path,
            "`none` is only accepted if `server.listen` is a loopback or private address: write `{ bearer: { env: NAME } }`",
        ),
        SourceAuthYaml::None => {}
        SourceAuthYaml::AnyOf(credentials) => {
            for (path, credential) in placed(credentials, path) {
                if credential.standard_webhook.as_ref().is_some_and(|it| !it.expose().starts_with("whsec_")) {
                    let message = "is not written as senders by Standard Webhooks give it, `whsec_…`: taken as a text";
                    section.warning(&path.key("standard_webhook"), message);
                }
                match credential.clone().credentials().count() {
                    1 => {}
                    0 if CredentialYaml::KINDS.iter().any(|kind| section.is_reported(&path.key(kind))) => {}
                    0 => section.error(&path, "names no credential: write `{ bearer: { env: NAME } }`"),
                    _ => section.error(
                        &path,
                        "names more than one credential: write a list, of which any one opens the door",
                    ),
                }
            }
        }
    }
}

/// Notes secrets that open the doors of several sources: who leaks one of them opens all, and the door that takes a
/// robot's messages cannot tell whose they are.
pub(crate) fn check_shared<'a>(
    sources: impl Iterator<Item = (&'a str, SettingPath, &'a SourceAuthYaml)>,
    section: &mut Section,
) {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, path, auth) in sources {
        let SourceAuthYaml::AnyOf(credentials) = auth else { continue };
        for (path, credential) in placed(credentials, &path) {
            for secret in credential.secrets() {
                let owner = *owners.entry(secret.expose()).or_insert(name);
                if owner != name {
                    section.warning(
                        &path,
                        format!("is a credential of the source `{owner}` too: give each its own, so that one can be changed alone"),
                    );
                }
            }
        }
    }
}

/// The credentials with the path of each: an entry of a list, or `auth` itself.
pub(crate) fn placed<'a, 'p>(
    credentials: &'a [CredentialYaml],
    path: &'p SettingPath,
) -> impl Iterator<Item = (SettingPath, &'a CredentialYaml)> + use<'a, 'p> {
    let is_list = credentials.len() > 1;
    credentials
        .iter()
        .enumerate()
        .map(move |(index, it)| (if is_list { path.index(index) } else { path.clone() }, it))
}

impl CredentialYaml {
    /// The names of the settings, each a kind of credential.
    const KINDS: [&str; 8] = [
        "bearer",
        "basic",
        "path",
        "standard_webhook",
        "hub_signature",
        "dingtalk",
        "wecom",
        "client_certificate",
    ];

    /// The secrets by which a sender is known. That with which DingTalk's robots sign is none: many may share it.
    fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let Self {
            bearer,
            basic,
            path,
            standard_webhook,
            hub_signature,
            dingtalk,
            wecom,
            client_certificate: _,
        } = self;
        let plain = [bearer, path, standard_webhook, hub_signature].into_iter().flatten();
        let basic = basic.iter().map(|BasicYaml { username: _, password }| password);
        let dingtalk = dingtalk.iter().map(|DingTalkRobotYaml { access_token, secret: _ }| access_token);
        plain.chain(basic).chain(dingtalk).chain(wecom.iter().map(|WeComBotYaml { key }| key))
    }

    /// The credentials that are named: one in an entry that is accepted.
    fn credentials(self) -> impl Iterator<Item = SenderCredential> {
        let Self {
            bearer,
            basic,
            path,
            standard_webhook,
            hub_signature,
            dingtalk,
            wecom,
            client_certificate,
        } = self;
        let basic =
            basic.map(|BasicYaml { username, password }| SenderCredential::Basic { username, password });
        let dingtalk = dingtalk.map(|DingTalkRobotYaml { access_token, secret }| {
            SenderCredential::DingTalkRobot { access_token, secret }
        });
        let named = [
            bearer.map(SenderCredential::Bearer),
            basic,
            path.map(SenderCredential::Path),
            standard_webhook.map(SenderCredential::StandardWebhook),
            hub_signature.map(SenderCredential::HubSignature),
            dingtalk,
            wecom.map(|WeComBotYaml { key }| SenderCredential::WeComBot(key)),
            client_certificate.map(|ClientNameYaml { name }| SenderCredential::ClientCertificate(name)),
        ];
        named.into_iter().flatten()
    }
}

impl From<SourceAuthYaml> for SourceAuth {
    fn from(yaml: SourceAuthYaml) -> Self {
        match yaml {
            SourceAuthYaml::None => Self::Open,
            SourceAuthYaml::AnyOf(credentials) => {
                Self::AnyOf(credentials.into_iter().flat_map(CredentialYaml::credentials).collect())
            }
        }
    }
}
