//! The delivery terms of a receiver.

use expect_test::{Expect, expect};
use fanfare_core::{Contract, DeliveryTerms, HumanDuration, Receiver, Rung, Sending, Succeed, Unless};

use super::load;

/// A config with the channels `a`, `b`, `c` and `boss`, and a receiver of these settings.
fn config(receiver: &str) -> String {
    // Each has credentials of its own.
    let channel = |name: &str| {
        format!(
            "  {name}: {{ kind: bell, token: {{ file: of-{name} }}, tower: {{ height: 30, stone: granite }} }}\n"
        )
    };
    let channels: String = ["a", "b", "c", "boss"].into_iter().map(channel).collect();
    format!(
        "sources: []
channels:
{channels}receivers:
  - name: everybody
    channels: [a, b, c, boss]
  - name: team
{receiver}
route: {{ receiver: everybody, routes: [{{ receiver: team }}] }}
"
    )
}

const URL: &str = "server: { external_url: https://alerts.example.com, auth: { bearer: { env: TOKEN } } }";

#[track_caller]
fn terms(receiver: &str) -> DeliveryTerms {
    let config = load(&format!("{}{URL}", config(receiver))).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.warnings, []);
    let Receiver { name: _, terms } = config.policy.receiver(&"team".into()).unwrap();
    DeliveryTerms::clone(terms)
}

/// Compares the errors of a receiver, or else its warnings.
#[track_caller]
fn check(receiver: &str, expected: Expect) {
    let lines: Vec<String> = match load(&format!("{}{URL}", config(receiver))) {
        Ok(config) => config.warnings.iter().map(ToString::to_string).collect(),
        Err(problems) => problems.list.iter().map(ToString::to_string).collect(),
    };
    expected.assert_eq(&lines.join("\n"));
}

fn seconds(seconds: u64) -> HumanDuration {
    HumanDuration(std::time::Duration::from_secs(seconds))
}

#[test]
fn every_channel_must_confirm_whenever_unless_the_config_says_otherwise() {
    assert_eq!(terms("    channels: [a, b]"), DeliveryTerms::plain(vec!["a".into(), "b".into()]));
}

#[test]
fn of_channels_told_in_turn_one_must_confirm_unless_the_config_says_otherwise() {
    let in_turn = terms("    channels: [a, b, c]\n    send: in_turn");
    assert_eq!(
        (in_turn.send, in_turn.contract.succeed),
        (Sending::InTurn, Succeed::AtLeast(1.try_into().unwrap()))
    );
    assert_eq!(in_turn.first(), ["a".into()]);
    let two = terms("    channels: [a, b, c]\n    send: in_turn\n    contract: { succeed: 2 }");
    assert_eq!(two.first(), ["a".into(), "b".into()]);
}

#[test]
fn a_contract_and_its_ladder_are_kept_as_written() {
    let written = "    channels: [a, b]
    send: together
    contract: { succeed: 1, within: 60s }
    escalate:
      - { after: 1m, unless: delivered, to: [boss, c] }
      - { after: 15m, unless: acknowledged, to: [a, boss] }
      - { after: 15m, unless: resolved, to: [boss] }";
    let rung = |after, unless, to: &[&str]| Rung {
        after: seconds(after),
        unless,
        to: to.iter().map(|name| (*name).into()).collect(),
    };
    let expected = DeliveryTerms {
        channels: vec!["a".into(), "b".into()],
        send: Sending::Together,
        contract: Contract { succeed: Succeed::AtLeast(1.try_into().unwrap()), within: Some(seconds(60)) },
        escalate: vec![
            rung(60, Unless::Delivered, &["boss", "c"]),
            rung(900, Unless::Acknowledged, &["a", "boss"]),
            rung(900, Unless::Resolved, &["boss"]),
        ],
    };
    assert_eq!(terms(written), expected);
    assert_eq!(
        terms("    channels: [a]\n    contract: { succeed: all }"),
        DeliveryTerms::plain(vec!["a".into()])
    );
}

#[test]
fn no_more_channels_must_confirm_than_can() {
    check(
        "    channels: [a, b]\n    contract: { succeed: 3 }",
        expect![
            "12:26: error: receivers[1].contract.succeed: only 2 can confirm, its own channels and those that are told `unless: delivered`: write at most 2, or name more"
        ],
    );
    check(
        "    channels: [a, b]\n    contract: { succeed: 4 }\n    escalate: [{ after: 1m, unless: delivered, to: [c] }]",
        expect![
            "12:26: error: receivers[1].contract.succeed: only 3 can confirm, its own channels and those that are told `unless: delivered`: write at most 3, or name more"
        ],
    );
    check(
        "    channels: [a, b]\n    contract: { succeed: 3 }\n    escalate: [{ after: 1m, unless: acknowledged, to: [c] }]",
        expect![
            "12:26: error: receivers[1].contract.succeed: only 2 can confirm, its own channels and those that are told `unless: delivered`: write at most 2, or name more"
        ],
    );
    check(
        "    channels: [a, b]\n    contract: { succeed: 3 }\n    escalate: [{ after: 1m, unless: delivered, to: [c] }]",
        expect![
            "12:26: warning: receivers[1].contract.succeed: it has only 2 of its own, so the first rung `unless: delivered` is climbed at once: name those channels under `channels`"
        ],
    );
    check("    channels: [a, b]\n    contract: { succeed: 2 }", expect![[""]]);
}

#[test]
fn channels_of_one_account_count_as_one_for_whoever_wants_two() {
    let check = |receiver: &str, expected: Expect| {
        let shared = config(receiver).replace("of-b }", "of-a }");
        let config = load(&format!("{shared}{URL}")).unwrap_or_else(|problems| panic!("{problems}"));
        let lines: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
        expected.assert_eq(&lines.join("\n"));
    };
    check(
        "    channels: [a, b, c]\n    contract: { succeed: 2 }",
        expect![
            "12:26: warning: receivers[1].contract.succeed: `a` and `b` use the same credentials, and count as two of the 2: what silences one silences both; name a channel with others in the place of one of them"
        ],
    );
    check(
        "    channels: [c, a]\n    contract: { succeed: 2 }\n    escalate: [{ after: 1m, unless: delivered, to: [b] }]",
        expect![
            "12:26: warning: receivers[1].contract.succeed: `a` and `b` use the same credentials, and count as two of the 2: what silences one silences both; name a channel with others in the place of one of them"
        ],
    );
    check("    channels: [a, b, c]\n    contract: { succeed: 1 }", expect![""]);
    check("    channels: [a, b]\n    contract: { succeed: all }", expect![""]);
    check("    channels: [a, c]\n    contract: { succeed: 2 }", expect![""]);
    check(
        "    channels: [a, c]\n    contract: { succeed: 2 }\n    escalate: [{ after: 1m, unless: resolved, to: [b] }]",
        expect![""],
    );
}

#[test]
fn in_turn_there_must_be_a_turn_to_take() {
    check(
        "    channels: [a, b]\n    send: in_turn\n    contract: { succeed: all }",
        expect![
            "13:26: error: receivers[1].contract.succeed: `all` would tell every channel at once: write `send: together`, or how many must confirm"
        ],
    );
    check(
        "    channels: [a, b]\n    send: in_turn\n    contract: { succeed: 2 }",
        expect![
            "13:26: error: receivers[1].contract.succeed: as many as it has channels would tell every channel at once: write `send: together`, or fewer"
        ],
    );
    check(
        "    channels: [a]\n    send: in_turn",
        expect![
            "12:11: warning: receivers[1].send: nobody is there to be told next: name another channel, or leave `in_turn` out"
        ],
    );
    check(
        "    channels: [a]\n    send: in_turn\n    escalate: [{ after: 1m, unless: delivered, to: [b] }]",
        expect![[""]],
    );
}

#[test]
fn every_rung_leads_somewhere() {
    check(
        "    channels: [a]
    escalate:
      - { after: 1m, unless: delivered, to: [] }
      - { after: 2m, unless: resolved, to: [bos] }
      - { after: 3m, unless: resolved, to: [boss, b, boss] }",
        expect![[r#"
            13:41: error: receivers[1].escalate[0].to: must name at least one channel, or it would tell nobody
            14:45: error: receivers[1].escalate[1].to[0]: unknown channel `bos`; did you mean `boss`? known are `a`, `b`, `boss`, `c`
            15:54: error: receivers[1].escalate[2].to[2]: `boss` is named twice"#]],
    );
}

#[test]
fn a_ladder_is_climbed_from_the_first_rung_to_the_last() {
    check(
        "    channels: [a]
    escalate:
      - { after: 5m, unless: delivered, to: [b] }
      - { after: 5m, unless: delivered, to: [c] }
      - { after: 299s, unless: resolved, to: [boss] }",
        expect!["15:18: error: receivers[1].escalate[2].after: must not come before the rung above it (5m)"],
    );
}

#[test]
fn for_want_of_confirmations_only_others_are_told() {
    check(
        "    channels: [a, b]
    escalate:
      - { after: 1m, unless: delivered, to: [c, b] }
      - { after: 2m, unless: delivered, to: [c, boss] }
      - { after: 3m, unless: resolved, to: [a, b, c] }",
        expect![[r#"
            13:49: error: receivers[1].escalate[0].to[1]: `b` is one of its own channels and is told anyway: name another
            14:46: error: receivers[1].escalate[1].to[0]: `c` is told by an earlier rung `unless: delivered`: name another"#]],
    );
}

#[test]
fn whoever_is_to_acknowledge_needs_an_address_to_go_to() {
    let text = config("    channels: [a]\n    escalate: [{ after: 1m, unless: acknowledged, to: [boss] }]");
    let problems = |server: &str| match load(&format!("{text}{server}")) {
        Ok(_) => String::new(),
        Err(problems) => problems.to_string().replace("/etc/fanfare/fanfare.yaml:", ""),
    };
    assert_eq!(problems(URL), "");
    expect!["12:37: error: receivers[1].escalate[0].unless: people acknowledge with a link in the message: set `server.external_url`, where it leads"].assert_eq(&problems(""));
    expect!["14:25: error: server.external_url: not an address of a page: expected e.g. https://alerts.example.com"].assert_eq(&problems("server: { external_url: alerts }"));
}

#[test]
fn a_ladder_that_begins_after_the_contract_is_broken_is_warned_about() {
    check(
        "    channels: [a]
    contract: { within: 1m }
    escalate:
      - { after: 5m, unless: delivered, to: [b] }
      - { after: 10m, unless: delivered, to: [c] }",
        expect![
            "14:18: warning: receivers[1].escalate[0].after: the contract is broken after 1m already, so this rung is climbed then: write 1m"
        ],
    );
    check(
        "    channels: [a]
    contract: { within: 1m }
    escalate:
      - { after: 5m, unless: acknowledged, to: [b] }
      - { after: 5m, unless: delivered, to: [c] }",
        expect![
            "15:18: warning: receivers[1].escalate[1].after: the contract is broken after 1m already, but this rung waits for the one above it (5m): put it first"
        ],
    );
    check(
        "    channels: [a]
    contract: { within: 1m }
    escalate:
      - { after: 1m, unless: delivered, to: [b] }
      - { after: 10m, unless: delivered, to: [c] }",
        expect![[""]],
    );
}

#[test]
fn numbers_times_and_words_of_a_promise_must_be_sensible() {
    check(
        "    channels: [a]
    send: one_by_one
    contract: { succeed: 0, within: 500ms, succed: all }
    escalate:
      - { after: 0s, unless: delivered, to: [b] }
      - { after: 1m, unless: acked, to: [b] }
      - { after: 10, unless: resolved, to: b }
      - { after: 2m }",
        expect![[r#"
            12:11: error: receivers[1].send: unknown word `one_by_one`; known are `together`, `in_turn`
            13:26: error: receivers[1].contract.succeed: not allowed: expected `all`, or a whole number above 0
            13:37: error: receivers[1].contract.within: no provider can be expected to answer that soon: write 1s or more
            13:44: error: receivers[1].contract.succed: unknown setting `succed`; did you mean `succeed`? known are `succeed`, `within`
            15:18: error: receivers[1].escalate[0].after: must be more than nothing
            16:30: error: receivers[1].escalate[1].unless: unknown word `acked`; did you mean `acknowledged`? known are `delivered`, `acknowledged`, `resolved`
            16:42: error: receivers[1].escalate[1].to[0]: `b` is told by an earlier rung `unless: delivered`: name another
            17:18: error: receivers[1].escalate[2].after: `10` is not a length of time: expected a number with a unit, e.g. 500ms, 30s, 5m, 1h30m or 1d
            17:44: error: receivers[1].escalate[2].to: expected a list, found a text
            18:9: error: receivers[1].escalate[3]: missing setting `to`
            18:9: error: receivers[1].escalate[3]: missing setting `unless`"#]],
    );
    check(
        "    channels: [a]\n    contract: { succeed: most }",
        expect![
            "12:26: error: receivers[1].contract.succeed: not allowed: expected `all`, or a whole number above 0"
        ],
    );
    check(
        "    channels: [a]\n    contract: { succeed: -1 }",
        expect![
            "12:26: error: receivers[1].contract.succeed: expected `all`, or a whole number above 0, found a number"
        ],
    );
    check(
        "    channels: [a]\n    contract: all\n    escalate: { to: [b] }",
        expect![[r#"
        12:15: error: receivers[1].contract: expected a map (`name: value`), found a text
        13:5: error: receivers[1].escalate: expected a list, found a map"#]],
    );
}

#[test]
fn a_channel_that_only_a_ladder_names_is_used() {
    let alone = |receiver: &str| config(receiver).replace("[a, b, c, boss]", "[a, b]");
    let warnings = |receiver: &str| load(&alone(receiver)).unwrap().warnings.len();
    assert_eq!(warnings("    channels: [a]"), 2);
    assert_eq!(
        warnings("    channels: [a]\n    escalate: [{ after: 1m, unless: delivered, to: [c, boss] }]"),
        0
    );
}
