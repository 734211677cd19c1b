use actix_web::test::TestRequest;

use super::*;

#[test]
fn requests_that_ask_for_something_else_have_another_hash() {
    // Two texts in GBK, of the same length and with no byte of UTF-8 in them.
    let (hot, wet): (&[u8], &[u8]) = (b"\xb8\xdf\xce\xc2", b"\xb8\xdf\xca\xaa");
    assert_ne!(content_hash("", hot), content_hash("", wet));
    assert_eq!(content_hash("", hot), content_hash("", hot));
    assert_ne!(content_hash("alarm=a", b"failed"), content_hash("alarm=b", b"failed"));
    assert_ne!(content_hash("", b"failed"), content_hash("failed", b""));
    // As it was stored before addresses counted.
    assert_eq!(content_hash("", b"failed"), stable_hash(&["failed"]));
}

#[test]
fn the_name_of_a_message_is_a_key_only_beside_its_signature() {
    let shown = |headers: &[(&'static str, &'static str)]| {
        let request = headers.iter().fold(TestRequest::default(), |request, it| request.insert_header(*it));
        shown_key(request.to_http_request().headers()).unwrap()
    };
    assert_eq!(shown(&[("webhook-id", "w1")]), None);
    assert_eq!(shown(&[("webhook-id", "w1"), ("webhook-signature", "v1,x")]).as_deref(), Some("w1"));
    assert_eq!(shown(&[("webhook-id", "w1"), ("idempotency-key", "k1")]).as_deref(), Some("k1"));
}
