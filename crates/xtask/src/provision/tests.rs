use super::*;

#[test]
fn where_nothing_is_missing_nothing_is_done() {
    assert_eq!(remedy(&[], User::Root), Provision::Nothing);
    assert_eq!(remedy(&[], User::Other), Provision::Nothing);
}

#[test]
fn root_installs_what_is_missing() {
    let Provision::Install([update, install]) = remedy(&["nodejs", "postfix"], User::Root) else {
        panic!("root may install");
    };
    assert_eq!(update, ["apt-get", "update", "--quiet"]);
    assert_eq!(install.first(), Some(&"apt-get"));
    assert!(install.ends_with(&["nodejs", "postfix"]));
}

#[test]
fn anyone_else_is_told_the_exact_command() {
    let expected = "sudo apt-get update && sudo apt-get install --yes nodejs postfix";
    assert_eq!(remedy(&["nodejs", "postfix"], User::Other), Provision::Ask(expected.to_owned()));
}

#[test]
fn a_probe_that_fails_or_cannot_run_means_missing() {
    assert!(succeeds(&["true"]));
    assert!(!succeeds(&["false"]));
    assert!(!succeeds(&["no-such-program"]));
    assert!(!succeeds(&[]));
}

#[test]
fn a_minimal_toolchain_gets_the_components_it_lacks() {
    assert_eq!(component_command(&[]), None);
    let expected = ["rustup", "component", "add", "clippy", "rustfmt"];
    assert_eq!(component_command(&["clippy", "rustfmt"]), Some(expected.to_vec()));
}
