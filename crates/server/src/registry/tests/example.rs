//! `config/fanfare.yaml`: the config that people start from.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use fanfare_config::{Config, Loader, NoSecrets, Problems, SandboxSecrets, Secrets};
use fanfare_core::SandboxDoors;
use serde_json::Value;

use super::now;
use crate::registry;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/fanfare.yaml");

pub(super) fn example() -> String {
    std::fs::read_to_string(EXAMPLE).unwrap()
}

/// The secrets that must have a form, and no other: those of `example` in the kinds' `suite.yaml`.
#[derive(Debug)]
pub(super) struct FormedSecrets;

impl Secrets for FormedSecrets {
    fn variable(&self, name: &str) -> Option<String> {
        registry().kinds().find_map(|kind| {
            let path = format!("{}/../channel-{kind}/suite.yaml", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(&path).unwrap_or_else(|err| panic!("{path}: {err}"));
            let material: Value = serde_yaml::from_str(&text).unwrap_or_else(|err| panic!("{path}: {err}"));
            material["example"][name].as_str().map(str::to_owned)
        })
    }

    fn is_not_utf8(&self, name: &str) -> bool {
        NoSecrets.is_not_utf8(name)
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        NoSecrets.file(path)
    }

    fn others_may_read(&self, path: &Path) -> bool {
        NoSecrets.others_may_read(path)
    }

    fn others_may_write(&self, path: &Path) -> bool {
        NoSecrets.others_may_write(path)
    }
}

/// The config `text`, without any secret.
fn load(text: &str, sandbox: Option<&SandboxDoors>) -> Result<Config, Problems> {
    load_with(&SandboxSecrets(NoSecrets), text, sandbox)
}

/// The config `text`, with `secrets`.
pub(super) fn load_with(
    secrets: &dyn Secrets,
    text: &str,
    sandbox: Option<&SandboxDoors>,
) -> Result<Config, Problems> {
    let kinds = registry();
    Loader { kinds: &kinds, secrets, sandbox, now: now() }.load_text(text, Path::new(EXAMPLE))
}

/// Addresses of a sandbox that nobody starts.
pub(super) fn doors() -> SandboxDoors {
    SandboxDoors { http: "http://127.0.0.1:8790".to_owned(), smtp: "127.0.0.1:8725".parse().unwrap() }
}

#[test]
fn the_example_loads_without_any_secret_in_the_sandbox_and_outside() {
    for sandbox in [None, Some(&doors())] {
        let config = load(&example(), sandbox).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(config.warnings, []);
        assert_eq!(config.sandbox_accounts.len(), sandbox.map_or(0, |_| config.channels.len()));
        let kinds: BTreeSet<&str> = config.channels.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, registry().kinds().collect(), "the example has a channel of every kind");
    }
}

/// The rung that needs an `external_url` becomes sound when both lose their `#`.
#[test]
fn the_rung_that_the_example_leaves_out_is_sound_once_it_may_be_there() {
    let rung =
        example().replace("# - { after: 15m, unless: acknowledged", "- { after: 15m, unless: acknowledged");
    let both = rung.replace("# external_url: ", "external_url: ");
    let problems = load(&rung, None).unwrap_err();
    assert!(problems.to_string().contains("server.external_url"), "{problems}");
    let config = load(&both, None).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(config.policy.receiver(&"on-call".into()).unwrap().terms.ask_for_acknowledgement());
}

#[test]
fn the_example_names_every_setting_where_it_belongs() {
    let example = example();
    let mut places = Vec::new();
    visit(&SettingPlace::default(), &mut Vec::new(), &mut |place, settings| {
        places.push(place.to_string());
        check_named(&place.0.iter().fold(example.clone(), |text, (name, _)| part(&text, name)), settings);
    });
    for place in ["", "server", "server.auth", "messages", "retry", "sources[]", "receivers[]"] {
        assert!(places.iter().any(|it| it == place), "`{place}` is not looked at: {places:?}");
    }
    for place in ["receivers[].contract", "receivers[].escalate[]", "route"] {
        assert!(places.iter().any(|it| it == place), "`{place}` is not looked at: {places:?}");
    }
}

#[test]
fn the_example_names_every_setting_of_every_kind_of_channel_where_the_kind_stands() {
    let example = example();
    let (_, before_channels) = example.split_once("# The ways out").unwrap();
    let (of_all_channels, _) = before_channels.split_once("\nchannels:").unwrap();
    for kind in registry().kinds() {
        let channel = SettingPlace::default().channel(kind);
        let known = channel.settings().unwrap_or_else(|| panic!("`{kind}` takes every setting"));
        let first_common = known.iter().position(|it| it == "kind").unwrap();
        let (own, common) = known.split_at(first_common);
        assert!(!own.is_empty(), "`{kind}` has no settings");
        for (text, settings) in [(channel_of(&example, kind), own), (of_all_channels.to_owned(), common)] {
            check_named(&text, settings);
            for setting in settings {
                visit_below(&channel, setting, &mut Vec::new(), &mut |place, settings| {
                    let below = place.0.iter().skip(channel.0.len());
                    check_named(&below.fold(text.clone(), |text, (name, _)| part(&text, name)), settings);
                });
            }
        }
    }
}

#[test]
fn settings_inside_a_setting_of_a_channel_are_known() {
    let below = |kind, setting| {
        SettingPlace::default().channel(kind).below(setting, SettingShape::Map).settings().unwrap()
    };
    assert!(below("email", "smtp").contains(&"host".to_owned()));
    assert!(below("email", "drill").contains(&"every".to_owned()));
    let from = SettingPlace::default().channel("email").below("from", SettingShape::Map);
    assert_eq!(from.settings(), None, "a text has no settings");
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
fn check_named(text: &str, settings: &[String]) {
    for setting in settings {
        assert!(is_named(text, setting), "`{setting}` is not in config/fanfare.yaml, here:\n{text}");
    }
}

/// True if `setting:` stands in `text`, also commented out.
fn is_named(text: &str, setting: &str) -> bool {
    let is_of_a_name = |c: char| c.is_alphanumeric() || c == '_';
    let written = format!("{setting}:");
    text.match_indices(&written).any(|(at, _)| !text[..at].ends_with(is_of_a_name))
}

/// The block of the example's channel of this kind.
fn channel_of(example: &str, kind: &str) -> String {
    let channels = part(example, "channels");
    let (before, _) = channels.split_once(&format!("    kind: {kind}\n")).unwrap();
    part(&channels, before.lines().last().unwrap().trim().trim_end_matches(':'))
}

/// The lines under `name`, as far as they are indented deeper. Comments are read as what they would
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

/// A name that no setting has, nor one like it.
const UNKNOWN: &str = "qqqqqqqq";

/// The form of a value that has settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SettingShape {
    Map,
    ListOfMaps,
}

/// A place in a config that may have settings: the names on the way to it, each
/// with the form of its value.
#[derive(Debug, Clone, Default)]
pub(super) struct SettingPlace(Vec<(String, SettingShape)>, Option<&'static str>);

impl SettingPlace {
    /// The place of a channel of this kind.
    pub(super) fn channel(&self, kind: &'static str) -> Self {
        Self(self.below("channels", SettingShape::Map).below("a-channel", SettingShape::Map).0, Some(kind))
    }

    pub(super) fn below(&self, name: &str, shape: SettingShape) -> Self {
        let steps = self.0.iter().cloned().chain([(name.to_owned(), shape)]);
        Self(steps.collect(), self.1)
    }

    /// A config that has only an unknown setting at this place.
    fn config(&self) -> String {
        let unknown = format!("{{ {UNKNOWN}: 1 }}");
        self.0.iter().rev().fold(unknown, |inner, (name, shape)| {
            let inner = match self.1 {
                Some(kind) if name == "a-channel" => inner.replacen('{', &format!("{{ kind: {kind},"), 1),
                Some(_) | None => inner,
            };
            match shape {
                SettingShape::Map => format!("{{ {name}: {inner} }}"),
                SettingShape::ListOfMaps => format!("{{ {name}: [{inner}] }}"),
            }
        })
    }

    /// The settings that are known here, as the complaint about an unknown one says;
    /// `None` if there are no settings here.
    pub(super) fn settings(&self) -> Option<Vec<String>> {
        let complaint = format!("unknown setting `{UNKNOWN}`; known are ");
        let problems = load(&self.config(), None).unwrap_err();
        let known = problems.list.iter().find_map(|it| it.message.strip_prefix(&complaint))?;
        Some(known.split(", ").map(|it| it.trim_matches('`').to_owned()).collect())
    }
}

impl std::fmt::Display for SettingPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let step = |(name, shape): &(String, SettingShape)| match shape {
            SettingShape::Map => name.clone(),
            SettingShape::ListOfMaps => format!("{name}[]"),
        };
        f.write_str(&self.0.iter().map(step).collect::<Vec<_>>().join("."))
    }
}

/// Calls `found` with `place` and every place below it, and their settings. A place
/// with the settings of one above it, as a route below a route, or beside it, as the values of a
/// mapping, is not entered again.
fn visit(
    place: &SettingPlace,
    above: &mut Vec<Vec<String>>,
    found: &mut impl FnMut(&SettingPlace, &[String]),
) {
    let Some(settings) = place.settings().filter(|it| !above.contains(it)) else { return };
    found(place, &settings);
    above.push(settings.clone());
    let known = above.len();
    for setting in &settings {
        visit_below(place, setting, above, found);
    }
    above.truncate(known);
}

fn visit_below(
    place: &SettingPlace,
    setting: &str,
    above: &mut Vec<Vec<String>>,
    found: &mut impl FnMut(&SettingPlace, &[String]),
) {
    for shape in [SettingShape::Map, SettingShape::ListOfMaps] {
        visit(&place.below(setting, shape), above, found);
    }
}
