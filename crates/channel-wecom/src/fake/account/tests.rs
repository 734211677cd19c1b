use fanfare_sandbox::{AccountSettings, InvalidAccount};

use super::{BotStatus, WeComAccount};

fn account(settings: &[(&str, &str)]) -> Result<WeComAccount, InvalidAccount> {
    WeComAccount::from_settings(&AccountSettings::new(settings.iter().copied()))
}

#[test]
fn a_key_makes_a_bot() {
    let WeComAccount::Bot(bot) = account(&[("key", "k"), ("state", "stopped")]).unwrap() else {
        panic!("no bot")
    };
    assert_eq!((bot.key.as_str(), bot.status, bot.per_minute), ("k", BotStatus::Stopped, Some(20)));
    assert!(bot.members.contains("anyone"));
}

#[test]
fn a_corp_id_makes_an_app() {
    let settings =
        [("corp_id", "c"), ("secret", "s"), ("agent_id", "7"), ("to_user", "ann|bob"), ("to_party", "3")];
    let WeComAccount::App(app) = account(&settings).unwrap() else { panic!("no app") };
    assert_eq!((app.agent_id, app.expires_in), (7, 7_200));
    assert_eq!(app.users.into_iter().collect::<Vec<_>>(), ["ann", "bob"]);
    assert_eq!(app.parties["3"], ["someone-in-3"]);
    assert_eq!(app.audience, ["ann", "bob", "3"]);
}

#[test]
fn limits_can_be_switched_off() {
    let WeComAccount::Bot(bot) = account(&[("key", "k"), ("limits", "none")]).unwrap() else {
        panic!("no bot")
    };
    assert_eq!(bot.per_minute, None);
    let settings = [("corp_id", "c"), ("secret", "s"), ("agent_id", "7"), ("limits", "none")];
    let WeComAccount::App(app) = account(&settings).unwrap() else { panic!("no app") };
    assert_eq!((app.per_member_and_minute, app.per_member_and_hour), (None, None));
}

#[test]
fn settings_that_make_no_account_are_named_and_not_quoted() {
    let check = |settings: &[(&str, &str)], expected: InvalidAccount| {
        let err = account(settings).err().unwrap();
        assert_eq!(err, expected);
        assert!(!err.to_string().contains("hunter2"));
    };
    check(&[("secret", "hunter2"), ("agent_id", "7")], InvalidAccount::Missing("corp_id"));
    check(&[("key", "k"), ("secret", "hunter2")], InvalidAccount::UnknownSetting("secret".to_owned()));
    let app = [("corp_id", "c"), ("secret", "s"), ("agent_id", "hunter2")];
    check(&app, InvalidAccount::Invalid("agent_id", "a whole number"));
    let state = InvalidAccount::Invalid("state", "`active`, `stopped` or `removed`");
    check(&[("key", "k"), ("state", "hunter2")], state);
}
