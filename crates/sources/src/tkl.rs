//! ThinkLink: the bodies that its scripts post.
//!
//! ThinkLink has no webhook of its own; an alert leaves it because a script
//! author wrote a body. The documents know five shapes of one alarm:
//!
//! | shape | origin | alarm's name | text | groups |
//! |---|---|---|---|---|
//! | A | an RPC's alarm item | `dnMsg.data.alarm_name` | `title`, `desc` | `notice_groups` |
//! | B | Notification Groups | `params.id` | `title`, `desc` | `notice_groups` |
//! | C | the built-in alarm RPC | `name` | `title`, `desc` | `group.notify`, `group`, `notify` |
//! | D | `type: notify` | – | `title`, `desc` | `notice_groups` |
//! | E | scripts that post to a chat | – | `desc` or `content` | – |
//!
//! and people wrap them, merge them and add to them. So a body is not matched
//! against shapes: each field is looked for where any shape may have it, and the
//! rest is kept as it is.

use fanfare_core::{Alert, Fingerprint, Identity, Kind, Labels, Severity, Status};
use jiff::Timestamp;

use crate::extra::{bounded, flatten};
use crate::json::Json;
use crate::scrub::scrub;
use crate::{BodyFault, Hints, NothingToDo, ReadAlert, Reading, SourceSettings, Unreadable};

use self::body::{Body, EVERYWHERE};
use self::form::{Form, is_abridged};
use self::intent::Intent;
use self::subject::Subject;

mod subject;
mod intent;
mod addressees;
mod body;
mod form;

/// Reads a body that holds one alarm or a list of them.
pub(crate) fn read(
    body: &[u8],
    hints: &Hints,
    source: &SourceSettings,
    now: Timestamp,
) -> Result<Reading, Unreadable> {
    let reader = BodyReader { sent_hints: hints, hints: Form::Kept.hints(hints), source, now };
    let mut reading = Reading::default();
    match Json::parse(body)? {
        Json::List(items) if items.is_empty() => return Err(empty_list()),
        Json::List(items) => {
            for (index, item) in items.into_iter().enumerate() {
                reader.read_entry(&mut reading, item, &format!("[{index}]"));
            }
            refuse_if_nothing_was_taken(&mut reading)?;
        }
        item @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_)) => {
            reader.read_into(&mut reading, item, "$")?;
        }
    }
    Ok(reading)
}

/// The first fault of a list, if it has nothing else.
fn refuse_if_nothing_was_taken(reading: &mut Reading) -> Result<(), Unreadable> {
    let is_taken = !(reading.alerts.is_empty() && reading.nothing_to_do.is_empty());
    if is_taken || reading.refused.is_empty() {
        return Ok(());
    }
    Err(reading.refused.swap_remove(0))
}

/// A list that is empty by mistake must not look like one that was accepted.
fn empty_list() -> Unreadable {
    Unreadable {
        fault: BodyFault::NotAnAlert,
        path: "$".to_owned(),
        message: "the list is empty: expected an alarm, or a list of them".to_owned(),
    }
}

/// The reader of one body's alerts.
struct BodyReader<'a> {
    /// The hints as they were sent: only for an alert's identity.
    sent_hints: &'a Hints,
    hints: Hints,
    source: &'a SourceSettings,
    now: Timestamp,
}

impl BodyReader<'_> {
    /// Reads an entry of a list. One that cannot be read costs only itself.
    fn read_entry(&self, reading: &mut Reading, sent: Json, place: &str) {
        if let Err(fault) = self.read_into(reading, sent, place) {
            reading.refused.push(fault);
        }
    }

    fn read_into(&self, reading: &mut Reading, sent: Json, place: &str) -> Result<(), Unreadable> {
        match self.alert(sent, place)? {
            Some(alert) => reading.alerts.push(ReadAlert {
                alert,
                path: place.to_owned(),
                unread: Vec::new(),
                unknown_level: None,
            }),
            None => reading.nothing_to_do.push(NothingToDo {
                path: place.to_owned(),
                reason: "`action` is `no`, which asks for nothing",
            }),
        }
        Ok(())
    }

    /// The alert that `sent` reports; `None` if it asks for nothing.
    fn alert(&self, sent: Json, place: &str) -> Result<Option<Alert>, Unreadable> {
        let mut body = Body::open(scrub(&sent), place, Form::Kept)?;
        let subject = Subject::take(&mut body, &self.hints, &self.source.labels)?;
        let (kind, status) = match Intent::take(&mut body)? {
            Intent::Raise => (Kind::Alarm, Status::Firing),
            Intent::Clear => (Kind::Alarm, Status::Resolved),
            Intent::Notify => (Kind::Notice, Status::Firing),
            Intent::Nothing => return Ok(None),
        };
        let level = body.take_text(&EVERYWHERE, &["level", "severity"])?;
        let annotations = take_annotations(&mut body);
        subject.check(&body, status, &annotations, level.as_deref())?;

        let identity = subject.identity(&self.source.name, kind, &annotations);
        let mut fingerprint = Fingerprint::from_labels(&identity);
        if is_abridged(&identity) {
            fingerprint = fingerprint.with_identity(Some(self.sent_identity(sent, place, kind)?));
        }
        let severity_sent = level.or_else(|| self.hints.level.clone());
        let labels = self.labels(&subject, kind);
        let mention = addressees::take_mention(&mut body);
        let (starts_at, ends_at) = self.take_times(&mut body, status);
        let extra = take_extra(body);
        Ok(Some(Alert {
            source: self.source.name.clone(),
            fingerprint,
            kind,
            status,
            severity: severity(severity_sent.as_deref(), kind),
            severity_sent,
            labels,
            annotations,
            extra,
            mention,
            starts_at,
            ends_at,
            generator_url: None,
        }))
    }

    /// The identity of the alert that `sent` reports, by all that was sent of its alarm and device.
    fn sent_identity(&self, sent: Json, place: &str, kind: Kind) -> Result<Identity, Unreadable> {
        let mut body = Body::open(sent, place, Form::Sent)?;
        let hints = Form::Sent.hints(self.sent_hints);
        let subject = Subject::take(&mut body, &hints, &self.source.labels)?;
        let annotations = take_annotations(&mut body);
        Ok(Identity::from_labels(&subject.identity(&self.source.name, kind, &annotations)))
    }

    /// Takes the start and the end. The time of a clear's event is the end of its alarm,
    /// unless the body has the end in a field of its own.
    fn take_times(&self, body: &mut Body<'_>, status: Status) -> (Timestamp, Option<Timestamp>) {
        let time = body.take_time(self.now);
        let starts_at = time.unwrap_or(self.now);
        let end = body.take_end(status, starts_at, self.now);
        match status {
            Status::Firing => (starts_at, end),
            Status::Resolved => (starts_at, end.or(time)),
        }
    }

    fn labels(&self, subject: &Subject, kind: Kind) -> Labels {
        let mut labels = subject.labels(kind);
        labels.fill_from(&self.source.labels); // the subject has taken its own from there already
        labels
    }
}

/// The severity of the word `sent`. An alarm without one is `mid`: ThinkLink's own
/// default, `low`, is too quiet for an unrated alarm. A notice is `low`.
fn severity(sent: Option<&str>, kind: Kind) -> Severity {
    match (sent, kind) {
        (Some(word), Kind::Alarm | Kind::Notice) => word.parse().unwrap_or(Severity::Mid),
        (None, Kind::Alarm) => Severity::Mid,
        (None, Kind::Notice) => Severity::Low,
    }
}

/// Takes the rest of the body, with its notification groups in one form.
fn take_extra(mut body: Body<'_>) -> Labels {
    let groups = addressees::take_groups(&mut body);
    let mut extra = flatten(body.rest());
    extra.set("notice_groups", bounded(&groups.join(", ")));
    extra
}

fn take_annotations(body: &mut Body<'_>) -> Labels {
    const NAMES: [(&str, &[&str]); 3] =
        [("title", &["title"]), ("description", &["desc", "description"]), ("content", &["content"])];
    NAMES.into_iter().filter_map(|(ours, theirs)| Some((ours, body.take_words(theirs)?))).collect()
}

#[cfg(test)]
mod tests;
