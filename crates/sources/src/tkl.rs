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
//! and people wrap them, merge them and add to them, and gateways, PLCs and chat scripts
//! have their own words in English and Chinese. So a body is not matched against shapes:
//! each field is looked for by its meaning where any shape may have it. The documented
//! names win. The rest is kept, told to the sender, and shown to people where they would
//! see nothing else.
//!
//! | module | decides |
//! |---|---|
//! | `entries` | which alarms a body reports: itself, or the entries of a list |
//! | `names`, `parts`, `words` | what a field's name, the object around it and a word for a state mean |
//! | `intent` | whether the alarm is raised or has ended |
//! | `subject`, `leftovers` | which two bodies are about the same alarm |

use std::borrow::Cow;

use fanfare_core::{Alert, Fingerprint, Identity, Kind, Labels, Severity, Status, StatusBasis};
use jiff::Timestamp;

use crate::extra::{bounded, flatten};
use crate::json::Json;
use crate::scrub::scrub;
use crate::spoken_status::{TextPart, spoken_status, without_marks};
use crate::time::{SenderClock, plausible, plausible_expiry};
use crate::{BodyFault, Hints, NothingToDo, ReadAlert, Reading, SourceSettings, Unreadable};

use self::body::Body;
pub(crate) use self::chat_message::stated_level;
use self::entries::AlarmList;
use self::form::{Form, is_abridged};
use self::intent::Statement;
use self::names::Meaning;
pub(crate) use self::subject::eui_form;
use self::subject::{Subject, TopNames};

mod entries;
mod subject;
mod intent;
mod addressees;
mod leftovers;
mod body;
mod chat_message;
mod parts;
mod names;
mod words;
mod form;

/// Prepares the tables and patterns.
pub(crate) fn warm_up() {
    names::warm_up();
    chat_message::warm_up();
    fanfare_core::warm_up_numbers();
}

/// Reads a body that holds one alarm or a list of them.
pub(crate) fn read(
    body: &[u8],
    hints: &Hints,
    source: &SourceSettings,
    now: Timestamp,
) -> Result<Reading, Unreadable> {
    let clock = SenderClock { now, zone: source.timezone.as_ref() };
    let reader = BodyReader { sent_hints: hints, hints: Form::Kept.hints(hints), source, clock };
    let (json, mended) = Json::parse_leniently(body)?;
    let mut reading = Reading { mended, ..Reading::default() };
    match json {
        Json::List(items) if items.is_empty() => return Err(empty_list()),
        Json::List(items) => {
            for (index, item) in items.into_iter().enumerate() {
                reader.read_item(&mut reading, item, &format!("[{index}]"));
            }
        }
        item @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_)) => {
            reader.read_item(&mut reading, item, "$");
        }
    }
    refuse_if_nothing_was_taken(reading)
}

/// The first fault of a body, if it has nothing else.
fn refuse_if_nothing_was_taken(mut reading: Reading) -> Result<Reading, Unreadable> {
    let is_taken = !(reading.alerts.is_empty() && reading.nothing_to_do.is_empty());
    if is_taken || reading.refused.is_empty() {
        return Ok(reading);
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

/// A list whose entries cannot all have what stands beside it.
fn too_large(place: &str) -> Unreadable {
    Unreadable {
        fault: BodyFault::NotAnAlert,
        path: place.to_owned(),
        message: "too much stands beside a list of so many alarms: send fewer of them at once".to_owned(),
    }
}

/// The reader of one body's alerts.
struct BodyReader<'a> {
    /// The hints as they were sent: only for an alert's identity.
    sent_hints: &'a Hints,
    hints: Hints,
    source: &'a SourceSettings,
    clock: SenderClock<'a>,
}

/// All that was taken of one alarm in one form.
struct Taken<'a> {
    statement: Statement,
    kind: Kind,
    status: Status,
    status_basis: StatusBasis,
    subject: Subject,
    level: Option<Level>,
    /// The texts as they were sent, without what is added for people.
    texts: Labels,
    mention: fanfare_core::Mention,
    groups: Vec<String>,
    starts_at: Timestamp,
    ends_at: Option<Timestamp>,
    /// The rest of the body.
    body: Body<'a>,
}

/// The severity, and the sender's word for it.
#[derive(Debug, Clone)]
struct Level {
    word: String,
    /// `None`: no table has the word.
    severity: Option<Severity>,
}

impl BodyReader<'_> {
    /// Reads what stands at `place`: an alarm, or a list of them and what they have in common.
    fn read_item(&self, reading: &mut Reading, item: Json, place: &str) {
        let fields = match item {
            Json::Object(fields) => fields,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                return self.read_entry(reading, item, place);
            }
        };
        match AlarmList::take(fields) {
            Ok(list) if list.is_too_large() => reading.refused.push(too_large(place)),
            Ok(mut list) => {
                let path = if place == "$" { list.path.clone() } else { format!("{place}.{}", list.path) };
                for (index, entry) in std::mem::take(&mut list.entries).into_iter().enumerate() {
                    self.read_entry(reading, list.complete(entry), &format!("{path}[{index}]"));
                }
            }
            Err(fields) => self.read_entry(reading, Json::Object(fields), place),
        }
    }

    /// Reads one alarm. One that cannot be read costs only itself.
    fn read_entry(&self, reading: &mut Reading, sent: Json, place: &str) {
        match self.alert(sent, place) {
            Ok(Some(alert)) => reading.alerts.push(alert),
            Ok(None) => reading.nothing_to_do.push(NothingToDo {
                path: place.to_owned(),
                reason: "`action` is `no`, which asks for nothing",
            }),
            Err(fault) => reading.refused.push(fault),
        }
    }

    /// The alert that `sent` reports; `None` if it asks for nothing.
    fn alert(&self, sent: Json, place: &str) -> Result<Option<ReadAlert>, Unreadable> {
        let Some(taken) = self.take(scrub(&sent), place, Form::Kept, &self.hints)? else { return Ok(None) };
        let extra = taken.extra();
        taken.check_says_something(&extra)?;
        let identity = self.identity(&taken);
        let mut fingerprint = Fingerprint::from_labels(&identity);
        if is_abridged(&identity) {
            fingerprint = fingerprint.with_identity(self.sent_identity(sent, place)?);
        }
        Ok(Some(self.finish(taken, fingerprint, extra, place)))
    }

    fn finish(&self, taken: Taken<'_>, fingerprint: Fingerprint, extra: Labels, place: &str) -> ReadAlert {
        let level = taken.level.clone().or_else(|| self.hints.level.clone().map(Level::from));
        let unread = leftovers::unread(&extra);
        let alert = Alert {
            source: self.source.name.clone(),
            fingerprint,
            kind: taken.kind,
            status: taken.status,
            status_basis: taken.status_basis,
            naming: taken.subject.naming(),
            severity: self.severity(level.as_ref(), taken.kind),
            severity_sent: level.as_ref().map(|level| level.word.clone()),
            labels: self.labels(&taken.subject, taken.kind),
            annotations: taken.annotations(&extra),
            extra,
            mention: taken.mention,
            starts_at: taken.starts_at,
            ends_at: taken.ends_at,
            generator_url: None,
        };
        let unknown_level = level.filter(|level| level.severity.is_none()).map(|level| level.word);
        ReadAlert { alert, path: place.to_owned(), unread, unknown_level }
    }

    /// Takes all that is understood of `item` in one form; `None` if it asks for nothing.
    fn take<'p>(
        &self,
        item: Json,
        place: &'p str,
        form: Form,
        hints: &Hints,
    ) -> Result<Option<Taken<'p>>, Unreadable> {
        let mut body = Body::open(item, place, form)?;
        let names = TopNames::in_body(&body);
        let statement = Statement::take(&mut body)?;
        let Some((kind, status)) = statement.intent.outcome() else { return Ok(None) };
        let subject = Subject::take(&mut body, names, hints, &self.source.labels)?;
        let level = take_level(&mut body)?;
        let texts = take_texts(&mut body);
        let mention = addressees::take_mention(&mut body);
        let groups = addressees::take_groups(&mut body);
        let (status, status_basis) = match statement.says_nothing() && say_an_end(&subject, &texts) {
            true => (Status::Resolved, StatusBasis::Words),
            false => (status, StatusBasis::Stated),
        };
        let (starts_at, ends_at) = self.take_times(&mut body, status);
        Ok(Some(Taken {
            statement,
            kind,
            status,
            status_basis,
            subject,
            level,
            texts,
            mention,
            groups,
            starts_at,
            ends_at,
            body,
        }))
    }

    fn identity(&self, taken: &Taken<'_>) -> Labels {
        let state = taken.statement.told_apart_by();
        let texts = match taken.status_basis {
            StatusBasis::Stated => Cow::Borrowed(&taken.texts),
            StatusBasis::Words => {
                Cow::Owned(taken.texts.iter().map(|(name, text)| (name, without_marks(text))).collect())
            }
        };
        taken.subject.identity(&self.source.name, taken.kind, &texts, state, &taken.body)
    }

    /// The identity of the alert that `sent` reports, by all that was sent of its alarm and device.
    fn sent_identity(&self, sent: Json, place: &str) -> Result<Option<Identity>, Unreadable> {
        let taken = self.take(sent, place, Form::Sent, &Form::Sent.hints(self.sent_hints))?;
        Ok(taken.map(|taken| Identity::from_labels(&self.identity(&taken))))
    }

    /// Takes the start and the end. The time of a clear's event is the end of its alarm,
    /// unless the body has the end in a field of its own. An implausible time is left where it is, as is the
    /// expiry of an alert that has not begun by then.
    fn take_times(&self, body: &mut Body<'_>, status: Status) -> (Timestamp, Option<Timestamp>) {
        let clock = self.clock;
        let time = body.take_first(Meaning::Time, |found| plausible(found.text()?, clock));
        let starts_at = time.unwrap_or(clock.now);
        let end = body.take_first(Meaning::End, |found| match status {
            Status::Firing => plausible_expiry(found.text()?, clock).filter(|end| starts_at <= *end),
            Status::Resolved => plausible(found.text()?, clock),
        });
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

    /// The severity of an alert. An alarm without a level is `mid`: ThinkLink's own
    /// default, `low`, is too quiet for an unrated alarm. A notice is `low`.
    fn severity(&self, level: Option<&Level>, kind: Kind) -> Severity {
        match (level, kind) {
            (Some(level), Kind::Alarm | Kind::Notice) => level.severity.unwrap_or(self.source.unknown_level),
            (None, Kind::Alarm) => Severity::Mid,
            (None, Kind::Notice) => Severity::Low,
        }
    }
}

impl Taken<'_> {
    /// The rest of the body, with its notification groups in one form, and what contradicts its intent.
    fn extra(&self) -> Labels {
        let mut extra = flatten(self.body.rest().clone());
        for word in self.statement.contradictions() {
            extra.set(word.path.join("."), bounded(word.value.text().unwrap_or_default()));
        }
        extra.set("notice_groups", bounded(&self.groups.join(", ")));
        extra
    }

    /// Refuses an alert that says nothing, with what would do. An alarm may say only that it holds, if its device is
    /// known, or only how bad it is; a clear must say what has ended.
    fn check_says_something(&self, extra: &Labels) -> Result<(), Unreadable> {
        let is_told = self.subject.has_alarm() || !self.texts.is_empty() || leftovers::says_something(extra);
        let is_raised = self.level.is_some() || (self.statement.raises() && self.subject.has_device());
        match self.status {
            Status::Firing if is_told || is_raised => Ok(()),
            Status::Resolved if is_told || self.subject.has_device() => Ok(()),
            Status::Firing => Err(self.body.refuse(NOTHING_TO_TELL.to_owned())),
            Status::Resolved => Err(self.body.refuse(NOTHING_TO_CLEAR.to_owned())),
        }
    }

    /// The texts for people: those of the body, and what they would not see otherwise.
    fn annotations(&self, extra: &Labels) -> Labels {
        let mut annotations = self.texts.clone();
        leftovers::show(&mut annotations, extra);
        if annotations.is_empty() && !self.subject.has_alarm() {
            annotations.set("content", self.statement.line());
        }
        let states = self.statement.lines_beside(&annotations).join("\n");
        if !states.is_empty() {
            let content = annotations.take("content").map(|content| format!("{content}\n\n{states}"));
            annotations.set("content", bounded(&content.unwrap_or(states)));
        }
        annotations
    }
}

const NOTHING_TO_TELL: &str = "found nothing to tell, expected at least one of `name`, `alarm_name`, `title`, `desc`, `content`, `level`";

const NOTHING_TO_CLEAR: &str = "a clear must say of what: add `name` and `eui`, or the text of the alarm, to the body, or `?alarm=` and `?eui=` to the address";

impl From<String> for Level {
    fn from(word: String) -> Self {
        let severity = word.parse().ok();
        Self { word, severity }
    }
}

/// Takes the level: the first that a table has, or else the first.
fn take_level(body: &mut Body<'_>) -> Result<Option<Level>, Unreadable> {
    let fields = body.fields(Meaning::Level);
    let is_known = |found: &Json| found.text().and_then(|word| word.parse::<Severity>().ok()).is_some();
    let known = fields.iter().find(|field| body.peek(&field.path).is_some_and(is_known)).cloned();
    for field in known.into_iter().chain(fields) {
        if let Some(word) = body.take_line_of(&field)? {
            return Ok(Some(Level::from(word)));
        }
    }
    Ok(None)
}

fn take_texts(body: &mut Body<'_>) -> Labels {
    const NAMES: [(&str, Meaning); 3] =
        [("title", Meaning::Title), ("description", Meaning::Description), ("content", Meaning::Content)];
    NAMES.into_iter().filter_map(|(ours, theirs)| Some((ours, body.take_words(theirs)?))).collect()
}

/// Tells whether the alarm's name and texts say that it is over, where no field does.
fn say_an_end(subject: &Subject, texts: &Labels) -> bool {
    let heads = subject.alarm().into_iter().chain(texts.get("title")).map(|it| (TextPart::Head, it));
    let further = ["description", "content"].into_iter().filter_map(|it| texts.get(it));
    let texts = heads.chain(further.map(|it| (TextPart::Description, it)));
    spoken_status(texts) == Some(Status::Resolved)
}

#[cfg(test)]
mod tests;
