use super::*;

const TOKEN: &str = "0f8c-token/with a slash";

fn base() -> Url {
    "https://chat.example.com".parse().unwrap()
}

#[test]
fn a_secret_segment_stands_at_the_end_of_the_path_and_is_one_segment() {
    let request = Request::post("/open-apis/bot/v2/hook").with_secret_segment(TOKEN);
    assert_eq!(
        request.url(&base()).as_str(),
        "https://chat.example.com/open-apis/bot/v2/hook/0f8c-token%2Fwith%20a%20slash"
    );
    let after_a_slash = Request::post("/hook/").with_secret_segment("token");
    assert_eq!(after_a_slash.url(&base()).path(), "/hook/token");
}

#[test]
fn every_secret_is_known_as_it_is_and_as_it_stands_in_the_path() {
    let mut headers = HeaderMap::new();
    headers.insert("x-api-key", HeaderValue::from_static("a-key-in-a-header"));
    let request = Request::post("/hook")
        .with_secret_segment(TOKEN)
        .with_query(&[("sign", "a+b/c=")])
        .with_headers(headers)
        .with_secret("whsec_secret")
        .with_json_bytes(b"{}".to_vec());
    let secrets = request.secrets(&request.url(&base()));
    for secret in [TOKEN, "0f8c-token%2Fwith%20a%20slash", "a+b/c=", "a-key-in-a-header", "whsec_secret"] {
        assert!(secrets.iter().any(|it| it == secret), "{secret} in {secrets:?}");
    }
    assert!(!secrets.iter().any(|it| it.contains("json")), "the type of the body is no secret");
}

#[test]
fn a_request_shows_no_secret() {
    let request = Request::post("/hook").with_secret_segment(TOKEN).with_query(&[("key", "a-secret-key")]);
    let shown = format!("{request:?}");
    assert!(!shown.contains("token") && !shown.contains("a-secret-key"), "{shown}");
}

#[test]
fn an_address_is_kept_as_it_is_written_and_each_part_of_it_is_secret() {
    let address: Url = "https://hooks.example.com/services/T0KEN%2Fa/?key=a%2Bsecret&x".parse().unwrap();
    let request = Request::to_address(Method::PUT, &address);
    let url = request.url(&base());
    assert_eq!(url.as_str(), "https://chat.example.com/services/T0KEN%2Fa/?key=a%2Bsecret&x");
    let secrets = request.secrets(&url);
    for secret in ["T0KEN%2Fa", "a+secret", "key=a%2Bsecret&x", "/services/T0KEN%2Fa/"] {
        assert!(secrets.iter().any(|it| it == secret), "{secret} in {secrets:?}");
    }
}
