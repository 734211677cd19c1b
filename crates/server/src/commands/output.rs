//! Printed answers of a gateway.

use std::io::Write;

use anyhow::Context as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::AskArgs;

/// Prints `answer` as it is for programs, and what `text` makes of it for people.
pub(crate) fn print<T: DeserializeOwned>(
    answer: Value,
    args: &AskArgs,
    out: &mut dyn Write,
    text: impl FnOnce(T) -> String,
) -> anyhow::Result<()> {
    if args.json {
        print_json(&answer, out)
    } else {
        writeln!(out, "{}", text(read(answer)?).trim_end())?;
        Ok(())
    }
}

/// The answer as the API's type.
pub(crate) fn read<T: DeserializeOwned>(answer: Value) -> anyhow::Result<T> {
    serde_json::from_value(answer).context("the gateway's answer has another form than expected")
}

/// Prints JSON that people can read too.
pub(crate) fn print_json(value: &impl Serialize, out: &mut dyn Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}
