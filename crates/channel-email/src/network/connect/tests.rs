use std::time::Duration;

use tokio::net::TcpListener;

use super::*;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

#[tokio::test]
async fn a_command_does_not_wait_for_a_delayed_acknowledgement() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = connect("localhost", listener.local_addr().unwrap().port(), soon()).await.unwrap();
    assert!(stream.nodelay().unwrap());
}

#[tokio::test]
async fn a_server_that_cannot_be_found_or_reached_is_a_passing_trouble() {
    // On a machine without a name server nobody can know that there is no such name.
    let unknown = connect("no-such-server.invalid", 25, soon()).await.unwrap_err();
    assert!(matches!(unknown.word(), "transient" | "local"), "{unknown}");
    assert!(unknown.to_string().contains("cannot find no-such-server.invalid:25"), "{unknown}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let closed = connect("127.0.0.1", port, soon()).await.unwrap_err();
    assert_eq!(closed.word(), "transient");
    assert!(closed.to_string().contains(&format!("cannot reach 127.0.0.1:{port}: ")), "{closed}");
}

#[test]
fn an_ipv6_address_stands_in_brackets() {
    assert_eq!(host_and_port("::1", 25), "[::1]:25");
    assert_eq!(host_and_port("smtp.example.com", 465), "smtp.example.com:465");
}
