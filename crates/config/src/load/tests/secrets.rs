//! Places of secrets, and complaints about them.

use std::path::Path;

use expect_test::expect;
use fanfare_core::{Account, Channel};

use super::{FILE, LITERAL, Loader, SOUND, check_change, check_problems, doors, load, now};
use crate::SandboxSecrets;
use crate::testing::{Bell, Listed, kinds};

#[test]
fn a_secret_is_named_and_never_quoted() {
    let file = "{ file: token }";
    check_change(
        file,
        "SEC-very-secret",
        expect![[
            r#"9:12: error: channels.ops.token: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top"#
        ]],
    );
    check_change(
        file,
        "[SEC-very-secret]",
        expect![[
            r#"9:5: error: channels.ops.token: expected a secret as `{ env: NAME }` or `{ file: PATH }`, found a list"#
        ]],
    );
    check_change(
        file,
        "{ env: SEC-very-secret }",
        expect![[r#"9:19: error: channels.ops.token.env: the environment variable named here is not set"#]],
    );
    check_change(
        file,
        "{ file: SEC-very-secret }",
        expect![[r#"9:20: error: channels.ops.token.file: the file cannot be read: entity not found"#]],
    );
    check_change(
        file,
        "{ env: SEC-very-secret, file: SEC-very-secret }",
        expect![[
            r#"9:5: error: channels.ops.token: expected a secret as `{ env: NAME }` or `{ file: PATH }`, found something else"#
        ]],
    );
    check_change(
        file,
        "8675309",
        expect![[
            r#"9:12: error: channels.ops.token: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`"#
        ]],
    );
    check_change(
        file,
        "",
        expect![[
            r#"9:5: error: channels.ops.token: expected a secret as `{ env: NAME }` or `{ file: PATH }`, found nothing"#
        ]],
    );
    check_change(
        "{ bearer: { env: TOKEN } }",
        "SEC-very-secret",
        expect![[
            r#"5:11: error: sources[0].auth: expected `none` or `{ bearer: { env: NAME } }`, found a text"#
        ]],
    );
}

#[test]
fn a_secret_that_is_empty_is_as_good_as_missing() {
    check_change(
        "{ file: token }",
        "{ env: EMPTY }",
        expect![[r#"9:19: error: channels.ops.token.env: the environment variable `EMPTY` is empty"#]],
    );
    check_change(
        "{ file: token }",
        "{ file: empty }",
        expect![[r#"9:20: error: channels.ops.token.file: the file is empty"#]],
    );
}

#[test]
fn secrets_may_stand_in_the_config_if_it_says_so() {
    let inline = SOUND.replace("{ file: token }", LITERAL);
    assert!(load(&inline).is_err());
    assert!(load(&format!("allow_inline_secrets: false{inline}")).is_err());
    let config = load(&format!("allow_inline_secrets: true{inline}")).unwrap();
    assert_eq!(config.channels[0].limits.account, Account::new("bell", &[LITERAL]));
    let number = SOUND.replace("{ file: token }", "8675309");
    check_problems(
        &format!("allow_inline_secrets: true{number}"),
        expect![[r#"9:12: error: channels.ops.token: a secret must be a text; put quotes around it"#]],
    );
}

#[test]
fn in_the_sandbox_secrets_may_be_missing_and_channels_talk_to_it() {
    let doors = doors();
    let kinds = kinds();
    let secrets = SandboxSecrets(Listed::default());
    let config = Loader { kinds: &kinds, secrets: &secrets, sandbox: Some(&doors), now: now() }
        .load_text(SOUND, Path::new(FILE))
        .unwrap();
    let [(name, account)] = config.sandbox_accounts.as_slice() else { panic!("one account is expected") };
    assert_eq!((name.as_str(), account.kind), ("ops", Bell::KIND));
    assert!(account.settings[0].1.starts_with("SEC"));
}
