//! TLS to a broker: an authority of one's own, and a certificate of one's own.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::broker::TestBroker;
use super::{BrokerSite, TOPIC, alarms, until_told};
use crate::harness::{TestGateway, TestProgram};

/// A broker that shows a certificate of its own authority, and wants to see one of that authority.
fn broker() -> TestBroker {
    TestBroker::start_with(|folder| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // OpenSSL takes a certificate that has the name of its issuer for its own issuer.
        params.distinguished_name.push(DnType::CommonName, "the authority of the broker");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("ca.pem", &authority.pem());
        for name in ["127.0.0.1", "fanfare"] {
            let key = KeyPair::generate().unwrap();
            let certificate = CertificateParams::new([name.to_owned()]).unwrap();
            write(&format!("{name}.pem"), &certificate.signed_by(&key, &issuer).unwrap().pem());
            write(&format!("{name}.key"), &key.serialize_pem());
        }
        let folder = folder.path().display();
        format!(
            "allow_anonymous true\ncafile {folder}/ca.pem\ncertfile {folder}/127.0.0.1.pem\nkeyfile {folder}/127.0.0.1.key\nrequire_certificate true"
        )
    })
}

fn mqtt(broker: &TestBroker, files: &[(&str, &str)]) -> String {
    let path = |name: &str| broker.path(name).display().to_string();
    let files = files.iter().fold(String::new(), |text, (setting, file)| match *setting {
        "client_certificate" => format!(
            "{text}, client_certificate: {{ cert_file: '{}', key_file: '{}' }}",
            path(&format!("{file}.pem")),
            path(&format!("{file}.key"))
        ),
        setting => format!("{text}, {setting}: '{}'", path(file)),
    });
    format!("broker: 'mqtts://127.0.0.1:{}', topics: ['{TOPIC}']{files}", broker.port())
}

#[test]
fn a_broker_of_ones_own_authority_is_trusted_if_that_is_named_and_sees_our_certificate() {
    let broker = broker();
    let mqtt = mqtt(&broker, &[("ca_file", "ca.pem"), ("client_certificate", "fanfare")]);
    let ca = broker.path("ca.pem").display().to_string();
    let (cert, key) = (broker.path("fanfare.pem"), broker.path("fanfare.key"));
    let site = BrokerSite::new(broker, &mqtt);
    let gateway = site.gateway();
    let (cert, key) = (cert.display().to_string(), key.display().to_string());
    let arguments = ["--cafile", &ca, "--cert", &cert, "--key", &key];
    assert!(site.broker.publish_with(TOPIC, &alarms(1..2), &arguments));
    until_told(&gateway, 1);
}

#[test]
fn a_broker_whom_nobody_trusts_is_named_with_the_setting_that_mends_it() {
    let broker = broker();
    let mqtt = mqtt(&broker, &[]);
    let site = BrokerSite::new(broker, &mqtt);
    let mut gateway = TestGateway::start_at(&site.folder, &[], &[]);
    let named = |it: &TestProgram| it.log().contains("`mqtt.ca_file`").then_some(());
    gateway.program().await_words("what is wrong", named);
}

#[test]
fn a_broker_that_wants_a_certificate_is_named_with_the_setting() {
    let broker = broker();
    let mqtt = mqtt(&broker, &[("ca_file", "ca.pem")]);
    let site = BrokerSite::new(broker, &mqtt);
    let mut gateway = TestGateway::start_at(&site.folder, &[], &[]);
    let named = |it: &TestProgram| it.log().contains("`mqtt.client_certificate`").then_some(());
    gateway.program().await_words("what is wrong", named);
}
