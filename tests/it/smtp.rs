//! Mails of programs that are not ours: what is answered 250 is told, and nothing is sent on.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use xtask::DiskRoom;

use crate::harness::{PATIENCE, TestFolder, TestGateway, TestRequest, root, text, until};

const CONFIG: &str = "\
server: { listen: 127.0.0.1:0, smtp: { listen: 127.0.0.1:0 } }
store: sqlite://data/fanfare.db
allow_inline_secrets: true
sources:
  - { name: ups, format: plain, auth: none, mail: { to: [ups@fanfare.local] } }
  - { name: nvr, format: tkl, auth: { basic: { username: nvr, password: tanstaaftanstaaf } }, mail: { to: [nvr@fanfare.local] } }
channels:
  team: { kind: dingtalk, access_token: team, secret: SEC0123456789abcdef0123456789abcdef, budget: unlimited }
receivers: [{ name: team, channels: [team] }]
route: { receiver: team }
";

/// Debian's own Python, which has all of its library.
const PYTHON: &str = "/usr/bin/python3";

fn gateway() -> TestGateway {
    TestGateway::start(CONFIG, &["--sandbox"], &[])
}

/// The address at which `gateway` takes mails.
#[track_caller]
fn mail_address(gateway: &TestGateway) -> SocketAddr {
    let log = gateway.log();
    let line = log.lines().find(|it| it.contains("Listening for mails")).unwrap_or_else(|| panic!("{log}"));
    let (_, address) = line.split_once("address=").unwrap_or_else(|| panic!("{line}"));
    address.split_whitespace().next().unwrap().parse().unwrap()
}

/// The code with which a mail that Python sends is answered.
#[track_caller]
fn send(gateway: &TestGateway, mail: &Value) -> String {
    let port = mail_address(gateway).port().to_string();
    let mut python = Command::new(PYTHON)
        .arg(root().join("tests/smtp/send_mail.py"))
        .arg(port)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(mail.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}\n{}", gateway.log());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn ups_mail(subject: &str, body: &str) -> Value {
    json!({ "from": "ups1@plant.example", "to": ["ups@fanfare.local"], "subject": subject, "text": body })
}

/// The texts that people have seen, once nothing is owed any more.
fn seen(gateway: &TestGateway) -> Vec<String> {
    gateway.until_nothing_is_owed();
    let messages = TestRequest::get("/sandbox/messages").send(gateway.address()).json();
    let messages = messages.as_array().unwrap().iter();
    messages.map(|it| format!("{}\n{}", text(it, "title"), text(it, "text"))).collect()
}

fn metric(gateway: &TestGateway, line: &str) -> f64 {
    let metrics = gateway.get("/metrics").body;
    let found = metrics.lines().find_map(|it| it.strip_prefix(line)?.trim().parse().ok());
    found.unwrap_or_default()
}

#[test]
fn an_alarm_that_is_mailed_is_told_and_so_is_its_end() {
    let gateway = gateway();
    assert_eq!(send(&gateway, &ups_mail("UPS on battery", "Runtime left: 12 min")), "250");
    assert_eq!(send(&gateway, &ups_mail("UPS on battery", "Runtime left: 9 min")), "250", "a repeat");
    assert_eq!(send(&gateway, &ups_mail("[OK] UPS on battery", "Event 77: mains is back")), "250");
    let seen = seen(&gateway);
    assert_eq!(seen.len(), 2, "{seen:#?}");
    assert!(seen[0].contains("UPS on battery") && seen[0].contains("Runtime left: 12 min"), "{seen:#?}");
    assert!(seen[0].contains("ups1@plant.example"), "{seen:#?}");
    assert!(seen[1].contains("UPS on battery") && seen[1].contains("mains is back"), "{seen:#?}");
    assert!(seen[1].to_lowercase().contains("resolved"), "{seen:#?}");
    assert_eq!(metric(&gateway, "fanfare_smtp_mails_total{source=\"ups\",fate=\"taken\"}"), 3.0);
}

#[test]
fn chinese_mails_and_pages_and_bodies_of_the_source_are_read() {
    let gateway = gateway();
    let mut pump = ups_mail("【紧急】3号泵漏水", "水位过高");
    pump["charset"] = json!("gb18030");
    assert_eq!(send(&gateway, &pump), "250");
    let mut page = ups_mail("Camera", "");
    page["html"] =
        json!("<table><tr><td>Camera</td><td>3</td></tr><tr><td>Motion &amp; sound</td></tr></table>");
    assert_eq!(send(&gateway, &page), "250");
    let body =
        json!({ "eui": "6353012af1093062", "level": "urgent", "name": "over_temp", "desc": "Cold room 3" });
    let nvr = json!({
        "from": "nvr@plant.example", "to": ["nvr@fanfare.local"], "subject": "alarm", "text": body.to_string(),
        "login": ["nvr", "tanstaaftanstaaf"],
    });
    assert_eq!(send(&gateway, &nvr), "250");
    let all = seen(&gateway).join("\n----\n");
    for words in ["3号泵漏水", "水位过高", "Camera 3", "Motion & sound", "Cold room 3", "6353012af1093062"]
    {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert!(!all.contains("<td>"), "{all}");
}

#[test]
fn nothing_is_sent_on_and_a_source_asks_for_its_login() {
    let gateway = gateway();
    let to =
        |address: &str| json!({ "from": "a@plant.example", "to": [address], "subject": "x", "text": "y" });
    assert_eq!(send(&gateway, &to("boss@elsewhere.example")), "550");
    assert_eq!(send(&gateway, &to("nvr@fanfare.local")), "530");
    let mut wrong = to("nvr@fanfare.local");
    wrong["login"] = json!(["nvr", "hunter2-hunter2"]);
    assert_eq!(send(&gateway, &wrong), "535");
    assert_eq!(seen(&gateway), Vec::<String>::new());
    assert!(metric(&gateway, "fanfare_smtp_refusals_total{reason=\"unknown_recipient\"}") > 0.0);
    assert!(!gateway.log().contains("hunter2"), "{}", gateway.log());
}

#[test]
fn a_mail_that_was_taken_is_told_although_we_are_killed_and_a_repetition_is_none() {
    let site = Arc::new(TestFolder::new(CONFIG));
    let mut gateway = TestGateway::start_at(&site, &["--sandbox"], &[]);
    let mut mail = ups_mail("UPS on battery", "Runtime left: 12 min");
    mail["message_id"] = json!("<1@ups1.plant.example>");
    mail["date"] = json!("Sat, 28 Nov 2026 16:26:40 +0800");
    assert_eq!(send(&gateway, &mail), "250");
    gateway.kill9();
    let gateway = TestGateway::start_at(&site, &["--sandbox"], &[]);
    assert_eq!(send(&gateway, &mail), "250", "as a sender does that did not get the answer");
    assert_eq!(metric(&gateway, "fanfare_smtp_mails_total{source=\"ups\",fate=\"repeated\"}"), 1.0);
    gateway.until_nothing_is_owed();
    let all = gateway.get("/api/v1/deliveries").json();
    let states: Vec<&str> =
        all["deliveries"].as_array().unwrap().iter().map(|it| text(it, "state")).collect();
    assert_eq!(states, ["delivered"], "{all}");
}

#[test]
fn curl_can_mail_and_a_stop_lets_nothing_hang() {
    let mut gateway = gateway();
    let site = TestFolder::new("");
    site.write("mail.txt", "From: plc@plant.example\r\nSubject: PLC 4 stopped\r\n\r\n.hidden\r\nline\r\n");
    let curl = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--mail-from",
            "plc@plant.example",
            "--mail-rcpt",
            "ups@fanfare.local",
        ])
        .arg("--upload-file")
        .arg(site.path("mail.txt"))
        .arg(format!("smtp://{}", mail_address(&gateway)))
        .output()
        .unwrap();
    assert!(curl.status.success(), "{curl:?}");
    let seen = seen(&gateway);
    assert!(seen[0].contains("PLC 4 stopped") && seen[0].contains(".hidden"), "{seen:#?}");
    let mut idle = TcpStream::connect(mail_address(&gateway)).unwrap();
    idle.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut greeting = [0; 4];
    idle.read_exact(&mut greeting).unwrap();
    assert_eq!(&greeting, b"220 ");
    assert!(gateway.terminate_and_wait().success());
    let mut last = String::new();
    idle.read_to_string(&mut last).unwrap();
    assert!(last.contains("\r\n421 "), "{last:?}");
}

/// The answers to raw bytes, each part sent once the last was answered.
#[track_caller]
fn talk(gateway: &TestGateway, parts: &[&str]) -> String {
    let mut stream = TcpStream::connect(mail_address(gateway)).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(700))).unwrap();
    let mut answers = String::new();
    let mut read = |stream: &mut TcpStream| {
        let mut chunk = [0; 4096];
        if let Ok(length) = stream.read(&mut chunk) {
            answers.push_str(&String::from_utf8_lossy(&chunk[..length]));
        }
    };
    read(&mut stream);
    for part in parts {
        stream.write_all(part.as_bytes()).unwrap();
        read(&mut stream);
    }
    answers
}

#[test]
fn a_second_mail_cannot_be_smuggled_into_one() {
    let gateway = gateway();
    let inner =
        "\n.\r\nMAIL FROM:<b@x.example>\r\nRCPT TO:<ups@fanfare.local>\r\nDATA\r\nSubject: smuggled\r\n\r\n";
    let mail = format!("Subject: outer\r\n\r\nwords{inner}x\r\n.\r\n");
    let answers = talk(
        &gateway,
        &[
            "EHLO a\r\n",
            "MAIL FROM:<a@x.example>\r\n",
            "RCPT TO:<ups@fanfare.local>\r\n",
            "DATA\r\n",
            &mail,
            "QUIT\r\n",
        ],
    );
    assert_eq!(answers.matches("\r\n354 ").count(), 1, "{answers}");
    assert_eq!(answers.matches("on the disk").count(), 1, "{answers}");
    let seen = seen(&gateway);
    assert_eq!(seen.len(), 1, "{seen:#?}");
}

#[test]
fn what_comes_before_its_time_is_hung_up_on() {
    let gateway = gateway();
    let mut early = TcpStream::connect(mail_address(&gateway)).unwrap();
    early.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    early.write_all(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nEHLO a\r\n").unwrap();
    let mut answer = String::new();
    early.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("554 "), "{answer}");
    let answers = talk(
        &gateway,
        &[
            "EHLO a\r\n",
            "MAIL FROM:<a@x.example>\r\n",
            "RCPT TO:<ups@fanfare.local>\r\n",
            "DATA\r\nSubject: x\r\n\r\n.\r\n",
        ],
    );
    assert!(answers.contains("\r\n554 5.5.0 ") && !answers.contains("354"), "{answers}");
    let seen = seen(&gateway);
    assert_eq!(seen, Vec::<String>::new());
}

#[test]
fn a_mail_that_is_too_long_is_refused_and_a_reload_changes_addresses() {
    let site = Arc::new(TestFolder::new(
        &CONFIG.replace("smtp: { listen: 127.0.0.1:0 }", "smtp: { listen: 127.0.0.1:0, max_mail: 64KiB }"),
    ));
    let gateway = TestGateway::start_at(&site, &["--sandbox"], &[]);
    assert_eq!(send(&gateway, &ups_mail("big", &"x".repeat(100_000))), "552");
    let config = std::fs::read_to_string(site.path("fanfare.yaml")).unwrap();
    site.write("fanfare.yaml", &config.replace("[ups@fanfare.local]", "[power@fanfare.local]"));
    let reloaded = gateway.run(&["reload"], &[]);
    assert_eq!(reloaded.code, Some(0), "{}", reloaded.said());
    assert_eq!(send(&gateway, &ups_mail("UPS on battery", "")), "550");
    let mut mail = ups_mail("UPS on battery", "");
    mail["to"] = json!(["Power@Fanfare.Local"]);
    assert_eq!(send(&gateway, &mail), "250");
    until("it is told", || seen(&gateway).len() == 1, PATIENCE);
}

#[test]
fn a_mail_that_cannot_be_kept_is_sent_again_and_told_once() {
    let mut gateway = gateway();
    let mut mail = ups_mail("UPS on battery", "Runtime left: 12 min");
    mail["message_id"] = json!("<2@ups1.plant.example>");
    mail["date"] = json!("Sat, 28 Nov 2026 16:26:40 +0800");
    let pid = gateway.program().pid();
    DiskRoom::None.give_to(pid).unwrap();
    assert_eq!(send(&gateway, &mail), "451");
    DiskRoom::Unlimited.give_to(pid).unwrap();
    until("it is taken", || send(&gateway, &mail) == "250", PATIENCE);
    assert_eq!(send(&gateway, &mail), "250", "once more");
    assert_eq!(seen(&gateway).len(), 1, "{}", gateway.log());
    assert!(metric(&gateway, "fanfare_smtp_mails_total{source=\"ups\",fate=\"not_stored\"}") >= 1.0);
}

#[test]
fn a_mail_to_two_sources_is_for_both_and_one_over_tls_is_taken() {
    let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let config =
        CONFIG.replace("server: { ", "server: { tls: { cert_file: server.pem, key_file: server.key }, ");
    let site = Arc::new(TestFolder::new(&config));
    site.write("server.pem", &key.cert.pem());
    site.write("server.key", &key.signing_key.serialize_pem());
    let gateway = TestGateway::start_at(&site, &["--sandbox"], &[]);
    let mut mail = ups_mail("Plant without power", "");
    mail["to"] = json!(["ups@fanfare.local", "nvr@fanfare.local"]);
    mail["starttls"] = json!(site.path("server.pem"));
    mail["login"] = json!(["nvr", "tanstaaftanstaaf"]);
    assert_eq!(send(&gateway, &mail), "250");
    let url = format!("https://{}", gateway.address());
    let listed = || site.run(&["alerts", "list", "--json", "--url", &url], &[]);
    for source in ["ups", "nvr"] {
        let said = listed();
        assert!(
            said.stdout.contains(&format!("\"source\":\"{source}\""))
                || said.stdout.contains(&format!("\"source\": \"{source}\"")),
            "{}",
            said.said()
        );
    }
}

#[test]
fn who_opens_many_connections_and_says_nothing_keeps_nobody_from_mailing() {
    let gateway = gateway();
    let idle: Vec<TcpStream> =
        (0..200).map(|_| TcpStream::connect(mail_address(&gateway)).unwrap()).collect();
    assert_eq!(send(&gateway, &ups_mail("UPS on battery", "")), "250");
    assert!(metric(&gateway, "fanfare_smtp_refusals_total{reason=\"displaced\"}") > 0.0);
    drop(idle);
}

#[test]
fn more_than_the_rate_of_a_source_is_sent_again_later() {
    let config = CONFIG.replace("auth: none, mail", "auth: none, rate_limit: { alerts: 1, per: 1h }, mail");
    let gateway = TestGateway::start(&config, &["--sandbox"], &[]);
    assert_eq!(send(&gateway, &ups_mail("UPS on battery", "")), "250");
    assert_eq!(send(&gateway, &ups_mail("UPS on battery", "")), "250", "a repeat does not count");
    assert_eq!(send(&gateway, &ups_mail("UPS overloaded", "")), "451");
    assert_eq!(metric(&gateway, "fanfare_smtp_mails_total{source=\"ups\",fate=\"throttled\"}"), 1.0);
}

#[test]
fn a_mail_without_anything_to_read_becomes_an_alert_for_people() {
    let gateway = gateway();
    let parts = [
        "EHLO a\r\n",
        "MAIL FROM:<nvr2@plant.example>\r\n",
        "RCPT TO:<ups@fanfare.local>\r\n",
        "DATA\r\n",
        "\r\n\r\n.\r\n",
    ];
    assert!(talk(&gateway, &parts).contains("on the disk"));
    let seen = seen(&gateway);
    assert!(seen.len() == 1 && seen[0].contains("`ups` sent an alert that cannot be read"), "{seen:#?}");
    let parts = [
        "EHLO a\r\n",
        "MAIL FROM:<nvr2@plant.example>\r\n",
        "RCPT TO:<ups@fanfare.local>\r\n",
        "DATA\r\n",
        "\r\nMotion\r\n.\r\n",
    ];
    assert!(talk(&gateway, &parts).contains("on the disk"));
    let alerts = gateway.get("/api/v1/alerts").body;
    assert!(alerts.contains("nvr2@plant.example"), "{alerts}");
}
