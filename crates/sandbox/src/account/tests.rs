use std::net::IpAddr;

use proptest::prelude::*;

use super::{Account, AddressRange, InvalidAccount, Provider};

fn account(kind: &str, settings: &[(&str, &str)]) -> Result<Account, InvalidAccount> {
    let settings: Vec<(&str, String)> =
        settings.iter().map(|&(name, value)| (name, value.to_owned())).collect();
    Account::from_settings(kind, &settings)
}

#[test]
fn a_robot_is_made_of_its_token_its_secret_and_its_keywords() {
    let settings = [("access_token", "t"), ("secret", "SECs"), ("keyword", "alert"), ("keyword", "告警")];
    let Provider::DingTalk(robot) = account("dingtalk", &settings).unwrap().provider else {
        panic!("no robot")
    };
    assert_eq!((robot.access_token.as_str(), robot.secret.as_deref()), ("t", Some("SECs")));
    assert_eq!(robot.keywords, ["alert", "告警"]);
    assert_eq!((robot.per_minute, robot.per_month), (Some(20), Some(3_000)));
}

#[test]
fn a_wecom_key_makes_a_bot_and_a_corp_id_an_app() {
    assert!(matches!(account("wecom", &[("key", "k")]).unwrap().provider, Provider::WeComBot(_)));

    let app =
        [("corp_id", "c"), ("secret", "s"), ("agent_id", "7"), ("to_user", "ann|bob"), ("to_party", "3")];
    let account = account("wecom", &app).unwrap();
    let Provider::WeComApp(app) = account.provider else { panic!("no app") };
    assert_eq!(app.agent_id, 7);
    assert_eq!(app.users.into_iter().collect::<Vec<_>>(), ["ann", "bob"]);
    assert_eq!(app.parties["3"], ["someone-in-3"]);
    assert_eq!(account.audience, ["ann", "bob", "3"]);
}

#[test]
fn a_mailbox_may_send_as_its_address_whatever_the_display_name() {
    let settings = [("from", "Fanfare <a@example.com>"), ("to", "b@example.com, Boss <c@example.com>")];
    let account = account("email", &settings).unwrap();
    let Provider::Mail(mailbox) = account.provider else { panic!("no mailbox") };
    assert!(mailbox.senders.contains("a@example.com") && !mailbox.senders.contains("b@example.com"));
    assert_eq!(account.audience, ["b@example.com", "c@example.com"]);
}

#[test]
fn a_mailbox_without_a_user_name_relays_and_one_with_an_empty_password_does_not() {
    let login = |username| {
        let settings = [("username", username), ("password", ""), ("from", "a@example.com")];
        let Provider::Mail(mailbox) = account("email", &settings).unwrap().provider else {
            panic!("no mailbox")
        };
        mailbox.login.map(|login| login.username)
    };
    assert_eq!(login(""), None);
    assert_eq!(login("ann").as_deref(), Some("ann"));
}

#[test]
fn limits_can_be_switched_off() {
    let settings = [("access_token", "t"), ("limits", "none")];
    let Provider::DingTalk(robot) = account("dingtalk", &settings).unwrap().provider else {
        panic!("no robot")
    };
    assert_eq!((robot.per_minute, robot.per_month), (None, None));
}

#[test]
fn settings_that_make_no_account_are_named_and_not_quoted() {
    let check = |kind, settings: &[(&str, &str)], expected: InvalidAccount| {
        let err = account(kind, settings).unwrap_err();
        assert_eq!(err, expected);
        assert!(!err.to_string().contains("hunter2"));
    };
    check("pager", &[], InvalidAccount::UnknownKind("pager".to_owned()));
    check("dingtalk", &[("secret", "hunter2")], InvalidAccount::Missing("access_token"));
    check("dingtalk", &[("token", "hunter2")], InvalidAccount::UnknownSetting("token".to_owned()));
    check("email", &[("username", "a"), ("from", "a@b")], InvalidAccount::Missing("password"));
    let app = [("corp_id", "c"), ("secret", "s"), ("agent_id", "hunter2")];
    check("wecom", &app, InvalidAccount::Invalid("agent_id", "a whole number"));
}

#[test]
fn a_range_of_addresses_holds_its_network_and_nothing_else() {
    let range: AddressRange = "203.0.113.0/24".parse().unwrap();
    let holds = |address: &str| range.contains(address.parse().unwrap());
    assert!(holds("203.0.113.255") && holds("::ffff:203.0.113.7"));
    assert!(!holds("203.0.114.0") && !holds("2001:db8::1"));
    for invalid in ["", "203.0.113.0/33", "2001:db8::/32", "x/8"] {
        assert!(invalid.parse::<AddressRange>().is_err(), "{invalid}");
    }
}

proptest! {
    #[test]
    fn a_single_address_holds_only_itself(one: u32, other: u32) {
        let (one, other) = (std::net::Ipv4Addr::from(one), std::net::Ipv4Addr::from(other));
        let range: AddressRange = one.to_string().parse().unwrap();
        prop_assert!(range.contains(IpAddr::V4(one)));
        prop_assert_eq!(range.contains(IpAddr::V4(other)), one == other);
        let everyone: AddressRange = "0.0.0.0/0".parse().unwrap();
        prop_assert!(everyone.contains(IpAddr::V4(other)));
    }
}
