//! ReceivedMail of the whole binary, handed to a server and read by a reader that are not ours.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{PATIENCE, TestGateway, root, until};
use crate::ledger::deliveries;

/// Debian's, for which `python3-aiosmtpd` is packaged.
const PYTHON: &str = "/usr/bin/python3";

const PASSWORD: &str = "an authorisation code";

/// aiosmtpd in a folder of its own, with certificates made for it. Dropping it ends it.
struct AiosmtpdServer {
    folder: TempDir,
    process: Child,
    port: u16,
}

impl Drop for AiosmtpdServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl AiosmtpdServer {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        write_certificates(&folder);
        let path = |name: &str| folder.path().join(name);
        let mut process = Command::new(PYTHON)
            .arg(root().join("tests/smtp/server.py"))
            .args(["--certificate".into(), path("server.pem"), "--key".into(), path("server.key")])
            .args(["--mails".as_ref(), folder.path()])
            .args(["--user", "alerts@example.com", "--password", PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let needed = "it needs aiosmtpd: `cargo xtask test` installs it, or apt-get install python3-aiosmtpd";
        let port = line.trim().parse().expect(needed);
        Self { folder, process, port }
    }

    fn config(&self) -> String {
        let ca_file = self.folder.path().join("ca.pem");
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
      username: alerts@example.com
      password: {{ env: SMTP_PASSWORD }}
    from: \"告警网关 <alerts@example.com>\"
    to: [\"值班 <oncall@example.com>\", boss@example.com]
receivers: [{{ name: on-call, channels: [ops-mail] }}]
route: {{ receiver: on-call }}
",
            self.port,
            ca_file.display()
        )
    }

    /// The mail of this number, as Python's `email` reads it.
    fn mail(&self, number: u32) -> ReceivedMail {
        let path = self.folder.path().join(format!("{number}.eml"));
        until("the mail is there", || path.exists(), PATIENCE);
        let reader = root().join("tests/smtp/read_mail.py");
        let output = Command::new(PYTHON).arg(reader).arg(path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        ReceivedMail(serde_json::from_slice(&output.stdout).unwrap())
    }
}

/// A mail that was read.
struct ReceivedMail(Value);

impl ReceivedMail {
    /// The only header field called `name`.
    #[track_caller]
    fn header(&self, name: &str) -> &str {
        let [text] = self.headers(name)[..] else { panic!("one {name} expected in {}", self.0["headers"]) };
        text
    }

    fn headers(&self, name: &str) -> Vec<&str> {
        let fields = self.0["headers"].as_array().unwrap().iter();
        fields.filter(|it| it[0] == name).map(|it| it[1].as_str().unwrap()).collect()
    }

    fn part(&self, number: usize) -> String {
        self.0["parts"][number]["text"].as_str().unwrap().replace("\r\n", "\n")
    }
}

fn write_certificates(folder: &TempDir) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(vec![]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let write = |name: &str, pem: String| std::fs::write(folder.path().join(name), pem).unwrap();
    write("ca.pem", ca.self_signed(&ca_key).unwrap().pem());
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    write("server.pem", server.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap().pem());
    write("server.key", key.serialize_pem());
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
    let gateway = TestGateway::start(&server.config(), &[], &[("SMTP_PASSWORD", PASSWORD)]);
    assert_eq!(gateway.post("thinklink", &cold_room("new")).status, 202);
    let firing = server.mail(1);
    assert_eq!(gateway.post("thinklink", &cold_room("clear")).status, 202);
    let resolved = server.mail(2);

    for mail in [&firing, &resolved] {
        assert_eq!(mail.0["defects"], json!([]));
        assert_eq!(mail.0["type"], "multipart/alternative");
        let types: Vec<_> = mail.0["parts"].as_array().unwrap().iter().map(|it| &it["type"]).collect();
        assert_eq!(types, ["text/plain", "text/html"]); // The best last: RFC 2046, 5.1.4.
        assert_eq!(mail.header("From"), "告警网关 <alerts@example.com>");
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
    assert!(!gateway.log().contains(PASSWORD));
}
