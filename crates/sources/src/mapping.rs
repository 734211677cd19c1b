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
use crate::{BodyFault, NothingToDo, Reading, SourceSettings, Unreadable};

impl Mapping {
    /// Reads `body`, which arrived at `now`.
    pub(crate) fn read(
        &self,
        body: &[u8],
        source: &SourceSettings,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        let sent = Json::parse(body)?;
        let clean = scrub(&sent);
        let Some(items) = self.items(&clean)? else {
            return Ok(Reading { nothing_to_do: vec![empty_list()], ..Reading::default() });
        };
        let sent_items = self.items(&sent)?.unwrap_or_default();
        let values = BodyValues::new(&clean, &items);
        let sent_values = BodyValues::new(&sent, &sent_items);
        let mut reading = Reading::default();
        for (index, item) in items.iter().enumerate() {
            let reader = ItemReader { mapping: self, source, now, item, values: &values };
            // Removing credentials never adds an item, but may take one.
            let twin = sent_items.get(index).filter(|_| sent_items.len() == items.len());
            let twin = twin.filter(|twin| twin.value != item.value || sent != clean);
            match reader.read(twin.map(|twin| (twin, &sent_values))) {
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
    fn items<'a>(&self, body: &'a Json) -> Result<Option<Vec<FoundValue<'a>>>, Unreadable> {
        let Some(each) = &self.each else {
            return Ok(match body {
                Json::List(items) => Some(numbered(items)).filter(|it| !it.is_empty()),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => {
                    Some(vec![FoundValue { value: body, place: "$".to_owned() }])
                }
            });
        };
        let found = each.find(body);
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

fn numbered(items: &[Json]) -> Vec<FoundValue<'_>> {
    items.iter().enumerate().map(|(index, value)| FoundValue { value, place: format!("[{index}]") }).collect()
}

fn empty_list() -> NothingToDo {
    NothingToDo { path: "$".to_owned(), reason: "the list of alerts is empty" }
}

#[cfg(test)]
mod tests;
