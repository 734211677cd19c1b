//! YAML text read into a tree that knows its lines and columns. No other module
//! calls the YAML library.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::options::DuplicateKeyPolicy;
use serde_yaml::{Location, Options, Spanned};

use crate::node::{Node, Number, Numeral, Value, YamlEntry, visit_maps};
use crate::place::{Position, SettingPath};
use crate::problem::{Problem, ProblemSeverity};

/// The tree of `text`. Every name that stands twice in one map is added to
/// `problems`; after those the tree is still good to find further problems in:
/// the first of each name is kept.
///
/// # Errors
///
/// If it is not YAML at all: then there is just this one problem.
pub fn parse(text: &str, problems: &mut Vec<Problem>) -> Result<Node, Problem> {
    let mut root: Node = serde_yaml::from_str_with_options(text, options()).map_err(|err| not_yaml(&err))?;
    report_duplicates(&mut root, problems);
    Ok(root)
}

fn options() -> Options {
    serde_yaml::options! {
        // Otherwise `no`, `on` and `y` are booleans.
        strict_booleans: true,
        // Duplicates are passed on to us, so that all of them can be told at once.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        // A snippet would show the lines around a mistake, secrets included.
        with_snippet: false,
    }
}

fn not_yaml(err: &serde_yaml::Error) -> Problem {
    let position = err.location().and_then(position);
    let message = if matches!(err, serde_yaml::Error::MultipleDocuments { .. }) {
        "a second document begins here; a config is one".to_owned()
    } else {
        format!("not readable as YAML: {}", reason(err))
    };
    Problem::whole_file(position, message)
}

/// The library's message, without the position at its end, which is told in front.
fn reason(err: &serde_yaml::Error) -> String {
    let text = err.render();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

fn position(location: Location) -> Option<Position> {
    let (line, column) = (location.line(), location.column());
    (line > 0).then_some(Position { line, column })
}

/// The bytes of the source at `location`.
fn bytes(location: Location) -> Range<usize> {
    let span = location.span();
    let range = || {
        let start = usize::try_from(span.byte_offset()?).ok()?;
        let len = usize::try_from(span.byte_len()?).ok()?;
        Some(start..start.checked_add(len)?)
    };
    range().unwrap_or_default()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { mut value, referenced, defined } = Spanned::<Value>::deserialize(deserializer)?;
        if let Value::Number(number) = &mut value {
            number.bytes = bytes(defined);
        }
        Ok(Self { position: position(referenced).unwrap_or(Position::START), value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// A visitor that takes every value as it is.
struct AnyValue;

impl AnyValue {
    fn number(numeral: Numeral) -> Value {
        Value::Number(Number { numeral, bytes: Range::default() })
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Self::number(Numeral::Unsigned(it)))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Self::number(Numeral::Signed(it)))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Self::number(Numeral::Float(it)))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::Text(it.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(Spanned { value: name, referenced, defined: _ }) = map.next_key::<Spanned<String>>()? {
            let name_position = position(referenced).unwrap_or(Position::START);
            entries.push(YamlEntry { name, name_position, node: map.next_value()? });
        }
        Ok(Value::Map(entries))
    }
}

fn report_duplicates(root: &mut Node, problems: &mut Vec<Problem>) {
    visit_maps(root, &SettingPath::default(), &mut |entries, path| {
        let mut first_at: BTreeMap<String, Position> = BTreeMap::new();
        entries.retain(|entry| match first_at.entry(entry.name.clone()) {
            Slot::Vacant(slot) => {
                slot.insert(entry.name_position);
                true
            }
            Slot::Occupied(first) => {
                problems.push(Problem {
                    position: Some(entry.name_position),
                    severity: ProblemSeverity::Error,
                    path: path.key(&entry.name).to_string(),
                    message: format!("stands here a second time; the first is on line {}", first.get().line),
                });
                false
            }
        });
    });
}

#[cfg(test)]
mod tests;
