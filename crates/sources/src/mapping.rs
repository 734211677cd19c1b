//! Mappings: how a JSON body becomes alerts, as an operator states it in YAML.
//!
//! A mapping is read straight into what it does: a path or a template that cannot be
//! read is found while the config is. What holds settings against each other is in
//! [`Mapping::mistakes`].

mod reader;
mod settings;
mod status_word;
mod expression;

use jiff::Timestamp;

use self::reader::{BodyValues, ItemReader};
pub use self::settings::{Mapping, MappingMistake};
use crate::json::Json;
use crate::json_path::FoundValue;
use crate::scrub::scrub;
use crate::work::{MAX_STEPS, WorkBudget};
use crate::{BodyFault, NothingToDo, Reading, SourceSettings, Unreadable};

/// The alerts that one body may report, at most.
const MAX_ITEMS: usize = 10_000;

impl Mapping {
    /// Reads `body`, which arrived at `now`.
    pub(crate) fn read(
        &self,
        body: &Json,
        source: &SourceSettings,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        self.read_within(&WorkBudget::default(), body, source, now)
    }

    /// Reads `body` with no more than the work that one body may cause.
    fn read_within(
        &self,
        work: &WorkBudget,
        sent: &Json,
        source: &SourceSettings,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        let clean = scrub(sent);
        let Some(items) = self.items(&clean, work)? else {
            return Ok(Reading { nothing_to_do: vec![empty_list()], ..Reading::default() });
        };
        let is_clean = *sent == clean;
        let sent_items = if is_clean { Vec::new() } else { self.items(sent, work)?.unwrap_or_default() };
        // Removing credentials never adds an item, but may take one.
        let is_paired = !is_clean && sent_items.len() == items.len();
        let values = BodyValues::new(&clean, &items, work);
        let sent_values = is_paired.then(|| BodyValues::new(sent, &sent_items, work));
        let mut reading = Reading::default();
        for (index, item) in items.iter().enumerate() {
            let reader = ItemReader { mapping: self, source, now, item, values: &values };
            let result = reader.read(sent_items.get(index).zip(sent_values.as_ref()));
            if work.is_too_much() {
                return Err(too_much_work());
            }
            match result {
                Ok(Some(alert)) => reading.alerts.push(alert),
                Ok(None) => reading.nothing_to_do.push(NothingToDo {
                    path: item.place.clone(),
                    reason: "by its status, which the mapping says to ignore",
                }),
                Err(refusal) => reading.refused.push(refusal),
            }
        }
        reading.unless_all_refused()
    }

    /// The parts that report one alert each; `None` if the list of them is empty.
    fn items<'a>(
        &self,
        body: &'a Json,
        work: &WorkBudget,
    ) -> Result<Option<Vec<FoundValue<'a>>>, Unreadable> {
        let items = self.find_items(body, work)?;
        let number = items.as_ref().map_or(0, Vec::len);
        if number > MAX_ITEMS {
            let message = format!("found {number} parts that report an alert, expected at most {MAX_ITEMS}");
            return Err(Unreadable { fault: BodyFault::NotAnAlert, path: "$".to_owned(), message });
        }
        Ok(items)
    }

    fn find_items<'a>(
        &self,
        body: &'a Json,
        work: &WorkBudget,
    ) -> Result<Option<Vec<FoundValue<'a>>>, Unreadable> {
        let Some(each) = &self.each else {
            return Ok(match body {
                Json::List(items) => Some(numbered(items)).filter(|it| !it.is_empty()),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => {
                    Some(vec![FoundValue { value: body, place: "$".to_owned() }])
                }
            });
        };
        let found = each.find_within(body, work).ok_or_else(too_much_work)?;
        if !found.is_empty() {
            return Ok(Some(found));
        }
        let is_empty = |list: &FoundValue<'_>| matches!(list.value, Json::List(items) if items.is_empty());
        match each.list() {
            Some(list) if list.find(body).iter().any(is_empty) => Ok(None),
            Some(_) | None => Err(Unreadable {
                fault: BodyFault::NotAnAlert,
                path: "$".to_owned(),
                message: format!(
                    "found nothing at `{}`, expected the parts that report an alert",
                    each.as_str()
                ),
            }),
        }
    }
}

fn too_much_work() -> Unreadable {
    let message = format!(
        "looking for all that the mapping names takes more than {MAX_STEPS} steps, the bound of one body: send fewer alerts at once"
    );
    Unreadable { fault: BodyFault::NotAnAlert, path: "$".to_owned(), message }
}

fn numbered(items: &[Json]) -> Vec<FoundValue<'_>> {
    items.iter().enumerate().map(|(index, value)| FoundValue { value, place: format!("[{index}]") }).collect()
}

fn empty_list() -> NothingToDo {
    NothingToDo { path: "$".to_owned(), reason: "the list of alerts is empty" }
}

#[cfg(test)]
mod tests;
