//! README's "Pull the plug", done as it says.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;

use crate::harness::{PATIENCE, TestFolder, TestGateway, TestProgram, TestRequest, file, text, until};
use crate::ledger::deliveries;

/// `fanfare sandbox` as a process of its own, on free ports.
struct SandboxProcess {
    _process: TestProgram,
    http: SocketAddr,
    smtp: SocketAddr,
}

impl SandboxProcess {
    fn start() -> Self {
        let site = TestFolder::new("");
        let mut process = TestProgram::start(
            site.command(&["sandbox", "--http", "127.0.0.1:0", "--smtp", "127.0.0.1:0"], &[]),
        );
        process.await_words("its doors", |it| it.printed().contains("/sandbox/faults").then_some(()));
        let printed = process.printed();
        let door = |prefix: &str| {
            let line = printed.lines().find_map(|line| line.strip_prefix(prefix)).unwrap();
            line.parse().unwrap()
        };
        Self { http: door("http: http://"), smtp: door("smtp: "), _process: process }
    }

    /// The example's config, with these fakes' ports for the fixed ones.
    fn config(&self) -> String {
        file("examples/plug/fanfare.yaml")
            .replace("127.0.0.1:8790", &self.http.to_string())
            .replace("port: 8725", &format!("port: {}", self.smtp.port()))
            .replace("127.0.0.1:8781", "127.0.0.1:0")
    }

    /// The number of messages that people on `channel` have seen, by its name in the sandbox.
    fn delivered(&self, channel: &str) -> usize {
        let seen = TestRequest::get("/sandbox/messages").send(self.http).json();
        let is_theirs =
            |it: &&Value| text(it, "target") == channel && it["verdict"]["outcome"] == "delivered";
        seen.as_array().unwrap().iter().filter(is_theirs).count()
    }
}

#[test]
fn the_mail_is_there_while_dingtalk_hangs_and_a_kill_loses_nothing() {
    let fakes = SandboxProcess::start();
    let site = Arc::new(TestFolder::new(&fakes.config()));
    let hang =
        TestRequest::new("PUT", "/sandbox/faults/dingtalk").body(r#"{"fault": "hang"}"#).send(fakes.http);
    assert_eq!(hang.status, 200, "{}", hang.body);

    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    let url = format!("http://{}", gateway.address());
    let alarm =
        ["send", "--url", &url, "--name", "over_temp", "--eui", "63", "--level", "urgent", "--desc", "x"];
    let sent = site.run(&alarm, &[]);
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    until("the mail is there", || fakes.delivered("mail") == 1, PATIENCE);
    assert_eq!(fakes.delivered("dingtalk"), 0);
    // A kill between the provider's word and its record would rightly tell twice.
    until("it is written down", || deliveries(&gateway, "mail")[0].state == "delivered", PATIENCE);

    assert_eq!(contract(&gateway), "open");

    gateway.kill9();
    let gateway = TestGateway::start_at(&site, &[], &[]);
    assert_eq!(TestRequest::new("DELETE", "/sandbox/faults").send(fakes.http).status, 200);
    until("DingTalk has it too", || fakes.delivered("dingtalk") == 1, PATIENCE);
    gateway.until_nothing_is_owed();
    assert_eq!(fakes.delivered("mail"), 1, "told once");
    assert_eq!(contract(&gateway), "kept");
}

/// The contract's status of the only notification.
fn contract(gateway: &TestGateway) -> String {
    let alerts = gateway.get("/api/v1/alerts").json();
    text(&alerts["alerts"][0]["notifications"][0], "contract").to_owned()
}
