//! Mail handed to a server and read by a reader that are not ours.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use channel_email::Email;
use fanfare_core::{Channel, Context, Language, Locale, Notification, Notifier, SendError, Severity, Why};
use fanfare_testkit::{alert, attempt, notification};
use jiff::tz::{Offset, TimeZone};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Debian's, for which `python3-aiosmtpd` is packaged.
const PYTHON: &str = "/usr/bin/python3";

/// aiosmtpd in a folder of its own, with certificates made for it. Dropping it
/// ends the server it started, and no other.
struct RealServer {
    folder: TempDir,
    process: Child,
    port: u16,
}

impl Drop for RealServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl RealServer {
    fn start() -> Self {
        let works =
            Command::new(PYTHON).args(["-c", "import aiosmtpd"]).output().is_ok_and(|it| it.status.success());
        assert!(
            works,
            "this test needs {PYTHON} with aiosmtpd: `cargo xtask test` installs it, or apt-get install python3-aiosmtpd"
        );
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        write_certificates(&path("ca.pem"), &path("server.pem"), &path("server.key"));
        let mut process = Command::new(PYTHON)
            .arg(script("server.py"))
            .args(["--certificate".into(), path("server.pem"), "--key".into(), path("server.key")])
            .args(["--mails".as_ref(), folder.path()])
            .args(["--user", "alert@example.com", "--password", "s3cret"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the server prints its port");
        Self { folder, process, port }
    }

    /// A channel to this server, its texts in Chinese.
    fn channel(&self, change: impl FnOnce(&mut Value)) -> Email {
        let mut config = json!({
            "smtp": {
                "host": "localhost", "port": self.port, "tls": "starttls", "ca_file": self.folder.path().join("ca.pem"),
                "username": "alert@example.com", "password": "s3cret",
            },
            "from": "告警网关 <alert@example.com>",
            "to": ["值班 <oncall@example.com>", "gone@example.com"],
        });
        change(&mut config);
        let style = Locale { language: Language::Zh, timezone: TimeZone::fixed(Offset::constant(8)) };
        let context = Context { name: "ops-mail".into(), locale: style, timeout: Duration::from_secs(20) };
        Email::build(serde_json::from_value(config).unwrap(), context).unwrap()
    }

    /// The mail of this number, as Python's `email` reads it.
    fn mail(&self, number: u32) -> ReadMail {
        let mail = self.folder.path().join(format!("{number}.eml"));
        let output = Command::new(PYTHON).arg(script("read_mail.py")).arg(mail).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        ReadMail(serde_json::from_slice(&output.stdout).unwrap())
    }
}

struct ReadMail(Value);

impl ReadMail {
    /// The only header called `name`.
    fn header(&self, name: &str) -> &str {
        let headers = self.0["headers"].as_array().unwrap();
        let [text] = headers
            .iter()
            .filter(|it| it[0] == name)
            .map(|it| it[1].as_str().unwrap())
            .collect::<Vec<_>>()[..]
        else {
            panic!("one {name} in {headers:?}")
        };
        text
    }

    fn text(&self, part: usize) -> &str {
        self.0["parts"][part]["text"].as_str().unwrap()
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/smtp").join(name)
}

fn write_certificates(ca_file: &Path, certificate_file: &Path, key_file: &Path) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(vec![]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    std::fs::write(ca_file, ca.self_signed(&ca_key).unwrap().pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = server.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    std::fs::write(certificate_file, certificate.pem()).unwrap();
    std::fs::write(key_file, key.serialize_pem()).unwrap();
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
    let server = RealServer::start();
    let receipt = server.channel(|_| {}).notify(&cold_room(Why::Started), &attempt()).await.unwrap();
    assert_eq!(receipt.words, "250 2.0.0 Ok: queued as 1");
    assert_eq!(receipt.refused[0].recipient, "gone@example.com");
    assert_eq!(receipt.refused[0].reason, "550 5.1.1 no such user");

    let mail = server.mail(1);
    let title = "[紧急] 冷库温度过高，请立即处理！冷库温度过高，请立即处理！冷库温度过高，请立即处理！ - 3号冷库 Bcc: thief@example.com";
    assert_eq!(mail.0["defects"], json!([]));
    assert_eq!(mail.header("X-Envelope-To"), "oncall@example.com");
    assert_eq!(mail.header("X-Auth-Mechanism"), "PLAIN");
    assert_eq!(mail.header("From"), "告警网关 <alert@example.com>");
    assert_eq!(mail.header("To"), "值班 <oncall@example.com>, gone@example.com");
    assert_eq!(mail.header("Subject"), title);
    assert_eq!(mail.header("Date"), "Sun, 08 Mar 2026 12:00:00 +0000");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("Importance"), "high");
    assert!(!mail.0["headers"].as_array().unwrap().iter().any(|it| it[0] == "Bcc"));

    assert_eq!(mail.0["type"], "multipart/alternative");
    assert_eq!(mail.0["parts"].as_array().unwrap().len(), 2);
    assert_eq!([&mail.0["parts"][0]["type"], &mail.0["parts"][1]["type"]], ["text/plain", "text/html"]);
    let text = mail.text(0).replace("\r\n", "\n");
    assert!(
        text.starts_with(&format!("{title}\n\n级别: 紧急\n设备: 3号冷库 Bcc: thief@example.com\n")),
        "{text}"
    );
    assert!(text.contains("开始时间: 2026-03-08 20:00:00 +08:00\n"), "{text}");
    assert!(text.contains("\n\n.\n第一行 <b>粗</b>\n.\n最后一行"), "{text}");
    assert!(mail.text(1).contains("第一行 &lt;b&gt;粗&lt;/b&gt;"), "{}", mail.text(1));
}

#[tokio::test]
async fn the_mails_of_an_incident_hang_together() {
    let server = RealServer::start();
    let channel = server.channel(|config| config["smtp"]["auth"] = json!("login"));
    channel.notify(&cold_room(Why::Started), &attempt()).await.unwrap();
    channel.notify(&cold_room(Why::Resolved), &attempt()).await.unwrap();
    let (first, last) = (server.mail(1), server.mail(2));
    assert_eq!(first.header("X-Auth-Mechanism"), "LOGIN");
    assert_eq!(last.header("In-Reply-To"), first.header("Message-ID"));
    assert_eq!(last.header("References"), first.header("Message-ID"));
    assert_ne!(last.header("Message-ID"), first.header("Message-ID"));
    assert!(last.header("Subject").starts_with("[已恢复] "), "{}", last.header("Subject"));
}

#[tokio::test]
async fn a_wrong_password_is_for_a_person_to_mend() {
    let server = RealServer::start();
    for auth in ["plain", "login"] {
        let channel = server.channel(|config| {
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
    let server = RealServer::start();
    let channel = server.channel(|config| {
        config["smtp"].as_object_mut().unwrap().remove("ca_file");
    });
    let err = channel.notify(&cold_room(Why::Started), &attempt()).await.unwrap_err();
    assert!(matches!(&err, SendError::Misconfigured { reason } if reason.contains("UnknownIssuer")), "{err}");
}
