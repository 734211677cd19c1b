//! A channel of each kind, and its account at the sandbox.

use std::fmt::Write as _;

use fanfare_sandbox::FakeAccount;

use crate::harness::FakeProviders;

/// A kind of channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestedKind {
    DingTalk,
    WeComBot,
    WeComApp,
    Mail,
}

/// The two recipients of a mail.
pub(crate) const FIRST: &str = "first@example.com";
pub(crate) const SECOND: &str = "second@example.com";

const SENDER: &str = "gateway@example.com";
const SECRET: &str = "SECsecret";
const CORP: &str = "ww0123456789abcdef";
const AGENT: i64 = 1_000_002;
const MEMBER: &str = "zhangsan";

impl TestedKind {
    /// The account behind the channel called `name`.
    pub(crate) fn account(self, name: &str) -> FakeAccount {
        let agent = AGENT.to_string();
        let (kind, settings) = match self {
            Self::DingTalk => ("dingtalk", vec![("access_token", name), ("secret", SECRET)]),
            Self::WeComBot => ("wecom", vec![("key", name)]),
            Self::WeComApp => {
                let settings =
                    [("corp_id", CORP), ("secret", name), ("agent_id", &agent), ("to_user", MEMBER)];
                ("wecom", settings.to_vec())
            }
            Self::Mail => ("email", vec![("username", name), ("password", "password"), ("from", SENDER)]),
        };
        FakeAccount::new(kind, settings).named(name)
    }

    /// The same at a private deployment that takes as much as it is sent.
    pub(crate) fn account_without_limits(self, name: &str) -> FakeAccount {
        self.account(name).with("limits", "none")
    }

    /// The channel's settings, in YAML's flow style.
    pub(crate) fn settings(self, name: &str, at: &FakeProviders) -> String {
        let endpoint = at.endpoint();
        match self {
            Self::DingTalk => {
                format!("kind: dingtalk, access_token: {name}, secret: {SECRET}, endpoint: \"{endpoint}\"")
            }
            Self::WeComBot => format!("kind: wecom, key: {name}, endpoint: \"{endpoint}\""),
            Self::WeComApp => format!(
                "kind: wecom, endpoint: \"{endpoint}\", \
                 app: {{ corp_id: {CORP}, secret: {name}, agent_id: {AGENT}, to_user: [{MEMBER}] }}"
            ),
            Self::Mail => format!(
                "kind: email, from: {SENDER}, to: [{FIRST}, {SECOND}], \
                 smtp: {{ host: 127.0.0.1, port: {}, tls: none, username: {name}, password: password }}",
                at.smtp_port()
            ),
        }
    }

    /// Another kind, for a channel beside this one.
    pub(crate) fn neighbour(self) -> Self {
        match self {
            Self::DingTalk | Self::WeComBot | Self::WeComApp => Self::Mail,
            Self::Mail => Self::DingTalk,
        }
    }
}

/// A config of one receiver, who is told of everything on all these channels: a name and its settings each.
pub(crate) fn config(channels: &[(&str, String)]) -> String {
    let mut lines = String::new();
    for (name, settings) in channels {
        writeln!(lines, "  {name}: {{ {settings} }}").unwrap();
    }
    let names: Vec<_> = channels.iter().map(|(name, _)| *name).collect();
    format!(
        "server: {{ listen: 127.0.0.1:0 }}
store: sqlite://data/fanfare.db
allow_inline_secrets: true
retry: {{ first_delay: 100ms, max_delay: 500ms, probe_delay: 200ms }}
sources: [{{ name: thinklink, format: tkl, auth: none }}]
channels:
{lines}receivers: [{{ name: on-call, channels: [{}] }}]
route: {{ receiver: on-call }}
",
        names.join(", ")
    )
}
