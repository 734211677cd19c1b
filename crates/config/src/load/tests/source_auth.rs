//! The credentials of sources.

use expect_test::expect;

use super::{SOUND, check_change, check_warnings, load};
use crate::{SenderCredential, SourceAuth};

const AUTH: &str = "{ bearer: { env: TOKEN } }";

/// The credentials of the source whose `auth` is written so.
fn credentials(auth: &str) -> Vec<SenderCredential> {
    assert!(SOUND.contains(AUTH), "nothing is changed");
    match load(&SOUND.replace(AUTH, auth)).unwrap().sources.remove(0).auth {
        SourceAuth::AnyOf(credentials) => credentials,
        SourceAuth::Open | SourceAuth::Closed => Vec::new(),
    }
}

#[test]
fn a_source_may_have_each_kind_of_credential_and_several() {
    assert!(credentials("none").is_empty());
    let all = "[{ bearer: { env: TOKEN } }, { bearer: { env: API_TOKEN } }, \
               { basic: { username: grafana, password: { env: TOKEN } } }, { path: { env: TOKEN } }, \
               { standard_webhook: { env: TOKEN } }, { hub_signature: { env: TOKEN } }, \
               { dingtalk: { access_token: { env: TOKEN }, secret: { env: API_TOKEN } } }, \
               { dingtalk: { access_token: { env: TOKEN } } }, { wecom: { key: { env: TOKEN } } }]";
    let read = credentials(all);
    assert_eq!(read.len(), 9);
    assert!(matches!(&read[1], SenderCredential::Bearer(token) if token.expose() == "SEC-token-of-the-api"));
    assert!(matches!(&read[2], SenderCredential::Basic { username, password }
        if username == "grafana" && password.expose() == "SEC-token"));
    assert!(matches!(&read[3], SenderCredential::Path(_)));
    assert!(matches!(&read[4], SenderCredential::StandardWebhook(_)));
    assert!(matches!(&read[5], SenderCredential::HubSignature(_)));
    assert!(matches!(&read[6], SenderCredential::DingTalkRobot { secret: Some(secret), .. }
        if secret.expose() == "SEC-token-of-the-api"));
    assert!(matches!(&read[7], SenderCredential::DingTalkRobot { secret: None, .. }));
    assert!(matches!(&read[8], SenderCredential::WeComBot(_)));
}

#[test]
fn the_first_bearer_token_is_the_one_that_our_own_commands_show() {
    let auth = "[{ path: { env: TOKEN } }, { bearer: { env: API_TOKEN } }]";
    let config = load(&SOUND.replace(AUTH, auth)).unwrap();
    assert_eq!(config.sources[0].auth.bearer().map(|it| it.expose()), Some("SEC-token-of-the-api"));
}

#[test]
fn an_entry_that_is_not_one_credential_is_told_with_its_place() {
    check_change(
        AUTH,
        "[{ bearer: { env: TOKEN }, path: { env: TOKEN } }, {}]",
        expect![[r#"
            5:12: error: sources[0].auth[0]: names more than one credential: write a list, of which any one opens the door
            5:62: error: sources[0].auth[1]: names no credential: write `{ bearer: { env: NAME } }`"#]],
    );
    check_change(
        AUTH,
        "[]",
        expect![[r#"5:5: error: sources[0].auth: must not be empty: name a credential, or write `none`"#]],
    );
    check_change(
        AUTH,
        "{ basic: { username: x, password: hunter2 } }",
        expect![[
            r#"5:45: error: sources[0].auth.basic.password: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top"#
        ]],
    );
    check_change(
        AUTH,
        "[{ path: { env: TOKEN } }, { bearer: { env: HEADER } }]",
        expect![[
            r#"5:40: error: sources[0].auth[1].bearer: the token begins with the header's own words, which senders write before it: leave them out"#
        ]],
    );
}

#[test]
fn one_secret_for_two_sources_and_an_odd_key_are_doubtful() {
    let second = "channels:\n";
    let with = |auth: &str| {
        SOUND.replacen(second, &format!("  - name: other\n    format: plain\n    auth: {auth}\n{second}"), 1)
    };
    check_warnings(
        &with("[{ bearer: { env: API_TOKEN } }, { path: { env: TOKEN } }]"),
        expect![[r#"
            8:44: warning: sources[1].auth[1]: is a credential of the source `thinklink` too: give each its own, so that one can be changed alone"#]],
    );
    check_warnings(&with("{ bearer: { env: API_TOKEN } }"), expect![[""]]);
    check_warnings(
        &with("{ standard_webhook: { env: API_TOKEN } }"),
        expect![[r#"
            8:13: warning: sources[1].auth.standard_webhook: is not written as senders by Standard Webhooks give it, `whsec_…`: taken as a text"#]],
    );
}
