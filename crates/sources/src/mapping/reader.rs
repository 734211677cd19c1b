//! The reading of one part of a body by a mapping.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use fanfare_core::{
    AlarmNaming, Alert, Fingerprint, Identity, Kind, Labels, Mention, Status, StatusBasis, keep_lines,
    one_line, without_readings,
};
use jiff::Timestamp;
use minijinja::Value;

use super::expression::{Expression, Origin, Scope};
use super::settings::Mapping;
use super::status_word::StatusWord;
use crate::extra::{bounded, flatten, joined, shared};
use crate::json::{Json, Object};
use crate::json_path::{FoundValue, TreeExtent};
use crate::label_lines::label_lines;
use crate::template::{template_fields, template_object, template_value};
use crate::time::{SenderClock, plausible, plausible_expiry};
use crate::unexpanded::is_unexpanded;
use crate::weight::weigh;
use crate::work::WorkBudget;
use crate::{BodyFault, ReadAlert, SourceSettings, Unreadable};

/// The name under which templates see the whole body.
const BODY: &str = "body";

/// The name of a part that is no object, in templates and among what was not read.
const VALUE: &str = "value";

/// The bytes of a text that are one step of work.
const BYTES_A_STEP: usize = 64;

/// A body as the paths and templates of a mapping see it.
pub(super) struct BodyValues<'a> {
    body: &'a Json,
    /// The body as templates see it, once one asks.
    template_body: OnceCell<Value>,
    /// The part outside of the items, for whoever looks at one of them.
    shared: Labels,
    work: &'a WorkBudget,
}

impl<'a> BodyValues<'a> {
    pub(super) fn new(body: &'a Json, items: &[FoundValue<'_>], work: &'a WorkBudget) -> Self {
        let is_whole = items.first().is_some_and(|it| std::ptr::eq(it.value, body));
        let items: BTreeSet<*const Json> = items.iter().map(|it| std::ptr::from_ref(it.value)).collect();
        let beside =
            if is_whole { Object::new() } else { unread(body, &items).map(object).unwrap_or_default() };
        Self { body, template_body: OnceCell::new(), shared: shared(&flatten(beside)), work }
    }
}

/// The part that reports one alert, and everything that reading it needs.
pub(super) struct ItemReader<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) source: &'a SourceSettings,
    pub(super) now: Timestamp,
    pub(super) item: &'a FoundValue<'a>,
    pub(super) values: &'a BodyValues<'a>,
}

/// The values of one part, and what of it was read.
struct ItemValues<'a> {
    item: &'a Json,
    values: &'a BodyValues<'a>,
    /// The part as templates see it, once one asks.
    context: OnceCell<Value>,
    read: BTreeSet<*const Json>,
    /// The fields that mean nothing to us, and the settings whose templates lack one.
    not_understood: Vec<String>,
}

impl ItemReader<'_> {
    /// The alert that the part reports; `None` if it is to be ignored. `sent` is the same part with the
    /// credentials that were removed from it, which tell two alerts apart.
    pub(super) fn read(
        &self,
        sent: Option<(&FoundValue<'_>, &BodyValues<'_>)>,
    ) -> Result<Option<ReadAlert>, Unreadable> {
        let Mapping { each: _, alertname, status, severity, labels: _, identity: _, .. } = self.mapping;
        let mut values = ItemValues::new(self.item, self.values);
        // Parts may lie within each other, so that they are together larger than the body.
        if self.values.work.spend(TreeExtent::of(self.item.value).steps).is_none() {
            return Ok(None);
        }
        let (kind, status) = match values.word::<StatusWord>("status", status.as_ref()) {
            Some(StatusWord::Ignore) => return Ok(None),
            Some(StatusWord::Report(kind, status)) => (kind, status),
            None => (Kind::Alarm, Status::Firing),
        };
        if values.name(alertname).is_none() {
            return Err(self.nameless());
        }
        let mut labels = self.labels(&mut values);
        let identity = self.identity(&labels, &mut values);
        let mut fingerprint = Fingerprint::from_labels(&identity);
        if let Some((item, body)) = sent {
            let mut values = ItemValues::new(item, body);
            let labels = self.labels(&mut values);
            let sent = self.identity(&labels, &mut values);
            fingerprint = fingerprint.with_identity(Some(Identity::from_labels(&sent)));
        }
        self.source.labels.iter().for_each(|(name, text)| labels.set(name, text));
        labels = labels.iter().map(|(name, text)| (name, bounded(text))).collect();

        let severity_sent = severity.as_ref().and_then(|it| values.text(it));
        let annotations = self.annotations(&mut values, &labels);
        let (starts_at, ends_at) = self.times(&mut values, status);
        let generator_url = self.url(&mut values);
        let (severity, unknown_level) = weigh(severity_sent.as_deref(), kind, self.source);
        let (extra, unread) = values.finish();
        let alert = Alert {
            source: self.source.name.clone(),
            fingerprint,
            kind,
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
        Ok(Some(ReadAlert { alert, path: self.item.place.clone(), unread, unknown_level }))
    }

    /// The refusal of a part that says not what its alert is called.
    fn nameless(&self) -> Unreadable {
        let place = match &self.mapping.alertname.origin {
            Origin::Path(path, _) => format!("found nothing at `{}`", path.as_str()),
            Origin::Template(_) => "found not all that the template of `alertname` needs".to_owned(),
            Origin::Constant(_) => "`alertname` is empty".to_owned(),
        };
        Unreadable {
            fault: BodyFault::NotAnAlert,
            path: self.item.place.clone(),
            message: format!("{place}, expected the name of the alert"),
        }
    }

    /// The labels that the part has by the mapping.
    fn labels(&self, values: &mut ItemValues<'_>) -> Labels {
        let named = self.mapping.labels.iter().map(|(name, expression)| (name.as_str(), expression));
        let alertname = values.name(&self.mapping.alertname).map(|it| ("alertname", one_line(&it)));
        let others = named.filter_map(|(name, expression)| Some((name, one_line(&values.text(expression)?))));
        alertname.into_iter().chain(others).collect()
    }

    /// The labels that carry identity. Where the body lacks one of those that the mapping names, alerts of other things
    /// would be one: then all labels do. Its texts do besides if no label is from the body either, and without their
    /// readings if the body says no state: an end, which says one, has other texts.
    fn identity(&self, labels: &Labels, values: &mut ItemValues<'_>) -> Labels {
        let named = self.mapping.identity_of(labels);
        let is_sent = |(name, text): (&str, &str)| self.mapping.is_from_body(name, text);
        let sent: Vec<&str> = named.iter().filter(|it| is_sent(*it)).map(|(name, _)| name).collect();
        if self.mapping.is_enough_for_identity(&sent) {
            return named;
        }
        let mut all = labels.clone();
        if !labels.iter().any(is_sent) {
            all.fill_from(&self.telling_texts(values, str::to_owned));
        } else if !self.mapping.status.as_ref().is_some_and(|it| values.finds(it)) {
            all.fill_from(&self.telling_texts(values, |text| without_readings(&without_fields(text))));
        }
        all
    }

    /// The texts that the mapping names, as `reduced` leaves them.
    fn telling_texts(&self, values: &mut ItemValues<'_>, reduced: impl Fn(&str) -> String) -> Labels {
        let Mapping { title, description, content, .. } = self.mapping;
        let texts = [("title", title), ("description", description), ("content", content)];
        let mut read = |(name, expression): (&'static str, &Option<Expression>)| {
            let text = values.text(expression.as_ref()?)?;
            Some((name, reduced(&text)))
        };
        texts.into_iter().filter_map(&mut read).collect()
    }

    /// The texts that the mapping names; the labels stand below its own text.
    fn annotations(&self, values: &mut ItemValues<'_>, labels: &Labels) -> Labels {
        let Mapping { title, description, content, .. } = self.mapping;
        let texts = [("title", title), ("description", description), ("content", content)];
        let mut read = |(name, expression): (&'static str, &Option<Expression>)| {
            let text = values.wanted(name, expression.as_ref()?)?;
            Some((name, bounded(&keep_lines(&text))))
        };
        let mut annotations: Labels = texts.into_iter().filter_map(&mut read).collect();
        let own = annotations.take("content");
        let content: Vec<String> = own.into_iter().chain([label_lines(labels).join("\n")]).collect();
        annotations.set("content", bounded(content.join("\n\n").trim()));
        annotations
    }

    /// The beginning and the end. Where an alert that is over has only one time, that is when it ended.
    fn times(&self, values: &mut ItemValues<'_>, status: Status) -> (Timestamp, Option<Timestamp>) {
        let Mapping { starts_at, ends_at, .. } = self.mapping;
        let clock = SenderClock { now: self.now, zone: self.source.timezone.as_ref() };
        let start = values.time("starts_at", starts_at.as_ref(), |text| plausible(text, clock));
        let starts_at = start.unwrap_or(clock.now);
        let end = values.time("ends_at", ends_at.as_ref(), |text| match status {
            Status::Firing => plausible_expiry(text, clock).filter(|end| clock.now < *end),
            Status::Resolved => plausible(text, clock),
        });
        match status {
            Status::Firing => (starts_at, end),
            Status::Resolved => (starts_at, end.or(start)),
        }
    }

    fn url(&self, values: &mut ItemValues<'_>) -> Option<String> {
        let url = values.wanted("url", self.mapping.url.as_ref()?)?;
        if url.starts_with("http://") || url.starts_with("https://") {
            return Some(bounded(&one_line(&url)));
        }
        values.note("url", self.mapping.url.as_ref()?);
        None
    }
}

impl<'a> ItemValues<'a> {
    fn new(item: &FoundValue<'a>, values: &'a BodyValues<'a>) -> Self {
        let (context, read, not_understood) = (OnceCell::new(), BTreeSet::new(), Vec::new());
        Self { item: item.value, values, context, read, not_understood }
    }

    fn context(&self) -> &Value {
        self.context.get_or_init(|| {
            let body = self.values.template_body.get_or_init(|| template_value(self.values.body));
            let all = [(BODY, body.clone())].into_iter();
            match self.item.fields() {
                Some(fields) => template_object(all.chain(template_fields(fields))),
                None => template_object(all.chain([(VALUE, template_value(self.item))])),
            }
        })
    }

    /// The text of `expression`.
    fn text(&mut self, expression: &Expression) -> Option<String> {
        let found = self.found(expression);
        expression.word(found).filter(|text| !text.trim().is_empty())
    }

    /// Tells whether the body has a value for `expression`, whatever stands in the place of none.
    fn finds(&mut self, expression: &Expression) -> bool {
        self.found(expression).is_some_and(|text| !text.trim().is_empty())
    }

    /// The text of `expression` in the body's own words.
    fn found(&mut self, expression: &Expression) -> Option<String> {
        match &expression.origin {
            Origin::Constant(text) => Some(text.clone()),
            Origin::Template(template) => template.render(self.context(), self.values.work),
            Origin::Path(path, scope) => {
                let root = match scope {
                    Scope::Item => self.item,
                    Scope::Body => self.values.body,
                };
                let found = path.find_within(root, self.values.work).unwrap_or_default();
                let text = self.text_of(found.into_iter().map(|it| it.value));
                // A text from the whole body may be as long as it, for each alert.
                let written = text.as_ref().map_or(0, |it| it.len() / BYTES_A_STEP);
                self.values.work.spend(u64::try_from(written).unwrap_or(u64::MAX)).and(text)
            }
        }
    }

    /// The name of an alert. A macro that was not expanded is better than none: people see what to mend.
    fn name(&mut self, expression: &Expression) -> Option<String> {
        let unexpanded = |item: &Json| match &expression.origin {
            Origin::Path(path, Scope::Item) => path.find(item).first()?.value.text().map(str::to_owned),
            Origin::Path(_, Scope::Body) | Origin::Template(_) | Origin::Constant(_) => None,
        };
        self.text(expression).or_else(|| unexpanded(self.item))
    }

    /// The texts of `values`, joined. Lists of texts are joined too; anything else with parts has no text.
    fn text_of(&mut self, values: impl Iterator<Item = &'a Json>) -> Option<String> {
        let mut texts = Vec::new();
        for value in values {
            let text = match value {
                Json::List(items) => joined(items),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => {
                    value.text().map(str::to_owned)
                }
            };
            if let Some(text) = text.filter(|it| !it.is_empty() && !is_unexpanded(it)) {
                self.read.insert(std::ptr::from_ref(value));
                texts.push(text);
            }
        }
        Some(texts.join(", ")).filter(|text| !text.is_empty())
    }

    /// The text of `expression`, which is the setting `name`. A template that finds not all it needs is noted.
    fn wanted(&mut self, name: &str, expression: &Expression) -> Option<String> {
        let text = self.text(expression);
        if text.is_none() && expression.default.is_none() && matches!(expression.origin, Origin::Template(_))
        {
            self.note(name, expression);
        }
        text
    }

    /// Notes that the value of the setting `name` was not understood.
    fn note(&mut self, name: &str, expression: &Expression) {
        let field = match &expression.origin {
            Origin::Path(path, Scope::Item) => path.as_str().trim_start_matches("$."),
            Origin::Path(path, Scope::Body) => path.as_str(),
            Origin::Template(_) | Origin::Constant(_) => name,
        };
        self.not_understood.push(field.to_owned());
    }

    fn word<T: std::str::FromStr>(&mut self, name: &str, expression: Option<&Expression>) -> Option<T> {
        let expression = expression?;
        // An empty default says that there may be no word.
        let said = self.wanted(name, expression).filter(|it| !it.trim().is_empty())?;
        let word = said.parse().ok();
        if word.is_none() {
            self.note(name, expression);
        }
        word
    }

    fn time(
        &mut self,
        name: &str,
        expression: Option<&Expression>,
        read: impl Fn(&str) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        let expression = expression?;
        let text = self.wanted(name, expression)?;
        let time = read(text.trim());
        if time.is_none() {
            self.note(name, expression);
        }
        time
    }

    /// The part that was not read, as an alert keeps it, and the fields that were not understood.
    fn finish(self) -> (Labels, Vec<String>) {
        let rest = unread(self.item, &self.read).map(object).unwrap_or_default();
        let mut extra = flatten(rest);
        extra.fill_from(&self.values.shared);
        (extra, self.not_understood)
    }
}

/// The text without its lines that only show a field, whose value may be another each time.
fn without_fields(text: &str) -> String {
    text.lines().filter(|line| !line.contains(": ")).collect::<Vec<_>>().join("\n")
}

/// The part of `json` that is not among `read`.
fn unread(json: &Json, read: &BTreeSet<*const Json>) -> Option<Json> {
    if read.contains(&std::ptr::from_ref(json)) {
        return None;
    }
    Some(match json {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => json.clone(),
        Json::List(items) => Json::List(items.iter().filter_map(|it| unread(it, read)).collect()),
        Json::Object(fields) => {
            let rest = fields.iter().filter_map(|(name, it)| Some((name.clone(), unread(it, read)?)));
            Json::Object(rest.collect())
        }
    })
}

fn object(json: Json) -> Object {
    match json {
        Json::Object(fields) => fields,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
            Object::from([(VALUE.to_owned(), json)])
        }
    }
}
