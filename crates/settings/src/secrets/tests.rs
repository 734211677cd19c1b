use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use std::fs::{self, Permissions};

use super::*;

/// A variable that no test sets in its own process, whose environment others read at the same time.
const NOT_UTF8: &str = "FANFARE_TEST_OF_A_VARIABLE_THAT_IS_NO_TEXT";

/// Runs itself once more, in an environment that has such a variable.
#[test]
fn a_variable_that_is_no_text_is_told_from_one_that_is_not_set() {
    if env::var_os(NOT_UTF8).is_none() {
        assert!(!ProcessSecrets.is_not_utf8(NOT_UTF8), "it is not set");
        let name = "secrets::tests::a_variable_that_is_no_text_is_told_from_one_that_is_not_set";
        let mut again = Command::new(env::current_exe().unwrap());
        // `geheim` with an umlaut in Latin-1.
        let status = again.args(["--exact", name]).env(NOT_UTF8, OsStr::from_bytes(b"gehe\xefm")).status();
        assert!(status.unwrap().success());
        return;
    }
    assert_eq!(ProcessSecrets.variable(NOT_UTF8), None);
    assert!(ProcessSecrets.is_not_utf8(NOT_UTF8));
    assert!(!ProcessSecrets.is_not_utf8("PATH"), "it is a text");
}

#[test]
fn a_mode_says_who_may_read_and_who_may_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "a token").unwrap();
    for (mode, read, write) in [
        (0o600, false, false),
        (0o640, false, false),
        (0o644, true, false),
        (0o660, false, true),
        (0o602, false, true),
        (0o666, true, true),
    ] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let found = (ProcessSecrets.others_may_read(&path), ProcessSecrets.others_may_write(&path));
        assert_eq!(found, (read, write), "{mode:o}");
    }
    assert!(!ProcessSecrets.others_may_write(&folder.path().join("missing")));
}
