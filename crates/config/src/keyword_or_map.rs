//! Settings that are a keyword or a map.

use std::fmt;
use std::marker::PhantomData;
use std::num::{NonZeroU32, NonZeroUsize};

use fanfare_core::{Secret, Succeed};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, Unexpected, Visitor};

use crate::scalars::PositiveDuration;

/// The setting `auth`: `none`, or `{ bearer: SECRET }`.
#[derive(Debug, Clone)]
pub(crate) enum AuthYaml {
    /// No credentials.
    None,
    /// A token.
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
    /// No limit.
    Unlimited,
    /// A limit of this amount.
    To(T),
}

/// An amount that a [`Limit`] may be set to.
pub(crate) trait LimitAmount: DeserializeOwned {
    /// An example of the notation.
    const EXAMPLE: &'static str;
}

/// The amount of a budget: `{ messages: 20, per: 1m }`.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetYaml {
    pub(crate) messages: NonZeroU32,
    pub(crate) per: PositiveDuration,
}

impl LimitAmount for BudgetYaml {
    const EXAMPLE: &'static str = "{ messages: 20, per: 1m }";
}

/// The amount of a quota: `{ messages: 500, per: day }`.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaYaml {
    pub(crate) messages: NonZeroU32,
    pub(crate) per: PeriodYaml,
}

impl LimitAmount for QuotaYaml {
    const EXAMPLE: &'static str = "{ messages: 500, per: day }";
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
        write!(f, "`{}` or `unlimited`", T::EXAMPLE)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Limit<T>, E> {
        match word {
            "unlimited" => Ok(Limit::Unlimited),
            _ => Err(E::invalid_type(Unexpected::Str(word), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Limit<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Limit::To)
    }
}
