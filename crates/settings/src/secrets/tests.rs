use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

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
