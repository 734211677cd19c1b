use std::path::Path;

use fanfare_core::Secret;
use fanfare_settings::Secrets;

use super::SandboxSecrets;
use crate::testing::{Listed, secrets};

#[test]
fn the_sandbox_takes_the_secrets_there_are() {
    let sandbox = SandboxSecrets(secrets());
    assert_eq!(sandbox.variable("TOKEN").as_deref(), Some("SEC-token"));
    assert_eq!(sandbox.file(Path::new("/etc/fanfare/token")).unwrap(), "SEC-from-a-file\n");
}

#[test]
fn the_sandbox_invents_what_is_missing_or_empty_the_same_for_the_same_name() {
    let sandbox = SandboxSecrets(secrets());
    let invented = sandbox.variable("EMPTY").unwrap();
    assert!(Secret::new(&invented).is_stand_in(), "{invented}");
    assert_eq!(SandboxSecrets(Listed::default()).variable("EMPTY"), Some(invented.clone()));
    assert_ne!(sandbox.variable("ANOTHER"), Some(invented));
    assert!(Secret::new(&sandbox.file(Path::new("/nowhere")).unwrap()).is_stand_in());
}
