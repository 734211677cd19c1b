//! A channel that tells nothing private, beside one that does.

use serde_json::json;

use crate::harness::{TestGateway, text};

const CONFIG: &str = "\
server: { listen: 127.0.0.1:0 }
store: sqlite://store.db
allow_inline_secrets: true
sources: [{ name: thinklink, format: tkl, auth: none }]
channels:
  staff: { kind: dingtalk, access_token: staff }
  public: { kind: wecom, key: public, redact: true }
receivers: [{ name: all, channels: [staff, public] }]
route: { receiver: all }
";

const PRIVATE: [&str; 3] = ["192.168.7.20", "13812345678", "wu@mail.example.com"];

#[test]
fn only_a_channel_that_redacts_masks_addresses_and_numbers() {
    let gateway = TestGateway::start(CONFIG, &["--sandbox"], &[]);
    let report = |action: &str| {
        json!({
            "eui": "6353012af1093062", "name": "leak", "action": action, "level": "urgent", "deviceName": "PLC 192.168.7.20",
            "desc": "Water, call 13812345678 or wu@mail.example.com", "at_mobiles": ["13900000000"],
        })
    };
    for action in ["new", "clear"] {
        let answer = gateway.post("thinklink", &report(action).to_string());
        assert_eq!(answer.status, 202, "{answer:?}");
        gateway.until_nothing_is_owed();
    }
    let messages = gateway.get("/sandbox/messages").json();
    let of = |channel: &str| -> Vec<String> {
        let seen = messages.as_array().unwrap().iter().filter(|it| it["target"] == channel);
        seen.map(|it| format!("{}\n{}", text(it, "title"), text(it, "text"))).collect()
    };
    let (staff, public) = (of("staff"), of("public"));
    assert_eq!((staff.len(), public.len()), (2, 2), "{messages}");
    for private in PRIVATE {
        assert!(staff.iter().all(|it| it.contains(private)), "{private}: {staff:#?}");
        assert!(public.iter().all(|it| !it.contains(private)), "{private}: {public:#?}");
    }
    assert!(
        public.iter().all(|it| it.contains("PLC [masked]") && it.contains("6353012af1093062")),
        "{public:#?}"
    );
    let stored = gateway.get("/api/v1/alerts").json();
    assert_eq!(stored["alerts"][0]["alert"]["labels"]["device"], "PLC 192.168.7.20", "{stored}");
}
