//! The listener for mails, and the addresses of sources.

use expect_test::expect;
use fanfare_smtp::LoginRule;

use super::{SOUND, check_problems, check_warnings, load};

const AUTH: &str = "auth: { bearer: { env: TOKEN } }";

/// The sound config with this listener, and `mail` at its source.
fn with_mail(smtp: &str, mail: &str) -> String {
    assert!(SOUND.contains(AUTH));
    let source = SOUND.replace(AUTH, &format!("{AUTH}\n    mail: {{ {mail} }}"));
    format!("server: {{ smtp: {{ {smtp} }} }}{source}")
}

#[test]
fn a_listener_and_a_source_need_little() {
    let config =
        load(&with_mail("listen: 127.0.0.1:2525", "to: [UPS@fanfare.local, nvr@fanfare.local]")).unwrap();
    assert_eq!(config.warnings, []);
    let listener = config.server.smtp.unwrap();
    assert_eq!((listener.logins, listener.max_mail), (LoginRule::Protected, 10 * 1024 * 1024));
    assert_eq!(listener.listen, "127.0.0.1:2525".parse().unwrap());
    let addresses: Vec<String> = config.sources[0].recipients.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["ups@fanfare.local", "nvr@fanfare.local"]);
    let bare = load(SOUND).unwrap();
    assert_eq!(
        (bare.server.smtp, bare.sources[0].recipients.len()),
        (None, 0),
        "there is none unless it is asked for"
    );
}

#[test]
fn mistakes_of_addresses_are_named() {
    check_problems(
        &with_mail("listen: 127.0.0.1:2525", "to: [ups]"),
        expect![
            "6:18: error: sources[0].mail.to[0]: `ups` is not the address of a mailbox: expected e.g. ups@fanfare.local"
        ],
    );
    check_problems(
        &with_mail("listen: 127.0.0.1:2525", "to: []"),
        expect!["6:13: error: sources[0].mail.to: must not be empty: name the address that boxes mail to"],
    );
    check_problems(
        &with_mail("listen: 127.0.0.1:2525", "to: [a@b, a@b]"),
        expect![
            "6:23: error: sources[0].mail.to[1]: is an address of sources[0] too: a mail to it is for one source"
        ],
    );
    let twice = with_mail("listen: 127.0.0.1:2525", "to: [a@b]").replace(
        "channels:\n",
        "  - { name: other, format: plain, auth: none, mail: { to: [A@B] } }\nchannels:\n",
    );
    check_problems(
        &twice,
        expect![
            "7:60: error: sources[1].mail.to[0]: is an address of sources[0] too: a mail to it is for one source"
        ],
    );
}

#[test]
fn a_listener_without_a_source_and_a_source_without_a_listener_are_named() {
    check_warnings(
        &format!("server: {{ smtp: {{ listen: '127.0.0.1:2525' }} }}{SOUND}"),
        expect![
            "1:11: warning: server.smtp: no source takes mails: add `mail: { to: [NAME@fanfare.local] }` to one"
        ],
    );
    let without = SOUND.replace(AUTH, &format!("{AUTH}\n    mail: {{ to: [a@b] }}"));
    check_problems(
        &without,
        expect![
            "6:5: error: sources[0].mail: no mail arrives without a listener: add `smtp: { listen: 127.0.0.1:2525 }` under `server`"
        ],
    );
}

#[test]
fn a_source_that_nobody_or_everybody_can_mail_to_is_named() {
    let sound = with_mail("listen: 127.0.0.1:2525", "to: [a@b]");
    check_problems(
        &sound.replace(AUTH, "auth: { path: { env: TOKEN } }"),
        expect![
            "5:5: error: sources[0].auth: no mail can show this: add a `basic` login, or a `bearer` token, which is the password then"
        ],
    );
    check_problems(
        &sound.replace(AUTH, "auth: none").replace("127.0.0.1:2525", "0.0.0.0:2525"),
        expect![
            "5:11: error: sources[0].auth: `none` is only accepted if `server.smtp.listen` is a loopback or private address: write `{ bearer: { env: NAME } }`"
        ],
    );
    check_warnings(
        &sound.replace("127.0.0.1:2525", "192.168.1.2:2525"),
        expect![
            "5:5: warning: sources[0].auth: nobody but programs on this machine can log in to mail: set `server.tls`, or `server.smtp.auth_without_tls` if nobody else reads on the network"
        ],
    );
    check_warnings(
        &sound.replace("127.0.0.1:2525", "192.168.1.2:2525, auth_without_tls: true, max_mail: 1KiB"),
        expect![
            "1:79: warning: server.smtp.max_mail: a mail with a picture or a logo is longer: write 1MiB or more"
        ],
    );
    let broker = "mqtt: { broker: 'mqtt://10.0.0.5', topics: [a] }";
    check_problems(
        &sound.replace(AUTH, broker),
        expect![
            "3:5: error: sources[0]: missing setting `auth`: a mail needs a login, or `auth: none` must be said"
        ],
    );
}
