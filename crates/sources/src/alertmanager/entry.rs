//! One alert of a body.

use fanfare_core::{
    AlarmNaming, Alert, Fingerprint, Identity, Kind, Labels, Mention, Status, StatusBasis, keep_lines,
    one_line,
};
use jiff::Timestamp;

use super::envelope::Envelope;
use super::fields::{Dialect, scrubbed};
use super::labels::{clean_labels, fix_labels, sent_labels};
use crate::extra::{bounded, flatten};
use crate::json::{Json, Object};
use crate::label_lines::{label_lines, line};
use crate::time::stated;
use crate::weight::weigh;
use crate::{BodyFault, ReadAlert, SourceSettings, Unreadable};

/// The reader of one body's alerts.
pub(super) struct EntryReader<'a> {
    pub(super) dialect: Dialect,
    pub(super) envelope: &'a Envelope,
    pub(super) source: &'a SourceSettings,
    /// The end of an alert that fires and states none; `None`: it lasts until its sender says that it is over.
    pub(super) default_end: Option<Timestamp>,
    pub(super) now: Timestamp,
}

/// The annotations with names of our own, by those that rules give them, the usual first.
const ANNOTATIONS: [(&str, &[&str]); 2] =
    [("title", &["summary", "title"]), ("description", &["description", "message"])];

impl EntryReader<'_> {
    /// The alert that `sent` reports.
    pub(super) fn read(&self, sent: Json, place: String) -> Result<ReadAlert, Unreadable> {
        let mut sent = match sent {
            Json::Object(fields) => fields,
            found @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) => {
                let message = format!("found {}, expected an alert: an object", found.kind());
                return Err(Unreadable { fault: BodyFault::NotAnAlert, path: place, message });
            }
        };
        let identity = sent_labels(sent.remove("labels"), &place)?;
        let mut labels = bounded_labels(&clean_labels(&identity));
        let fingerprint = fingerprint(&identity, &labels);
        fix_labels(&mut labels, self.source);
        let mut rest = Rest { fields: scrubbed(&sent), unread: Vec::new() };
        rest.drop_fingerprint(fingerprint);
        let (status, starts_at, ends_at) = self.take_times(&mut rest, &place)?;
        let generator_url = rest.take_url("generatorURL");
        let annotations = self.take_annotations(&mut rest, &labels);
        let severity_sent = labels.get("severity").map(str::to_owned);
        let (severity, unknown_level) = weigh(severity_sent.as_deref(), Kind::Alarm, self.source);
        let mut extra = flatten(rest.fields);
        extra.fill_from(&self.envelope.shared);
        let alert = Alert {
            source: self.source.name.clone(),
            fingerprint,
            kind: Kind::Alarm,
            status,
            status_basis: StatusBasis::Stated,
            naming: AlarmNaming::Labels,
            severity,
            severity_sent,
            labels,
            annotations,
            extra,
            mention: Mention::default(),
            starts_at,
            ends_at,
            generator_url,
        };
        Ok(ReadAlert { alert, path: place, unread: rest.unread, unknown_level })
    }

    /// The status, the beginning and the end. A status that is stated counts; else the alert is over if its end
    /// has passed. The end of an alert that fires is when it is over unless it is reported again.
    fn take_times(
        &self,
        rest: &mut Rest,
        place: &str,
    ) -> Result<(Status, Timestamp, Option<Timestamp>), Unreadable> {
        let status = rest.take_status();
        let (start, end) = (rest.take_time("startsAt"), rest.take_time("endsAt"));
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            return Err(Unreadable {
                fault: BodyFault::NotAnAlert,
                path: place.to_owned(),
                message: "`startsAt` must not be after `endsAt`".to_owned(),
            });
        }
        let has_ended = end.is_some_and(|end| end <= self.now);
        let status = status.unwrap_or(if has_ended { Status::Resolved } else { Status::Firing });
        let starts_at = start.unwrap_or(end.filter(|_| has_ended).unwrap_or(self.now));
        let ends_at = match status {
            Status::Firing => end.filter(|end| *end > self.now).or(self.default_end),
            Status::Resolved => end.or(Some(self.now)),
        };
        Ok((status, starts_at, ends_at))
    }

    /// The annotations under our names and their own, and what else people should see of the alert: the labels
    /// that say where it is, and links.
    fn take_annotations(&self, rest: &mut Rest, labels: &Labels) -> Labels {
        let mut own = rest.take_texts("annotations");
        let mut annotations = Labels::default();
        for (ours, theirs) in ANNOTATIONS {
            let found = theirs.iter().find_map(|name| own.take(name));
            annotations.set(ours, found.map(|text| keep_lines(&text)).unwrap_or_default());
        }
        if annotations.get("title").is_none() && labels.get("alertname").is_none() {
            annotations.set("title", in_braces(labels));
        }
        let mut lines = label_lines(labels);
        lines.extend(
            own.iter().filter(|(name, _)| !name.starts_with("__")).map(|(name, text)| line(name, text)),
        );
        for name in self.dialect.shown {
            lines.extend(rest.take_line(name));
        }
        annotations.set("content", bounded(&lines.join("\n")));
        for (name, text) in own.iter().filter(|(name, _)| *name != "content") {
            annotations.set(name, text);
        }
        annotations
    }
}

/// The fingerprint by Prometheus' rule. Its digits are shown, so they are made without credentials, and the
/// identity beside them with everything that was sent.
fn fingerprint(sent: &Labels, shown: &Labels) -> Fingerprint {
    let fingerprint = Fingerprint::from_labels(shown);
    if sent == shown { fingerprint } else { fingerprint.with_identity(Some(Identity::from_labels(sent))) }
}

fn bounded_labels(labels: &Labels) -> Labels {
    labels.iter().map(|(name, text)| (name, bounded(text))).collect()
}

/// The labels in Prometheus' notation, on one line.
fn in_braces(labels: &Labels) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, text)| format!("{name}=\"{text}\"")).collect();
    one_line(&bounded(&format!("{{{}}}", pairs.join(", "))))
}

/// The fields of an alert that were not taken yet.
struct Rest {
    fields: Object,
    /// The fields that were there and meant nothing to us; they stay among the rest.
    unread: Vec<String>,
}

impl Rest {
    /// Takes the status, if it is one of those that a webhook states.
    fn take_status(&mut self) -> Option<Status> {
        let status = match self.fields.get("status")? {
            Json::Text(word) if word == "firing" => Some(Status::Firing),
            Json::Text(word) if word == "resolved" => Some(Status::Resolved),
            // As the API itself answers: `{"state": "active", …}`, for alerts that have not ended.
            Json::Object(_) => return None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => None,
        };
        self.taken("status", status)
    }

    /// Takes a time. An empty one and the zero time, `0001-01-01T00:00:00Z`, are none.
    fn take_time(&mut self, name: &str) -> Option<Timestamp> {
        let found = self.fields.get(name)?;
        let is_none = found.text().is_none_or(|text| text.starts_with("0001-01-01T"));
        if is_none && !found.is_composite() {
            self.fields.remove(name);
            return None;
        }
        let time = found.text().and_then(stated);
        self.taken(name, time)
    }

    /// Takes an address of a page. One that is none stays among the rest.
    fn take_url(&mut self, name: &str) -> Option<String> {
        let text = self.fields.get(name)?.text().unwrap_or_default();
        let url = Some(text).filter(|it| it.starts_with("http://") || it.starts_with("https://"));
        let url = url.map(|it| bounded(&one_line(it)));
        if url.is_some() {
            self.fields.remove(name);
        }
        url
    }

    /// Takes the texts of an object. What has parts stays among the rest.
    fn take_texts(&mut self, name: &str) -> Labels {
        let Some(Json::Object(fields)) = self.fields.remove(name) else { return Labels::default() };
        let (others, texts): (Object, Object) =
            fields.into_iter().partition(|(_, value)| value.is_composite());
        if !others.is_empty() {
            self.unread.extend(others.keys().map(|it| format!("{name}.{it}")));
            self.fields.insert(name.to_owned(), Json::Object(others));
        }
        texts.iter().filter_map(|(name, value)| Some((name.as_str(), bounded(value.text()?)))).collect()
    }

    /// Takes a field that people are shown, as a line with its name.
    fn take_line(&mut self, name: &str) -> Option<String> {
        let found = self.fields.remove(name)?;
        let text = match &found {
            Json::Object(fields) => {
                let pairs = fields.iter().filter_map(|(name, it)| Some(format!("{name}={}", it.text()?)));
                Some(pairs.collect::<Vec<_>>().join(", ")).filter(|it| !it.is_empty())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                found.text().map(str::to_owned)
            }
        };
        Some(line(name, &bounded(&text?)))
    }

    /// Drops the fingerprint, which says the same as ours.
    fn drop_fingerprint(&mut self, ours: Fingerprint) {
        if self.fields.get("fingerprint").and_then(Json::text) == Some(ours.to_string().as_str()) {
            self.fields.remove("fingerprint");
        }
    }

    /// `read` of the field `name`, which is taken if it was understood, and else noted.
    fn taken<T>(&mut self, name: &str, read: Option<T>) -> Option<T> {
        if read.is_some() {
            self.fields.remove(name);
        } else {
            self.unread.push(name.to_owned());
        }
        read
    }
}
