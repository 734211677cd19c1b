use expect_test::{Expect, expect};

use super::*;

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn webhooks() -> AlertTargets {
    AlertTargets::Webhooks(vec![address(1), address(2)])
}

#[track_caller]
fn check(config: &str, expected: Expect) {
    expected.assert_eq(config);
}

#[test]
fn fanfare_tells_two_channels_as_fast_as_they_answer() {
    check(
        &fanfare_config(Path::new("/store"), &webhooks()),
        expect![[r#"
            server: { listen: 127.0.0.1:0, external_url: http://127.0.0.1 }
            store: sqlite:///store/fanfare.db
            sources:
              - name: thinklink
                format: tkl
                auth: { bearer: { env: BENCH_SOURCE_TOKEN } }
            channels:
              channel-1:
                kind: dingtalk
                access_token: { env: BENCH_DINGTALK_TOKEN }
                secret: { env: BENCH_DINGTALK_SECRET }
                quota: unlimited
                endpoint: http://127.0.0.1:1
                budget: unlimited
                concurrency: 32
              channel-2:
                kind: wecom
                key: { env: BENCH_WECOM_KEY }
                endpoint: http://127.0.0.1:2
                budget: unlimited
                concurrency: 32
            receivers:
              - { name: everyone, channels: [channel-1, channel-2] }
            route: { receiver: everyone }
        "#]],
    );
}

#[test]
fn alertmanager_is_told_to_notify_each_alert_by_itself_at_once() {
    check(
        &alertmanager_config(&webhooks()),
        expect![[r#"
        route:
          receiver: everyone
          group_by: ['...']
          group_wait: 0s
        receivers:
        - name: everyone
          webhook_configs:
          - url: http://127.0.0.1:1/hook
            send_resolved: false
          - url: http://127.0.0.1:2/hook
            send_resolved: false
    "#]],
    );
}

#[test]
fn mail_goes_without_tls_to_the_mailbox() {
    let mail = AlertTargets::Mail(address(25));
    let fanfare = fanfare_config(Path::new("/store"), &mail);
    assert!(fanfare.contains("smtp: { host: 127.0.0.1, port: 25, tls: none }"), "{fanfare}");
    assert!(alertmanager_config(&mail).contains("smarthost: 127.0.0.1:25"));
}

#[test]
fn a_mail_server_that_refuses_one_of_two_mailboxes_is_told_of_both() {
    let mailboxes = AlertTargets::Mailboxes(address(25));
    let fanfare = fanfare_config(Path::new("/store"), &mailboxes);
    assert!(fanfare.contains("to: [gone@example.com, oncall@example.com]"), "{fanfare}");
    let alertmanager = usual_alertmanager_config(&mailboxes);
    assert!(alertmanager.contains("- to: gone@example.com, oncall@example.com\n"), "{alertmanager}");
}

#[test]
fn alertmanager_tells_of_ends_where_losses_are_looked_for() {
    let config = usual_alertmanager_config(&webhooks());
    assert_eq!(config.matches("send_resolved: true").count(), 2, "{config}");
}

#[test]
fn holding_spares_alertmanager_and_not_us() {
    let held = AlertTargets::Held(vec![address(1), address(2)]);
    let folder = Path::new("/store");
    assert_eq!(fanfare_config(folder, &held), fanfare_config(folder, &webhooks()));
    assert!(alertmanager_config(&held).contains("group_wait: 10m"));
}
