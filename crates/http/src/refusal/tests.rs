use super::*;

#[test]
fn whoever_is_refused_for_a_while_hears_when_to_try_again_and_nobody_else_does() {
    let header = |refusal: HttpRefusal| refusal.error_response().headers().get(header::RETRY_AFTER).cloned();
    assert_eq!(header(HttpRefusal::unavailable("too many alerts wait")).unwrap(), "1");
    assert_eq!(header(HttpRefusal::from(StoreError::Closed)).unwrap(), "1");
    assert_eq!(header(HttpRefusal::bad_request("no JSON")), None);
    assert_eq!(header(HttpRefusal::unauthorized("no token")), None);
}
