use actix_web::test::TestRequest;

use super::*;

const CONSOLE: &str = "https://console.example.com";

fn origins() -> WebOrigins {
    WebOrigins { listed: vec![CONSOLE.to_owned()], own: Some("https://alerts.example.com".to_owned()) }
}

/// The header of a request with these fields, besides its host.
fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let request = TestRequest::post().insert_header(("Host", "127.0.0.1:8780"));
    let add = |request: TestRequest, field: &(&str, &str)| request.append_header(*field);
    fields.iter().fold(request, add).to_http_request().headers().clone()
}

#[test]
fn a_page_is_told_from_a_program_and_a_listed_one_from_any_other() {
    use RequestSender::{ListedPage, OtherPage, Program};
    for (fields, expected) in [
        (&[][..], Program),
        (&[("Sec-Fetch-Site", "none")], Program),
        (&[("Origin", CONSOLE)], ListedPage),
        (&[("Origin", CONSOLE), ("Sec-Fetch-Site", "cross-site")], ListedPage),
        (&[("Origin", "null")], OtherPage),
        (&[("Origin", "")], OtherPage),
        (&[("Origin", "https://console.example.com.evil.test")], OtherPage),
        (&[("Origin", "https://console.example.com:8443")], OtherPage),
        (&[("Origin", "http://console.example.com")], OtherPage),
        (&[("Origin", "https://evil.test")], OtherPage),
        (&[("Origin", "https://alerts.example.com")], OtherPage), // our own pages post to /ack only
        (&[("Origin", "http://127.0.0.1:8780")], OtherPage),
        (&[("Origin", CONSOLE), ("Origin", "https://evil.test")], OtherPage),
        (&[("Sec-Fetch-Site", "cross-site")], OtherPage),
        (&[("Sec-Fetch-Site", "same-site")], OtherPage),
        (&[("Sec-Fetch-Site", "same-origin")], OtherPage),
        (&[("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "cross-site")], OtherPage),
    ] {
        assert_eq!(origins().sender(&headers(fields)), expected, "{fields:?}");
    }
}

#[test]
fn our_own_page_may_post_and_a_page_of_another_origin_may_not() {
    for (fields, expected) in [
        (&[][..], true),
        (&[("Origin", "null")], true),
        (&[("Origin", "http://127.0.0.1:8780")], true),
        (&[("Origin", "https://alerts.example.com")], true), // a proxy has replaced the host
        (&[("Origin", "null"), ("Sec-Fetch-Site", "same-origin")], true),
        (&[("Origin", "https://by.name"), ("Sec-Fetch-Site", "same-origin")], true),
        (&[("Sec-Fetch-Site", "none")], true),
        (&[("Origin", "null"), ("Sec-Fetch-Site", "cross-site")], false),
        (&[("Origin", "https://alerts.example.com"), ("Sec-Fetch-Site", "same-site")], false),
        (&[("Origin", "https://evil.test")], false),
        (&[("Origin", "https://evil.test/127.0.0.1:8780")], false),
        (&[("Origin", "https://127.0.0.1:8780.evil.test")], false),
        (&[("Origin", "http://127.0.0.1")], false),
        (&[("Origin", "file://")], false),
    ] {
        assert_eq!(origins().may_be_own_page(&headers(fields)), expected, "{fields:?}");
    }
}

#[test]
fn only_a_listed_origin_is_allowed_by_name() {
    let allowed = |origin: &str| origins().allowed(&headers(&[("Origin", origin)]));
    assert_eq!(allowed(CONSOLE), Some(HeaderValue::from_static(CONSOLE)));
    assert_eq!(allowed("https://evil.test"), None);
    assert_eq!(origins().allowed(&headers(&[])), None);
}
