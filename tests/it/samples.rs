//! A channel of each registered kind, its account at the fake, and what its suites expect.
//!
//! All of it stands in the `suite.yaml` of the kind's crate: here no kind is known by name
//! but to tests that are about one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use fanfare_config::{Loader, NoSecrets};
use fanfare_core::{Clock as _, SystemClock};
use fanfare_gateway::ChannelSetup;
use fanfare_sandbox::FakeAccount;

use crate::harness::{FakeProviders, root};

mod material;

pub(crate) use self::material::{FaultEnd, KindFault, Protocol, Repeats, SampleChannel, SampleSecret, Word};
use self::material::{HttpMaterial, SuiteMaterial};

/// The addresses by which a channel reaches its provider.
#[derive(Debug, Clone)]
pub(crate) struct ProviderAddresses {
    /// The value of `endpoint`, e.g. `http://127.0.0.1:40123`.
    pub(crate) http: String,
    pub(crate) smtp_host: String,
    pub(crate) smtp_port: String,
    /// The authority of the providers' certificates, if connections are encrypted.
    pub(crate) ca_file: Option<PathBuf>,
}

impl From<&FakeProviders> for ProviderAddresses {
    fn from(providers: &FakeProviders) -> Self {
        Self {
            http: providers.endpoint(),
            smtp_host: "127.0.0.1".to_owned(),
            smtp_port: providers.smtp_port().to_string(),
            ca_file: None,
        }
    }
}

/// The samples of all registered kinds, in the order of the kinds.
pub(crate) fn samples() -> &'static [SampleChannel] {
    static SAMPLES: OnceLock<Vec<SampleChannel>> = OnceLock::new();
    SAMPLES.get_or_init(|| fanfare::registry().kinds().flat_map(samples_of).collect())
}

/// The samples of one kind.
#[track_caller]
fn samples_of(kind: &'static str) -> Vec<SampleChannel> {
    material_of(kind).samples.into_iter().map(|it| SampleChannel { kind, ..it }).collect()
}

/// The material of one kind; ends the test with a sentence if the kind brings none.
#[track_caller]
fn material_of(kind: &str) -> SuiteMaterial {
    let path = format!("crates/channel-{kind}/suite.yaml");
    let text = std::fs::read_to_string(root().join(&path)).unwrap_or_else(|err| {
        panic!("`{kind}` is registered, but the suites cannot try it: {path}: {err}. CONTRIBUTING.md says what it holds")
    });
    let material = SuiteMaterial::parse(&text).unwrap_or_else(|err| panic!("{path}: {err}"));
    assert!(!material.samples.is_empty(), "{path} describes no channel");
    material
}

/// Values for those environment variables of the example config that must have a form.
pub(crate) fn example_values() -> BTreeMap<String, String> {
    fanfare::registry().kinds().flat_map(|kind| material_of(kind).example).collect()
}

/// The sample of this name.
#[track_caller]
pub(crate) fn sample(name: &str) -> &'static SampleChannel {
    samples().iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no kind has a sample `{name}`"))
}

/// Samples over HTTP.
pub(crate) fn http_samples() -> impl Iterator<Item = &'static SampleChannel> {
    samples().iter().filter(|it| it.protocol == Protocol::Http)
}

pub(crate) fn dingtalk() -> &'static SampleChannel {
    sample("dingtalk")
}

pub(crate) fn wecom_bot() -> &'static SampleChannel {
    sample("wecom-bot")
}

pub(crate) fn mail() -> &'static SampleChannel {
    sample("email")
}

impl SampleChannel {
    /// The facts about its provider over HTTP.
    #[track_caller]
    pub(crate) fn http(&self) -> &HttpMaterial {
        self.http.as_ref().unwrap_or_else(|| panic!("`{}` is over HTTP and has no entry `http`", self.name))
    }

    /// The account behind the channel called `name`.
    pub(crate) fn account(&self, name: &str) -> FakeAccount {
        let filled = |template: &str| {
            let secrets = self.secrets.iter().fold(template.to_owned(), |text, secret| {
                text.replace(&secret.placeholder(), &secret.value(name, ""))
            });
            secrets.replace("<name>", name)
        };
        let settings: Vec<_> =
            self.account.iter().map(|(setting, value)| (setting.clone(), filled(value))).collect();
        FakeAccount::new(self.kind, settings).named(name)
    }

    /// The same at a private deployment that takes as much as it is sent.
    pub(crate) fn account_without_limits(&self, name: &str) -> FakeAccount {
        self.account(name).with("limits", "none")
    }

    /// The channel's settings, in YAML's flow style, with its secrets among them.
    pub(crate) fn settings(&self, name: &str, at: impl Into<ProviderAddresses>) -> String {
        let at = at.into();
        self.settings_with(name, &at, |secret| format!("\"{}\"", secret.value(name, &at.http)))
    }

    /// The same, where `write` writes the value of each secret.
    pub(crate) fn settings_with(
        &self,
        name: &str,
        at: &ProviderAddresses,
        write: impl Fn(&SampleSecret) -> String,
    ) -> String {
        let ProviderAddresses { http, smtp_host, smtp_port, ca_file } = at;
        let mut settings = format!("kind: {}, {}", self.kind, self.settings);
        let tls = match (ca_file, self.protocol) {
            (None, _) => "none".to_owned(),
            (Some(ca_file), Protocol::Smtp) => format!("starttls, ca_file: \"{}\"", ca_file.display()),
            (Some(ca_file), Protocol::Http) => {
                write!(settings, ", ca_file: \"{}\"", ca_file.display()).unwrap();
                String::new()
            }
        };
        for secret in &self.secrets {
            settings = settings.replace(&secret.placeholder(), &write(secret));
        }
        for (placeholder, value) in [
            ("<http>", http.as_str()),
            ("<smtp_host>", smtp_host),
            ("<smtp_port>", smtp_port),
            ("<tls>", &tls),
            ("<name>", name),
        ] {
            settings = settings.replace(placeholder, value);
        }
        settings
    }

    /// A sample that is reached by another protocol, for a channel beside this one.
    pub(crate) fn neighbour(&self) -> &'static SampleChannel {
        samples().iter().find(|it| it.protocol != self.protocol).unwrap()
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

/// The only channel of a config, called `name`, as the gateway is handed it.
#[track_caller]
pub(crate) fn loaded_channel(name: &str, settings: &str) -> ChannelSetup {
    let config = config(&[(name, settings.to_owned())]);
    let kinds = fanfare::registry();
    let loader = Loader { kinds: &kinds, secrets: &NoSecrets, sandbox: None, now: SystemClock.now() };
    let loaded = loader.load_text(&config, Path::new("fanfare.yaml"));
    loaded.unwrap_or_else(|problems| panic!("{problems}\n{config}")).channels.remove(0)
}

#[test]
fn every_registered_kind_brings_what_the_suites_need() {
    for kind in fanfare::registry().kinds() {
        samples_of(kind);
    }
    for sample in samples() {
        let expected = sample.protocol == Protocol::Http;
        assert_eq!(sample.http.is_some(), expected, "`http` of `{}`, a sample over HTTP or not", sample.name);
    }
    let mut names: Vec<_> = samples().iter().map(|it| it.name.as_str()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two samples share a name: {names:?}");
}

#[test]
#[should_panic(
    expected = "`pager` is registered, but the suites cannot try it: crates/channel-pager/suite.yaml"
)]
fn a_kind_without_material_is_named() {
    samples_of("pager");
}
