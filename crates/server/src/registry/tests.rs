mod checked_alike;
mod example;

use std::path::Path;

use expect_test::expect;
use fanfare_config::{Loader, NoSecrets};
use fanfare_core::{Quota, QuotaPeriod};
use jiff::Timestamp;

use super::registry;

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// Two DingTalk robots, the second with `quota`.
fn robots(quota: &str) -> String {
    format!(
        "
allow_inline_secrets: true
sources: []
channels:
  ops: {{ kind: dingtalk, access_token: one, secret: SEC1, endpoint: 'https://dingtalk.example.com', quota: {{ messages: 50000, per: month }} }}
  dev: {{ kind: dingtalk, access_token: two, secret: SEC2, endpoint: 'https://dingtalk.example.com'{quota} }}
receivers: [{{ name: team, channels: [ops, dev] }}]
route: {{ receiver: team }}
"
    )
}

#[test]
fn robots_of_one_organisation_have_one_quota() {
    let kinds = registry();
    let load = |text: &str| {
        let loader = Loader { kinds: &kinds, secrets: &NoSecrets, sandbox: None, now: now() };
        loader.load_text(text, Path::new("fanfare.yaml"))
    };
    let same = load(&robots(", quota: { messages: 50000, per: month }")).unwrap();
    for channel in same.channels {
        let Quota { pool, messages, per, zone: _ } = channel.limits.quota.unwrap();
        assert_eq!((pool.as_str(), messages.get(), per), ("dingtalk", 50_000, QuotaPeriod::Month));
    }
    assert!(load(&robots(", quota: unlimited")).is_ok(), "another organisation's may be told apart that way");

    let problems = load(&robots("")).unwrap_err().to_string();
    expect![
        "6:3: error: channels.dev.quota: shares its organisation with `ops`, so both need the same `quota`"
    ]
    .assert_eq(&problems.replace("fanfare.yaml:", ""));
}
