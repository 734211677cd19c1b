//! The formats of sources, and mappings.

use expect_test::{Expect, expect};

use super::{SOUND, check_problems, load};

/// The sound config with this format of its source.
fn with_format(format: &str) -> String {
    SOUND.replace("    format: tkl\n", format)
}

#[track_caller]
fn check(format: &str, expected: Expect) {
    check_problems(&with_format(format), expected);
}

#[test]
fn every_format_is_known_by_its_word() {
    let words = [
        "alertmanager",
        "grafana",
        "plain",
        "zabbix",
        "uptime-kuma",
        "cloudevents",
        "thingsboard",
        "chirpstack",
        "home-assistant",
    ];
    for word in words {
        let config = load(&with_format(&format!("    format: {word}\n"))).unwrap();
        assert_eq!(config.sources[0].format.kind().word(), word);
    }
}

#[test]
fn a_body_that_cannot_be_read_is_an_alert_unless_the_source_says_otherwise() {
    use fanfare_sources::UnreadableRule::{Alert, Refuse};
    let rule = |format: &str| load(&with_format(format)).unwrap().sources[0].unreadable;
    assert_eq!(rule("    format: tkl\n"), Refuse);
    assert_eq!(rule("    format: tkl\n    unreadable: alert\n"), Alert);
    assert_eq!(rule("    format: zabbix\n"), Alert);
    assert_eq!(rule("    format: zabbix\n    unreadable: refuse\n"), Refuse);
}

#[test]
fn a_mapping_of_an_own_format_is_read() {
    let config = load(&with_format(
        "
    format: json
    mapping:
      each: $.problems[*]
      alertname: $.trigger.name
      status: { path: $.status, map: { PROBLEM: firing, OK: resolved } }
      severity: { path: $.severity, map: { 5: urgent, \"4\": high }, default: mid }
      title: { template: \"{{ host }} {{ item }}\" }
      labels: { host: $.host, site: { value: harbour } }
      identity: [alertname, host]
",
    ));
    assert_eq!(config.unwrap().sources[0].format.kind().word(), "json");
}

#[test]
fn a_mapping_where_none_belongs_or_none_where_one_does_is_a_mistake() {
    check(
        "    format: json\n",
        expect![
            "3:5: error: sources[0]: missing setting `mapping`: it says where in the JSON an alert stands"
        ],
    );
    check(
        "    format: zabbix\n    mapping: { alertname: $.a }\n",
        expect![
            "5:5: error: sources[0].mapping: `zabbix` has a mapping of its own: write `format: json` to use yours"
        ],
    );
    check(
        "    format: tkl\n    mapping: { alertname: $.a }\n",
        expect!["5:5: error: sources[0].mapping: `tkl` needs none: write `format: json` to use it"],
    );
}

#[test]
fn all_mistakes_of_a_mapping_are_named_with_their_place() {
    check(
        "
    format: json
    mapping:
      each: problems
      alertname: $.trigger[
      title: { template: \"{{ host\" }
      descripton: $.text
      status: { path: $.status, map: { PROBLEM: on-fire } }
      labels: { host: $.host, severity: $.s }
      identity: [hosts]
    unreadable: drop
",
        expect![[r#"
            7:13: error: sources[0].mapping.each: `problems` is not a JSONPath: it begins with `$`; expected e.g. `$.trigger.name` or `$.alerts[*]`
            8:18: error: sources[0].mapping.alertname: `$.trigger[` is not a JSONPath: expected selector; expected e.g. `$.trigger.name` or `$.alerts[*]`; a fixed text is written `{ value: … }`
            9:26: error: sources[0].mapping.title.template: not a template: unexpected end of input, expected end of variable block; expected e.g. `{{ host }} {{ item }}`
            10:7: error: sources[0].mapping.descripton: unknown setting `descripton`; did you mean `description`? known are `each`, `alertname`, `status`, `severity`, `title`, `description`, `content`, `starts_at`, `ends_at`, `url`, `labels`, `identity`
            11:49: error: sources[0].mapping.status.map.PROBLEM: `on-fire` is not a status: expected firing, resolved, notice or ignore
            12:41: error: sources[0].mapping.labels.severity: write it as `severity` of the mapping
            13:7: error: sources[0].mapping.identity: `hosts` is no label of this mapping: expected some of alertname, host, severity
            14:17: error: sources[0].unreadable: unknown word `drop`; known are `alert`, `refuse`"#]],
    );
}
