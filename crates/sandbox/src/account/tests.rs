use std::net::IpAddr;

use proptest::prelude::*;

use super::{AddressRange, FakeAccount, InvalidAccount, Members};

#[test]
fn settings_are_read_by_name() {
    let account = FakeAccount::new("dingtalk", [("token", "a"), ("to", "ann, bob,"), ("token", "b")]);
    let settings = account.settings();
    assert_eq!(settings.required("token").unwrap(), "b");
    assert_eq!(settings.all("token").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(settings.list("to", ',').collect::<Vec<_>>(), ["ann", "bob"]);
    assert_eq!(settings.required("secret"), Err(InvalidAccount::Missing("secret")));
    assert_eq!(settings.check_names(&["token", "to"]), Ok(()));
    let unknown = InvalidAccount::UnknownSetting("to".to_owned());
    assert_eq!(settings.check_names(&["token"]), Err(unknown));
}

#[test]
fn limits_are_the_providers_or_none() {
    let with = |limits: &str| FakeAccount::new("dingtalk", [("limits", limits)]).settings().is_unlimited();
    assert_eq!((with("provider"), with("none")), (Ok(false), Ok(true)));
    assert_eq!(with("some"), Err(InvalidAccount::Invalid("limits", "`provider` or `none`")));
    assert_eq!(FakeAccount::new("dingtalk", [("a", "b")]).settings().is_unlimited(), Ok(false));
}

#[test]
fn an_account_shows_no_setting() {
    let account = FakeAccount::new("dingtalk", [("token", "hunter2")]).named("ops");
    assert_eq!(format!("{account:?}"), r#"FakeAccount { kind: "dingtalk", name: Some("ops"), .. }"#);
}

#[test]
fn members_are_those_on_the_list_or_anyone_without_one() {
    assert!(Members::only_or_anyone([]).contains("ann"));
    let mut members = Members::only_or_anyone(["ann"]);
    assert!(members.contains("ann") && !members.contains("bob"));
    members.widen(Members::only(["bob"]));
    assert!(members.contains("ann") && members.contains("bob") && !members.contains("cid"));
    members.widen(Members::Anyone);
    assert!(members.contains("cid"));
}

#[test]
fn a_range_that_is_none_is_named_and_not_quoted() {
    let account = FakeAccount::new("dingtalk", [("from", "hunter2")]);
    let err = account.settings().address_ranges("from").unwrap_err();
    let expected = "`from` must be a range of IPv4 addresses, e.g. `203.0.113.0/24`";
    assert_eq!(err.to_string(), expected);
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
