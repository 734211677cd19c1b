use super::*;

/// An account that counts how often it was given settings.
struct CountingAccount {
    target: Target,
    settings: u32,
}

impl FakeAccountState for CountingAccount {
    type Settings = &'static str;

    fn credential<'a>(settings: &'a &'static str) -> &'a str {
        settings
    }

    fn new(name: &str, _settings: &'static str) -> Self {
        Self { target: Target::new(name, Vec::new()), settings: 1 }
    }

    fn rename(&mut self, name: &str, _settings: &'static str) {
        self.target.add(name, Vec::new());
        self.settings += 1;
    }

    fn target(&self) -> &Target {
        &self.target
    }
}

#[test]
fn a_credential_that_is_known_keeps_its_account_and_gets_another_name() {
    let mut table = AccountTable::<CountingAccount>::default();
    table.add("ops", "a");
    table.add("night", "a");
    table.add("sales", "b");
    assert_eq!(table.get_mut("a").unwrap().settings, 2);
    assert_eq!(table.target("a").unwrap().names().collect::<Vec<_>>(), ["ops", "night"]);
    assert!(table.target("c").is_none());
    assert_eq!(table.called("night").count(), 1);
    assert_eq!(table.called("nobody").count(), 0);
}
