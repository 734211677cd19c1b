use super::*;

fn config(settings: &str) -> EmailConfig {
    let mut settings: serde_json::Value = serde_json::from_str(settings).unwrap();
    settings["smtp"] = serde_json::json!({ "host": "smtp.example.com" });
    serde_json::from_value(settings).unwrap()
}

#[track_caller]
fn check_refused(settings: &str, expected: &str) {
    assert_eq!(Addresses::from_config(&config(settings)).unwrap_err().to_string(), expected);
}

fn addresses(settings: &str) -> Addresses {
    Addresses::from_config(&config(settings)).unwrap()
}

#[test]
fn a_bad_recipient_is_named_by_its_place() {
    check_refused(
        r#"{ "from": "a@example.com", "to": ["oncall@example.com", "boss"] }"#,
        "to[1]: `boss` is not a mail address: expected `name@example.com` or `Name <name@example.com>`",
    );
    check_refused(
        r#"{ "from": "Fanfare", "to": ["oncall@example.com"] }"#,
        "from: `Fanfare` is not a mail address: expected `name@example.com` or `Name <name@example.com>`",
    );
    check_refused(
        r#"{ "from": "a@example.com", "reply_to": "a@b@c", "to": ["oncall@example.com"] }"#,
        "reply_to: `a@b@c` is not a mail address: expected `name@example.com` or `Name <name@example.com>`",
    );
}

#[test]
fn somebody_must_get_the_mail_and_nobody_twice() {
    check_refused(r#"{ "from": "a@example.com", "to": [] }"#, "to: must name at least one recipient");
    check_refused(
        r#"{ "from": "a@example.com", "to": ["b@example.com", "c@example.com", "B <b@example.com>"] }"#,
        "to[2]: `b@example.com` stands in `to` already",
    );
}

#[test]
fn no_more_recipients_than_every_server_takes() {
    let to: Vec<_> = (0..=MAX_RECIPIENTS).map(|i| format!("someone{i}@example.com")).collect();
    let mut config = config(r#"{ "from": "a@example.com", "to": [] }"#);
    config.to = to;
    let err = Addresses::from_config(&config).unwrap_err().to_string();
    assert!(err.starts_with("to: has 101 recipients"), "{err}");
    config.to.pop();
    assert!(Addresses::from_config(&config).is_ok());
}

#[test]
fn names_may_be_chinese_and_domains_are_sent_in_ascii() {
    let addresses = addresses(r#"{ "from": "告警网关 <a@example.com>", "to": ["\"值班\" <b@例子.中国>"] }"#);
    assert_eq!(addresses.from.name.as_deref(), Some("告警网关"));
    assert_eq!(addresses.to[0].name.as_deref(), Some("值班"));
    // Punycode computed by Python: "例子.中国".encode("idna").
    assert_eq!(addresses.to[0].email.to_string(), "b@xn--fsqu00a.xn--fiqs8s");
}

#[test]
fn a_sender_that_few_servers_take_is_refused() {
    check_refused(
        r#"{ "from": "告警@example.com", "to": ["b@example.com"] }"#,
        "from: `告警@example.com` has other than ASCII letters before the `@`, which few servers take",
    );
}

#[test]
fn only_those_still_owed_are_written_to() {
    let addresses = addresses(r#"{ "from": "a@example.com", "to": ["b@example.com", "c@example.com"] }"#);
    let owed = |only: Option<&[String]>| addresses.owed(only).iter().map(|it| it.index).collect::<Vec<_>>();
    assert_eq!(owed(None), [0, 1]);
    assert_eq!(owed(Some(&["c@example.com".to_owned()])), [1]);
    assert_eq!(owed(Some(&["gone@example.com".to_owned()])), [0; 0]);
}

#[test]
fn recipients_see_each_other_unless_hidden() {
    let settings = r#"{ "from": "a@example.com", "to": ["B <b@example.com>", "c@example.com"] }"#;
    assert_eq!(addresses(settings).shown().to_string(), "B <b@example.com>, c@example.com");

    let hidden = settings.replacen('{', r#"{ "hide_recipients": true, "#, 1);
    assert_eq!(addresses(&hidden).shown().to_string(), "a@example.com");
}

#[test]
fn an_address_that_a_header_cannot_carry_is_left_out_of_it() {
    let addresses = addresses(r#"{ "from": "a@example.com", "to": ["值班@example.com", "c@example.com"] }"#);
    assert_eq!(addresses.shown().to_string(), "c@example.com");
    assert_eq!(addresses.owed(None).iter().map(|it| it.needs_utf8()).collect::<Vec<_>>(), [true, false]);
}
