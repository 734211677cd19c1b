//! `config/fanfare.yaml`: the config that people start from.

use std::fmt;
use std::path::Path;

use channel_dingtalk::DingTalkConfig;
use channel_email::{EmailConfig, SmtpConfig};
use channel_wecom::{AppConfig, WeComConfig};
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};

use super::{doors, now};
use crate::config::load::Loader;
use crate::config::written::{
    Written, WrittenChannel, WrittenContract, WrittenDrill, WrittenMessages, WrittenReceiver, WrittenRetry,
    WrittenRoute, WrittenRung, WrittenServer, WrittenSource,
};
use crate::testing::Listed;
use crate::{SandboxSecrets, registry};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/fanfare.yaml");

#[test]
fn the_example_loads_in_the_sandbox_without_any_secret() {
    let doors = doors();
    let secrets = SandboxSecrets(Listed::default());
    let kinds = registry();
    for sandbox in [None, Some(&doors)] {
        let config = Loader { kinds: &kinds, secrets: &secrets, sandbox, now: now() }
            .load(Path::new(EXAMPLE))
            .unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(config.warnings, []);
        assert_eq!(config.sandbox_accounts.len(), sandbox.map_or(0, |_| 3));
    }
}

/// Whoever has an `external_url` takes the `#` away there, and before the rung that needs it.
#[test]
fn the_rung_that_the_example_leaves_out_is_sound_once_it_may_be_there() {
    let example = std::fs::read_to_string(EXAMPLE).unwrap();
    let rung =
        example.replace("# - { after: 15m, unless: acknowledged", "- { after: 15m, unless: acknowledged");
    let both = rung.replace("# external_url: ", "external_url: ");
    let secrets = SandboxSecrets(Listed::default());
    let kinds = registry();
    let loader = Loader { kinds: &kinds, secrets: &secrets, sandbox: None, now: now() };
    let problems = loader.load_text(&rung, Path::new(EXAMPLE)).unwrap_err();
    assert!(problems.to_string().contains("server.external_url"), "{problems}");
    let config = loader.load_text(&both, Path::new(EXAMPLE)).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(config.policy.receiver(&"on-call".into()).unwrap().terms.ask_for_acknowledgement());
}

#[test]
fn the_example_names_every_setting() {
    let example = std::fs::read_to_string(EXAMPLE).unwrap();
    check_named(&example, settings_of::<Written>());
    check_named(&part(&example, "server"), settings_of::<WrittenServer>());
    check_named(&part(&example, "messages"), settings_of::<WrittenMessages>());
    check_named(&part(&example, "retry"), settings_of::<WrittenRetry>());
    check_named(&part(&example, "sources"), settings_of::<WrittenSource>());
    check_named(&part(&example, "receivers"), settings_of::<WrittenReceiver>());
    check_named(&part(&part(&example, "receivers"), "contract"), settings_of::<WrittenContract>());
    check_named(&part(&part(&example, "receivers"), "escalate"), settings_of::<WrittenRung>());
    check_named(&part(&example, "route"), settings_of::<WrittenRoute>());
    let (_, before_channels) = example.split_once("# The ways out").unwrap();
    let (of_channels, _) = before_channels.split_once("\nchannels:").unwrap();
    check_named(of_channels, WrittenChannel::SETTINGS);
    check_named(&part(of_channels, "drill"), settings_of::<WrittenDrill>());
}

#[test]
fn the_example_names_every_setting_of_every_kind_of_channel_where_the_kind_stands() {
    let example = std::fs::read_to_string(EXAMPLE).unwrap();
    let mut kinds = Vec::new();
    let mut block = |kind: &'static str, settings: &[&str]| {
        kinds.push(kind);
        let block = channel_of(&example, kind);
        check_named(&block, settings);
        block
    };
    let dingtalk = block("dingtalk", settings_of::<DingTalkConfig>());
    check_named(&part(&dingtalk, "mention"), settings_in(|it: &DingTalkConfig| &it.mention));
    let email = block("email", settings_of::<EmailConfig>());
    check_named(&part(&email, "smtp"), settings_of::<SmtpConfig>());
    let wecom = block("wecom", settings_of::<WeComConfig>());
    check_named(&part(&wecom, "mention"), settings_in(|it: &WeComConfig| &it.mention));
    check_named(&part(&wecom, "app"), settings_of::<AppConfig>());
    assert_eq!(kinds, registry().kinds().collect::<Vec<_>>(), "a kind of channel is not looked at");
}

#[test]
fn a_setting_is_only_found_where_it_belongs() {
    let text = "a:\n  x: 1\n  # y: 2\n  # b: { z: 3 }\n# Of c.\nc:\n  reply_to: 4\n";
    assert!(is_named(&part(text, "a"), "x") && is_named(&part(text, "a"), "y"));
    assert!(is_named(&part(&part(text, "a"), "b"), "z"));
    assert!(!is_named(&part(text, "a"), "reply_to") && !is_named(&part(text, "c"), "x"));
    assert!(!is_named(text, "to") && is_named(text, "reply_to"));
}

#[track_caller]
fn check_named(text: &str, settings: &[&str]) {
    for setting in settings {
        assert!(is_named(text, setting), "`{setting}` is not in config/fanfare.yaml, here:\n{text}");
    }
}

/// Whether `setting:` stands in `text`, also commented out.
fn is_named(text: &str, setting: &str) -> bool {
    let is_of_a_name = |c: char| c.is_alphanumeric() || c == '_';
    let written = format!("{setting}:");
    text.match_indices(&written).any(|(at, _)| !text[..at].ends_with(is_of_a_name))
}

/// The example's channel of this kind.
fn channel_of(example: &str, kind: &str) -> String {
    let channels = part(example, "channels");
    let (before, _) = channels.split_once(&format!("    kind: {kind}\n")).unwrap();
    part(&channels, before.lines().last().unwrap().trim().trim_end_matches(':'))
}

/// What stands under `name`, as far as it is indented deeper. Comments are read as what they would
/// be without their `#`, so that a setting that is commented out belongs where it stands.
fn part(text: &str, name: &str) -> String {
    let depth = |line: &str| line.len() - line.trim_start_matches([' ', '#']).len();
    let is_it = |line: &str| line[depth(line)..].starts_with(&format!("{name}:"));
    let mut lines = text.lines().skip_while(|line| !is_it(line)).peekable();
    let top = depth(lines.peek().unwrap_or_else(|| panic!("`{name}` is not in config/fanfare.yaml")));
    let below = |line: &&str| line.is_empty() || depth(line) > top && !line.starts_with('#');
    let first = lines.next();
    first.into_iter().chain(lines.take_while(below)).flat_map(|line| [line, "\n"]).collect()
}

/// The same of a field's type, which need not be named.
fn settings_in<C, T: DeserializeOwned>(_: impl Fn(&C) -> &T) -> &'static [&'static str] {
    settings_of::<T>()
}

/// The names of the settings that `T` reads.
fn settings_of<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(Ask).map(|_| ()).unwrap_err() {
        Asked::Names(names) => names,
        Asked::Nothing => panic!("not a struct"),
    }
}

/// A deserializer that only finds out what it is asked for.
struct Ask;

#[derive(Debug)]
enum Asked {
    Names(&'static [&'static str]),
    Nothing,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Asked {}

impl de::Error for Asked {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Nothing
    }
}

impl<'de> Deserializer<'de> for Ask {
    type Error = Asked;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        Err(Asked::Nothing)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Asked> {
        Err(Asked::Names(names))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
