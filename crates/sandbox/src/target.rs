//! The names people know an account by.

/// One account's names: usually one, several where channels share the account.
#[derive(Debug)]
pub(crate) struct Target {
    aliases: Vec<Alias>, // Invariant: never empty.
}

#[derive(Debug)]
struct Alias {
    name: String,
    audience: Vec<String>,
}

impl Target {
    pub(crate) fn new(name: String, audience: Vec<String>) -> Self {
        Self { aliases: vec![Alias { name, audience }] }
    }

    /// One more channel uses the account.
    pub(crate) fn add(&mut self, name: String, audience: Vec<String>) {
        match self.aliases.iter_mut().find(|alias| alias.name == name) {
            Some(alias) => alias.audience = audience,
            None => self.aliases.push(Alias { name, audience }),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.aliases.iter().map(|alias| alias.name.as_str())
    }

    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.names().any(|other| other == name)
    }

    /// The name under which someone writes to exactly `recipients`, else to one
    /// of them, else the first.
    pub(crate) fn name_for(&self, recipients: &[String]) -> &str {
        let exactly = |alias: &&Alias| {
            alias.audience.len() == recipients.len()
                && recipients.iter().all(|it| alias.audience.contains(it))
        };
        let partly = |alias: &&Alias| recipients.iter().any(|it| alias.audience.contains(it));
        let found = self.aliases.iter().find(exactly).or_else(|| self.aliases.iter().find(partly));
        found.or(self.aliases.first()).map_or("", |alias| alias.name.as_str())
    }
}
