use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use fanfare_core::Secret;
use fanfare_testkit::{FakeHttp, NOON, Reaction};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, SanType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::*;

#[track_caller]
fn check_problem(settings: HttpSettings, field: &str, says: &str) {
    let err = Client::new("https://chat.example.com", settings).unwrap_err();
    assert_eq!(err.field, field);
    assert!(err.message.contains(says), "{err}");
}

fn endpoint(text: &str) -> HttpSettings {
    HttpSettings { endpoint: Some(text.to_owned()), ..HttpSettings::default() }
}

fn proxy(text: &str) -> HttpSettings {
    HttpSettings { proxy: Some(text.to_owned()), ..HttpSettings::default() }
}

#[test]
fn an_endpoint_is_a_scheme_and_a_host() {
    for text in ["chat.example.com", "ftp://x", "https://x/robot/send", "https://x?key=1", "https://u:pw@x"] {
        check_problem(endpoint(text), "endpoint", "expected http://HOST[:PORT]");
    }
    Client::new("https://chat.example.com", endpoint("http://10.0.0.1:8080")).unwrap();
    Client::new("https://chat.example.com", endpoint("https://chat.internal/")).unwrap();
}

#[test]
fn a_proxy_is_an_address_without_a_password() {
    for text in ["10.0.0.1:3128", "ftp://x", "http://user:hunter2@10.0.0.1:3128"] {
        check_problem(proxy(text), "proxy", "expected e.g. http://HOST:PORT");
    }
    for text in
        ["http://10.0.0.1:3128", "https://proxy.example.com", "socks5://127.0.0.1:1080", "socks5h://x:1"]
    {
        Client::new("https://chat.example.com", proxy(text)).unwrap();
    }
}

#[test]
fn a_ca_file_must_hold_a_certificate() {
    let ca_file = |path: &Path| HttpSettings { ca_file: Some(path.to_owned()), ..HttpSettings::default() };
    check_problem(ca_file(Path::new("/nowhere/ca.pem")), "ca_file", "`/nowhere/ca.pem`");
    let empty = tempfile::NamedTempFile::new().unwrap();
    check_problem(ca_file(empty.path()), "ca_file", "holds no certificate");
}

#[tokio::test]
async fn the_path_and_the_query_are_the_providers_and_encoded_once() {
    let fake = FakeHttp::serve(|_| Reaction::json("{}")).await;
    let client = Client::new("https://chat.example.com", endpoint(&fake.endpoint())).unwrap();
    client.post_json("/robot/send", &[("sign", "a+b/c=")], &"a message", NOON).await.unwrap();

    let seen = fake.seen().remove(0);
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/robot/send?sign=a%2Bb%2Fc%3D"));
    let headers = seen.headers.to_lowercase();
    assert!(headers.contains("content-type: application/json"), "{headers}");
    assert!(headers.contains(concat!("user-agent: fanfare/", env!("CARGO_PKG_VERSION"))), "{headers}");
    assert_eq!(seen.body, "\"a message\"");
}

#[tokio::test]
async fn a_secret_in_the_path_is_blanked_in_what_the_provider_repeats() {
    let fake =
        FakeHttp::serve(|it| Reaction::answer("404 Not Found", "", &format!("no {}", it.target))).await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    let request =
        Request::post("/hook").with_secret_segment("a token/of mine").with_json(&"a message").unwrap();
    let err = client.send(request, NOON).await.unwrap().reply::<()>().unwrap_err();
    assert_eq!(fake.seen()[0].target, "/hook/a%20token%2Fof%20mine");
    assert_eq!(err.to_string(), "misconfigured: HTTP 404 Not Found: no /hook/***");
}

#[tokio::test]
async fn a_client_for_public_targets_reaches_nobody_in_the_private_network() {
    let fake = FakeHttp::serve(|_| Reaction::json("{}")).await;
    let public = || HttpSettings { targets: Targets::Public, ..HttpSettings::default() };
    let err = Client::new(&fake.endpoint(), public()).unwrap_err();
    assert_eq!(err.field, "endpoint");
    assert!(err.message.contains("`127.0.0.1` is an address of a private network"), "{err}");

    let by_name = fake.endpoint().replace("127.0.0.1", "localhost");
    let client = Client::new(&by_name, public()).unwrap();
    let err = client.post_json("/send", &[], &"a message", NOON).await.unwrap_err();
    assert_eq!(err.word(), "misconfigured", "{err}");
    assert!(err.to_string().contains("`localhost` is an address of a private network"), "{err}");
    assert!(fake.seen().is_empty());
}

#[tokio::test]
async fn a_proxy_is_asked_instead_of_the_provider() {
    let fake = FakeHttp::serve(|_| Reaction::json("{}")).await;
    let settings = HttpSettings { proxy: Some(fake.endpoint()), ..endpoint("http://chat.example.com") };
    let client = Client::new("https://chat.example.com", settings).unwrap();
    client.post_json("/send", &[], &"a message", NOON).await.unwrap();
    assert_eq!(fake.seen()[0].target, "http://chat.example.com/send");
}

#[tokio::test]
async fn a_socks5_proxy_is_spoken_to_in_socks5() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = proxy(&format!("socks5h://{}", listener.local_addr().unwrap()));
    let settings = HttpSettings { endpoint: Some("http://chat.example.com".to_owned()), ..settings };
    let client = Client::new("https://chat.example.com", settings).unwrap();

    let greeted = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).await.unwrap();
        greeting
    };
    let (outcome, greeting) = tokio::join!(client.post_json("/send", &[], &"a message", NOON), greeted);
    assert_eq!(greeting, [5, 1, 0], "version 5, one method, no login: RFC 1928 section 3");
    assert_eq!(outcome.unwrap_err().word(), "transient", "the connection was never made");
}

fn proxy_login(proxy: &str) -> HttpSettings {
    let login = ProxyLogin { username: "edge".to_owned(), password: Secret::new("p:ss/wörd%20") };
    HttpSettings {
        proxy: Some(proxy.to_owned()),
        proxy_login: Some(login),
        ..endpoint("http://chat.example.com")
    }
}

#[tokio::test]
async fn a_proxy_that_wants_a_login_is_told_it() {
    let fake = FakeHttp::serve(|_| Reaction::json("{}")).await;
    let client = Client::new("https://chat.example.com", proxy_login(&fake.endpoint())).unwrap();
    client.post_json("/send", &[], &"a message", NOON).await.unwrap();
    // Python: base64.b64encode("edge:p:ss/wörd%20".encode()).
    let headers = fake.seen()[0].headers.clone();
    assert!(headers.contains("Basic ZWRnZTpwOnNzL3fDtnJkJTIw"), "{headers}");
}

#[tokio::test]
async fn a_socks5_proxy_that_wants_a_login_is_told_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = proxy_login(&format!("socks5h://{}", listener.local_addr().unwrap()));
    let client = Client::new("https://chat.example.com", settings).unwrap();
    let told = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut greeting = vec![0; 2];
        stream.read_exact(&mut greeting).await.unwrap();
        let mut methods = vec![0; usize::from(greeting[1])];
        stream.read_exact(&mut methods).await.unwrap();
        assert!(methods.contains(&2), "user name and password: RFC 1928 section 3");
        stream.write_all(&[5, 2]).await.unwrap();
        let mut login = Vec::new();
        stream.read_buf(&mut login).await.unwrap();
        stream.write_all(&[1, 1]).await.unwrap();
        login
    };
    let (outcome, login) = tokio::join!(client.post_json("/send", &[], &"a message", NOON), told);
    // RFC 1929 section 2.
    let expected = [&[1, 4][..], b"edge", &[13], "p:ss/wörd%20".as_bytes()].concat();
    assert_eq!(login, expected);
    let err = outcome.unwrap_err();
    assert_eq!(err.word(), "misconfigured", "{err}");
    assert!(err.to_string().contains("check `proxy_login`") && !err.to_string().contains("p:ss"), "{err}");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_for_a_person_to_mend() {
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    for endpoint in ["http://chat.example.com", "https://chat.example.com"] {
        let fake = FakeHttp::serve(move |_| Reaction::WriteAndClose(refusal.to_owned())).await;
        let settings = HttpSettings { endpoint: Some(endpoint.to_owned()), ..proxy(&fake.endpoint()) };
        let client = Client::new(endpoint, settings).unwrap();
        let err = client.post_json("/send", &[], &"a message", NOON).await;
        let err = err.and_then(|answer| answer.accepted()).unwrap_err();
        assert_eq!(err.word(), "misconfigured", "{err}");
        assert!(err.to_string().contains("check `proxy_login`"), "{err}");
    }
    let alone = HttpSettings { proxy: None, ..proxy_login("") };
    check_problem(alone, "proxy_login", "needs a `proxy`");
}

#[tokio::test]
async fn a_get_never_leaves_a_message_in_doubt() {
    let fake = FakeHttp::serve(|_| Reaction::WriteAndClose(String::new())).await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    let err = client.get("/gettoken", &[("corpsecret", "hunter2hunter2")], NOON).await.unwrap_err();
    assert_eq!(err.word(), "transient");
    assert!(!err.to_string().contains("hunter2"), "{err}");
}

#[tokio::test]
async fn silence_is_unanswered_when_patience_ends() {
    let fake = FakeHttp::serve(|_| Reaction::Hang).await;
    let settings = HttpSettings { timeout: Duration::from_millis(300), ..HttpSettings::default() };
    let client = Client::new(&fake.endpoint(), settings).unwrap();
    let err = client.post_json("/send", &[("key", "a-secret-key")], &"a message", NOON).await.unwrap_err();
    assert_eq!(err.word(), "unanswered");
    assert!(!err.to_string().contains("a-secret-key"), "{err}");
}

/// A TLS server for `localhost` that answers every request with `{}`, and its certificate as PEM.
async fn tls_server(change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let private = key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                stream.read_buf(&mut Vec::new()).await.unwrap();
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    });
    (endpoint, certificate.pem())
}

/// The outcome of a post to `provider` by a client that trusts `pem`, too.
async fn post_trusting(provider: &str, pem: &str) -> Result<Answer, SendError> {
    let mut ca_file = tempfile::NamedTempFile::new().unwrap();
    ca_file.write_all(pem.as_bytes()).unwrap();
    let settings = HttpSettings { ca_file: Some(ca_file.path().to_owned()), ..HttpSettings::default() };
    let client = Client::new(provider, settings).unwrap();
    client.post_json("/send", &[("key", "a-secret-key")], &"a message", NOON).await
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_for_a_person_to_mend() {
    let (provider, _) = tls_server(|_| {}).await;
    let client = Client::new(&provider, HttpSettings::default()).unwrap();
    let err = client.post_json("/send", &[("key", "a-secret-key")], &"a message", NOON).await.unwrap_err();
    assert_eq!(err.word(), "misconfigured", "{err}");
    assert!(err.to_string().contains("`ca_file`"), "{err}");
    assert!(!err.to_string().contains("a-secret-key"), "{err}");
}

#[tokio::test]
async fn a_private_ca_is_trusted_if_it_is_named() {
    let (provider, pem) = tls_server(|_| {}).await;
    assert_eq!(post_trusting(&provider, &pem).await.unwrap().body(), "{}");
}

#[tokio::test]
async fn a_certificate_that_is_its_own_ca_is_trusted_if_it_is_named() {
    let own_ca = |it: &mut CertificateParams| it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let (provider, pem) = tls_server(own_ca).await;
    assert_eq!(post_trusting(&provider, &pem).await.unwrap().body(), "{}");
    let (_, another) = tls_server(own_ca).await;
    let err = post_trusting(&provider, &another).await.unwrap_err();
    assert_eq!(err.word(), "misconfigured", "{err}");
    assert!(err.to_string().contains("is its own CA"), "{err}");
}

/// A server without TLS, at an address that promises it.
async fn plain_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.read_buf(&mut Vec::new()).await.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        }
    });
    endpoint
}

#[tokio::test]
async fn a_fault_of_tls_has_its_sentence_and_no_secret() {
    let (wrong_name, name_pem) = tls_server(|it| {
        it.subject_alt_names = vec![SanType::DnsName("chat.example.com".try_into().unwrap())]
    })
    .await;
    let (expired, expired_pem) = tls_server(|it| it.not_after = rcgen::date_time_ymd(2001, 2, 3)).await;
    let plain = plain_server().await;
    for (provider, pem, words) in [
        (wrong_name, &name_pem, "is for chat.example.com and not for `localhost`: check the address"),
        (expired, &expired_pem, "expired at 2001-02-03T00:00:00Z, and this machine's clock shows 2"),
        (plain, &name_pem, "the server does not speak it there; check the port"),
    ] {
        let err = post_trusting(&provider, pem).await.unwrap_err();
        assert_eq!(err.word(), "misconfigured", "{err}");
        assert!(err.to_string().contains(words), "{err}");
        assert!(!err.to_string().contains("a-secret-key"), "{err}");
    }
}

#[test]
fn a_way_out_is_named_by_the_provider_and_the_proxy() {
    let way = |settings| Client::new("https://chat.example.com", settings).unwrap().egress();
    assert_eq!(way(HttpSettings::default()).as_str(), "https://chat.example.com");
    assert_eq!(
        way(proxy("socks5://10.0.0.1:1080/")).as_str(),
        "https://chat.example.com via socks5://10.0.0.1:1080"
    );
    assert_eq!(way(endpoint("http://10.0.0.2:8080/")).as_str(), "http://10.0.0.2:8080");
}

#[tokio::test]
async fn every_answer_tells_what_time_it_is_at_the_provider() {
    let fake = FakeHttp::serve(|_| {
        Reaction::answer("503 Service Unavailable", "Date: Sun, 08 Mar 2026 14:03:00 GMT\r\n", "busy")
    })
    .await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    assert_eq!(client.clock_offset(), None);
    client.clone().get("/gettoken", &[], NOON).await.unwrap().reply::<String>().unwrap_err();
    let offset = client.clock_offset().unwrap();
    assert!((offset - SignedDuration::from_mins(123)).abs() < SignedDuration::from_secs(5), "{offset}");
}

/// A server that answers whatever it is sent with these bytes.
async fn server_of_another_protocol(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.read_buf(&mut Vec::with_capacity(4096)).await.unwrap();
            stream.write_all(answer).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    endpoint
}

#[tokio::test]
async fn a_server_that_does_not_speak_http_has_no_message() {
    // OpenSSL's and rustls's alerts to a request in clear text, and two greetings.
    let answers: [&[u8]; 4] = [
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"\x15\x03\x03\x00\x02\x02\x0a",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"220 mail.example.com ESMTP\r\n",
    ];
    for answer in answers {
        let provider = server_of_another_protocol(answer).await;
        let client = Client::new(&provider, HttpSettings::default()).unwrap();
        let err =
            client.post_json("/send", &[("key", "a-secret-key")], &"a message", NOON).await.unwrap_err();
        assert_eq!(err.word(), "misconfigured", "{err}");
        assert!(err.to_string().contains("should the address begin with https://?"), "{err}");
        assert!(!err.to_string().contains("a-secret-key"), "{err}");
    }
    // What breaks off may have been read.
    for answer in [&b""[..], b"HTTP/1.1 200"] {
        let provider = server_of_another_protocol(answer).await;
        let client = Client::new(&provider, HttpSettings::default()).unwrap();
        let err =
            client.post_json("/send", &[("key", "a-secret-key")], &"a message", NOON).await.unwrap_err();
        assert_eq!(err.word(), "unanswered", "{err}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_on_clear_text_since_it_waits_for_tls_has_no_message() {
    let (secure, _) = tls_server(|_| {}).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let provider = format!("http://{}", listener.local_addr().unwrap());
    // As OpenSSL does: no word to whoever does not begin with a handshake.
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut first = [0];
            client.peek(&mut first).await.unwrap();
            if first == [0x16] {
                let mut server =
                    tokio::net::TcpStream::connect(secure.trim_start_matches("https://")).await.unwrap();
                tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
            } else {
                client.read_buf(&mut Vec::with_capacity(4096)).await.unwrap();
            }
        }
    });
    let client = Client::new(&provider, HttpSettings::default()).unwrap();
    let err = client.post_json("/send", &[("key", "a-secret-key")], &"a message", NOON).await.unwrap_err();
    assert_eq!(err.word(), "misconfigured", "{err}");
    assert!(err.to_string().contains("the address must begin with https://"), "{err}");
    assert!(!err.to_string().contains("a-secret-key"), "{err}");
}

#[tokio::test]
async fn a_server_that_hangs_up_on_everybody_leaves_the_message_in_doubt() {
    let provider = server_of_another_protocol(b"").await;
    let client = Client::new(&provider, HttpSettings::default()).unwrap();
    let err = client.post_json("/send", &[], &"a message", NOON).await.unwrap_err();
    assert_eq!(err.word(), "unanswered", "{err}");
}
