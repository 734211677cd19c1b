//! The examination of a script: it is run, and what it returns is looked at as a version of ThinkLink does.

use serde_json::Value;

use crate::engine::{ScriptFault, ScriptResult, run};
use crate::host::Host;
use crate::sample::ScriptSample;
use crate::sent_item::{SentItem, of_action, of_item};

/// The items that `host` would send if an uplink of the sample's device ran `script`; none, if the script asks for nothing.
///
/// # Errors
///
/// If `host` gets nothing out of it.
pub fn examine(script: &str, host: Host, sample: &ScriptSample) -> Result<Vec<SentItem>, ScriptFault> {
    let ScriptResult { kind, value } = run(script, host, sample)?;
    match (value, host) {
        (Value::Array(items), _) => Ok(items.iter().map(|it| of_item(it, host, &sample.device)).collect()),
        (Value::Object(result), _) if result.contains_key("actions") => {
            let actions = result["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
            Ok(actions.iter().map(|it| of_action(it, &sample.device)).collect())
        }
        // The newer versions take it for "nothing to do"; the older one logs an error at every uplink.
        (Value::Null, Host::Newer) if kind == "null" => Ok(Vec::new()),
        (
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_),
            Host::V2_00_011 | Host::Newer,
        ) => Err(ScriptFault::WrongResult(kind)),
    }
}

#[cfg(test)]
mod tests;
