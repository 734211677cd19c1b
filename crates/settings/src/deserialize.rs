//! Types read out of the tree of settings.

use std::cell::RefCell;
use std::collections::BTreeSet;

use fanfare_core::Secret;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use crate::context::ReadContext;
use crate::error::SettingError as Error;
use crate::node::{Node, Number, Numeral, Placeholder, Value, YamlEntry};
use crate::place::{PathStep, Position};
use crate::placeholder::PlaceholderDeserializer;
use crate::secret;

/// A deserializer of one node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NodeDeserializer<'a> {
    pub(crate) node: &'a Node,
    pub(crate) context: &'a ReadContext<'a>,
    /// The places of the texts that were read as secrets.
    pub(crate) inline_secrets: &'a RefCell<BTreeSet<Position>>,
}

impl<'a> NodeDeserializer<'a> {
    fn child(self, node: &'a Node) -> Self {
        Self { node, ..self }
    }

    fn placeholder(self) -> Option<PlaceholderDeserializer<'a>> {
        match self.node.value {
            Value::Placeholder(Placeholder::Candidate(number)) => {
                let text = self.context.placeholder_texts.get(number).copied().unwrap_or_default();
                Some(PlaceholderDeserializer { text })
            }
            Value::Placeholder(Placeholder::Exhausted)
            | Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_) => None,
        }
    }

    fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Error> {
        match number.numeral {
            Numeral::Unsigned(it) => visitor.visit_u64(it),
            Numeral::Signed(it) => visitor.visit_i64(it),
            Numeral::Float(it) => visitor.visit_f64(it),
        }
    }

    fn expected<T>(self, expected: &str) -> Result<T, Error> {
        Err(Error::expected(expected, self.node.value.kind()))
    }

    fn secret<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = secret::resolve(self.node, self.context)?;
        if let Value::Text(_) = self.node.value {
            self.inline_secrets.borrow_mut().insert(self.node.position);
        }
        visitor.visit_str(&text)
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::List(items) => {
                visitor.visit_seq(ListItems { all: items.iter().enumerate(), parent: self })
            }
            Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Map(_)
            | Value::Placeholder(_) => self.expected("a list"),
        }
    }

    fn map<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Map(entries) => visitor.visit_map(MapEntries { rest: entries, parent: self }),
            Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Placeholder(_) => self.expected("a map (`name: value`)"),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Text(text) => visitor.visit_str(text),
            // A name, a mobile number, an id: the digits as they were written.
            Value::Number(number) => match self.context.source.get(number.bytes.clone()) {
                Some(written) if !written.is_empty() => visitor.visit_str(written),
                Some(_) | None => self.expected("a text (put quotes around it)"),
            },
            Value::Bool(_) => self.expected("a text (put quotes around it)"),
            Value::Nothing | Value::List(_) | Value::Map(_) | Value::Placeholder(_) => {
                self.expected("a text")
            }
        }
    }
}

/// Methods that ask the placeholder if there is one, and otherwise the node.
macro_rules! or_placeholder {
    ($($method:ident => $ours:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.placeholder() {
                Some(placeholder) => placeholder.$method(visitor),
                None => self.$ours(visitor),
            }
        }
    )*};
}

/// Methods for the kinds of number: they differ only in their names.
macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match (self.placeholder(), &self.node.value) {
                (Some(placeholder), _) => placeholder.$method(visitor),
                (None, Value::Number(number)) => Self::visit_number(number, visitor),
                (None, _) => self.expected("a number"),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_> {
    type Error = Error;

    or_placeholder! {
        deserialize_str => text,
        deserialize_string => text,
        deserialize_char => text,
        deserialize_bytes => text,
        deserialize_byte_buf => text,
        deserialize_identifier => text,
        deserialize_seq => list,
        deserialize_map => map,
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Nothing => visitor.visit_unit(),
            Value::Bool(it) => visitor.visit_bool(*it),
            Value::Number(number) => Self::visit_number(number, visitor),
            Value::Text(text) => visitor.visit_str(text),
            Value::List(_) => self.list(visitor),
            Value::Map(_) => self.map(visitor),
            Value::Placeholder(_) => match self.placeholder() {
                Some(placeholder) => placeholder.deserialize_any(visitor),
                None => visitor.visit_unit(),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.placeholder(), &self.node.value) {
            (Some(placeholder), _) => placeholder.deserialize_bool(visitor),
            (None, Value::Bool(it)) => visitor.visit_bool(*it),
            (None, _) => self.expected("true or false"),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Nothing | Value::Placeholder(_) => visitor.visit_none(),
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
                visitor.visit_some(self)
            }
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Nothing | Value::Placeholder(_) => visitor.visit_unit(),
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
                self.expected("nothing")
            }
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match (self.placeholder(), name) {
            (Some(placeholder), _) => placeholder.deserialize_newtype_struct(name, visitor),
            (None, Secret::NEWTYPE) => self.secret(visitor),
            (None, _) => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        match self.placeholder() {
            Some(placeholder) => placeholder.deserialize_tuple(len, visitor),
            None => self.list(visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.placeholder() {
            Some(placeholder) => placeholder.deserialize_struct(name, fields, visitor),
            None => self.map(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some(placeholder) = self.placeholder() {
            return placeholder.deserialize_enum(name, variants, visitor);
        }
        match &self.node.value {
            Value::Text(word) => {
                visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(word.as_str()))
            }
            Value::Map(entries) if let [entry] = entries.as_slice() => {
                visitor.visit_enum(SingleEntry { entry, parent: self })
            }
            Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Placeholder(_) => self.expected(&format!("one of {}", variants.join(", "))),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

/// The items of a list.
struct ListItems<'a> {
    all: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
    parent: NodeDeserializer<'a>,
}

impl<'de> SeqAccess<'de> for ListItems<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some((index, item)) = self.all.next() else { return Ok(None) };
        seed.deserialize(self.parent.child(item)).map(Some).map_err(|err| err.below(PathStep::Index(index)))
    }
}

/// The entries of a map, without those for which no text passed.
struct MapEntries<'a> {
    rest: &'a [YamlEntry], // The first is the one whose value is read next.
    parent: NodeDeserializer<'a>,
}

impl<'de> MapAccess<'de> for MapEntries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let is_exhausted = |it: &YamlEntry| it.node.value == Value::Placeholder(Placeholder::Exhausted);
        while let Some((first, rest)) = self.rest.split_first()
            && is_exhausted(first)
        {
            self.rest = rest;
        }
        let Some(entry) = self.rest.first() else { return Ok(None) };
        seed.deserialize(StrDeserializer::new(&entry.name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some((entry, rest)) = self.rest.split_first() else {
            return Err(Error::expected("a value", "nothing"));
        };
        self.rest = rest;
        seed.deserialize(self.parent.child(&entry.node))
            .map_err(|err| err.below(PathStep::Key(entry.name.clone())))
    }
}

/// The map `name: value` as an enum: the name is its variant, the value its content.
struct SingleEntry<'a> {
    entry: &'a YamlEntry,
    parent: NodeDeserializer<'a>,
}

impl<'de> EnumAccess<'de> for SingleEntry<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Error> {
        let name = StrDeserializer::<Error>::new(&self.entry.name);
        Ok((seed.deserialize(name)?, self))
    }
}

impl SingleEntry<'_> {
    fn inside<T>(self, read: impl FnOnce(NodeDeserializer<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let node = self.parent.child(&self.entry.node);
        read(node).map_err(|err| err.below(PathStep::Key(self.entry.name.clone())))
    }
}

impl<'de> VariantAccess<'de> for SingleEntry<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        self.inside(|node| node.deserialize_unit(serde::de::IgnoredAny).map(|_| ()))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        self.inside(|node| seed.deserialize(node))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.inside(|node| node.deserialize_tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.inside(|node| node.deserialize_struct("", fields, visitor))
    }
}
