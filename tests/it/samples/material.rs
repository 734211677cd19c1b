//! The form of a kind's `suite.yaml`.

use std::collections::BTreeMap;

use fanfare_sandbox::Fault;
use serde::Deserialize;

/// The material of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SuiteMaterial {
    /// Values for those environment variables of the example config that must have a form.
    #[serde(default)]
    pub(super) example: BTreeMap<String, String>,
    /// Channels of the kind, one for each way in which it can be configured.
    pub(super) samples: Vec<SampleChannel>,
}

/// A channel of one kind, with its account at the fake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleChannel {
    /// The word that `kind:` says, by which the file was found.
    #[serde(skip)]
    pub(crate) kind: &'static str,
    /// The sample's own name, e.g. `wecom-bot`.
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) protocol: Protocol,
    /// The kind's own settings in YAML's flow style, with placeholders: `<name>` of the channel,
    /// `<http>`, `<smtp_host>`, `<smtp_port>`, `<tls>`, and the names of its secrets.
    pub(super) settings: String,
    /// The settings of its account at the fake, with the same placeholders.
    pub(super) account: BTreeMap<String, String>,
    /// The settings that are secret.
    pub(crate) secrets: Vec<SampleSecret>,
    /// Texts on the wire after which a secret stands that is made on the way, e.g. `sign=`.
    #[serde(default)]
    pub(crate) derived_after: Vec<String>,
    /// The facts about a provider over HTTP.
    #[serde(default)]
    pub(crate) http: Option<HttpMaterial>,
    /// Faults of this provider's own, and other outcomes of the faults that all HTTP providers have.
    pub(crate) faults: Vec<KindFault>,
}

/// The protocol of a provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    #[default]
    Http,
    Smtp,
}

/// The fate of a message that is sent again under the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Repeats {
    /// The provider knows it, and people see it once.
    Recognised,
    /// People see it again.
    Shown,
}

/// The part of an answer that says whether a message was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Word {
    Body,
    Status,
}

/// The facts about a provider over HTTP: how it takes messages, and how many bytes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpMaterial {
    pub(crate) word: Word,
    /// The body of the `200 OK` with which it takes a message.
    pub(crate) taken: String,
    /// The beginning of a delivery's reason when it has taken the message.
    pub(crate) receipt: String,
    /// The fate of a message that is sent again.
    pub(crate) repeats: Repeats,
    /// The most bytes of the text at each JSON pointer of a message; the empty pointer is all of it.
    pub(crate) limits: BTreeMap<String, usize>,
}

/// A setting that is secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleSecret {
    /// The name of its placeholder.
    pub(crate) name: String,
    value: String,
    /// The part of the value that nobody may see, if not all of it.
    #[serde(default)]
    hidden: Option<String>,
    /// True if it signs and does not travel itself.
    #[serde(default)]
    pub(crate) signs: bool,
}

/// A fault, and what must come of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindFault {
    /// The fault's name, and that of the alert it is tried with.
    pub(crate) name: String,
    /// The fault itself; none if it is one that all HTTP providers have.
    #[serde(default)]
    pub(crate) fault: Option<Fault>,
    #[serde(default)]
    pub(crate) end: FaultEnd,
    /// Words of the delivery's reason while the fault is on.
    pub(crate) says: String,
}

/// The end of a delivery that met a fault.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultEnd {
    /// Delivered once the fault is gone, and each person sees it once.
    #[default]
    Recovers,
    /// The same; but the provider showed it while it did not say so, and knows no
    /// repeat when it sees one: each attempt may be seen.
    RecoversWithRepeats,
    /// The provider must not be asked again for longer than a test takes.
    Waits,
    /// The provider will never take it, and said why.
    GivenUp,
    /// The provider took it and said so, though oddly.
    Delivered,
    /// The provider said so, and nobody saw it: its status is its word.
    Believed,
}

impl SuiteMaterial {
    /// The material in a `suite.yaml`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        serde_yaml::from_str(text).map_err(|err| err.to_string())
    }
}

impl SampleSecret {
    /// The placeholder in settings, e.g. `<access_token>`.
    pub(super) fn placeholder(&self) -> String {
        format!("<{}>", self.name)
    }

    /// The value for the channel called `name`, whose provider is at `http`.
    pub(crate) fn value(&self, name: &str, http: &str) -> String {
        self.value.replace("<name>", name).replace("<http>", http)
    }

    /// The part of the value that nobody may see.
    pub(crate) fn hidden(&self, name: &str) -> String {
        self.hidden.as_ref().unwrap_or(&self.value).replace("<name>", name)
    }
}
