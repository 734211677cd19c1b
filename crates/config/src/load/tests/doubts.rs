//! Values that cannot be what was meant: warnings about routes, and complaints about what cannot be read.

use expect_test::{Expect, expect};

use super::{SOUND, check_change, check_problems, check_warnings};

/// The warnings about the sound config with these routes below the first.
#[track_caller]
fn check_routes(routes: &str, expected: Expect) {
    check_warnings(&format!("{SOUND}  routes:\n{routes}"), expected);
}

#[test]
fn a_severity_that_no_alert_has_is_never_met() {
    check_routes(
        "  - { matchers: [severity = sev-17], receiver: team }\n  - { matchers: ['severity =~ \"[Cc]ritical\"'], receiver: team }\n  - { matchers: ['severity =~ \"high|critical\"'], receiver: team }\n",
        expect![[r#"
            17:7: warning: route.routes[0].matchers: no alert can meet `severity="sev-17"`: an alert's severity is low, mid, high or urgent
            18:7: warning: route.routes[1].matchers: no alert can meet `severity=~"[Cc]ritical"`: an alert's severity is low, mid, high or urgent"#]],
    );
}

#[test]
fn another_word_for_a_severity_is_met_like_ours() {
    check_routes(
        "  - { matchers: [severity = critical], receiver: team }\n  - { matchers: ['severity =~ \"error|warning\"'], receiver: team }\n  - { matchers: [severity = URGENT], receiver: team }\n",
        expect![
            "19:5: warning: route.routes[2]: is never reached: routes[0] beside it takes every alert that comes here; put this one before it, or let that one say `continue: true`"
        ],
    );
}

#[test]
fn conditions_that_exclude_each_other_are_never_met() {
    check_routes(
        "  - { matchers: ['severity >= high', 'severity < mid'], receiver: team }\n  - matchers: [device = a]\n    routes: [{ matchers: ['device =~ \"b.*\"'] }]\n  - { matchers: [device = c, device != c] }\n",
        expect![[r#"
            17:7: warning: route.routes[0].matchers: no alert can meet `severity >= high` and `severity < mid`: an alert's severity is low, mid, high or urgent
            19:16: warning: route.routes[1].routes[0].matchers: no alert can meet `device="a"` and `device=~"b.*"` at once
            20:7: warning: route.routes[2].matchers: no alert can meet `device="c"` and `device!="c"` at once"#]],
    );
}

#[test]
fn a_source_that_there_is_not_is_never_met() {
    check_routes(
        "  - { matchers: [source = prometheus] }\n  - { matchers: ['source =~ \"think.*\"'] }\n  - { matchers: [source = fanfare] }\n",
        expect![[
            r#"17:7: warning: route.routes[0].matchers: no alert can meet `source="prometheus"`: the sources are `fanfare`, `thinklink`"#
        ]],
    );
}

#[test]
fn conditions_that_are_met_otherwise_than_meant_are_told() {
    check_routes(
        "  - { matchers: ['device =~ \"\"'] }\n  - { matchers: [eui = 6353012AF1093062] }\n  - { matchers: ['eui = \"\"', 'device !~ \"\"'] }\n",
        expect![[r#"
            17:7: warning: route.routes[0].matchers: `device=~""` is met only by alerts without `device`: a regular expression has to match all of the text; write `device = ""` if that is meant, or `.*` for any text"#]],
    );
}

#[test]
fn a_condition_on_what_alerts_call_otherwise_is_told_unless_a_source_calls_it_so() {
    let routes = "  routes:\n  - { matchers: [level = urgent, site = harbour] }\n";
    check_warnings(
        &format!("{SOUND}{routes}"),
        expect![[
            r#"17:7: warning: route.routes[0].matchers: `level="urgent"` looks at a label `level`, while an alert's severity is `severity`: write e.g. `severity >= high` if that is meant"#
        ]],
    );
    let labelled = SOUND.replace("format: tkl", "format: tkl\n    labels: { level: urgent }");
    check_warnings(&format!("{labelled}{routes}"), expect![""]);
}

#[test]
fn a_fixed_label_that_makes_one_incident_of_many_is_told() {
    let fixed = |labels: &str| SOUND.replace("format: tkl", &format!("format: tkl\n    labels: {labels}"));
    check_warnings(
        &fixed("{ alertname: gateway, device: harbour, eui: 6353012af1093062, site: harbour }"),
        expect![[r#"
            5:26: warning: sources[0].labels.alertname: replaces what each alert says: all alarms of a device become one incident, and the clear of one ends it for all; fix another label, e.g. `site`
            5:43: warning: sources[0].labels.device: replaces what each alert says: alarms of one name from all devices without EUI become one incident, and the clear of one ends it for all; fix another label, e.g. `site`
            5:57: warning: sources[0].labels.eui: replaces what each alert says: alarms of one name from all devices become one incident, and the clear of one ends it for all; fix another label, e.g. `site`"#]],
    );
    check_warnings(&fixed("{ site: harbour, tenant: north, device: '' }"), expect![""]);
}

#[test]
fn a_route_behind_one_that_takes_all_is_never_reached() {
    check_routes(
        "  - { matchers: ['severity >= mid'] }\n  - { matchers: ['severity >= high'] }\n  - { matchers: [severity = urgent, device = a] }\n  - { matchers: ['severity >= low'], continue: true }\n  - { matchers: [device = b] }\n  - { matchers: [] }\n  - { matchers: [device = d] }\n",
        expect![[r#"
            18:5: warning: route.routes[1]: is never reached: routes[0] beside it takes every alert that comes here; put this one before it, or let that one say `continue: true`
            19:5: warning: route.routes[2]: is never reached: routes[0] beside it takes every alert that comes here; put this one before it, or let that one say `continue: true`
            23:5: warning: route.routes[6]: is never reached: routes[5] beside it takes every alert that comes here; put this one before it, or let that one say `continue: true`"#]],
    );
}

#[test]
fn an_api_behind_a_proxy_on_this_machine_needs_credentials() {
    let at = |server: &str| format!("server: {server}{SOUND}");
    check_warnings(
        &at("{ external_url: https://alerts.example.com }"),
        expect![[
            r#"1:25: warning: server.external_url: whatever hands requests from there to this machine makes everybody look like a program on it, and so everybody may use the API: set `server.auth`"#
        ]],
    );
    for fine in [
        "{ external_url: http://127.0.0.1:8780 }",
        "{ external_url: http://localhost:8780 }",
        "{ external_url: https://alerts.example.com, auth: { bearer: { env: API_TOKEN } } }",
        "{ external_url: http://192.168.1.10:8780, listen: 192.168.1.10:8780 }",
    ] {
        check_warnings(&at(fine), expect![""]);
    }
}

#[test]
fn a_secret_that_cannot_be_one_is_named_by_what_is_wrong_with_it() {
    check_change(
        "{ file: token }",
        "{ env: UNFILLED }",
        expect![[
            r#"9:19: error: channels.ops.token.env: what is kept there holds the placeholder `${…}`, which nothing fills in: put the secret itself there"#
        ]],
    );
    check_change(
        "{ file: token }",
        "{ env: LINES }",
        expect![[
            r#"9:19: error: channels.ops.token.env: what is kept there has several lines: keep nothing but the secret in it"#
        ]],
    );
    check_change(
        "{ file: token }",
        "{ env: HIDDEN }",
        expect![[
            r#"9:19: error: channels.ops.token.env: what is kept there holds a character that nobody sees, U+0000, at place 6: write the secret anew"#
        ]],
    );
    check_change(
        "{ file: token }",
        "{ file: secrets/missing }",
        expect![[
            r#"9:20: error: channels.ops.token.file: the file `secrets/missing` cannot be read: entity not found"#
        ]],
    );
}

#[test]
fn the_address_of_links_is_one_that_links_can_be_made_of() {
    let check = |url: &str, expected: Expect| {
        check_problems(&format!("server: {{ external_url: '{url}' }}{SOUND}"), expected);
    };
    check(
        "https://alerts.example.com/?x=1",
        expect![
            "1:25: error: server.external_url: links are made by adding a path to it, so nothing with `?` or `#` may follow: expected e.g. https://alerts.example.com"
        ],
    );
    check(
        "https://alerts.example.com/#top",
        expect![
            "1:25: error: server.external_url: links are made by adding a path to it, so nothing with `?` or `#` may follow: expected e.g. https://alerts.example.com"
        ],
    );
    check(
        "https://me:SEC-very-secret@alerts.example.com",
        expect![
            "1:25: error: server.external_url: a login in it would be shown to everybody who gets a message: expected e.g. https://alerts.example.com"
        ],
    );
    check(
        "https://*.example.com",
        expect![
            "1:25: error: server.external_url: `*` is no part of a host's name: links lead to one address: expected e.g. https://alerts.example.com"
        ],
    );
    check(
        "http://0.0.0.0:8780",
        expect![
            "1:25: error: server.external_url: that stands for every address of a machine and leads to none: write the one that people reach: expected e.g. https://alerts.example.com"
        ],
    );
}

#[test]
fn an_origin_that_no_browser_sends_is_an_error() {
    let check = |origin: &str, expected: Expect| {
        check_problems(&format!("server: {{ cors_origins: ['{origin}'] }}{SOUND}"), expected);
    };
    check(
        "https://*.example.com",
        expect![
            "1:26: error: server.cors_origins[0]: no browser sends an origin with `*`: list each by itself, expected scheme, host and, if it is not the usual one, port, e.g. https://console.example.com"
        ],
    );
    check(
        "https://console.example.com/app",
        expect![
            "1:26: error: server.cors_origins[0]: more than the origin of web pages: expected scheme, host and, if it is not the usual one, port, e.g. https://console.example.com"
        ],
    );
}

#[test]
fn a_proxy_before_loopback_in_the_form_of_the_other_family_is_seen_too() {
    check_warnings(
        &format!(
            "server: {{ listen: '[::ffff:127.0.0.1]:8780', external_url: https://alerts.example.com }}{SOUND}"
        ),
        expect![
            "1:60: warning: server.external_url: whatever hands requests from there to this machine makes everybody look like a program on it, and so everybody may use the API: set `server.auth`"
        ],
    );
    check_warnings(
        &format!("server: {{ external_url: 'http://[::ffff:127.0.0.1]:8780' }}{SOUND}"),
        expect![""],
    );
}

#[test]
fn a_token_that_senders_cannot_show_is_an_error() {
    let door = "{ env: TOKEN }";
    check_change(
        door,
        "{ env: HEADER }",
        expect![
            "5:13: error: sources[0].auth.bearer: the token begins with the header's own words, which senders write before it: leave them out"
        ],
    );
    check_change(
        door,
        "{ env: NOT_ASCII }",
        expect![
            "5:13: error: sources[0].auth.bearer: the token holds a character that is not ASCII, which no header may: take another"
        ],
    );
    check_change(
        door,
        "{ env: REFERENCE }",
        expect![
            "5:28: error: sources[0].auth.bearer.env: what is kept there holds the placeholder `vault:…`, which nothing fills in: put the secret itself there"
        ],
    );
}

#[test]
fn a_token_that_opens_more_than_it_should_is_warned_about() {
    check_warnings(
        &SOUND.replace("{ env: TOKEN }", "{ env: GUESS }"),
        expect![
            "5:13: warning: sources[0].auth.bearer: the token is one of the first that a stranger tries: take a random one, e.g. from `openssl rand -hex 32`"
        ],
    );
    check_warnings(
        &format!("server: {{ auth: {{ bearer: {{ env: TOKEN }} }} }}{SOUND}"),
        expect![
            "1:19: warning: server.auth.bearer: is the token of the source `thinklink` too: whoever posts alerts there may use the API; give each its own"
        ],
    );
}

#[test]
fn a_secret_file_that_others_may_read_is_warned_about() {
    check_warnings(
        &SOUND.replace("{ file: token }", "{ file: open }"),
        expect![[
            r#"9:20: warning: channels.ops.token.file: others on this machine may read the file: chmod 600 it, or 640 for a group"#
        ]],
    );
}

#[test]
fn signs_of_a_chinese_keyboard_are_named_where_they_stand() {
    check_problems(
        &SOUND.replace("    kind: bell", "    kind：bell"),
        expect![[r#"
            8:9: error: `：` (U+FF1A) is no sign of YAML: write `: `
            9:10: error: not readable as YAML: mapping values are not allowed in this context"#]],
    );
}
