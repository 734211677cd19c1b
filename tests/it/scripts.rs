//! The scripts in `examples/tkl`, run as ThinkLink runs them, against a real gateway.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{TestAnswer, TestGateway, TestRequest, file, root, text};

const TOKEN: &str = "the-token-in-the-org-params";

/// A credential that must stay in ThinkLink.
const BOT_TOKEN: &str = "a-token-that-an-old-script-kept-with-the-device";

/// The id of a thing model, above what a JSON number can hold exactly.
const MODEL: &str = "45616600866361349";

/// A site in ThinkLink whose Org Params name the gateway.
struct ThinkLinkSite {
    gateway: TestGateway,
    org_params: Value,
}

/// The items and errors of one uplink's scripts in ThinkLink.
struct ScriptRun {
    items: Vec<Value>,
    errors: Vec<Value>,
}

impl ThinkLinkSite {
    fn new() -> Self {
        let config = file("config/fanfare.yaml").replace("listen: 127.0.0.1:8780", "listen: 127.0.0.1:0");
        let gateway = TestGateway::start(&config, &["--sandbox"], &[("FANFARE_TKL_TOKEN", TOKEN)]);
        let url = format!("http://{}/ingest/thinklink", gateway.address());
        Self { gateway, org_params: json!({ "fanfare_url": url, "fanfare_token": TOKEN }) }
    }

    /// An uplink with this telemetry, from a device whose limit is -15.
    fn run(&self, telemetry: Value) -> ScriptRun {
        let device = json!({
            "eui": "6353012af1093062",
            "name": "Cold room 3",
            "tags": ["cold"],
            "server_attrs": { "alarm_temp": -15, "dingtalk_token": BOT_TOKEN },
            "telemetry_data": { MODEL: telemetry },
        });
        node(&json!({
            "trigger": file("examples/tkl/gw_alert_trigger.js"),
            "rpc": file("examples/tkl/gw_alert.js"),
            "device": device,
            "thingModelId": MODEL,
            "org_params": self.org_params,
        }))
    }

    /// An uplink with a temperature, and what the gateway answers the script.
    #[track_caller]
    fn uplink(&self, temperature: f64) -> Value {
        let ScriptRun { items, errors } = self.run(json!({ "temperature": temperature }));
        assert_eq!((items.len(), errors.len()), (1, 0), "{items:?} {errors:?}");
        let answer = post(&items[0]);
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.json()["alerts"][0].clone()
    }

    fn seen(&self, channel: &str) -> Vec<String> {
        self.gateway.until_nothing_is_owed();
        let messages = self.gateway.get("/sandbox/messages").json();
        let of_channel = messages.as_array().unwrap().iter().filter(|it| it["target"] == channel);
        of_channel.map(|it| text(it, "text").to_owned()).collect()
    }
}

fn node(input: &Value) -> ScriptRun {
    let printed = run_host("tests/tkl/host.js", input);
    let list = |name: &str| printed[name].as_array().unwrap().clone();
    ScriptRun { items: list("items"), errors: list("errors") }
}

/// The JSON that `host`, which runs scripts as some ThinkLink does, prints for `input`.
pub(crate) fn run_host(host: &str, input: &Value) -> Value {
    let mut child = Command::new("node")
        .arg(root().join(host))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node.js is needed to run the scripts: `apt-get install nodejs`, or `cargo xtask test`, which installs it");
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "a script fails; Node says above why");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Does what ThinkLink does with an item of type `axios`.
fn post(item: &Value) -> TestAnswer {
    assert_eq!((text(item, "type"), &item["sleepTimeMs"]), ("axios", &json!(0)));
    let message = &item["dnMsg"];
    let (address, path) = text(message, "url").strip_prefix("http://").unwrap().split_once('/').unwrap();
    let request = TestRequest::new(text(message, "method"), &format!("/{path}"));
    let headers = message["headers"].as_object().unwrap();
    let request = headers.iter().fold(request, |it, (name, value)| it.header(name, value.as_str().unwrap()));
    request.body(message["data"].to_string()).send(address.parse::<SocketAddr>().unwrap())
}

#[test]
fn a_trigger_that_fires_on_every_uplink_tells_people_only_of_the_edges() {
    let tkl = ThinkLinkSite::new();
    let told = |temperature: f64| tkl.uplink(temperature)["told"].clone();
    assert_eq!(told(-20.0), json!([]), "all is well and nobody was told otherwise");
    assert_eq!(told(-12.0), json!(["team"]), "above the limit");
    assert_eq!(told(-12.5), json!([]), "still above it");
    assert_eq!(told(-9.4), json!(["on-call"]), "much worse");
    assert_eq!(told(-9.5), json!([]));
    assert_eq!(told(-18.0), json!(["team", "on-call"]), "over: whoever was told hears of it");
    assert_eq!(told(-18.5), json!([]));

    let seen = tkl.seen("ops-dingtalk");
    assert_eq!(seen.len(), 2, "{seen:#?}");
    assert!(
        seen[0].contains("Cold room 3") && seen[0].contains("Current -9.4 °C, limit -15 °C"),
        "{}",
        seen[0]
    );
    assert!(seen[1].contains("恢复"), "{}", seen[1]);
    assert_eq!(tkl.seen("ops-mail").len(), 2);
    assert_eq!(tkl.seen("team-wecom").len(), 2);
}

#[test]
fn a_repeat_is_answered_with_the_reason_why_nobody_is_told() {
    let tkl = ThinkLinkSite::new();
    tkl.uplink(-12.0);
    let again = tkl.uplink(-12.0);
    assert_eq!(again["held"][0]["receiver"], "team", "{again}");
}

#[test]
fn no_credential_of_the_device_leaves_thinklink() {
    let tkl = ThinkLinkSite::new();
    let ScriptRun { items, .. } = tkl.run(json!({ "temperature": 1 }));
    let sent = json!(items).to_string();
    assert!(sent.contains("Cold room 3") && sent.contains(TOKEN), "{sent}");
    assert!(!sent.contains(BOT_TOKEN), "{sent}");
}

#[test]
fn an_uplink_without_a_reading_does_nothing() {
    let tkl = ThinkLinkSite::new();
    let ScriptRun { items, errors } = tkl.run(json!({ "humidity": 30 }));
    assert_eq!((items, errors), (vec![], vec![]));
}

#[test]
fn without_org_params_the_script_says_which() {
    let mut tkl = ThinkLinkSite::new();
    tkl.org_params = json!({});
    let ScriptRun { items, errors } = tkl.run(json!({ "temperature": 1 }));
    assert_eq!(items, Vec::<Value>::new());
    assert!(json!(errors).to_string().contains("fanfare_url"), "{errors:?}");
}

#[test]
fn a_wrong_token_in_the_org_params_is_an_error_in_the_scripts_log() {
    let mut tkl = ThinkLinkSite::new();
    tkl.org_params["fanfare_token"] = json!("another");
    let ScriptRun { items, .. } = tkl.run(json!({ "temperature": 1 }));
    let answer = post(&items[0]);
    assert_eq!((answer.status, text(&answer.json()["error"], "code")), (401, "unauthorized"));
}
