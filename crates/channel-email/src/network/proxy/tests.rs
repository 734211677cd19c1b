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
    MailProxy::parse(proxy, None).unwrap().connect("127.0.0.1", port, deadline).await
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
        "misconfigured: `smtp.proxy` wants a login, or another one: check `smtp.proxy_login`: HTTP/1.1 407 Proxy Authentication Required"
    );
    let forbidden = connect_through(&proxy("HTTP/1.1 403 Forbidden\r\n\r\n").await, 25).await;
    assert_eq!(
        forbidden.unwrap_err().to_string(),
        "misconfigured: `smtp.proxy` refuses CONNECT: HTTP/1.1 403 Forbidden"
    );
    let cannot = connect_through(&proxy("HTTP/1.1 503 Service Unavailable\r\n\r\n").await, 25).await;
    assert_eq!(cannot.unwrap_err().word(), "transient");
    assert_eq!(connect_through(&proxy("").await, 25).await.unwrap_err().word(), "transient");
}

/// The login of these tests.
fn login() -> ProxyLogin {
    ProxyLogin { username: "edge".to_owned(), password: fanfare_core::Secret::new("s3:cret") }
}

#[tokio::test]
async fn an_http_proxy_that_wants_a_login_is_told_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy =
        MailProxy::parse(&format!("http://{}", listener.local_addr().unwrap()), Some(login())).unwrap();
    let seen = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = read_head(&mut stream).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        head
    };
    let deadline = Instant::now() + std::time::Duration::from_secs(5);
    let (connected, head) = tokio::join!(proxy.connect("smtp.example.com", 465, deadline), seen);
    connected.unwrap();
    // Python: base64.b64encode(b"edge:s3:cret").
    assert!(head.contains("\r\nProxy-Authorization: Basic ZWRnZTpzMzpjcmV0\r\n"), "{head}");
}

/// A SOCKS proxy that wants method `method` and answers a login and a request with these codes;
/// hands back what it was told after its greeting.
async fn socks(listener: &TcpListener, method: u8, login_code: u8, code: u8) -> Vec<u8> {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting).await.unwrap();
    let mut told = vec![0; usize::from(greeting[1])];
    stream.read_exact(&mut told).await.unwrap();
    told.clear();
    stream.write_all(&[5, method]).await.unwrap();
    if method == 2 {
        read_more(&mut stream, &mut told, 2).await;
        let name = usize::from(told[1]);
        read_more(&mut stream, &mut told, name + 1).await;
        let password = usize::from(told[2 + name]);
        read_more(&mut stream, &mut told, password).await;
        stream.write_all(&[1, login_code]).await.unwrap();
    }
    if login_code == 0 && method != 0xff {
        read_more(&mut stream, &mut told, 5).await;
        let rest = match told[told.len() - 2] {
            3 => usize::from(told[told.len() - 1]) + 2,
            1 => 5,
            _ => 17,
        };
        read_more(&mut stream, &mut told, rest).await;
        stream.write_all(&[5, code, 0, 1, 127, 0, 0, 1, 0, 25]).await.unwrap();
    }
    told
}

/// Reads so many bytes, however many pieces they come in.
async fn read_more(stream: &mut TcpStream, told: &mut Vec<u8>, bytes: usize) {
    let start = told.len();
    told.resize(start + bytes, 0);
    stream.read_exact(&mut told[start..]).await.unwrap();
}

async fn connect_by_socks(
    scheme: &str,
    login: Option<ProxyLogin>,
    codes: (u8, u8, u8),
) -> (Result<TcpStream, SendError>, Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let proxy = MailProxy::parse(&format!("{scheme}://{address}"), login).unwrap();
    let deadline = Instant::now() + std::time::Duration::from_secs(5);
    let (method, login_code, code) = codes;
    tokio::join!(proxy.connect("localhost", 25, deadline), socks(&listener, method, login_code, code))
}

#[tokio::test]
async fn a_socks5_proxy_is_told_the_server_and_the_login() {
    // RFC 1928 §4: by name, RFC 1929 §2: the login before it.
    let by_name = [&[5, 1, 0, 3, 9][..], b"localhost", &[0, 25]].concat();
    let (connected, told) = connect_by_socks("socks5h", None, (0, 0, 0)).await;
    connected.unwrap();
    assert_eq!(told, by_name);
    let (connected, told) = connect_by_socks("socks5h", Some(login()), (2, 0, 0)).await;
    connected.unwrap();
    assert_eq!(told, [&[1, 4][..], b"edge", &[7], b"s3:cret", &by_name].concat());
    let (connected, told) = connect_by_socks("socks5", None, (0, 0, 0)).await;
    connected.unwrap();
    assert!(matches!(told[3], 1 | 4), "an address: {told:?}");
}

#[tokio::test]
async fn a_socks5_proxy_that_refuses_the_login_is_for_a_person_to_mend() {
    for (login, codes) in [(Some(login()), (2, 1, 0)), (None, (0xff, 0, 0))] {
        let err = connect_by_socks("socks5h", login, codes).await.0.unwrap_err();
        assert_eq!(err.word(), "misconfigured", "{err}");
        assert!(
            err.to_string().contains("check `smtp.proxy_login`") && !err.to_string().contains("s3:cret"),
            "{err}"
        );
    }
    // RFC 1928 §6: not allowed, host unreachable.
    let refused = |code| connect_by_socks("socks5h", None, (0, 0, code));
    assert_eq!(refused(2).await.0.unwrap_err().word(), "misconfigured");
    assert_eq!(refused(4).await.0.unwrap_err().word(), "transient");
}

#[test]
fn only_a_proxy_that_we_speak_to_can_be_named_and_its_address_is_not_quoted() {
    for text in
        ["https://127.0.0.1:1080", "127.0.0.1:3128", "http://user:s3cret@proxy:3128", "socks4://x", ""]
    {
        let err = MailProxy::parse(text, None).unwrap_err();
        assert_eq!(err.field, "smtp.proxy");
        assert!(!err.message.contains("s3cret"), "{err}");
    }
    let proxy = MailProxy::parse("http://[::1]:3128", None).unwrap();
    assert_eq!((proxy.host.as_str(), proxy.port), ("::1", 3128));
    assert_eq!(MailProxy::parse("http://proxy", None).unwrap().port, 80);
    assert_eq!(MailProxy::parse("socks5://proxy", None).unwrap().port, 1080);
    assert_eq!(MailProxy::from_settings(None, Some(login())).unwrap_err().field, "smtp.proxy_login");
}
