//! Log filters: read, and those that let nothing through told.

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// The crates that log, as the targets of their lines name them: those of Fanfare, and those that it is built on.
const TARGETS: [&str; 29] = [
    "fanfare",
    "fanfare_chat",
    "fanfare_config",
    "fanfare_core",
    "fanfare_gateway",
    "fanfare_http",
    "fanfare_http_channel",
    "fanfare_inlet",
    "fanfare_mqtt",
    "fanfare_sandbox",
    "fanfare_settings",
    "fanfare_smtp",
    "fanfare_sources",
    "fanfare_store",
    "fanfare_words",
    "channel_dingtalk",
    "channel_email",
    "channel_feishu",
    "channel_webhook",
    "channel_wecom",
    "actix",
    "h2",
    "hyper",
    "lettre",
    "mio",
    "reqwest",
    "rumqttc",
    "rustls",
    "tokio",
];

/// The levels that stand for themselves in a filter.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The filter that `text`, in the syntax of `RUST_LOG`, states. An error stops `serve`, and fails `check`.
pub(crate) fn parse_log_filter(text: &str) -> anyhow::Result<EnvFilter> {
    EnvFilter::try_new(text).with_context(|| {
        format!("`{text}` is not a log filter: expected e.g. info, or warn,fanfare_gateway=debug")
    })
}

/// The complaints about the parts of `filter`, in the syntax of `RUST_LOG`, that match no line there can be:
/// `inof`, or `fanfare_gatway=debug`.
pub(crate) fn log_doubts(filter: &str) -> Vec<String> {
    let parts = filter.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.filter(|part| matches_nothing(part)).map(complaint).collect()
}

fn matches_nothing(part: &str) -> bool {
    let target = target(part);
    let is_level = !part.contains('=') && target.parse::<LevelFilter>().is_ok();
    // A filter matches every target that begins with its own; of others' crates more begin with these names.
    let is_known = |known: &&str| {
        let rest = target.strip_prefix(*known);
        known.starts_with(target)
            || rest.is_some_and(|rest| rest.starts_with("::") || (rest.starts_with('_') && !is_ours(known)))
    };
    !is_level && !target.is_empty() && !TARGETS.iter().any(is_known)
}

fn target(part: &str) -> &str {
    part.split(['=', '[']).next().unwrap_or_default().trim()
}

fn is_ours(target: &str) -> bool {
    target.starts_with("fanfare") || target.starts_with("channel")
}

fn complaint(part: &str) -> String {
    let target = target(part);
    let known = if part.contains('=') { TARGETS.as_slice() } else { LEVELS.as_slice() };
    let closest =
        known.iter().map(|it| (strsim::jaro(target, it), *it)).max_by(|(a, _), (b, _)| a.total_cmp(b));
    let meant =
        closest.filter(|(likeness, _)| *likeness > 0.7).map(|(_, it)| format!("; did you mean `{it}`?"));
    format!(
        "the log filter `{part}` matches no line: a filter is a level, or a crate and a level, e.g. `info` or \
         `warn,fanfare_gateway=debug`{}",
        meant.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests;
