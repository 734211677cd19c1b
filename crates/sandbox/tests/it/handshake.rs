//! A client's side of TLS, and what it has to say of a bad server.

use std::io;
use std::sync::Arc;

use fanfare_sandbox::TlsFault;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{CertificateError, ClientConfig, Error, RootCertStore, crypto};

pub(crate) const EVERY_TLS_FAULT: [TlsFault; 6] = [
    TlsFault::Refused,
    TlsFault::UnknownAuthority,
    TlsFault::Expired,
    TlsFault::OtherHost,
    TlsFault::Plaintext,
    TlsFault::Cut,
];

/// The connection under TLS, for a client that trusts the authority in `pem` alone.
pub(crate) async fn encrypt(stream: TcpStream, pem: &str) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
    let client = client.with_safe_default_protocol_versions().unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(client)).connect(ServerName::try_from("127.0.0.1").unwrap(), stream).await
}

/// The complaint of a client about a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Complaint {
    Alert,
    UnknownIssuer,
    Expired,
    WrongName,
    NotTls,
    HungUp,
    SomethingElse,
}

impl Complaint {
    /// The right complaint about this fault.
    pub(crate) fn about(fault: TlsFault) -> Self {
        match fault {
            TlsFault::Refused => Self::Alert,
            TlsFault::UnknownAuthority => Self::UnknownIssuer,
            TlsFault::Expired => Self::Expired,
            TlsFault::OtherHost => Self::WrongName,
            TlsFault::Plaintext => Self::NotTls,
            TlsFault::Cut => Self::HungUp,
        }
    }

    /// The complaint in the library's error.
    pub(crate) fn of(err: &io::Error) -> Self {
        use CertificateError::{
            Expired, ExpiredContext, NotValidForName, NotValidForNameContext, UnknownIssuer,
        };
        use Error::InvalidCertificate;

        if matches!(err.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) {
            return Self::HungUp;
        }
        let Some(err) = err.get_ref().and_then(|err| err.downcast_ref::<Error>()) else {
            return Self::SomethingElse;
        };
        let complaints = [
            (Self::Alert, matches!(err, Error::AlertReceived(_))),
            (Self::NotTls, matches!(err, Error::InvalidMessage(_))),
            (Self::UnknownIssuer, matches!(err, InvalidCertificate(UnknownIssuer))),
            (Self::Expired, matches!(err, InvalidCertificate(Expired | ExpiredContext { .. }))),
            (
                Self::WrongName,
                matches!(err, InvalidCertificate(NotValidForName | NotValidForNameContext { .. })),
            ),
        ];
        complaints.into_iter().find(|(_, fits)| *fits).map_or(Self::SomethingElse, |(complaint, _)| complaint)
    }
}
