use actix_web::test::TestRequest;
use actix_web::{HttpRequest, ResponseError as _};

use super::*;

const NOON: &str = "2019-12-25T08:23:56.757Z"; // of the vector below

fn now() -> Timestamp {
    NOON.parse().unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn several() -> SourceAccess {
    SourceAccess::AnyOf(vec![
        SourceCredential::bearer(&secret("old-token")),
        SourceCredential::bearer(&secret("new-token")),
        SourceCredential::basic("grafana", &secret("pass:word")),
        SourceCredential::path(&secret("in-the-path")),
        SourceCredential::Signature(SignatureKey::hub(&secret("It's a Secret to Everybody"))),
    ])
}

fn request(fields: &[(&'static str, &str)]) -> HttpRequest {
    fields.iter().fold(TestRequest::default(), |it, field| it.insert_header(*field)).to_http_request()
}

/// Tells whether a request with these header fields, this end of its address and this body is let in.
fn is_let_in(fields: &[(&'static str, &str)], in_path: Option<&str>, body: &[u8]) -> bool {
    let request = request(fields);
    let admission = several().admit((&request).into(), in_path);
    admission.and_then(|it| it.verify((&request).into(), body, now())).is_ok()
}

#[track_caller]
fn check_let_in(fields: &[(&'static str, &str)], in_path: Option<&str>, body: &[u8]) {
    assert!(is_let_in(fields, in_path, body), "{fields:?} {in_path:?}");
}

#[track_caller]
fn check_sent_away(fields: &[(&'static str, &str)], in_path: Option<&str>, body: &[u8]) {
    assert!(!is_let_in(fields, in_path, body), "{fields:?} {in_path:?}");
}

#[test]
fn any_credential_of_a_source_opens_its_door() {
    check_let_in(&[("authorization", "Bearer old-token")], None, b"");
    check_let_in(&[("authorization", "bearer new-token")], None, b"");
    check_let_in(&[("authorization", "Basic Z3JhZmFuYTpwYXNzOndvcmQ=")], None, b"");
    check_let_in(&[], Some("in-the-path"), b"");
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    check_let_in(&[("x-hub-signature-256", signature)], None, b"Hello, World!");
}

#[test]
fn no_other_credential_opens_it() {
    check_sent_away(&[], None, b"");
    for value in ["Bearer in-the-path", "Bearer grafana:pass:word", "Basic b2xkLXRva2Vu", "Basic %", "Bearer"]
    {
        check_sent_away(&[("authorization", value)], None, b"");
    }
    check_sent_away(&[], Some("old-token"), b"");
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    check_sent_away(&[("x-hub-signature-256", signature)], None, b"Hello, world!");
    check_sent_away(&[("webhook-signature", "v1,x")], None, b"");
}

/// Programs with a user and a password show them once they are asked.
#[test]
fn a_refusal_asks_for_the_credentials_that_would_do() {
    let asked = |access: &SourceAccess| {
        let refusal = access.admit((&request(&[])).into(), None).unwrap_err();
        let answer = refusal.error_response();
        answer.headers().get("www-authenticate").unwrap().to_str().unwrap().to_owned()
    };
    assert_eq!(asked(&several()), "Basic realm=\"fanfare\", charset=\"UTF-8\", Bearer");
    assert_eq!(asked(&robot(None)), "Bearer");
}

fn robot(secret: Option<&str>) -> SourceAccess {
    let secret = secret.map(Secret::new);
    SourceAccess::AnyOf(vec![SourceCredential::dingtalk(&Secret::new("tok"), secret.as_ref())])
}

/// The signature was computed by Python's `hmac`.
#[test]
fn a_robots_signature_is_asked_for_where_there_is_a_secret() {
    const SIGN: &str = "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=";
    let admit = |token: &str, timestamp: Option<&str>, sign: Option<&str>, now: Timestamp| {
        let signature = RobotSignature { timestamp, sign };
        robot(Some("this is secret")).admit_dingtalk("site", token, &signature, now).map(drop)
    };
    let time = Some("1577262236757");
    assert_eq!(admit("tok", time, Some(SIGN), now()), Ok(()));
    assert_eq!(admit("tok", time, Some(&SIGN.replace('+', " ")), now()), Ok(()));
    assert_eq!(admit("tok", time, Some("x"), now()), Err(RobotRefusal::BadSignature));
    assert_eq!(admit("tok", time, None, now()), Err(RobotRefusal::BadSignature));
    assert_eq!(admit("tok", None, Some(SIGN), now()), Err(RobotRefusal::BadTimestamp));
    let hour = jiff::SignedDuration::from_hours(1);
    let late = now() + hour + jiff::SignedDuration::from_millis(1);
    assert_eq!(admit("tok", time, Some(SIGN), now() + hour), Ok(()));
    assert_eq!(admit("tok", time, Some(SIGN), late), Err(RobotRefusal::BadTimestamp));
    assert_eq!(admit("other", time, Some(SIGN), now()), Err(RobotRefusal::Unknown));
    assert_eq!(
        robot(None).admit_dingtalk("site", "tok", &RobotSignature::default(), now()).map(drop),
        Ok(())
    );
}

#[test]
fn a_robots_token_opens_only_the_door_of_robots() {
    let request = request(&[("authorization", "Bearer tok")]);
    assert!(robot(None).admit((&request).into(), Some("tok")).is_err());
    assert!(robot(None).admit_wecom("site", "tok").is_err());
    let bot = SourceAccess::AnyOf(vec![SourceCredential::wecom(&secret("key"))]);
    assert!(bot.admit_wecom("site", "key").is_ok());
    assert!(bot.admit_dingtalk("site", "key", &RobotSignature::default(), now()).is_err());
}

#[test]
fn a_bearer_token_is_taken_for_a_robots_and_the_name_where_nothing_is_asked_for() {
    let access = several();
    assert!(access.admit_wecom("site", "new-token").is_ok());
    assert!(access.admit_dingtalk("site", "in-the-path", &RobotSignature::default(), now()).is_ok());
    assert!(access.admit_wecom("site", "site").is_err());
    assert!(SourceAccess::Anyone.admit_wecom("site", "site").is_ok());
    assert!(SourceAccess::Anyone.admit_dingtalk("site", "other", &RobotSignature::default(), now()).is_err());
}
