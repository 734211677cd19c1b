//! Settings that are a keyword or a map.

use std::fmt;
use std::marker::PhantomData;
use std::num::{NonZeroU32, NonZeroUsize};

use fanfare_core::{Secret, Succeed};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use crate::scalars::PositiveDuration;

/// The setting `auth`: `none`, or `{ bearer: SECRET }`.
#[derive(Debug, Clone)]
pub(crate) enum AuthYaml {
    /// No credentials at all.
    None,
    /// A bearer token.
    Bearer(Secret),
}

impl<'de> Deserialize<'de> for AuthYaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AuthVisitor)
    }
}

struct AuthVisitor;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct BearerYaml {
    bearer: Secret,
}

impl<'de> Visitor<'de> for AuthVisitor {
    type Value = AuthYaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`none` or `{ bearer: { env: NAME } }`")
    }

    // The word is not quoted: it may be a token.
    fn visit_str<E: Error>(self, word: &str) -> Result<AuthYaml, E> {
        match word {
            "none" => Ok(AuthYaml::None),
            _ => Err(E::invalid_type(Unexpected::Str(word), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AuthYaml, A::Error> {
        let BearerYaml { bearer } = BearerYaml::deserialize(MapAccessDeserializer::new(map))?;
        Ok(AuthYaml::Bearer(bearer))
    }
}

/// The setting `auth` of a source: `none`, a credential, or a list of those that open its door.
#[derive(Debug, Clone)]
pub(crate) enum SourceAuthYaml {
    /// No credentials at all.
    None,
    /// Any of these, at least one.
    AnyOf(Vec<CredentialYaml>),
}

/// A credential of a sender: exactly one of these.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialYaml {
    pub(crate) bearer: Option<Secret>,
    pub(crate) basic: Option<BasicYaml>,
    pub(crate) path: Option<Secret>,
    pub(crate) standard_webhook: Option<Secret>,
    pub(crate) hub_signature: Option<Secret>,
    pub(crate) dingtalk: Option<DingTalkRobotYaml>,
    pub(crate) wecom: Option<WeComBotYaml>,
    pub(crate) client_certificate: Option<ClientNameYaml>,
}

/// The name that a client's certificate is for.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientNameYaml {
    pub(crate) name: String,
}

/// The credential of HTTP's scheme `Basic`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BasicYaml {
    pub(crate) username: String,
    pub(crate) password: Secret,
}

/// The credential of a script that believes to post to a robot of DingTalk.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DingTalkRobotYaml {
    pub(crate) access_token: Secret,
    pub(crate) secret: Option<Secret>,
}

/// The credential of a script that believes to post to a bot of WeCom.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeComBotYaml {
    pub(crate) key: Secret,
}

impl<'de> Deserialize<'de> for SourceAuthYaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourceAuthVisitor)
    }
}

struct SourceAuthVisitor;

impl<'de> Visitor<'de> for SourceAuthVisitor {
    type Value = SourceAuthYaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`none` or `{ bearer: { env: NAME } }`")
    }

    // The word is not quoted: it may be a token.
    fn visit_str<E: Error>(self, word: &str) -> Result<SourceAuthYaml, E> {
        match word {
            "none" => Ok(SourceAuthYaml::None),
            _ => Err(E::invalid_type(Unexpected::Str(word), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SourceAuthYaml, A::Error> {
        let credential = CredentialYaml::deserialize(MapAccessDeserializer::new(map))?;
        Ok(SourceAuthYaml::AnyOf(vec![credential]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<SourceAuthYaml, A::Error> {
        let credentials = Vec::deserialize(SeqAccessDeserializer::new(list))?;
        if credentials.is_empty() {
            return Err(A::Error::custom("must not be empty: name a credential, or write `none`"));
        }
        Ok(SourceAuthYaml::AnyOf(credentials))
    }
}

/// The setting `succeed`: `all`, or the number of channels that must confirm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SucceedYaml(pub(crate) Succeed);

impl<'de> Deserialize<'de> for SucceedYaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SucceedVisitor).map(Self)
    }
}

struct SucceedVisitor;

impl Visitor<'_> for SucceedVisitor {
    type Value = Succeed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`all`, or a whole number above 0")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Succeed, E> {
        match word {
            "all" => Ok(Succeed::All),
            _ => Err(E::invalid_value(Unexpected::Str(word), &self)),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Succeed, E> {
        let number = usize::try_from(number).ok().and_then(NonZeroUsize::new);
        number.map(Succeed::AtLeast).ok_or_else(|| E::invalid_value(Unexpected::Unsigned(0), &self))
    }
}

/// A limit: `unlimited`, or an amount.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit<T> {
    /// No limit at all.
    Unlimited,
    /// A limit of this amount.
    To(T),
}

/// An amount that a [`Limit`] may be set to.
pub(crate) trait LimitAmount: Sized {
    /// The notation, by example.
    const EXPECTED: &'static str;

    /// The amount written as a map.
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;

    /// The amount written as a list, where that is allowed.
    fn from_list<'de, A: SeqAccess<'de>>(_list: A) -> Result<Self, A::Error> {
        Err(A::Error::invalid_type(Unexpected::Seq, &Self::EXPECTED))
    }
}

/// The amount of a budget: one window or several, all of which are kept; at least one.
#[derive(Debug, Clone)]
pub(crate) struct BudgetWindows(pub(crate) Vec<BudgetYaml>);

/// A window of a budget: `{ messages: 20, per: 1m }`.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetYaml {
    pub(crate) messages: NonZeroU32,
    pub(crate) per: PositiveDuration,
}

impl LimitAmount for BudgetWindows {
    const EXPECTED: &'static str = "`{ messages: 20, per: 1m }`, a list of such, or `unlimited`";

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let window = BudgetYaml::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Self(vec![window]))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        let windows = Vec::deserialize(SeqAccessDeserializer::new(list))?;
        if windows.is_empty() {
            return Err(A::Error::custom("must not be empty: write `unlimited`, or leave it out"));
        }
        Ok(Self(windows))
    }
}

/// The amount of a quota: `{ messages: 500, per: day }`.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaYaml {
    pub(crate) messages: NonZeroU32,
    pub(crate) per: PeriodYaml,
}

impl LimitAmount for QuotaYaml {
    const EXPECTED: &'static str = "`{ messages: 500, per: day }` or `unlimited`";

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        Self::deserialize(MapAccessDeserializer::new(map))
    }
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PeriodYaml {
    Day,
    Month,
}

impl<'de, T: LimitAmount> Deserialize<'de> for Limit<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LimitVisitor(PhantomData))
    }
}

struct LimitVisitor<T>(PhantomData<T>);

impl<'de, T: LimitAmount> Visitor<'de> for LimitVisitor<T> {
    type Value = Limit<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Limit<T>, E> {
        match word {
            "unlimited" => Ok(Limit::Unlimited),
            _ => Err(E::invalid_type(Unexpected::Str(word), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Limit<T>, A::Error> {
        T::from_map(map).map(Limit::To)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Limit<T>, A::Error> {
        T::from_list(list).map(Limit::To)
    }
}
