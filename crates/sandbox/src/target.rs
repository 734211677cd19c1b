//! The names people know an account by.

/// The names of one account: usually one, several where channels share the account.
#[derive(Debug)]
pub struct Target {
    aliases: Vec<TargetAlias>, // Invariant: never empty.
}

#[derive(Debug)]
struct TargetAlias {
    name: String,
    audience: Vec<String>,
}

impl Target {
    /// An account with one name, under which messages go to the people of `audience`.
    #[must_use]
    pub fn new(name: &str, audience: Vec<String>) -> Self {
        Self { aliases: vec![TargetAlias { name: name.to_owned(), audience }] }
    }

    /// Adds a name: one more channel uses the account.
    pub fn add(&mut self, name: &str, audience: Vec<String>) {
        match self.aliases.iter_mut().find(|alias| alias.name == name) {
            Some(alias) => alias.audience = audience,
            None => self.aliases.push(TargetAlias { name: name.to_owned(), audience }),
        }
    }

    /// All names of the account.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.aliases.iter().map(|alias| alias.name.as_str())
    }

    /// True if `name` is one of the account's names.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.names().any(|other| other == name)
    }

    /// The name under which messages go to exactly `recipients`, else to one
    /// of them, else the first.
    #[must_use]
    pub fn name_for(&self, recipients: &[String]) -> &str {
        let exactly = |alias: &&TargetAlias| {
            alias.audience.len() == recipients.len()
                && recipients.iter().all(|it| alias.audience.contains(it))
        };
        let partly = |alias: &&TargetAlias| recipients.iter().any(|it| alias.audience.contains(it));
        let found = self.aliases.iter().find(exactly).or_else(|| self.aliases.iter().find(partly));
        found.or(self.aliases.first()).map_or("", |alias| alias.name.as_str())
    }

    /// The account's first name.
    #[must_use]
    pub fn first_name(&self) -> &str {
        self.name_for(&[])
    }
}
