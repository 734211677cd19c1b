use crate::testing::{ListedSecrets, context, tree};

const SECRETS: ListedSecrets =
    ListedSecrets(&[("KEY", "SEC-key"), ("OTHER", "SEC-other"), ("/etc/key", "SEC-key\n")]);

fn digest(text: &str) -> String {
    let root = tree(text);
    super::digest(&root, &context(text, &root, &SECRETS), &["ca_file"])
}

#[test]
fn a_digest_is_the_same_however_the_settings_are_written() {
    let settings = digest("{ a: 1, b: [x, { c: true }], key: { env: KEY } }");
    assert_eq!(settings.len(), 32);
    assert_eq!(settings, digest("key:\n  file: key\nb:\n  - 'x'\n  - c: true\na: 1\n"));
    assert_eq!(settings, digest("{ a: 1, b: [x, { c: true }], key: { env: KEY }, d: ~ }"));
}

#[test]
fn other_settings_have_another_digest() {
    let settings =
        ["{}", "{ a: 1 }", "{ a: 2 }", "{ b: 1 }", "{ a: [1] }", "{ a: [1, 2] }", "{ a: { b: 1 } }"];
    let secrets = ["{ a: { env: KEY } }", "{ a: { env: OTHER } }", "{ a: { env: MISSING } }"];
    let digests: std::collections::BTreeSet<_> =
        settings.iter().chain(&secrets).map(|it| digest(it)).collect();
    assert_eq!(digests.len(), settings.len() + secrets.len());
}
