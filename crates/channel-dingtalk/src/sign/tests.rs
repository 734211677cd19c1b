use super::*;

/// The expected signatures were computed by another program (Python's `hmac`).
#[track_caller]
fn check(milliseconds: i64, secret: &str, expected: &str) {
    let at = Timestamp::from_millisecond(milliseconds).unwrap();
    assert_eq!(sign(&Secret::new(secret), at), (milliseconds.to_string(), expected.to_owned()));
}

#[test]
fn a_signature_is_what_dingtalk_computes() {
    check(1_577_262_236_757, "this is secret", "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=");
    let long = format!("SEC{}", "0123456789abcdef".repeat(4));
    check(1_577_262_236_757, &long, "1FvsaxjE09b7bxVKSJb6LCsb3v2tUTADgOn5aQImxro=");
    check(1_700_000_000_000, "SEC000000000000000000000", "1zJ/w34EOSVAYr7cu7Vo8LnebmK2/GrCgegtr8mQrqM=");
    check(1_700_000_000_001, "SECtest", "r4CWp/Dz+Ng0sbTjH1vB0Fr+uQ2fn831mssaN6/C05I=");
}

#[test]
fn a_signature_is_none_of_the_usual_mistakes() {
    let at = Timestamp::from_millisecond(1_577_262_236_757).unwrap();
    let (timestamp, sign) = sign(&Secret::new("this is secret"), at);
    let mistakes = [
        ("Feishu's recipe", "nHh3Cp6duMZBlaspftrhkkDSIlJ0Lkj6vL71ujaX6pE="),
        ("seconds", "wYPTWs4B9p4Pnmp433gyWQov/LFrgNCvPc7nVR6tx8o="),
        ("no line feed", "UQtqIR+HpgCf4prMoM4ONhnT5yD5hOoIw/YQLMOhqFs="),
        ("a backslash and an n", "JMYVLpfEENFJYT63SkswcUalxgomMbip2hcQoKdzQtA="),
        (
            "the digits of the digest",
            "ODY2M2Q2YzE0ZmJiOTU1NzY2ZGQ5NjczZDJiZjZkNDlmYzc0MmY4NDM2ZWEzNThlNjZiZjdlMWFjZTg0NjUwMw==",
        ),
    ];
    for (mistake, wrong) in mistakes {
        assert_ne!(sign, wrong, "{mistake}");
    }
    assert_eq!(timestamp.len(), 13, "milliseconds");
}

#[test]
fn a_secret_pasted_with_white_space_signs_the_same() {
    check(1_700_000_000_001, " SECtest\n", "r4CWp/Dz+Ng0sbTjH1vB0Fr+uQ2fn831mssaN6/C05I=");
}
