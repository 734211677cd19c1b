//! The sandbox's own door, `/sandbox`, where people look and switch faults.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::fault::{EVERY_TARGET, FaultSwitch};
use crate::world::World;

/// An answer of the sandbox's own door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON.
    pub json: String,
}

impl Control {
    fn ok(value: &Value) -> Self {
        Self { status: 200, json: value.to_string() }
    }

    fn done() -> Self {
        Self::ok(&json!({"status": "ok"}))
    }

    fn error(status: u16, message: &str) -> Self {
        Self { status, json: json!({"error": {"message": message}}).to_string() }
    }
}

/// Answers a request below `/sandbox`.
pub(crate) fn answer(world: &World, method: &str, path: &str, body: &[u8]) -> Control {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        ("GET", ["sandbox", "messages"]) => Control::ok(&json!(world.state().journal.messages())),
        ("DELETE", ["sandbox", "messages"]) => {
            world.state().journal.clear();
            Control::done()
        }
        ("GET", ["sandbox", "violations"]) => Control::ok(&json!(world.state().journal.violations())),
        ("GET", ["sandbox", "stats"]) => Control::ok(&json!(world.state().journal.stats())),
        ("GET", ["sandbox", "faults"]) => Control::ok(&json!(world.state().faults.all())),
        ("DELETE", ["sandbox", "faults"]) => {
            world.state().faults.clear(None);
            Control::done()
        }
        ("PUT", ["sandbox", "faults"]) => set_faults(world, EVERY_TARGET, body),
        (_, ["sandbox", "faults", target]) => {
            faults_of(world, method, &percent_decode_str(target).decode_utf8_lossy(), body)
        }
        (_, ["sandbox", "messages" | "violations" | "stats" | "faults"]) => {
            Control::error(405, "this door takes another method")
        }
        _ => Control::error(404, "the sandbox has `messages`, `violations`, `stats` and `faults/{target}`"),
    }
}

fn faults_of(world: &World, method: &str, target: &str, body: &[u8]) -> Control {
    match method {
        "GET" => Control::ok(&json!(world.state().faults.all().remove(target).unwrap_or_default())),
        "PUT" => set_faults(world, target, body),
        "DELETE" => {
            world.state().faults.clear(Some(target));
            Control::done()
        }
        _ => Control::error(405, "use GET, PUT or DELETE"),
    }
}

fn set_faults(world: &World, target: &str, body: &[u8]) -> Control {
    let switches = match parse(body) {
        Ok(switches) => switches,
        Err(err) => return Control::error(400, &format!("not a fault or a list of faults: {err}")),
    };
    let mut state = world.state();
    if target != EVERY_TARGET && !state.is_target(target) {
        return Control::error(404, &format!("the sandbox has no target `{target}`"));
    }
    state.faults.set(target, switches);
    Control::done()
}

/// One switch, or a list of them.
fn parse(body: &[u8]) -> serde_json::Result<Vec<FaultSwitch>> {
    let value: Value = serde_json::from_slice(body)?;
    if value.is_array() { serde_json::from_value(value) } else { Ok(vec![serde_json::from_value(value)?]) }
}
