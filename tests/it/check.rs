//! `fanfare check`: what it finds in a config, and where.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{TestFolder, file, root};
use crate::samples::example_values;

/// A secret where none may stand.
const LITERAL: &str = "SEC0123456789abcdef-in-the-file";

/// Six mistakes. Line and column of each, its path, and words of what would be right.
const MISTAKEN: &str = "\
server:
  listen: 8780
sources:
  - name: thinklink
    format: tlk
    auth: { bearer: { env: NOT_SET_ANYWHERE } }
channels:
  ops-dingtalk:
    kind: dingtalk
    access_token: { env: DINGTALK_TOKEN }
    secret: SEC0123456789abcdef-in-the-file
receivers:
  - name: on-call
    channels: [ops-dingtalc]
route:
  reciever: on-call
";

const MISTAKES: [(u64, u64, &str, &str); 6] = [
    (2, 11, "server.listen", "IP:PORT"),
    (5, 13, "sources[0].format", "known are `tkl`"),
    (6, 28, "sources[0].auth.bearer.env", "`NOT_SET_ANYWHERE` is not set"),
    (11, 13, "channels.ops-dingtalk.secret", "write `{ env: NAME }` or `{ file: PATH }`"),
    (14, 16, "receivers[0].channels[0]", "did you mean `ops-dingtalk`?"),
    (16, 3, "route.reciever", "did you mean `receiver`?"),
];

const ENV: [(&str, &str); 1] = [("DINGTALK_TOKEN", "a-token")];

#[track_caller]
fn six_problems(text: &str) {
    let problems: Vec<&str> = text.lines().filter(|line| line.contains(" error: ")).collect();
    assert_eq!(problems.len(), MISTAKES.len(), "{text}");
    for (problem, (line, column, path, right)) in problems.into_iter().zip(MISTAKES) {
        let place = format!("fanfare.yaml:{line}:{column}: error: {path}: ");
        assert!(problem.contains(&place), "`{place}` is not at the beginning of: {problem}");
        assert!(problem.contains(right), "`{right}` is not said in: {problem}");
    }
    assert!(!text.contains(LITERAL), "the secret is shown: {text}");
}

#[test]
fn six_mistakes_are_six_problems_with_their_places() {
    let finished = TestFolder::new(MISTAKEN).run(&["check"], &ENV);
    assert_eq!(finished.code, Some(1), "{}", finished.said());
    six_problems(&finished.stdout);
    assert!(finished.stdout.contains("6 errors"), "{}", finished.stdout);
}

#[test]
fn six_mistakes_are_six_objects_for_programs() {
    let finished = TestFolder::new(MISTAKEN).run(&["check", "--json"], &ENV);
    assert_eq!(finished.code, Some(1), "{}", finished.said());
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(report["ok"], false);
    let problems = report["problems"].as_array().unwrap();
    assert_eq!(problems.len(), MISTAKES.len(), "{report}");
    for (problem, (line, column, path, right)) in problems.iter().zip(MISTAKES) {
        assert_eq!((&problem["line"], &problem["column"]), (&line.into(), &column.into()), "{problem}");
        assert_eq!((&problem["path"], &problem["severity"]), (&path.into(), &"error".into()), "{problem}");
        assert!(problem["message"].as_str().unwrap().contains(right), "{problem}");
    }
    assert!(!finished.said().contains(LITERAL), "the secret is shown");
}

#[test]
fn a_gateway_refuses_to_start_for_the_same_six_reasons_and_touches_nothing() {
    for args in [&["serve"][..], &["serve", "--log-format", "json"]] {
        let site = TestFolder::new(MISTAKEN);
        let finished = site.run(args, &ENV);
        assert_eq!(finished.code, Some(1), "{}", finished.said());
        six_problems(&finished.stderr);
        assert!(!site.path("data").exists(), "a config that is not sound changes nothing");
    }
}

#[test]
fn in_the_sandbox_only_the_missing_secret_is_forgiven() {
    let finished = TestFolder::new(MISTAKEN).run(&["serve", "--sandbox"], &ENV);
    assert_eq!(finished.code, Some(1), "{}", finished.said());
    assert!(finished.stderr.contains("14:16: error: receivers[0].channels[0]"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("NOT_SET_ANYWHERE"), "{}", finished.stderr);
}

/// The environment variables that a config asks for, outside its comments.
fn variables(config: &str) -> BTreeSet<String> {
    let lines = config.lines().map(|line| line.split('#').next().unwrap());
    let names = lines.flat_map(|line| line.split("env: ").skip(1));
    names.map(|it| it.split([' ', '}', ',']).next().unwrap().to_owned()).collect()
}

#[test]
fn the_example_is_sound_once_its_secrets_are_there() {
    let site = TestFolder::new(&file("config/fanfare.yaml"));
    let missing = site.run(&["check"], &[]);
    assert_eq!(missing.code, Some(1), "{}", missing.said());
    let names = variables(&file("config/fanfare.yaml"));
    for name in &names {
        assert!(missing.stdout.contains(&format!("`{name}` is not set")), "{}", missing.stdout);
    }
    assert_eq!(missing.stdout.matches(" error: ").count(), names.len(), "{}", missing.stdout);

    let formed = example_values();
    let value = |name: &String| formed.get(name).cloned().unwrap_or_else(|| "SEC-set".to_owned());
    let set: Vec<(&str, String)> = names.iter().map(|it| (it.as_str(), value(it))).collect();
    let set: Vec<(&str, &str)> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sound = site.run(&["check"], &set);
    assert_eq!((sound.code, sound.stderr.as_str()), (Some(0), ""), "{}", sound.stdout);
    for kind in fanfare::registry().kinds() {
        assert!(sound.stdout.contains(kind), "{kind} is missing in {}", sound.stdout);
    }
    for (_, value) in &set {
        assert!(!sound.stdout.contains(value), "{}", sound.stdout);
    }

    let json = site.run(&["check", "--json"], &set);
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (json.code, &report["ok"], &report["problems"]),
        (Some(0), &true.into(), &serde_json::json!([]))
    );

    let sandbox = site.run(&["check", "--sandbox"], &[]);
    assert_eq!(sandbox.code, Some(0), "{}", sandbox.said());
}

#[test]
fn the_config_is_where_the_flag_the_variable_or_the_default_says() {
    let site = TestFolder::new("");
    let example = root().join("config/fanfare.yaml");
    let example = example.to_str().unwrap();
    let ends = |args: &[&str], env: &[(&str, &str)]| site.run(args, env).code;
    assert_eq!(ends(&["check", "--sandbox"], &[]), Some(1), "the site's own is empty");
    assert_eq!(ends(&["--config", example, "check", "--sandbox"], &[]), Some(0));
    assert_eq!(ends(&["check", "--sandbox", "--config", example], &[]), Some(0));
    assert_eq!(ends(&["check", "--sandbox"], &[("FANFARE_CONFIG", example)]), Some(0));

    let absent = site.run(&["--config", "absent.yaml", "check"], &[]);
    assert_eq!(absent.code, Some(1));
    assert!(absent.said().contains("absent.yaml"), "{}", absent.said());
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let site = TestFolder::new("");
    site.write("config/fanfare.yaml", &file("config/fanfare.yaml"));
    let empty = [("FANFARE_CONFIG", ""), ("FANFARE_LANG", ""), ("RUST_LOG", "")];
    let finished = site.run(&["check", "--sandbox"], &empty);
    assert_eq!(finished.code, Some(0), "{}", finished.said());
    assert!(finished.stdout.contains("config/fanfare.yaml: OK"), "{}", finished.stdout);
    let wrong = site.run(&["check", "--sandbox"], &[("FANFARE_LANG", "xx")]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.said());
}

#[test]
fn wrong_usage_is_told_apart_from_a_finding() {
    let site = TestFolder::new("");
    for args in [&["chekc"][..], &["check", "--jsn"], &[], &["serve", "extra"], &["deliveries"], &["send"]] {
        let finished = site.run(args, &[]);
        assert_eq!(finished.code, Some(2), "{args:?}: {}", finished.said());
        assert!(finished.stderr.contains("Usage: fanfare"), "{args:?}: {}", finished.stderr);
    }
    for args in [&["--help"][..], &["--version"], &["help", "serve"], &["check", "--version"]] {
        assert_eq!(site.run(args, &[]).code, Some(0), "{args:?}");
    }
}
