use fanfare_sandbox::{AccountSettings, InvalidAccount};

use super::MailAccount;

fn account(settings: &[(&str, &str)]) -> Result<MailAccount, InvalidAccount> {
    MailAccount::from_settings(&AccountSettings::new(settings.iter().copied()))
}

#[test]
fn a_login_may_send_as_its_address_whatever_the_display_name() {
    let settings = [("from", "Fanfare <a@example.com>"), ("to", "b@example.com, Boss <c@example.com>")];
    let account = account(&settings).unwrap();
    assert!(account.senders.contains("a@example.com") && !account.senders.contains("b@example.com"));
    assert_eq!(account.audience, ["b@example.com", "c@example.com"]);
}

#[test]
fn a_server_without_a_user_name_relays_and_one_with_an_empty_password_does_not() {
    let login = |username| {
        let settings = [("username", username), ("password", ""), ("from", "a@example.com")];
        account(&settings).unwrap().login.map(|login| login.username)
    };
    assert_eq!(login(""), None);
    assert_eq!(login("ann").as_deref(), Some("ann"));
}

#[test]
fn the_addresses_that_exist_can_be_listed() {
    let account = account(&[("from", "a@example.com"), ("recipient", "ann@example.com")]).unwrap();
    assert!(account.recipients.contains("ann@example.com"));
    assert!(!account.recipients.contains("bob@example.com"));
}

#[test]
fn settings_that_make_no_login_are_named_and_not_quoted() {
    let check = |settings: &[(&str, &str)], expected: InvalidAccount| {
        let err = account(settings).err().unwrap();
        assert_eq!(err, expected);
        assert!(!err.to_string().contains("hunter2"));
    };
    check(&[("username", "hunter2"), ("from", "a@b")], InvalidAccount::Missing("password"));
    check(&[("username", "a"), ("password", "hunter2")], InvalidAccount::Missing("from"));
    check(&[("token", "hunter2")], InvalidAccount::UnknownSetting("token".to_owned()));
}
