use super::*;

#[test]
fn placeholders_of_shells_templates_and_examples_are_known() {
    for text in [
        "${DING_TOKEN}",
        "https://oapi.example/${TOKEN:-x}",
        "$(cat /run/secrets/token)",
        "{{ token }}",
        "{{ .Values.token }}",
        "$DING_TOKEN",
        "%DING_TOKEN%",
        "<your token>",
        " <access_token>\n",
    ] {
        assert!(unfilled(text).is_some(), "{text}");
    }
    assert!(is_filler("xxx") && is_filler("XXXXXXXX") && is_filler("********") && is_filler("..."));
    for text in [
        "changeme",
        "Change-Me",
        "CHANGE_IT",
        "your-token",
        "YOUR_TOKEN_HERE",
        "insert token here",
        concat!("TO", "DO"),
    ] {
        assert!(is_phrase(text), "{text}");
    }
}

#[test]
fn references_that_nothing_looks_up_are_known() {
    for text in [
        "__TOKEN__",
        "__fanfare.token__\n",
        "#{FanfareToken}#",
        "vault:secret/data/fanfare#token",
        "op://ops/fanfare/token",
        "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:fanfare",
        "ENC[AES256_GCM,data:p673w==,iv:YY=,type:str]",
    ] {
        assert!(unresolved(text).is_some(), "{text}");
    }
    for text in
        ["__", "____", "__12__", "_a_", "vault:x", "vault: see /etc", "#{}", "arn:awsome", "a__b__", "ENC"]
    {
        assert!(unresolved(text).is_none(), "{text}");
    }
}

#[test]
fn what_may_be_a_value_is_one() {
    for text in ["$ecret", "pa$$word", "a<b>c", "<alerts@example.com>", "100%", "${}", "{x}", "a{{", "$5"] {
        assert!(unfilled(text).is_none(), "{text}");
    }
    for text in ["xx", "xxy", "secret", "token", "password", "toddy", "yet", ""] {
        assert!(!is_filler(text) && !is_phrase(text), "{text}");
    }
}

#[test]
fn a_password_that_only_looks_like_a_placeholder_is_doubted_and_not_refused() {
    for password in ["$PASSW0RD", "a$(b)c9!", "<pw12345>", "%p4ss%", "$S3CRET", "p#{q}r"] {
        assert_eq!(certainly_unfilled(password), None, "{password}");
        assert_eq!(unresolved(password), None, "{password}");
    }
    for placeholder in [
        "${PASSWORD}",
        "pre${X1}",
        "{{ password }}",
        "$(cat /run/secret1)",
        "$DING_TOKEN",
        "%TOKEN%",
        "<your token>",
        "<token>",
    ] {
        assert!(certainly_unfilled(placeholder).is_some(), "{placeholder}");
    }
}
