use std::io;

use super::*;

#[test]
fn causes_are_told_once() {
    let inner = io::Error::other(io::Error::other("connection reset"));
    assert_eq!(chain(&inner), "connection reset");
}

/// An error of a connection as `hyper-util` words it.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
struct ConnectError {
    words: &'static str,
    #[source]
    cause: io::Error,
}

#[test]
fn a_fault_of_this_machine_is_told_apart_from_the_providers() {
    let connect = |words, cause| ConnectError { words, cause };
    let look_up = |words: &str| io::Error::other(format!("failed to lookup address information: {words}"));
    for err in [
        connect("dns error", look_up("Temporary failure in name resolution")),
        connect("dns error", io::Error::from_raw_os_error(24)),
    ] {
        assert!(is_local(&err), "{err:?}");
    }
    assert!(is_local(&io::Error::from_raw_os_error(24)), "the cause on its own");
    for err in [
        connect("dns error", look_up("Name or service not known")),
        connect("tcp connect error", io::Error::from_raw_os_error(111)),
        connect("tcp connect error", io::Error::other("Temporary failure in name resolution")),
    ] {
        assert!(!is_local(&err), "{err:?}");
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_looked_up_is_told_as_such_by_the_library() {
    // With a name server the name is unknown, without one nobody knows.
    let err = reqwest_error("http://no-such-provider.invalid/").await;
    let words = find(&err, |cause| cause.source().filter(|_| cause.to_string() == "dns error").map(chain));
    assert!(words.unwrap().contains("failed to lookup address information: "), "{err:?}");
}

async fn reqwest_error(address: &str) -> reqwest::Error {
    let http = reqwest::Client::builder().no_proxy();
    let http = http.tls_backend_preconfigured(fanfare_tls::config_without_trust().unwrap()).build().unwrap();
    http.get(address).send().await.unwrap_err()
}
