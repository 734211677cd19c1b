mod check;
mod client;
mod explain;
mod fake;
mod languages;
mod operators;
mod policies;
mod routes;
mod senders;

use std::path::PathBuf;

use clap::Parser;
use tempfile::TempDir;

use super::{Cli, LocaleVariables, Outcome, OutputStyle, run};

/// The output and the result of a command.
struct CommandOutput {
    outcome: anyhow::Result<Outcome>,
    out: String,
}

/// Runs `fanfare --config FILE …`.
fn fanfare(config: &std::path::Path, args: &[&str]) -> CommandOutput {
    fanfare_at(&LocaleVariables::default(), config, args)
}

/// Runs `fanfare --config FILE …` for a reader with this environment.
fn fanfare_at(locale: &LocaleVariables, config: &std::path::Path, args: &[&str]) -> CommandOutput {
    let config = config.to_str().unwrap();
    let cli = Cli::try_parse_from(["fanfare", "--config", config].iter().chain(args)).unwrap();
    let mut out = Vec::new();
    let outcome = run(cli, locale, OutputStyle::default(), &mut out);
    CommandOutput { outcome, out: String::from_utf8(out).unwrap() }
}

/// A config file that goes with its folder.
struct File {
    path: PathBuf,
    _folder: TempDir,
}

fn file(text: &str) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fanfare.yaml");
    std::fs::write(&path, text).unwrap();
    File { path, _folder: folder }
}

/// A sound config of two receivers.
const SOUND: &str = "
allow_inline_secrets: true
sources:
  - { name: thinklink, format: tkl, auth: { bearer: the-source-token } }
server: { auth: { bearer: the-api-token } }
channels:
  ops: { kind: dingtalk, access_token: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, secret: SEC0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef }
  group: { kind: wecom, key: 693a91f6-7bc4-4bc4-97a0-0ec2cafa5aaa, budget: unlimited, timeout: 3s }
receivers:
  - { name: on-call, channels: [ops, group] }
  - { name: team, channels: [group] }
route:
  receiver: team
  routes:
    - matchers: ['severity >= high']
      receiver: on-call
      continue: true
      repeat_interval: 30m
      routes:
        - { matchers: ['site = harbour'], receiver: team }
    - { matchers: ['alertname =~ \"door.*\"'], receiver: on-call }
    - { matchers: ['alertname = window'] }
";

#[test]
fn the_command_line_is_consistent() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}

#[test]
fn wrong_usage_exits_with_two() {
    for args in [
        &["fanfare"][..],
        &["fanfare", "send"],
        &["fanfare", "routes", "test", "severity"],
        &["fanfare", "bake"],
        &["fanfare", "explain", "door"],
        &["fanfare", "ack", "42"],
        &["fanfare", "dead-letters", "retry"],
        &["fanfare", "dead-letters", "retry", "d1", "--channel", "ops"],
        &["fanfare", "dead-letters", "retry", "--since", "noon"],
        &["fanfare", "dead-letters", "discard", "d1"],
        &["fanfare", "channels", "test"],
    ] {
        assert_eq!(Cli::try_parse_from(args).unwrap_err().exit_code(), 2, "{args:?}");
    }
}
