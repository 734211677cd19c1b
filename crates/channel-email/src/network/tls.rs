//! TLS towards the server.

use std::path::Path;
use std::sync::Arc;

use fanfare_core::{BuildError, SendError};
use fanfare_tls::{client_config, misconfiguration};
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::network::stream::{ByteStream, SETTING_NAMES};

/// TLS towards one server.
pub(crate) struct TlsClient {
    connector: TlsConnector,
    server: ServerName<'static>,
}

impl TlsClient {
    /// A client that trusts the system's certificates and those of `ca_file`.
    pub(crate) fn build(host: &str, ca_file: Option<&Path>) -> Result<Self, BuildError> {
        let server = ServerName::try_from(host.to_owned())
            .map_err(|err| BuildError::new("smtp.host", format!("`{host}`: {err}")))?;
        let config =
            client_config(ca_file).map_err(|err| BuildError::new("smtp.ca_file", err.to_string()))?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), server })
    }

    /// Encrypts `stream`, if the server is who it should be. What a person must mend is told
    /// apart from what may pass.
    pub(crate) async fn handshake<S: ByteStream>(&self, stream: S) -> Result<TlsStream<S>, SendError> {
        self.connector.connect(self.server.clone(), stream).await.map_err(|err| {
            match misconfiguration(&err, SETTING_NAMES) {
                Some(reason) => SendError::Misconfigured { reason },
                None => SendError::Transient { reason: format!("TLS: {err}") },
            }
        })
    }
}
