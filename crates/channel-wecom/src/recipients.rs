use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// Members, departments or tags: a list, or one text joined by `|` as WeCom has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients(Vec<String>); // Invariant: none is empty or holds a `|`.

impl Recipients {
    /// True if nobody is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of recipients.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The recipients joined by `|`, as WeCom has them.
    #[must_use]
    pub fn joined(&self) -> String {
        self.0.join("|")
    }

    fn add(&mut self, text: &str) {
        self.0.extend(text.split('|').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned));
    }
}

impl From<&str> for Recipients {
    fn from(text: &str) -> Self {
        let mut recipients = Self::default();
        recipients.add(text);
        recipients
    }
}

impl<'de> Deserialize<'de> for Recipients {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RecipientsVisitor)
    }
}

struct RecipientsVisitor;

impl<'de> Visitor<'de> for RecipientsVisitor {
    type Value = Recipients;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or one text joined by `|`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Recipients, E> {
        Ok(text.into())
    }

    /// Departments and tags are numbers.
    fn visit_u64<E: Error>(self, number: u64) -> Result<Recipients, E> {
        Ok(number.to_string().as_str().into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Recipients, E> {
        Ok(number.to_string().as_str().into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Recipients, A::Error> {
        let mut all = Recipients::default();
        while let Some(Recipients(some)) = list.next_element()? {
            all.0.extend(some);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests;
