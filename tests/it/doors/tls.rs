//! TLS on the gateway's own listener: certificates that change, and clients that show one.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::harness::{PATIENCE, TestFolder, TestGateway, until};

const CONFIG: &str = "
server:
  listen: 127.0.0.1:0
  tls: { cert_file: server.pem, key_file: server.key, client_ca_file: ca.pem }
store: sqlite://data/fanfare.db
sources:
  - { name: edge, format: plain, auth: { client_certificate: { name: edge-1.example.com } } }
channels:
  bot: { kind: dingtalk, access_token: { env: BOT } }
receivers:
  - { name: team, channels: [bot] }
route: { receiver: team }
";

/// An authority, and what it vouches for.
struct Authority(Issuer<'static, KeyPair>, String);

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "the authority of the site");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self(Issuer::new(params, key), pem)
    }

    /// Writes `NAME.pem` and `NAME.key` for `host`.
    fn issue(&self, folder: &TestFolder, name: &str, host: &str) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([host.to_owned()]).unwrap();
        folder.write(&format!("{name}.key"), &key.serialize_pem());
        folder.write(&format!("{name}.pem"), &certificate.signed_by(&key, &self.0).unwrap().pem());
    }
}

fn site(authority: &Authority) -> Arc<TestFolder> {
    let folder = TestFolder::new(CONFIG);
    folder.write("ca.pem", &authority.1);
    authority.issue(&folder, "server", "127.0.0.1");
    authority.issue(&folder, "edge", "edge-1.example.com");
    authority.issue(&folder, "other", "edge-2.example.com");
    Arc::new(folder)
}

/// The status that curl prints for a post; 0 if there was no answer.
fn post(folder: &TestFolder, gateway: &TestGateway, scheme: &str, arguments: &[&str]) -> u16 {
    let address = format!("{scheme}://{}/ingest/edge", gateway.address());
    let output = Command::new("curl")
        .args(["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--data", "Door open"])
        .args(["--cacert", "ca.pem"])
        .args(arguments)
        .arg(address)
        .current_dir(folder.folder())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap()
}

const EDGE: [&str; 4] = ["--cert", "edge.pem", "--key", "edge.key"];

#[test]
fn a_client_is_let_in_by_its_certificate_and_by_no_other() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let folder = site(&authority);
    stranger.issue(&folder, "forged", "edge-1.example.com");
    let gateway = TestGateway::start_at(&folder, &["--sandbox"], &[]);
    assert_eq!(post(&folder, &gateway, "https", &EDGE), 202);
    assert_eq!(post(&folder, &gateway, "https", &[]), 401);
    assert_eq!(post(&folder, &gateway, "https", &["--cert", "other.pem", "--key", "other.key"]), 401);
    assert_eq!(post(&folder, &gateway, "https", &["--cert", "forged.pem", "--key", "forged.key"]), 0);
    assert_eq!(post(&folder, &gateway, "http", &EDGE), 0);
    until("the log names the handshake", || gateway.log().contains("handshake of TLS failed"), PATIENCE);
    // Our own commands know the certificate from the config, whatever name it is for.
    let url = format!("https://{}", gateway.address());
    let listed = folder.run(&["alerts", "list", "--url", &url], &[]);
    assert!(listed.code == Some(0) && listed.stdout.contains("Door open"), "{}", listed.said());
}

/// The serial number of the certificate that the gateway shows.
fn shown(folder: &TestFolder, gateway: &TestGateway) -> String {
    let output = Command::new("curl")
        .args(["--silent", "--verbose", "--insecure", "--write-out", "%{certs}"])
        .arg(format!("https://{}/-/healthy", gateway.address()))
        .current_dir(folder.folder())
        .output()
        .unwrap();
    let certs = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(certs.contains("BEGIN CERTIFICATE"), "{certs}");
    certs
}

#[test]
fn a_certificate_that_changes_is_shown_without_a_restart() {
    let authority = Authority::new();
    let folder = site(&authority);
    let gateway = TestGateway::start_at(&folder, &["--sandbox"], &[]);
    let first = shown(&folder, &gateway);
    authority.issue(&folder, "server", "127.0.0.1");
    until("the new certificate is shown", || shown(&folder, &gateway) != first, PATIENCE);
    assert_eq!(post(&folder, &gateway, "https", &EDGE), 202);
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let authority = Authority::new();
    let folder = site(&authority);
    let check = |cert: &str, expected: &str| {
        folder.write("server.pem", cert);
        let checked = folder.run(&["check"], &[("BOT", "a-token-of-a-robot-0123456789abcdef")]);
        assert!(checked.code == Some(1) && checked.said().contains(expected), "{}", checked.said());
    };
    check("", "server.tls.cert_file");
    check(&std::fs::read_to_string(Path::new(&folder.path("edge.pem"))).unwrap(), "server.tls.key_file");
}
