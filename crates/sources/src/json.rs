//! JSON whose numbers keep every digit.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

use crate::{BodyFault, Unreadable};

mod lenient;

/// A JSON value.
///
/// ThinkLink's ids have 17 digits, more than a double can hold; `serde_json`'s
/// own tree would round them, and its `arbitrary_precision` would change every
/// other crate of the build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Json {
    #[default]
    Null,
    Bool(bool),
    /// The number as it was written.
    Number(String),
    Text(String),
    List(Vec<Self>),
    Object(Object),
}

/// Fields by name, without those that are `null`. Of a name given twice, the last counts.
pub(crate) type Object = BTreeMap<String, Json>;

/// The depth to which a body may nest; `serde_json`'s own limit, which it does not apply
/// to raw values.
const MAX_DEPTH: usize = 128;

/// The mark that some programs on Windows put before every UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Tells whether `text` is JSON with parts, or almost.
pub(crate) fn is_composite(text: &str) -> bool {
    text.starts_with(['{', '['])
        && Json::parse_leniently(text.as_bytes()).is_ok_and(|(it, _)| it.is_composite())
}

impl Json {
    /// Reads a body.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Unreadable> {
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        // The first pass checks the whole body, so its error has the right line and column.
        let raw: &RawValue =
            serde_json::from_slice(body).map_err(|err| malformed(format!("not JSON: {err}")))?;
        Self::from_raw(raw, MAX_DEPTH)
    }

    /// Reads a body that may be put together by hand, and the fault for which it is no JSON, if it is almost JSON.
    pub(crate) fn parse_leniently(body: &[u8]) -> Result<(Self, Option<Unreadable>), Unreadable> {
        let fault = match Self::parse(body) {
            Ok(json) => return Ok((json, None)),
            Err(fault) => fault,
        };
        match lenient::mended(body).map(|mended| Self::parse(mended.as_bytes())) {
            Some(Ok(json)) => Ok((json, Some(fault))),
            Some(Err(_)) | None => Err(fault),
        }
    }

    fn from_raw(raw: &RawValue, room: usize) -> Result<Self, Unreadable> {
        let text = raw.get();
        let first = text.as_bytes().first();
        if matches!(first, Some(b'{' | b'[')) && room == 0 {
            return Err(malformed(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(match first {
            Some(b'{') => {
                let fields: BTreeMap<LossyText, &RawValue> = parse_level(text)?;
                let fields = fields.into_iter().filter(|(_, raw)| raw.get() != "null");
                let values = fields.map(|(name, raw)| Ok((name.0, Self::from_raw(raw, room - 1)?)));
                Self::Object(values.collect::<Result<_, _>>()?)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = parse_level(text)?;
                Self::List(
                    items.into_iter().map(|raw| Self::from_raw(raw, room - 1)).collect::<Result<_, _>>()?,
                )
            }
            Some(b'"') => Self::Text(parse_level::<LossyText>(text)?.0),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') => Self::Null,
            _ => Self::Number(text.to_owned()),
        })
    }

    /// The type, in words for people.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Tells whether the value has parts.
    pub(crate) fn is_composite(&self) -> bool {
        match self {
            Self::List(_) | Self::Object(_) => true,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }

    /// The text of a value without parts; `None` if it is blank.
    pub(crate) fn text(&self) -> Option<&str> {
        let text = match self {
            Self::Null | Self::List(_) | Self::Object(_) => return None,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Number(digits) => digits,
            Self::Text(text) => text.trim(),
        };
        Some(text).filter(|text| !text.is_empty())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(it) => write!(f, "{it}"),
            Self::Number(digits) => f.write_str(digits),
            Self::Text(text) => write_text(text, f),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Object(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    write_text(name, f)?;
                    write!(f, ": {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Writes `text` in quotes, with the escapes that JSON needs.
fn write_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// Parses one level of text that the first pass has checked already.
fn parse_level<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|err| malformed(format!("not JSON: {err}")))
}

fn malformed(message: String) -> Unreadable {
    Unreadable { fault: BodyFault::Malformed, path: "$".to_owned(), message }
}

/// A text in which halves of characters have become U+FFFD: JavaScript cuts an
/// emoji in two and sends the half, and an alert must not be lost over it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct LossyText(String);

impl<'de> Deserialize<'de> for LossyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for bytes, `serde_json` hands over such halves instead of refusing them.
        deserializer.deserialize_bytes(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = LossyText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<LossyText, E> {
        Ok(LossyText(String::from_utf8_lossy(bytes).into_owned()))
    }

    fn visit_str<E>(self, text: &str) -> Result<LossyText, E> {
        Ok(LossyText(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
