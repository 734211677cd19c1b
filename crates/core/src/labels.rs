//! Names and texts.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

/// Names and their texts, sorted by name.
///
/// As in Prometheus, a name with an empty text is the same as no such name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<String, String>); // Invariant: no text is empty.

impl Labels {
    /// The text under `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets `name` to `text`; an empty text removes it.
    pub fn set(&mut self, name: impl Into<String>, text: impl Into<String>) {
        let (name, text) = (name.into(), text.into());
        if text.is_empty() {
            self.0.remove(&name);
        } else {
            self.0.insert(name, text);
        }
    }

    /// Removes `name` and answers its text.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Takes over every name of `others` that is not set here.
    pub fn fill_from(&mut self, others: &Self) {
        for (name, text) in &others.0 {
            if !self.0.contains_key(name) {
                self.0.insert(name.clone(), text.clone());
            }
        }
    }

    /// Names and texts, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, T: Into<String>> FromIterator<(N, T)> for Labels {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(pairs: I) -> Self {
        let mut labels = Self::default();
        for (name, text) in pairs {
            labels.set(name, text);
        }
        labels
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<String, String>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
