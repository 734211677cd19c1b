use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(scrub_text(text), expected);
    assert_eq!(scrub_text(expected), expected, "once scrubbed, it stays as it is");
}

#[track_caller]
fn check_json(body: &str, expected: &str) {
    assert_eq!(scrub(&Json::parse(body.as_bytes()).unwrap()), Json::parse(expected.as_bytes()).unwrap());
}

#[test]
fn a_credential_in_a_text_is_masked_and_the_rest_is_kept() {
    check("use SEC0123456789abcdef0123 now", "use [removed] now");
    check("bot 123456789:AAabcdefghijklmnopqrstuvwxyz_-12345 is down", "bot [removed] is down");
    check("slack xoxb-1234-abcd!", "slack [removed]!");
    check("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln, expired", "jwt [removed], expired");
    check("AKIAIOSFODNN7EXAMPLE / LTAI4FoobarBAZ12345", "[removed] / [removed]");
    check("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end", "[removed] end");
    check("-----BEGIN PRIVATE KEY-----\ncut off", "[removed]");
}

#[test]
fn a_credential_is_known_by_what_stands_before_it() {
    check("https://a.example/send?access_token=abc&x=1", "https://a.example/send?access_token=[removed]&x=1");
    check("https://a.example/send?key=1f-2e failed", "https://a.example/send?key=[removed] failed");
    check("Authorization: Bearer abc.def", "Authorization: Bearer [removed]");
    check("authorization=Basic dXNlcg==", "authorization=Basic [removed]");
    check("sent with Bearer abcdef", "sent with Bearer [removed]");
    check("密码：hunter2，请更换", "密码：[removed]，请更换");
    check(r#"{"dingtalk_token":"a b","n":1}"#, r#"{"dingtalk_token":[removed],"n":1}"#);
    check(r#"{\"tg_token\": \"ab\", \"n\": 1}"#, r#"{\"tg_token\": [removed], \"n\": 1}"#);
    check("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/services/[removed]");
    check(
        "private_key: -----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----",
        "private_key: [removed]",
    );
    check("smtp://user:hunter2@mail.example:465", "smtp:[removed]mail.example:465");
}

#[test]
fn ordinary_text_is_left_as_it_is() {
    for text in [
        "Section 12: SECURITY door open",
        "Current -9.4 °C, limit -18 °C at 08:40:38",
        "http://10.0.0.1:10100/thinklink/?eui=6353012af1093062",
        "password expired; the token is invalid",
        "6353012af1093062:5 and 45616600866361349",
    ] {
        check(text, text);
    }
}

#[test]
fn a_sentence_about_a_credential_is_left_as_it_is() {
    for text in [
        "密码：连续输错5次，请检查",
        "密码：5次错误",
        "密码：已过期",
        "口令: 验证失败",
        "Authorization: denied for card 123",
        "Authorization: card unknown",
        "wrong password: 5 times in a row",
        "password: wrong, 3rd time",
        "Password: expired.",
        "token: invalid",
        "API key: missing",
        "token: card removed from slot 3",
        "secret: access denied",
        "the bearer of card 123 was refused",
    ] {
        check(text, text);
    }
}

#[test]
fn what_may_be_a_credential_is_masked_whatever_follows() {
    check("password: hunter2", "password: [removed]");
    check("password: swordfish", "password: [removed]");
    check("password: 1234", "password: [removed]");
    check("password=denied", "password=[removed]");
    check("password: hunter2 is wrong", "password: [removed] is wrong");
    check("密码：Abc123!x", "密码：[removed]");
    check("密码：Abc123!x已过期", "密码：[removed]已过期");
    check("密码：甲乙丙", "密码：[removed]");
    check("Authorization: Bearer xyz", "Authorization: Bearer [removed]");
    check("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [removed]");
    check("Authorization: Digest abc", "Authorization: Digest [removed]");
    check("Authorization: k3y-77", "Authorization: [removed]");
    check(r#"{"password": "denied"}"#, r#"{"password": [removed]}"#);
    check(r#"{\"token\": \"is wrong\"}"#, r#"{\"token\": [removed]}"#);
}

#[test]
fn attribute_containers_are_removed_at_any_depth_and_in_any_spelling() {
    check_json(
        r#"{"device": {"server_attrs": {"limit": 5}, "Mac_Attrs": 1, "a": [{"otherAttrs": [], "CLIENT-ATTRS": "x", "b": 2}]}}"#,
        r#"{"device": {"a": [{"b": 2}]}}"#,
    );
    check_json(r#"{"shared_attrs": {"limit": 5}}"#, r#"{"shared_attrs": {"limit": 5}}"#);
}

#[test]
fn a_field_called_like_a_credential_is_masked_whatever_it_holds() {
    check_json(
        r#"{"dingtalk_token": 5, "Api-Key": {"a": "b"}, "corpsecret": "x", "wecom_webhook_url": "y", "pass": "z"}"#,
        r#"{"dingtalk_token": "[removed]", "Api-Key": "[removed]", "corpsecret": "[removed]",
            "wecom_webhook_url": "[removed]", "pass": "[removed]"}"#,
    );
    check_json(
        r#"{"passage": "open", "author": "wu", "key": 5}"#,
        r#"{"passage": "open", "author": "wu", "key": 5}"#,
    );
}

#[test]
fn a_credential_used_as_a_name_is_masked() {
    check_json(r#"{"a": {"xoxb-123456-abcdef": 1}}"#, r#"{"a": {"[removed]": 1}}"#);
}

#[test]
fn every_pattern_is_compiled_before_the_first_body_arrives() {
    let source = include_str!("../scrub.rs");
    let (_, warm_up) = source.split_once("pub(crate) fn warm_up()").unwrap();
    let (warm_up, _) = warm_up.split_once("\n}").unwrap();
    let names = source.lines().filter_map(|line| line.strip_prefix("static ")?.split_once(": LazyLock<"));
    let names: Vec<_> = names.map(|(name, _)| name).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    for name in names {
        assert!(warm_up.contains(&format!("&{name}")), "{name} is not compiled at the start");
    }
}

#[test]
fn a_token_ends_where_text_in_another_script_begins() {
    check("eyJhbGciOi.eyJzdWIiOi.c2ln温度过高", "[removed]温度过高");
    check("github_pat_0123456789abcdefghij请更换", "[removed]请更换");
}

#[test]
fn credentials_are_known_by_further_words_and_signs() {
    check("密码是x7Kp92mm", "密码是[removed]");
    check("口令为x7Kp92mm，请保密", "口令为[removed]，请保密");
    check("密码是“x7Kp92mm”", "密码是“[removed]”");
    check("授权码：x7Kp92mm", "授权码：[removed]");
    check("秘钥:x7Kp92mm", "秘钥:[removed]");
    check("凭证：x7Kp92mm 凭据：y8", "凭证：[removed] 凭据：[removed]");
    check("密 码：x7Kp92mm", "密 码：[removed]");
    check("password＝x7Kp92mm", "password＝[removed]");
    check("the password is x7Kp92mm.", "the password is [removed]");
    check("pass=x7Kp92mm", "pass=[removed]");
    check("run --token x7Kp92mm now", "run --token [removed] now");
    check("mysql --db-password swordfish -h a", "mysql --db-password [removed] -h a");
    check("curl -u admin:x7Kp92mm https://h.example/", "curl -u admin:[removed] https://h.example/");
    check("<wifi:password>x7 Kp</wifi:password>", "<wifi:password>[removed]</wifi:password>");
    check("password -> x7Kp92mm", "password -> [removed]");
    check("https://x7Kp92mm@h.example/", "https:[removed]h.example/");
    check("https://u:p@x7@h.example/", "https:[removed]h.example/");
    check("https://h.example/trigger-webhook/x7Kp92mm", "https://h.example/trigger-webhook/[removed]");
    check(r#"{"key":"dingtalk_token","value":"x7"}"#, r#"{"key":"dingtalk_token","value":[removed]}"#);
    check("password: swordfish user: admin", "password: [removed] user: admin");
    check("password: swordfish for admin", "password: [removed] for admin");
}

#[test]
fn further_sentences_are_left_as_they_are() {
    for text in [
        "密钥：柜门打开",
        "密码锁：离线",
        "密码锁: 甲乙",
        "Token: ring stalled",
        "Token: Ring stalled",
        "pwd: low battery in lock 5",
        "密码错误三次",
        "密码是空的",
        "密码为6位数字",
        "password expired",
        "password is wrong",
        "The token was removed from slot 3",
        "self test: pass=12 fail=0",
        "http://h.example/a?mail=a@b.example",
    ] {
        check(text, text);
    }
}

#[test]
fn entries_and_shared_attributes_lose_their_credentials() {
    check_json(
        r#"{"attrs": [{"key": "dingtalk_token", "value": "v"}, {"name": "limit", "value": 5},
                      {"name": "Token ring", "value": "stalled"}, {"name": "token_count", "value": 5}],
            "wifi_psk": "v", "sk": "v", "授权码": "v", "秘钥": "v", "密码锁": "离线"}"#,
        r#"{"attrs": [{"key": "dingtalk_token", "value": "[removed]"}, {"name": "limit", "value": 5},
                      {"name": "Token ring", "value": "stalled"}, {"name": "token_count", "value": 5}],
            "wifi_psk": "[removed]", "sk": "[removed]", "授权码": "[removed]", "秘钥": "[removed]", "密码锁": "离线"}"#,
    );
    check_json(
        r#"{"serverAttributes": {"a": 1}, "sharedAttributes": {"limit": 5, "mode": "heat", "wifi": "x7Kp92mm"}}"#,
        r#"{"sharedAttributes": {"limit": 5, "mode": "heat", "wifi": "[removed]"}}"#,
    );
}
