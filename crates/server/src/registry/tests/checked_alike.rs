//! A config is checked alike whether its secrets are there or missing, and whether
//! its providers are real or fakes: what one way leaves unread, nobody learns in time.

use fanfare_config::{Config, NoSecrets, Problems, SandboxSecrets};
use serde_json::{Value, json};

use super::example::{FormedSecrets, SettingPlace, SettingShape, doors, example, load_with};
use crate::registry;

/// Values that most settings cannot have.
fn odd_values() -> [Value; 4] {
    [json!("::"), json!(""), json!("/nowhere/at/all.pem"), json!({})]
}

#[test]
fn every_setting_of_every_kind_is_checked_alike_without_secrets_in_the_sandbox_and_by_serve() {
    for kind in registry().kinds() {
        let sound = channel_of(kind);
        assert_eq!(problems(&sound), [""; 0], "`{kind}` is sound in the example");
        let paths = own_settings(kind);
        for path in &paths {
            for odd in odd_values() {
                let mut channel = sound.clone();
                *path.iter().fold(&mut channel, |value, name| below(value, name)) = odd;
                problems(&channel);
            }
        }
    }
}

/// The settings that lead to a provider or to a file do nothing in the sandbox.
#[test]
fn a_setting_that_the_sandbox_does_without_is_checked_all_the_same() {
    for kind in registry().kinds() {
        for (name, odd) in [("proxy", json!("::")), ("ca_file", json!("/nowhere/at/all.pem"))] {
            let paths = own_settings(kind);
            let path = paths.iter().find(|path| path.last().unwrap() == name);
            let path = path.unwrap_or_else(|| panic!("`{kind}` has no `{name}`"));
            let mut channel = channel_of(kind);
            *path.iter().fold(&mut channel, |value, name| below(value, name)) = odd;
            let found = problems(&channel);
            let place = format!("channels.it.{}", path.join("."));
            assert!(found.iter().any(|it| it.contains(&place)), "`{kind}`: {place} is not in {found:?}");
        }
    }
}

/// The problems of a config with this channel, which are the same in every way of checking it.
#[track_caller]
fn problems(channel: &Value) -> Vec<String> {
    let config = json!({
        "sources": [], "channels": { "it": channel },
        "receivers": [{ "name": "team", "channels": ["it"] }], "route": { "receiver": "team" },
    });
    let text = config.to_string();
    let by_serve = listed(load_with(&SandboxSecrets(FormedSecrets), &text, None));
    let without_secrets = listed(load_with(&SandboxSecrets(NoSecrets), &text, None));
    let in_the_sandbox = listed(load_with(&SandboxSecrets(NoSecrets), &text, Some(&doors())));
    assert_eq!(without_secrets, by_serve, "{channel}");
    assert_eq!(in_the_sandbox, by_serve, "{channel}");
    by_serve
}

fn listed(result: Result<Config, Problems>) -> Vec<String> {
    let problems = result.map_or_else(|problems| problems.list, |config| config.warnings);
    problems.iter().map(ToString::to_string).collect()
}

/// The example's channel of this kind.
fn channel_of(kind: &str) -> Value {
    let example: Value = serde_yaml::from_str(&example()).unwrap();
    let channels = example["channels"].as_object().unwrap();
    channels.values().find(|it| it["kind"] == kind).unwrap().clone()
}

/// The way to each setting that this kind has of its own, also to those inside another.
fn own_settings(kind: &'static str) -> Vec<Vec<String>> {
    let place = SettingPlace::default().channel(kind);
    let known = place.settings().unwrap();
    let own = known.into_iter().take_while(|it| it != "kind");
    own.flat_map(|name| {
        let inner = place.below(&name, SettingShape::Map).settings().unwrap_or_default();
        let inner: Vec<_> = inner.into_iter().map(|it| vec![name.clone(), it]).collect();
        [vec![name.clone()]].into_iter().chain(inner)
    })
    .collect()
}

/// The value of a setting, in a map that is made if there is none.
fn below<'a>(value: &'a mut Value, name: &str) -> &'a mut Value {
    if !value.is_object() {
        *value = json!({});
    }
    &mut value[name]
}
