//! Mail of the whole binary, handed to a server and read by a reader that are not ours.

use fanfare_testkit::{AiosmtpdServer, ReceivedMail};
use serde_json::json;

use crate::harness::{PATIENCE, TestGateway, until};
use crate::ledger::deliveries;

/// A config of one mailbox behind `server`.
fn config(server: &AiosmtpdServer) -> String {
    format!(
        "server: {{ listen: 127.0.0.1:0 }}
messages: {{ language: zh, timezone: Asia/Shanghai }}
sources: [{{ name: thinklink, format: tkl, auth: none }}]
channels:
  ops-mail:
    kind: email
    smtp:
      host: localhost
      port: {}
      tls: starttls
      ca_file: {}
      username: {}
      password: {{ env: SMTP_PASSWORD }}
    from: \"告警网关 <alert@example.com>\"
    to: [\"值班 <oncall@example.com>\", boss@example.com]
receivers: [{{ name: on-call, channels: [ops-mail] }}]
route: {{ receiver: on-call }}
",
        server.port(),
        server.ca_file().display(),
        AiosmtpdServer::USER,
    )
}

/// The mail of this number, once it has come.
fn mail(server: &AiosmtpdServer, number: u32) -> ReceivedMail {
    let mut mail = None;
    until(
        "the mail is there",
        || {
            mail = server.mail(number);
            mail.is_some()
        },
        PATIENCE,
    );
    mail.unwrap()
}

/// A cold room, as a ThinkLink script reports that it is too warm, or is so no longer.
fn cold_room(action: &str) -> String {
    let body = json!({
        "device": { "eui": "6353012af1093062", "name": "3号冷库" },
        "name": "over_temp",
        "action": action,
        "level": "urgent",
        "title": "冷库温度过高",
        "desc": "当前 -9.4 °C <b>过高</b>",
        "time": "2026-03-08T08:40:38.000Z",
    });
    body.to_string()
}

#[test]
fn an_alarm_and_its_end_arrive_as_one_thread_that_anyone_can_read() {
    let server = AiosmtpdServer::start();
    let gateway = TestGateway::start(&config(&server), &[], &[("SMTP_PASSWORD", AiosmtpdServer::PASSWORD)]);
    assert_eq!(gateway.post("thinklink", &cold_room("new")).status, 202);
    let firing = mail(&server, 1);
    assert_eq!(gateway.post("thinklink", &cold_room("clear")).status, 202);
    let resolved = mail(&server, 2);

    for mail in [&firing, &resolved] {
        assert_eq!(mail.defects(), &json!([]));
        assert_eq!(mail.media_type(), "multipart/alternative");
        assert_eq!(mail.part_types(), ["text/plain", "text/html"]); // The best last: RFC 2046, 5.1.4.
        assert_eq!(mail.header("From"), "告警网关 <alert@example.com>");
        assert_eq!(mail.header("To"), "值班 <oncall@example.com>, boss@example.com");
        assert_eq!(mail.header("X-Envelope-To"), "oncall@example.com, boss@example.com");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated"); // RFC 3834: nobody's vacation answers.
        assert!(mail.header("Message-ID").ends_with("@example.com>"));
    }
    assert_eq!(firing.header("Subject"), "[紧急] 冷库温度过高 - 3号冷库");
    assert_eq!(firing.header("Importance"), "high");
    assert_eq!(resolved.header("Subject"), "[已恢复] 冷库温度过高 - 3号冷库");
    assert_eq!(resolved.headers("Importance"), [""; 0]);

    assert_eq!(firing.headers("In-Reply-To"), [""; 0]);
    assert_eq!(resolved.header("In-Reply-To"), firing.header("Message-ID"));
    assert_eq!(resolved.header("References"), firing.header("Message-ID"));
    assert_ne!(resolved.header("Message-ID"), firing.header("Message-ID"));

    let text = firing.part(0);
    assert!(text.contains("设备: 3号冷库\n") && text.contains("当前 -9.4 °C <b>过高</b>"), "{text}");
    assert!(text.contains("2026-03-08 16:40:38 +08:00"), "{text}");
    assert!(firing.part(1).contains("当前 -9.4 °C &lt;b&gt;过高&lt;/b&gt;"), "{}", firing.part(1));

    let words = |number: usize| deliveries(&gateway, "ops-mail")[number].reason.clone();
    until("both are settled", || words(0).contains("queued as 2"), PATIENCE);
    assert_eq!(words(1), "250 2.0.0 Ok: queued as 1"); // The server's own words.
    assert!(!gateway.log().contains(AiosmtpdServer::PASSWORD));
}
