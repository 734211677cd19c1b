//! A config as written: a tree in which everything knows where it stands.

use std::fmt;
use std::ops::Range;

use super::place::{Path, Position, Step};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) position: Position,
    pub(crate) value: Value,
}

/// A value as YAML sees it. Its `Debug` says only the kind: it may be a secret.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing was written.
    Nothing,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// Stands where something wrong has been reported, so that reading can go on
    /// and find what else is wrong.
    StandIn(StandIn),
}

/// A number, and which bytes of the source it was written with: a name or a
/// mobile number may look like one, and `007` is not `7` then.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    pub(crate) is: Numeral,
    pub(crate) bytes: Range<usize>,
}

/// The number itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Numeral {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) name_at: Position,
    pub(crate) node: Node,
}

/// How far we are in trying what might pass for the value that was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandIn {
    /// The text with this number in [`super::stand_in::TEXTS`] is tried.
    Try(usize),
    /// None of them passed: read on as if nothing were there.
    Hopeless,
}

impl Node {
    /// What stands under `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|it| it.name == name).map(|it| &it.node)
    }

    /// The entries of a map; none if this is something else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::StandIn(_) => &[],
        }
    }

    /// What stands at the end of `steps`.
    pub(crate) fn find_mut(&mut self, steps: &[Step]) -> Option<&mut Self> {
        let Some((first, rest)) = steps.split_first() else { return Some(self) };
        match (first, &mut self.value) {
            (Step::Key(name), Value::Map(entries)) => {
                entries.iter_mut().find(|it| it.name == *name)?.node.find_mut(rest)
            }
            (Step::Index(index), Value::List(items)) => items.get_mut(*index)?.find_mut(rest),
            (Step::Key(_) | Step::Index(_), _) => None,
        }
    }

    /// Where to look for what `steps` name: the value itself, or its name if
    /// nothing was written after it; as deep as the tree goes.
    pub(crate) fn place_of(&self, steps: &[Step]) -> Place {
        let mut place = Place { position: self.position, is_stand_in: self.is_stand_in() };
        let mut node = self;
        for step in steps {
            let next = match (step, &node.value) {
                (Step::Key(name), Value::Map(entries)) => {
                    entries.iter().find(|it| it.name == *name).map(|it| (it.name_at, &it.node))
                }
                (Step::Index(index), Value::List(items)) => items.get(*index).map(|it| (it.position, it)),
                (Step::Key(_) | Step::Index(_), _) => None,
            };
            let Some((name_at, next)) = next else { break };
            place.position = match next.value {
                Value::Nothing | Value::Map(_) | Value::List(_) => name_at,
                Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::StandIn(_) => next.position,
            };
            place.is_stand_in |= next.is_stand_in();
            node = next;
        }
        place
    }

    /// Where the name at the end of `steps` stands, rather than its value.
    pub(crate) fn name_at(&self, steps: &[Step]) -> Option<Position> {
        let (Step::Key(name), before) = steps.split_last()? else { return None };
        let mut node = self;
        for step in before {
            node = match (step, &node.value) {
                (Step::Key(name), Value::Map(_)) => node.get(name)?,
                (Step::Index(index), Value::List(items)) => items.get(*index)?,
                (Step::Key(_) | Step::Index(_), _) => return None,
            };
        }
        node.entries().iter().find(|it| it.name == *name).map(|it| it.name_at)
    }

    fn is_stand_in(&self) -> bool {
        matches!(self.value, Value::StandIn(_))
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl Value {
    /// What it is, in words. Never the value itself, which may be a secret.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing | Self::StandIn(_) => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// Where something stands, and whether it has been complained about already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) position: Position,
    pub(crate) is_stand_in: bool,
}

/// Calls `visit` with every map below `node`, and its path.
pub(crate) fn each_map(node: &mut Node, path: &Path, visit: &mut impl FnMut(&mut Vec<Entry>, &Path)) {
    match &mut node.value {
        Value::Map(entries) => {
            visit(entries, path);
            for entry in entries {
                each_map(&mut entry.node, &path.key(&entry.name), visit);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                each_map(item, &path.index(index), visit);
            }
        }
        Value::Nothing | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::StandIn(_) => {}
    }
}
