use proptest::prelude::*;

use super::*;
use crate::testing::{now, shipped};
use crate::{BodyFault, Hints, SourceSettings, Unreadable, unreadable_alert};

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(masked(text), expected);
    assert_eq!(masked(expected), expected, "once masked, it stays as it is");
}

#[test]
fn private_addresses_are_masked() {
    check("10.1.2.3 and 172.31.0.1, 192.168.0.7.", "[masked] and [masked], [masked].");
    check("http://10.1.2.3:9090/graph", "http://[masked]:9090/graph");
    check("主机10.1.2.3离线", "主机[masked]离线");
    check("fd12:3456:789a::1 / fc00::", "[masked] / [masked]");
    check("db-1.prod.internal:5432, printer.local and NAS.lan", "[masked]:5432, [masked] and [masked]");
}

#[test]
fn mail_addresses_and_telephone_numbers_are_masked() {
    check("ask wu.li+ops@mail.example.com.", "ask [masked].");
    check("请联系13812345678或138-1234-5678", "请联系[masked]或[masked]");
    check("+86 138 1234 5678, 0755-26666666, (021) 55556666", "[masked], [masked], [masked]");
    check("+49 (0)30 901820, +1-415-555-2671", "[masked], [masked]");
    check("call 400-820-8820 or (415) 555-2671", "call [masked] or [masked]");
}

#[test]
fn other_texts_stay() {
    for text in [
        "8.8.8.8 and 172.32.0.1 and 192.169.0.1",
        "2001:db8::1",
        "version 10.0.0.1.7, build 1.10.0.0.1",
        "6353012af1093062 and 45616600866361349",
        "2026-11-27 08:40:38 +08:00, since 1795776000000",
        "Current -9.4 °C, limit +18.25 °C, 12345678 l",
        "local time, LAN down, internal error",
        "https://shop.example/a.local.html",
        "user@host, @all",
    ] {
        check(text, text);
    }
}

const BODY: &str = r#"{"eui": "6353012AF1093062", "name": "Pump 10.0.0.7", "alarm": "leak", "level": "urgent",
    "desc": "Water at 10.0.0.7, call 13812345678", "content": "owner: wu@mail.example.com"}"#;

#[test]
fn a_source_that_redacts_masks_texts_and_keeps_labels_and_identity() {
    let of = |redact| {
        let source = SourceSettings { redact, ..SourceSettings::new("site") };
        let reading =
            shipped("tkl").unwrap().read(BODY.as_bytes(), &Hints::default(), &source, now()).unwrap();
        reading.alerts[0].alert.clone()
    };
    let (open, redacted) = (of(false), of(true));
    assert_eq!((open.fingerprint, &open.labels), (redacted.fingerprint, &redacted.labels));
    assert!(format!("{:?}", open.annotations).contains("13812345678"));
    let told = format!("{} {:?} {:?}", redacted.title(), redacted.annotations, redacted.extra);
    assert!(["10.0.0.7", "13812345678", "wu@"].iter().all(|it| !told.contains(it)), "{told}");
}

#[test]
fn a_body_that_cannot_be_read_is_masked_too() {
    let source = SourceSettings { redact: true, ..SourceSettings::new("site") };
    let fault = Unreadable { fault: BodyFault::Malformed, path: "$".into(), message: String::new() };
    let read = unreadable_alert(&source, b"{ 10.0.0.7", &fault, now());
    assert_eq!(read.alert.annotations.get("content"), Some("{ [masked]"));
}

proptest! {
    #[test]
    fn an_address_of_a_private_network_never_stays(b: u8, c: u8, d: u8, before in "[ (,:=\u{4e00}-\u{4e10}]", after in "[ ),:/\u{4e00}-\u{4e10}]") {
        let address = format!("10.{b}.{c}.{d}");
        let text = format!("x{before}{address}{after}");
        prop_assert!(!masked(&text).contains(&address), "{}", masked(&text));
    }
}
