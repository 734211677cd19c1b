//! The sandbox's own HTTP API below `/sandbox`, where people read messages and switch faults.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::fault::{EVERY_TARGET, FaultSwitch};
use crate::state::SandboxState;

/// An answer of the sandbox's own HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body, which is JSON.
    pub json: String,
}

impl ControlAnswer {
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

/// The answer to a request below `/sandbox`.
pub(crate) fn answer(sandbox: &SandboxState, method: &str, path: &str, body: &[u8]) -> ControlAnswer {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        ("GET", ["sandbox", "messages"]) => ControlAnswer::ok(&json!(sandbox.shared().journal.messages())),
        ("DELETE", ["sandbox", "messages"]) => {
            sandbox.shared().journal.clear();
            ControlAnswer::done()
        }
        ("GET", ["sandbox", "violations"]) => {
            ControlAnswer::ok(&json!(sandbox.shared().journal.violations()))
        }
        ("GET", ["sandbox", "stats"]) => ControlAnswer::ok(&json!(sandbox.shared().journal.stats())),
        ("GET", ["sandbox", "faults"]) => ControlAnswer::ok(&json!(sandbox.shared().faults.all())),
        ("DELETE", ["sandbox", "faults"]) => {
            sandbox.shared().faults.clear(None);
            ControlAnswer::done()
        }
        ("PUT", ["sandbox", "faults"]) => set_faults(sandbox, EVERY_TARGET, body),
        (_, ["sandbox", "faults", target]) => {
            faults_of(sandbox, method, &percent_decode_str(target).decode_utf8_lossy(), body)
        }
        (_, ["sandbox", "messages" | "violations" | "stats" | "faults"]) => {
            ControlAnswer::error(405, "this door takes another method")
        }
        _ => ControlAnswer::error(
            404,
            "the sandbox has `messages`, `violations`, `stats` and `faults/{target}`",
        ),
    }
}

fn faults_of(sandbox: &SandboxState, method: &str, target: &str, body: &[u8]) -> ControlAnswer {
    match method {
        "GET" => ControlAnswer::ok(&json!(sandbox.shared().faults.all().remove(target).unwrap_or_default())),
        "PUT" => set_faults(sandbox, target, body),
        "DELETE" => {
            sandbox.shared().faults.clear(Some(target));
            ControlAnswer::done()
        }
        _ => ControlAnswer::error(405, "use GET, PUT or DELETE"),
    }
}

fn set_faults(sandbox: &SandboxState, target: &str, body: &[u8]) -> ControlAnswer {
    let switches = match parse(body) {
        Ok(switches) => switches,
        Err(err) => return ControlAnswer::error(400, &format!("not a fault or a list of faults: {err}")),
    };
    let mut state = sandbox.shared();
    if target != EVERY_TARGET && !state.is_target(target) {
        return ControlAnswer::error(404, &format!("the sandbox has no target `{target}`"));
    }
    state.faults.set(target, switches);
    ControlAnswer::done()
}

/// The switches in `body`: one, or a list of them.
fn parse(body: &[u8]) -> serde_json::Result<Vec<FaultSwitch>> {
    let value: Value = serde_json::from_slice(body)?;
    if value.is_array() { serde_json::from_value(value) } else { Ok(vec![serde_json::from_value(value)?]) }
}
