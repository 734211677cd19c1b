use actix_web::test::TestRequest;

use super::*;

#[test]
fn only_localhost_and_loopback_addresses_are_this_machine() {
    for host in [
        "localhost",
        "localhost:8780",
        "LocalHost:8780",
        "localhost.",
        "127.0.0.1",
        "127.0.0.1:8780",
        "127.8.9.10:1",
        "[::1]",
        "[::1]:8780",
        "[::ffff:127.0.0.1]:8780",
    ] {
        assert!(is_loopback_host(host), "{host}");
    }
    for host in [
        "",
        "fanfare.test",
        "localhost.evil.com",
        "localhost.evil.com:8780",
        "evil-localhost",
        "xlocalhost",
        "127.0.0.1.nip.io",
        "127.0.0.1.evil.com:8780",
        "localhost@evil.com",
        "evil.com@localhost",
        "127.0.0.1@evil.com:8780",
        "0.0.0.0:8780",
        "[::]:8780",
        "10.0.0.1",
        "192.168.1.10:8780",
        "2130706433",
        "0x7f000001",
        "127.1",
        "::1",
        "[::1].evil.com",
        "[127.0.0.1",
        "localhost]",
        "localhost:evil.com",
        "localhost:80:80",
        "localhost:65536",
        "localhost, evil.com",
        "localhost evil.com",
        "localhost/..",
        "localhost#",
        "1.0.0.127.in-addr.arpa",
    ] {
        assert!(!is_loopback_host(host), "{host}");
    }
}

#[test]
fn every_name_that_a_request_gives_must_be_this_machine() {
    let check = |request: TestRequest, expected: bool| {
        let request = request.to_http_request();
        assert_eq!(is_loopback(request.head()), expected, "{request:?}");
    };
    let request = |target: &str| TestRequest::with_uri(target);
    check(request("/metrics"), false); // HTTP/1.0 needs no host
    check(request("/metrics").insert_header(("Host", "localhost:8780")), true);
    check(request("http://evil.test/metrics").insert_header(("Host", "localhost:8780")), false);
    check(request("http://localhost:8780/metrics").insert_header(("Host", "evil.test")), false);
    check(request("http://localhost:8780/metrics").insert_header(("Host", "127.0.0.1:8780")), true);
    check(request("http://127.0.0.1:8780/metrics"), false);
    check(
        request("/metrics").append_header(("Host", "localhost")).append_header(("Host", "evil.test")),
        false,
    );
}
