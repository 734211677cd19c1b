//! Stores that earlier versions wrote, opened by today's binary. `tests/stores/make.py` made them.

use std::fs;
use std::sync::Arc;

use serde_json::Value;

use crate::harness::{PATIENCE, TestFolder, TestGateway, TestRequest, root, text, until};

/// The config with which the stores were made, as far as every version understands it.
const CONFIG: &str = "\
server: { listen: 127.0.0.1:0, external_url: 'https://alerts.example.com' }
store: sqlite://store.db
allow_inline_secrets: true
sources: [{ name: thinklink, format: tkl, auth: none }]
channels:
  works: { kind: dingtalk, access_token: works, secret: SECworks }
  waits: { kind: wecom, key: waits }
  refuses: { kind: dingtalk, access_token: refuses, secret: SECrefuses }
  mail:
    kind: email
    smtp: { host: mail.example.com, port: 465, tls: implicit, username: alerts@example.com, password: secret }
    from: alerts@example.com
    to: [oncall@example.com]
receivers:
  - { name: on-call, channels: [works, waits] }
  - { name: refused, channels: [refuses] }
route:
  receiver: on-call
  routes: [{ matchers: [ 'alertname = refused' ], receiver: refused }]
";

/// The place of the store while `serve --sandbox` runs with [`CONFIG`].
const STORE: &str = "store.sandbox.db";

/// Alerts that `waits` was never told of, by the part of the title that names them.
struct Pending(&'static [&'static str]);

fn open(store: &str) -> TestGateway {
    let site = Arc::new(TestFolder::new(CONFIG));
    fs::copy(root().join("tests/stores").join(store), site.path(STORE)).unwrap();
    TestGateway::start_at(&site, &["--sandbox"], &[])
}

/// The texts that a channel shows.
fn shown(gateway: &TestGateway, channel: &str) -> String {
    let messages: Value = TestRequest::get("/sandbox/messages").send(gateway.address()).json();
    let of_channel = messages.as_array().unwrap().iter().filter(|it| it["target"] == channel);
    of_channel.map(|it| text(it, "text")).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(store: &str, pending: &Pending) {
    let mut gateway = open(store);
    until(
        "what was pending is told",
        || pending.0.iter().all(|it| shown(&gateway, "waits").contains(it)),
        PATIENCE,
    );
    gateway.until_nothing_is_owed();

    let given_up = gateway.run(&["dead-letters", "list", "--json"], &[]);
    let letters: Value = serde_json::from_str(&given_up.stdout).unwrap();
    let letters = letters["dead_letters"].as_array().unwrap_or_else(|| panic!("{letters}"));
    assert!(letters.iter().any(|it| it.to_string().contains("inappropriate content")), "{letters:?}");

    let audit = gateway.run(&["audit", "--json"], &[]);
    assert_eq!(audit.code, Some(0), "{}", audit.said());
    let audit: Value = serde_json::from_str(&audit.stdout).unwrap();
    assert_eq!(audit["unaccounted_in_all"], 0, "{audit}");

    assert!(gateway.log().contains("Store migrated"), "{}", gateway.log());
    let folder = Arc::clone(gateway.site());
    assert_eq!(gateway.terminate_and_wait().code(), Some(0));
    let again = TestGateway::start_at(&folder, &["--sandbox"], &[]);
    assert!(!again.log().contains("Store migrated"), "a store is migrated once:\n{}", again.log());
}

#[test]
fn a_store_from_before_contracts_is_migrated_and_what_it_owes_is_delivered() {
    check("e2f18f0.db", &Pending(&["over_temp", "door_open"]));
}

#[test]
fn a_store_with_contracts_and_a_digest_under_way_is_migrated_and_what_it_owes_is_delivered() {
    check("fc760ff.db", &Pending(&["over_temp", "door_open", "humidity"]));
}

#[test]
fn a_store_from_before_groups_is_migrated_and_what_it_owes_is_delivered() {
    check("7513b5d.db", &Pending(&["over_temp", "door_open", "humidity"]));
}

#[test]
fn a_store_from_before_lists_by_indexes_is_migrated_and_what_it_owes_is_delivered() {
    check("c2eeff3.db", &Pending(&["over_temp", "door_open", "humidity"]));
}
