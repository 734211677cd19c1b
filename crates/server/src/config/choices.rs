//! Settings that are a word, or something more.

use std::fmt;
use std::marker::PhantomData;
use std::num::{NonZeroU32, NonZeroUsize};

use fanfare_core::{Secret, Succeed};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, Unexpected, Visitor};

use super::values::Positive;

/// Who may come in: `none`, or `{ bearer: SECRET }`.
#[derive(Debug, Clone)]
pub(crate) enum WrittenAuth {
    /// Everybody.
    None,
    /// Who knows the token.
    Bearer(Secret),
}

impl<'de> Deserialize<'de> for WrittenAuth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AuthVisitor)
    }
}

struct AuthVisitor;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Bearer {
    bearer: Secret,
}

impl<'de> Visitor<'de> for AuthVisitor {
    type Value = WrittenAuth;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`none` or `{ bearer: { env: NAME } }`")
    }

    // The word is not quoted: it may be a token.
    fn visit_str<E: Error>(self, word: &str) -> Result<WrittenAuth, E> {
        match word {
            "none" => Ok(WrittenAuth::None),
            _ => Err(E::invalid_type(Unexpected::Str(word), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WrittenAuth, A::Error> {
        let Bearer { bearer } = Bearer::deserialize(MapAccessDeserializer::new(map))?;
        Ok(WrittenAuth::Bearer(bearer))
    }
}

/// How many channels must confirm: `all`, or so many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Enough(pub(crate) Succeed);

impl<'de> Deserialize<'de> for Enough {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EnoughVisitor).map(Self)
    }
}

struct EnoughVisitor;

impl Visitor<'_> for EnoughVisitor {
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

/// `unlimited`, or so much.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit<T> {
    /// As much as there is.
    Unlimited,
    /// So much.
    To(T),
}

/// What a [`Limit`] may be.
pub(crate) trait Amount: DeserializeOwned {
    /// How it is written.
    const EXAMPLE: &'static str;
}

/// `{ messages: 20, per: 1m }`
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenBudget {
    pub(crate) messages: NonZeroU32,
    pub(crate) per: Positive,
}

impl Amount for WrittenBudget {
    const EXAMPLE: &'static str = "{ messages: 20, per: 1m }";
}

/// `{ messages: 500, per: day }`
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenQuota {
    pub(crate) messages: NonZeroU32,
    pub(crate) per: WrittenPeriod,
}

impl Amount for WrittenQuota {
    const EXAMPLE: &'static str = "{ messages: 500, per: day }";
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WrittenPeriod {
    Day,
    Month,
}

impl<'de, T: Amount> Deserialize<'de> for Limit<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LimitVisitor(PhantomData))
    }
}

struct LimitVisitor<T>(PhantomData<T>);

impl<'de, T: Amount> Visitor<'de> for LimitVisitor<T> {
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
