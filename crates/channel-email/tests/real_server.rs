//! Mail handed to a server and read by a reader that are not ours.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::sync::Arc;
use std::time::Duration;

use channel_email::Email;
use fanfare_core::{Channel, Context, Language, Locale, Notification, Notifier, SendError, Severity, Why};
use fanfare_testkit::{AiosmtpdServer, alert, attempt, notification};
use jiff::tz::{Offset, TimeZone};
use serde_json::{Value, json};

/// A channel to `server`, its texts in Chinese.
fn channel_to(server: &AiosmtpdServer, change: impl FnOnce(&mut Value)) -> Email {
    let mut config = json!({
        "smtp": {
            "host": "localhost", "port": server.port(), "tls": "starttls", "ca_file": server.ca_file(),
            "username": AiosmtpdServer::USER, "password": AiosmtpdServer::PASSWORD,
        },
        "from": "告警网关 <alert@example.com>",
        "to": ["值班 <oncall@example.com>", "gone@example.com"],
    });
    change(&mut config);
    let locale = Locale { language: Language::Zh, timezone: TimeZone::fixed(Offset::constant(8)) };
    let context = Context { name: "ops-mail".into(), locale, timeout: Duration::from_secs(20) };
    Email::build(serde_json::from_value(config).unwrap(), context).unwrap()
}

/// A cold room in Chinese, with what must not become a header or an element.
fn cold_room(why: Why) -> Notification {
    let mut alert = alert(Severity::Urgent);
    alert.labels.set("device", "3号冷库\r\nBcc: thief@example.com");
    alert
        .annotations
        .set("title", "冷库温度过高，请立即处理！冷库温度过高，请立即处理！冷库温度过高，请立即处理！");
    alert.annotations.set("content", ".\r\n第一行 <b>粗</b>\n.\n最后一行");
    Notification { alert: Arc::new(alert), ..notification(Severity::Urgent, why) }
}

#[tokio::test]
async fn a_chinese_mail_arrives_as_it_was_meant() {
    let server = AiosmtpdServer::start();
    let receipt = channel_to(&server, |_| {}).notify(&cold_room(Why::Started), &attempt()).await.unwrap();
    assert_eq!(receipt.words, "250 2.0.0 Ok: queued as 1");
    assert_eq!(receipt.refused[0].recipient, "gone@example.com");
    assert_eq!(receipt.refused[0].reason, "550 5.1.1 no such user");

    let mail = server.mail(1).unwrap();
    let title = "[紧急] 冷库温度过高，请立即处理！冷库温度过高，请立即处理！冷库温度过高，请立即处理！ - 3号冷库 Bcc: thief@example.com";
    assert_eq!(mail.defects(), &json!([]));
    assert_eq!(mail.header("X-Envelope-To"), "oncall@example.com");
    assert_eq!(mail.header("X-Auth-Mechanism"), "PLAIN");
    assert_eq!(mail.header("From"), "告警网关 <alert@example.com>");
    assert_eq!(mail.header("To"), "值班 <oncall@example.com>, gone@example.com");
    assert_eq!(mail.header("Subject"), title);
    assert_eq!(mail.header("Date"), "Sun, 08 Mar 2026 12:00:00 +0000");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("Importance"), "high");
    assert_eq!(mail.headers("Bcc"), [""; 0]);

    assert_eq!(mail.media_type(), "multipart/alternative");
    assert_eq!(mail.part_types(), ["text/plain", "text/html"]);
    let text = mail.part(0);
    assert!(
        text.starts_with(&format!("{title}\n\n级别: 紧急\n设备: 3号冷库 Bcc: thief@example.com\n")),
        "{text}"
    );
    assert!(text.contains("开始时间: 2026-03-08 20:00:00 +08:00\n"), "{text}");
    assert!(text.contains("\n\n.\n第一行 <b>粗</b>\n.\n最后一行"), "{text}");
    assert!(mail.part(1).contains("第一行 &lt;b&gt;粗&lt;/b&gt;"), "{}", mail.part(1));
}

#[tokio::test]
async fn the_mails_of_an_incident_hang_together() {
    let server = AiosmtpdServer::start();
    let channel = channel_to(&server, |config| config["smtp"]["auth"] = json!("login"));
    channel.notify(&cold_room(Why::Started), &attempt()).await.unwrap();
    channel.notify(&cold_room(Why::Resolved), &attempt()).await.unwrap();
    let (first, last) = (server.mail(1).unwrap(), server.mail(2).unwrap());
    assert_eq!(first.header("X-Auth-Mechanism"), "LOGIN");
    assert_eq!(last.header("In-Reply-To"), first.header("Message-ID"));
    assert_eq!(last.header("References"), first.header("Message-ID"));
    assert_ne!(last.header("Message-ID"), first.header("Message-ID"));
    assert!(last.header("Subject").starts_with("[已恢复] "), "{}", last.header("Subject"));
}

#[tokio::test]
async fn a_wrong_password_is_for_a_person_to_mend() {
    let server = AiosmtpdServer::start();
    for auth in ["plain", "login"] {
        let channel = channel_to(&server, |config| {
            config["smtp"]["password"] = json!("not-the-password");
            config["smtp"]["auth"] = json!(auth);
        });
        let err = channel.notify(&cold_room(Why::Started), &attempt()).await.unwrap_err();
        assert!(
            matches!(&err, SendError::Misconfigured { reason } if reason.starts_with("AUTH: 535")),
            "{err}"
        );
        assert!(!err.to_string().contains("not-the-password"));
    }
}

#[tokio::test]
async fn a_server_whose_authority_is_unknown_is_not_trusted() {
    let server = AiosmtpdServer::start();
    let channel = channel_to(&server, |config| {
        config["smtp"].as_object_mut().unwrap().remove("ca_file");
    });
    let err = channel.notify(&cold_room(Why::Started), &attempt()).await.unwrap_err();
    assert!(
        matches!(&err, SendError::Misconfigured { reason } if reason.contains("nobody whom this machine trusts has issued")),
        "{err}"
    );
}
