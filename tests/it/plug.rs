//! README's "Pull the plug", done as it says.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;

use crate::harness::{Gateway, PATIENCE, Program, Request, Site, file, text, until};
use crate::ledger::deliveries;

/// `fanfare sandbox` as a process of its own, on free ports.
struct Fakes {
    _process: Program,
    http: SocketAddr,
    smtp: SocketAddr,
}

impl Fakes {
    fn start() -> Self {
        let site = Site::new("");
        let mut process =
            Program::start(site.command(&["sandbox", "--http", "127.0.0.1:0", "--smtp", "127.0.0.1:0"], &[]));
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

    /// What the people of `channel` have seen, by its name in the sandbox.
    fn delivered(&self, channel: &str) -> usize {
        let seen = Request::get("/sandbox/messages").send(self.http).json();
        let is_theirs =
            |it: &&Value| text(it, "target") == channel && it["verdict"]["outcome"] == "delivered";
        seen.as_array().unwrap().iter().filter(is_theirs).count()
    }
}

#[test]
fn the_mail_is_there_while_dingtalk_hangs_and_a_kill_loses_nothing() {
    let fakes = Fakes::start();
    let site = Arc::new(Site::new(&fakes.config()));
    let hang = Request::new("PUT", "/sandbox/faults/dingtalk").body(r#"{"fault": "hang"}"#).send(fakes.http);
    assert_eq!(hang.status, 200, "{}", hang.body);

    let mut gateway = Gateway::start_at(&site, &[], &[]);
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
    let gateway = Gateway::start_at(&site, &[], &[]);
    assert_eq!(Request::new("DELETE", "/sandbox/faults").send(fakes.http).status, 200);
    until("DingTalk has it too", || fakes.delivered("dingtalk") == 1, PATIENCE);
    gateway.until_nothing_is_owed();
    assert_eq!(fakes.delivered("mail"), 1, "told once");
    assert_eq!(contract(&gateway), "kept");
}

/// How the contract of the only notification stands.
fn contract(gateway: &Gateway) -> String {
    let alerts = gateway.get("/api/v1/alerts").json();
    text(&alerts["alerts"][0]["notifications"][0], "contract").to_owned()
}
