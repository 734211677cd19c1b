//! Settings read out of the tree, by their own types.

use std::fmt;
use std::path::Path as FilePath;

use fanfare_core::Secret;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::error::Error;
use super::node::{Entry, Node, Number, Numeral, StandIn, Value};
use super::place::Step;
use super::secret::{self, InlineSecrets};
use super::secrets::Secrets;
use super::stand_in::Stand;

/// What reading a setting needs besides the setting.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// The text of the config, for numbers that are meant as text.
    pub(crate) source: &'a str,
    /// Where secrets come from.
    pub(crate) secrets: &'a dyn Secrets,
    /// Where `{ file: PATH }` begins if PATH is relative: the folder of the config.
    pub(crate) folder: &'a FilePath,
    /// Whether a secret may stand in the config itself.
    pub(crate) inline: InlineSecrets,
}

impl fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the source: secrets may stand in it.
        f.debug_struct("Reading").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Reads a type out of one node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NodeDeserializer<'a> {
    pub(crate) node: &'a Node,
    pub(crate) reading: &'a Reading<'a>,
}

impl<'a> NodeDeserializer<'a> {
    fn child(self, node: &'a Node) -> Self {
        Self { node, ..self }
    }

    fn stand_in(self) -> Option<Stand> {
        match self.node.value {
            Value::StandIn(StandIn::Try(text)) => Some(Stand { text }),
            Value::StandIn(StandIn::Hopeless)
            | Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_) => None,
        }
    }

    fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Error> {
        match number.is {
            Numeral::Unsigned(it) => visitor.visit_u64(it),
            Numeral::Signed(it) => visitor.visit_i64(it),
            Numeral::Float(it) => visitor.visit_f64(it),
        }
    }

    fn expected<T>(self, what: &str) -> Result<T, Error> {
        Err(Error::expected(what, self.node.value.kind()))
    }

    fn secret<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(&secret::resolve(self.node, self.reading)?)
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::List(items) => visitor.visit_seq(Items { all: items.iter().enumerate(), parent: self }),
            Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Map(_)
            | Value::StandIn(_) => self.expected("a list"),
        }
    }

    fn map<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Map(entries) => visitor.visit_map(Entries { rest: entries, parent: self }),
            Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::StandIn(_) => self.expected("a map (`name: value`)"),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Text(text) => visitor.visit_str(text),
            // A name, a mobile number, an id: the digits as they were written.
            Value::Number(number) => match self.reading.source.get(number.bytes.clone()) {
                Some(written) if !written.is_empty() => visitor.visit_str(written),
                Some(_) | None => self.expected("a text (put quotes around it)"),
            },
            Value::Bool(_) => self.expected("a text (put quotes around it)"),
            Value::Nothing | Value::List(_) | Value::Map(_) | Value::StandIn(_) => self.expected("a text"),
        }
    }
}

/// Methods that ask the stand-in if there is one, and otherwise the node.
macro_rules! or_stand_in {
    ($($method:ident => $ours:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.stand_in() {
                Some(stand) => stand.$method(visitor),
                None => self.$ours(visitor),
            }
        }
    )*};
}

/// Methods for the kinds of number, which differ only in their names.
macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match (self.stand_in(), &self.node.value) {
                (Some(stand), _) => stand.$method(visitor),
                (None, Value::Number(number)) => Self::visit_number(number, visitor),
                (None, _) => self.expected("a number"),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_> {
    type Error = Error;

    or_stand_in! {
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
            Value::StandIn(StandIn::Try(text)) => Stand { text: *text }.deserialize_any(visitor),
            Value::StandIn(StandIn::Hopeless) => visitor.visit_unit(),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.stand_in(), &self.node.value) {
            (Some(stand), _) => stand.deserialize_bool(visitor),
            (None, Value::Bool(it)) => visitor.visit_bool(*it),
            (None, _) => self.expected("true or false"),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Nothing | Value::StandIn(_) => visitor.visit_none(),
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
                visitor.visit_some(self)
            }
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Nothing | Value::StandIn(_) => visitor.visit_unit(),
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
        match (self.stand_in(), name) {
            (Some(stand), _) => stand.deserialize_newtype_struct(name, visitor),
            (None, Secret::NEWTYPE) => self.secret(visitor),
            (None, _) => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        match self.stand_in() {
            Some(stand) => stand.deserialize_tuple(len, visitor),
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
        match self.stand_in() {
            Some(stand) => stand.deserialize_struct(name, fields, visitor),
            None => self.map(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some(stand) = self.stand_in() {
            return stand.deserialize_enum(name, variants, visitor);
        }
        match &self.node.value {
            Value::Text(word) => {
                visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(word.as_str()))
            }
            Value::Map(entries) if let [entry] = entries.as_slice() => {
                visitor.visit_enum(OneEntry { entry, parent: self })
            }
            Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::StandIn(_) => self.expected(&format!("one of {}", variants.join(", "))),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

struct Items<'a> {
    all: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
    parent: NodeDeserializer<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some((index, item)) = self.all.next() else { return Ok(None) };
        seed.deserialize(self.parent.child(item)).map(Some).map_err(|err| err.below(Step::Index(index)))
    }
}

struct Entries<'a> {
    rest: &'a [Entry], // The first is the one whose value is read next.
    parent: NodeDeserializer<'a>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let is_hopeless = |it: &Entry| it.node.value == Value::StandIn(StandIn::Hopeless);
        while let Some((first, rest)) = self.rest.split_first()
            && is_hopeless(first)
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
            .map_err(|err| err.below(Step::Key(entry.name.clone())))
    }
}

/// `name: value`, where the name says which variant the value is.
struct OneEntry<'a> {
    entry: &'a Entry,
    parent: NodeDeserializer<'a>,
}

impl<'de> EnumAccess<'de> for OneEntry<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Error> {
        let name = StrDeserializer::<Error>::new(&self.entry.name);
        Ok((seed.deserialize(name)?, self))
    }
}

impl OneEntry<'_> {
    fn inside<T>(self, read: impl FnOnce(NodeDeserializer<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let node = self.parent.child(&self.entry.node);
        read(node).map_err(|err| err.below(Step::Key(self.entry.name.clone())))
    }
}

impl<'de> VariantAccess<'de> for OneEntry<'_> {
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
