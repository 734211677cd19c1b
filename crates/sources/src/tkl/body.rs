//! Bodies, from which fields are taken by what they mean.

use crate::extra::joined;
use crate::json::{Json, Object};
use crate::{BodyFault, Unreadable};

use super::chat_message::with_facts;
use super::form::Form;
use super::names::{KnownName, Meaning, plain};
use super::parts::{Part, PartKind, parts};

/// A body from which the understood fields are taken one by one; the rest is kept.
pub(super) struct Body<'a> {
    root: Object,
    place: &'a str,
    form: Form,
    parts: Vec<Part>,
    fields: Vec<Field>,
}

/// A field with a known name, in a part of the body.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) path: Vec<String>,
    name: KnownName,
    pub(super) kind: PartKind,
}

impl Field {
    /// ThinkLink's documents use the name.
    pub(super) fn is_documented(&self) -> bool {
        self.name.is_documented
    }
}

impl<'a> Body<'a> {
    /// Opens the body at `place` in the posted JSON, whose texts are taken in `form`.
    pub(super) fn open(item: Json, place: &'a str, form: Form) -> Result<Self, Unreadable> {
        let mut body = Self { root: Object::new(), place, form, parts: Vec::new(), fields: Vec::new() };
        match item {
            Json::Object(fields) => body.root = with_facts(fields),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                return Err(body.refuse(format!("found {}, expected an alert: an object", item.kind())));
            }
        }
        for path in [&["params"][..], &["dnMsg"], &["dnMsg", "data"]] {
            if let Some(found) = get(&body.root, path).filter(|it| !matches!(it, Json::Object(_))) {
                return Err(body.refuse_at(path, found, "an object"));
            }
        }
        for name in ["device", "alarm"] {
            if let Some(found @ Json::List(_)) = body.root.get(name) {
                return Err(body.refuse_at(&[name], found, "an object or a name"));
            }
        }
        body.parts = parts(&body.root);
        body.fields = body.parts.iter().flat_map(|part| fields_of(&body.root, part)).collect();
        Ok(body)
    }

    /// The form in which texts are taken.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The parts in which an alarm may have its fields, the innermost first.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The value at `path`.
    pub(super) fn peek<S: AsRef<str>>(&self, path: &[S]) -> Option<&Json> {
        get(&self.root, path)
    }

    /// Takes out the value at `path`.
    pub(super) fn take<S: AsRef<str>>(&mut self, path: &[S]) -> Option<Json> {
        let (name, way) = path.split_last()?;
        object_at_mut(&mut self.root, way)?.remove(name.as_ref())
    }

    /// Puts back what was taken from `path` and not understood.
    pub(super) fn put_back<S: AsRef<str>>(&mut self, path: &[S], value: Json) {
        if let Some((name, way)) = path.split_last()
            && let Some(fields) = object_at_mut(&mut self.root, way)
        {
            fields.insert(name.as_ref().to_owned(), value);
        }
    }

    /// The fields with this meaning: the most telling name first, and of one name the innermost part.
    pub(super) fn fields(&self, meaning: Meaning) -> Vec<Field> {
        let mut fields: Vec<Field> = self
            .fields
            .iter()
            .filter(|it| it.name.meaning == meaning && self.peek(&it.path).is_some())
            .cloned()
            .collect();
        fields.sort_by_key(|it| it.name.rank);
        fields
    }

    /// Takes out the value of `field`, if `read` understands it.
    pub(super) fn take_if<T>(&mut self, field: &Field, read: impl Fn(&Json) -> Option<T>) -> Option<T> {
        let found = read(self.peek(&field.path)?)?;
        self.take(&field.path);
        Some(found)
    }

    /// Takes out the first value with this meaning that `read` understands.
    pub(super) fn take_first<T>(&mut self, meaning: Meaning, read: impl Fn(&Json) -> Option<T>) -> Option<T> {
        self.fields(meaning).iter().find_map(|field| self.take_if(field, &read))
    }

    /// Takes out every value with this meaning that `read` understands.
    pub(super) fn take_all<T>(&mut self, meaning: Meaning, read: impl Fn(&Json) -> Option<T>) -> Vec<T> {
        self.fields(meaning).iter().filter_map(|field| self.take_if(field, &read)).collect()
    }

    /// Takes out the first text with this meaning, as one line. A value with parts under a documented name is
    /// refused: the sender meant it, and its meaning is unknown.
    pub(super) fn take_line(&mut self, meaning: Meaning) -> Result<Option<String>, Unreadable> {
        for field in self.fields(meaning) {
            if let Some(line) = self.take_line_of(&field)? {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// Takes out the text of `field`, as one line, as [`Self::take_line`] does.
    pub(super) fn take_line_of(&mut self, field: &Field) -> Result<Option<String>, Unreadable> {
        match self.peek(&field.path) {
            Some(found) if found.is_composite() && field.name.is_documented => {
                Err(self.refuse_at(&field.path, found, "a text"))
            }
            Some(found) if found.is_composite() => Ok(None),
            Some(_) => Ok(self.take(&field.path).and_then(|found| self.form.line(&found))),
            None => Ok(None),
        }
    }

    /// Takes out the text under one of `names` in one of the parts, as one line: the first name first. These names
    /// mean the alarm in one shape and the device in the next, so no table has them.
    pub(super) fn take_line_under(
        &mut self,
        parts: &[Part],
        names: &[&str],
    ) -> Result<Option<String>, Unreadable> {
        for name in names {
            for part in parts {
                let Some(key) = self.key_in(part, name) else { continue };
                let path = part.path_of(&key);
                let Some(found) = self.take(&path) else { continue };
                if found.is_composite() {
                    return Err(self.refuse_at(&path, &found, "a text"));
                }
                if let Some(line) = self.form.line(&found) {
                    return Ok(Some(line));
                }
            }
        }
        Ok(None)
    }

    /// The name of the field of `part` that is `name` in some spelling.
    fn key_in(&self, part: &Part, name: &str) -> Option<String> {
        let fields = object_at(&self.root, &part.path)?;
        if fields.contains_key(name) {
            return Some(name.to_owned());
        }
        fields.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()
    }

    /// Tells whether the body itself has a field called `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.root.contains_key(name)
    }

    /// Takes out the first free text with this meaning. An object is left where it is: a script that puts one
    /// there still has an alarm to raise.
    pub(super) fn take_words(&mut self, meaning: Meaning) -> Option<String> {
        let words = |found: &Json| match found {
            Json::List(items) => joined(items),
            Json::Bool(_) | Json::Number(_) | Json::Text(_) => found.text().map(str::to_owned),
            Json::Null | Json::Object(_) => None,
        };
        let text = self.take_first(meaning, |found| words(found).filter(|text| !text.is_empty()))?;
        Some(self.form.text(&text)).filter(|text| !text.is_empty())
    }
    /// Refuses a value with parts under a documented name.
    pub(super) fn refuse_composite(&self, field: &Field) -> Result<(), Unreadable> {
        match self.peek(&field.path).filter(|it| it.is_composite() && field.is_documented()) {
            Some(found) => Err(self.refuse_at(&field.path, found, "a text")),
            None => Ok(()),
        }
    }

    /// The fields that were not taken.
    pub(super) fn rest(&self) -> &Object {
        &self.root
    }

    /// The refusal of the whole body.
    pub(super) fn refuse(&self, message: String) -> Unreadable {
        Unreadable { fault: BodyFault::NotAnAlert, path: self.place.to_owned(), message }
    }

    pub(super) fn refuse_at<S: AsRef<str>>(&self, path: &[S], found: &Json, expected: &str) -> Unreadable {
        let place = Some(self.place).filter(|place| *place != "$");
        let steps: Vec<&str> = place.into_iter().chain(path.iter().map(AsRef::as_ref)).collect();
        let message = format!("found {}, expected {expected}", found.kind());
        Unreadable { fault: BodyFault::NotAnAlert, path: steps.join("."), message }
    }
}

fn fields_of(root: &Object, part: &Part) -> Vec<Field> {
    let known = object_at(root, &part.path).into_iter().flat_map(Object::keys).filter_map(|name| {
        let known = part.kind.meaning(&plain(name))?;
        Some(Field { path: part.path_of(name), name: known, kind: part.kind })
    });
    known.collect()
}

/// The object to which `path` leads.
fn object_at<'a, S: AsRef<str>>(root: &'a Object, path: &[S]) -> Option<&'a Object> {
    let mut fields = root;
    for step in path {
        match fields.get(step.as_ref()) {
            Some(Json::Object(inner)) => fields = inner,
            Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) | None => {
                return None;
            }
        }
    }
    Some(fields)
}

/// The object to which `path` leads, to be changed.
fn object_at_mut<'a, S: AsRef<str>>(root: &'a mut Object, path: &[S]) -> Option<&'a mut Object> {
    let mut fields = root;
    for step in path {
        match fields.get_mut(step.as_ref()) {
            Some(Json::Object(inner)) => fields = inner,
            Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) | None => {
                return None;
            }
        }
    }
    Some(fields)
}

fn get<'a, S: AsRef<str>>(root: &'a Object, path: &[S]) -> Option<&'a Json> {
    let (name, way) = path.split_last()?;
    object_at(root, way)?.get(name.as_ref())
}
