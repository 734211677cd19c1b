//! A config as written: a tree in which every value knows its position.

use std::fmt;
use std::ops::Range;

use crate::place::{PathStep, Position, SettingPath};

/// A value and its position.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub(crate) position: Position,
    pub(crate) value: Value,
}

/// A value as YAML sees it. Its `Debug` says only the kind: it may be a secret.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    /// No value, as in `name:` or `~`.
    Nothing,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<YamlEntry>),
    /// A value that was wrong and has been reported, so that reading can go on
    /// and find what else is wrong.
    Placeholder(Placeholder),
}

/// A number, and the bytes of the source it was written with: a name or a
/// mobile number may look like one, and `007` is not `7` then.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    pub(crate) numeral: Numeral,
    pub(crate) bytes: Range<usize>,
}

/// The number itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Numeral {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// A name of a map, and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct YamlEntry {
    /// The name as written.
    pub name: String,
    /// The position of the name.
    pub name_position: Position,
    /// The value under the name.
    pub node: Node,
}

/// The progress in finding a text that passes for the value that was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placeholder {
    /// The text with this number among [`crate::ReadContext::placeholder_texts`] is tried.
    Candidate(usize),
    /// No text passed: the setting is read as if it were left out.
    Exhausted,
}

impl Node {
    /// The value under `name`, if this is a map that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|it| it.name == name).map(|it| &it.node)
    }

    /// The value, if it is a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Placeholder(_)
            | Value::List(_)
            | Value::Map(_) => None,
        }
    }

    /// The entries of a map; none if this is something else.
    #[must_use]
    pub fn entries(&self) -> &[YamlEntry] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Placeholder(_) => &[],
        }
    }

    /// The map's entries called one of `names`, and the rest; twice the same if
    /// this is not a map.
    #[must_use]
    pub fn partition(&self, names: &[&str]) -> (Self, Self) {
        let Value::Map(entries) = &self.value else { return (self.clone(), self.clone()) };
        let (named, rest) = entries.iter().cloned().partition(|it| names.contains(&it.name.as_str()));
        let part = |entries| Self { position: self.position, value: Value::Map(entries) };
        (part(named), part(rest))
    }

    /// True if the value is the word `true`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.value == Value::Bool(true)
    }

    /// The value at the end of `steps`.
    pub(crate) fn find_mut(&mut self, steps: &[PathStep]) -> Option<&mut Self> {
        let Some((first, rest)) = steps.split_first() else { return Some(self) };
        match (first, &mut self.value) {
            (PathStep::Key(name), Value::Map(entries)) => {
                entries.iter_mut().find(|it| it.name == *name)?.node.find_mut(rest)
            }
            (PathStep::Index(index), Value::List(items)) => items.get_mut(*index)?.find_mut(rest),
            (PathStep::Key(_) | PathStep::Index(_), _) => None,
        }
    }

    /// The location to show for what `steps` name: that of the value itself, or of
    /// its name if nothing was written after it; as deep as the tree goes.
    pub(crate) fn locate(&self, steps: &[PathStep]) -> Location {
        let mut location = Location { position: self.position, is_placeholder: self.is_placeholder() };
        let mut node = self;
        for step in steps {
            let next = match (step, &node.value) {
                (PathStep::Key(name), Value::Map(entries)) => {
                    entries.iter().find(|it| it.name == *name).map(|it| (it.name_position, &it.node))
                }
                (PathStep::Index(index), Value::List(items)) => items.get(*index).map(|it| (it.position, it)),
                (PathStep::Key(_) | PathStep::Index(_), _) => None,
            };
            let Some((name_position, next)) = next else { break };
            location.position = match next.value {
                Value::Nothing | Value::Map(_) | Value::List(_) => name_position,
                Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Placeholder(_) => next.position,
            };
            location.is_placeholder |= next.is_placeholder();
            node = next;
        }
        location
    }

    /// The position of the name at the end of `steps`, rather than of its value.
    pub(crate) fn name_position(&self, steps: &[PathStep]) -> Option<Position> {
        let (PathStep::Key(name), before) = steps.split_last()? else { return None };
        let mut node = self;
        for step in before {
            node = match (step, &node.value) {
                (PathStep::Key(name), Value::Map(_)) => node.get(name)?,
                (PathStep::Index(index), Value::List(items)) => items.get(*index)?,
                (PathStep::Key(_) | PathStep::Index(_), _) => return None,
            };
        }
        node.entries().iter().find(|it| it.name == *name).map(|it| it.name_position)
    }

    fn is_placeholder(&self) -> bool {
        matches!(self.value, Value::Placeholder(_))
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl Value {
    /// The kind of value, in words. Never the value itself, which may be a secret.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing | Self::Placeholder(_) => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// The position of a setting, and whether it has been reported already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Location {
    pub(crate) position: Position,
    pub(crate) is_placeholder: bool,
}

/// Calls `visit` with every map below `node`, and its path.
pub(crate) fn visit_maps(
    node: &mut Node,
    path: &SettingPath,
    visit: &mut impl FnMut(&mut Vec<YamlEntry>, &SettingPath),
) {
    match &mut node.value {
        Value::Map(entries) => {
            visit(entries, path);
            for entry in entries {
                visit_maps(&mut entry.node, &path.key(&entry.name), visit);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                visit_maps(item, &path.index(index), visit);
            }
        }
        Value::Nothing | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Placeholder(_) => {}
    }
}

/// Calls `visit` with every text below `node`, its place and its path.
pub(crate) fn visit_texts(
    node: &Node,
    path: &SettingPath,
    visit: &mut impl FnMut(Position, &str, &SettingPath),
) {
    match &node.value {
        Value::Text(text) => visit(node.position, text, path),
        Value::Map(entries) => {
            entries.iter().for_each(|it| visit_texts(&it.node, &path.key(&it.name), visit));
        }
        Value::List(items) => {
            let numbered = items.iter().enumerate();
            numbered.for_each(|(index, item)| visit_texts(item, &path.index(index), visit));
        }
        Value::Nothing | Value::Bool(_) | Value::Number(_) | Value::Placeholder(_) => {}
    }
}
