use super::*;

fn shown(progress: LoginProgress) -> Option<(String, String)> {
    match progress {
        LoginProgress::Shown(ShownLogin { username, password }) => {
            Some((username, password.expose().to_owned()))
        }
        LoginProgress::Ask(_) | LoginProgress::Unreadable => None,
    }
}

/// The example of RFC 4616, section 4: `tim` with `tanstaaftanstaaf`, and of AUTH LOGIN as clients send it.
#[test]
fn a_login_is_read_at_once_or_step_by_step() {
    let tim = Some(("tim".to_owned(), "tanstaaftanstaaf".to_owned()));
    let plain = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm";
    assert_eq!(shown(LoginProgress::begin(ShownMechanism::Plain, Some(plain))), tim);
    let LoginProgress::Ask(pending) = LoginProgress::begin(ShownMechanism::Plain, None) else { panic!() };
    assert_eq!(pending.question(), "");
    assert_eq!(shown(pending.answered(plain.as_bytes())), tim);
    let LoginProgress::Ask(pending) = LoginProgress::begin(ShownMechanism::Login, None) else { panic!() };
    assert_eq!(pending.question(), "VXNlcm5hbWU6");
    let LoginProgress::Ask(pending) = pending.answered(b"dGlt") else { panic!() };
    assert_eq!(pending.question(), "UGFzc3dvcmQ6");
    assert_eq!(shown(pending.answered(b"dGFuc3RhYWZ0YW5zdGFhZg==")), tim);
}

#[test]
fn what_is_no_login_is_none() {
    for text in ["!", "dGlt", "AAAAAA==", "="] {
        assert!(
            matches!(LoginProgress::begin(ShownMechanism::Plain, Some(text)), LoginProgress::Unreadable),
            "{text}"
        );
    }
}
