//! The device and the parameters with which a script is tried.

use serde_json::{Value, json};

/// The device and the parameters with which a script is tried.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptSample {
    /// The device, as ThinkLink hands it to scripts.
    pub device: Value,
    /// The parameters of an RPC.
    pub params: Value,
    /// The parameters of the organisation, which newer versions hand to an RPC.
    pub org_params: Value,
}

/// The id of the thing model in the sample: ids have 17 digits, more than a number of JavaScript holds.
pub(crate) const THING_MODEL: &str = "45616600866361349";

impl Default for ScriptSample {
    /// A cold room that has become too warm, and the parameters of the raise of its alarm in the usual shapes.
    fn default() -> Self {
        let telemetry =
            json!({ "temperature": -9.4, "humidity": 61, "battery": 3.3, "rssi": -71, "snr": 9.5 });
        Self {
            device: json!({
                "eui": "6353012af1093062",
                "name": "Cold room 3",
                "device_type": "NORMAL",
                "tenant_code": "acme",
                "tags": ["cold"],
                "server_attrs": { "alarm_temp": -15 },
                "shared_attrs": {},
                "telemetry_data": { THING_MODEL: telemetry },
            }),
            params: json!({
                "_eui": "6353012af1093062",
                "id": "over_temp",
                "name": "over_temp",
                "alarm_name": "over_temp",
                "action": "new",
                "level": "urgent",
                "title": "Cold room 3 is too warm",
                "desc": "Current -9.4 °C, limit -15 °C",
                "content": "Current -9.4 °C, limit -15 °C",
                "notice_groups": ["cold"],
                "group": { "notify": ["cold"] },
            }),
            org_params: json!({ "fanfare_url": "http://127.0.0.1:8780/ingest/thinklink", "fanfare_token": "a-token" }),
        }
    }
}
