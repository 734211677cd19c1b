use tokio::io::{AsyncBufReadExt, BufReader, copy_bidirectional};
use tokio::net::TcpListener;

use super::*;

/// A proxy that answers `answer` and, if that is a yes, connects. Hands back its address.
async fn proxy(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            stream.read_line(&mut head).await.unwrap();
        }
        let target = head.strip_prefix("CONNECT ").unwrap().split(' ').next().unwrap();
        assert!(head.contains(&format!("\r\nHost: {target}\r\n")), "{head}");
        stream.write_all(answer.as_bytes()).await.unwrap();
        if answer.contains(" 200 ") {
            let mut target = TcpStream::connect(target).await.unwrap();
            copy_bidirectional(&mut stream, &mut target).await.ok();
        }
    });
    format!("http://{address}")
}

async fn connect_through(proxy: &str, port: u16) -> Result<TcpStream, SendError> {
    let deadline = Instant::now() + std::time::Duration::from_secs(5);
    ConnectProxy::parse(proxy).unwrap().connect("127.0.0.1", port, deadline).await
}

#[tokio::test]
async fn the_servers_first_words_come_through_whole() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = server.local_addr().unwrap().port();
    tokio::spawn(async move { server.accept().await.unwrap().0.write_all(b"220 hello\r\n").await.unwrap() });
    let proxy = proxy("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n").await;
    let mut stream = connect_through(&proxy, port).await.unwrap();
    let mut words = String::new();
    stream.read_to_string(&mut words).await.unwrap();
    assert_eq!(words, "220 hello\r\n");
}

#[tokio::test]
async fn a_proxy_that_forbids_is_for_a_person_to_mend_and_one_that_cannot_may_later() {
    let forbids =
        connect_through(&proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await, 25).await;
    assert_eq!(
        forbids.unwrap_err().to_string(),
        "misconfigured: `smtp.proxy` refuses CONNECT: HTTP/1.1 407 Proxy Authentication Required"
    );
    let cannot = connect_through(&proxy("HTTP/1.1 503 Service Unavailable\r\n\r\n").await, 25).await;
    assert_eq!(cannot.unwrap_err().word(), "transient");
    assert_eq!(connect_through(&proxy("").await, 25).await.unwrap_err().word(), "transient");
}

#[test]
fn only_a_plain_http_proxy_can_be_named_and_its_address_is_not_quoted() {
    for text in ["socks5://127.0.0.1:1080", "127.0.0.1:3128", "http://user:s3cret@proxy:3128", ""] {
        let err = ConnectProxy::parse(text).unwrap_err();
        assert_eq!(err.field, "smtp.proxy");
        assert!(!err.message.contains("s3cret"), "{err}");
    }
    let proxy = ConnectProxy::parse("http://[::1]:3128").unwrap();
    assert_eq!((proxy.host.as_str(), proxy.port), ("::1", 3128));
    assert_eq!(ConnectProxy::parse("http://proxy").unwrap().port, 80);
}
