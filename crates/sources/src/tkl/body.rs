//! Bodies, from which fields are taken by name.

use fanfare_core::Status;
use jiff::Timestamp;

use crate::extra::joined;
use crate::json::{Json, Object};
use crate::{BodyFault, Unreadable, time};

use super::form::Form;

/// An object within a body, by the names that lead to it.
pub(super) type Part = &'static [&'static str];

pub(super) const TOP: Part = &[];
pub(super) const DEVICE: Part = &["device"];
pub(super) const MENTION: Part = &["mention"];

/// The place of an alarm's own fields, unless they stand at the top: an RPC item
/// (shape A), a Notification Group or an envelope (B, D), the rich form.
pub(super) const WRAPPED: [Part; 4] = [&["dnMsg", "data"], &["dnMsg"], &["params"], &["alarm"]];

/// The places in which an alarm's own fields may stand, the innermost first.
pub(super) const EVERYWHERE: [Part; 5] = [WRAPPED[0], WRAPPED[1], WRAPPED[2], WRAPPED[3], TOP];

/// A body from which the understood fields are taken one by one; the rest is kept.
pub(super) struct Body<'a> {
    root: Object,
    place: &'a str,
    form: Form,
}

impl<'a> Body<'a> {
    /// Opens the body at `place` in the posted JSON, whose texts are taken in `form`.
    pub(super) fn open(item: Json, place: &'a str, form: Form) -> Result<Self, Unreadable> {
        let mut body = Self { root: Object::new(), place, form };
        match item {
            Json::Object(fields) => body.root = fields,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                return Err(body.refuse(format!("found {}, expected an alert: an object", item.kind())));
            }
        }
        for (part, name) in [(TOP, "params"), (TOP, "dnMsg"), (WRAPPED[1], "data")] {
            if let Some(found) = body.peek(part, name).filter(|it| !matches!(it, Json::Object(_))) {
                return Err(body.refuse_at(part, name, found, "an object"));
            }
        }
        for name in ["device", "alarm"] {
            if let Some(found @ Json::List(_)) = body.peek(TOP, name) {
                return Err(body.refuse_at(TOP, name, found, "an object or a name"));
            }
        }
        Ok(body)
    }

    /// The form in which texts are taken.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The value under `name`.
    pub(super) fn peek(&self, part: Part, name: &str) -> Option<&Json> {
        let mut fields = &self.root;
        for step in part {
            match fields.get(*step) {
                Some(Json::Object(inner)) => fields = inner,
                Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) | None => {
                    return None;
                }
            }
        }
        fields.get(name)
    }

    /// Takes out the value under `name`.
    pub(super) fn take(&mut self, part: Part, name: &str) -> Option<Json> {
        let mut fields = &mut self.root;
        for step in part {
            match fields.get_mut(*step) {
                Some(Json::Object(inner)) => fields = inner,
                Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) | None => {
                    return None;
                }
            }
        }
        fields.remove(name)
    }

    /// Takes out the value under `name`, if `read` understands it.
    pub(super) fn take_if<T>(
        &mut self,
        part: Part,
        name: &str,
        read: impl Fn(&Json) -> Option<T>,
    ) -> Option<T> {
        let found = read(self.peek(part, name)?)?;
        self.take(part, name);
        Some(found)
    }

    /// Takes out the first text under one of `names`, the first name first, as
    /// one line. A value with parts is refused: its meaning is unknown.
    pub(super) fn take_text(&mut self, parts: &[Part], names: &[&str]) -> Result<Option<String>, Unreadable> {
        for name in names {
            for part in parts {
                let Some(found) = self.take(part, name) else {
                    continue;
                };
                if found.is_composite() {
                    return Err(self.refuse_at(part, name, &found, "a text"));
                }
                if let Some(text) = self.form.line(&found) {
                    return Ok(Some(text));
                }
            }
        }
        Ok(None)
    }

    /// Takes out the first free text under one of `names`. An object is left where it
    /// is: a script that puts one there still has an alarm to raise.
    pub(super) fn take_words(&mut self, names: &[&str]) -> Option<String> {
        let words = |found: &Json| match found {
            Json::List(items) => joined(items),
            Json::Bool(_) | Json::Number(_) | Json::Text(_) => found.text().map(str::to_owned),
            Json::Null | Json::Object(_) => None,
        };
        let places = names.iter().flat_map(|name| EVERYWHERE.map(|part| (part, name)));
        let text = places.into_iter().find_map(|(part, name)| self.take_if(part, name, words))?;
        Some(self.form.text(&text)).filter(|text| !text.is_empty())
    }

    /// Takes out the time of the event. An implausible time is left where it is.
    pub(super) fn take_time(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.take_time_under(&["time", "timestamp", "occurred_at"], |text| time::plausible(text, now))
    }

    /// Takes out the time at which the alert ended, or will end by itself. An implausible
    /// time is left where it is, as is the expiry of an alert that has not begun by then.
    ///
    /// `end_time` is ThinkLink's own name of it, `endsAt` that of Prometheus, Alertmanager
    /// and Grafana.
    pub(super) fn take_end(
        &mut self,
        status: Status,
        starts_at: Timestamp,
        now: Timestamp,
    ) -> Option<Timestamp> {
        self.take_time_under(&["ends_at", "endsAt", "end_time"], |text| match status {
            Status::Firing => time::plausible_expiry(text, now).filter(|end| starts_at <= *end),
            Status::Resolved => time::plausible(text, now),
        })
    }

    fn take_time_under(
        &mut self,
        names: &[&str],
        read: impl Fn(&str) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        let mut places = names.iter().flat_map(|name| EVERYWHERE.map(|part| (part, name)));
        places.find_map(|(part, name)| self.take_if(part, name, |found| read(found.text()?)))
    }

    /// Refuses a value with parts under `name`, wherever an alarm may have it.
    pub(super) fn refuse_composite(&self, name: &str) -> Result<(), Unreadable> {
        let found = EVERYWHERE.into_iter().find_map(|part| Some((part, self.peek(part, name)?)));
        match found.filter(|(_, found)| found.is_composite()) {
            Some((part, found)) => Err(self.refuse_at(part, name, found, "a text")),
            None => Ok(()),
        }
    }

    /// The fields that were not taken.
    pub(super) fn rest(self) -> Object {
        self.root
    }

    /// The refusal of the whole body.
    pub(super) fn refuse(&self, message: String) -> Unreadable {
        Unreadable { fault: BodyFault::NotAnAlert, path: self.place.to_owned(), message }
    }

    fn refuse_at(&self, part: Part, name: &str, found: &Json, expected: &str) -> Unreadable {
        let place = Some(self.place).filter(|place| *place != "$");
        let steps: Vec<&str> = place.into_iter().chain(part.iter().copied()).chain([name]).collect();
        let message = format!("found {}, expected {expected}", found.kind());
        Unreadable { fault: BodyFault::NotAnAlert, path: steps.join("."), message }
    }
}
