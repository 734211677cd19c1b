//! The JavaScript engine: a script as the body of a function, with bounds on its time and memory.

use std::time::Duration;

use rquickjs::{CatchResultExt as _, Context, Runtime};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::host::Host;
use crate::sample::{ScriptSample, THING_MODEL};

/// The time that a script may take, as ThinkLink has it.
const TIME: Duration = Duration::from_secs(1);

/// The memory that a script may take, in bytes. Ours: a script that needs more is none for an edge box.
const MEMORY: usize = 64 * 1024 * 1024;

/// The helpers in the scope of every script.
const HELPERS: &str = include_str!("helpers.js");

/// The reason for which a script gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptFault {
    /// An error that the script throws, or that the engine finds in its text.
    #[error("{0}")]
    Thrown(String),
    /// More than a second.
    #[error("it takes more than a second, and is ended")]
    TooLong,
    /// A result that is no list and no object with `actions`.
    #[error("it returns {0}, and must return a list of items, or an object with `actions`")]
    WrongResult(String),
    /// An error of the engine itself.
    #[error("the engine cannot run it: {0}")]
    Engine(String),
}

/// The result of a script.
#[derive(Debug, Deserialize)]
pub(crate) struct ScriptResult {
    /// The kind of the value in a word of JavaScript; `array` for a list.
    pub(crate) kind: String,
    /// The value; null where JSON has none.
    pub(crate) value: Value,
}

/// Runs `script` as `host` does, with a copy of `sample`.
pub(crate) fn run(script: &str, host: Host, sample: &ScriptSample) -> Result<ScriptResult, ScriptFault> {
    let engine = |err: rquickjs::Error| ScriptFault::Engine(err.to_string());
    let runtime = Runtime::new().map_err(engine)?;
    runtime.set_memory_limit(MEMORY);
    let started = Instant::now();
    runtime.set_interrupt_handler(Some(Box::new(move || started.elapsed() > TIME)));
    let context = Context::full(&runtime).map_err(engine)?;
    let program = program(script, host, sample);
    let result =
        context.with(|ctx| ctx.eval::<String, _>(program).catch(&ctx).map_err(|err| err.to_string()));
    match result {
        Ok(json) => serde_json::from_str(&json).map_err(|err| ScriptFault::Engine(err.to_string())),
        Err(_) if started.elapsed() > TIME => Err(ScriptFault::TooLong),
        Err(message) => Err(ScriptFault::Thrown(first_line(&message))),
    }
}

/// The program that runs `script`, and gives its result as JSON.
fn program(script: &str, host: Host, sample: &ScriptSample) -> String {
    let (names, values) = arguments(host, sample);
    let call = host.call();
    format!(
        "(() => {{\n{HELPERS}\nconst result = (function ({names}) {{\n{script}\n{call}\n}})({values});\n\
         const kind = Array.isArray(result) ? 'array' : result === null ? 'null' : typeof result;\n\
         return JSON.stringify({{ kind, value: result === undefined ? null : result }});\n}})()"
    )
}

/// The names and values of the function's arguments.
fn arguments(host: Host, sample: &ScriptSample) -> (String, String) {
    let value = |name: &&str| match *name {
        "device" => sample.device.to_string(),
        "params" => sample.params.to_string(),
        "org_params" => sample.org_params.to_string(),
        "thingModelId" => json!(THING_MODEL).to_string(),
        "logger" => "{ info() {}, warn() {}, error() {}, debug() {} }".to_owned(),
        _ => "{}".to_owned(),
    };
    let values: Vec<String> = host.scope().iter().map(value).collect();
    (host.scope().join(", "), values.join(", "))
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim_start_matches("Error: ").to_owned()
}

#[cfg(test)]
mod tests;
