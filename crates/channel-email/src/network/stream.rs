//! Streams to a server, and the settings by which their faults are mended.

use fanfare_tls::SettingNames;
use tokio::io::{AsyncRead, AsyncWrite};

/// The settings by which faults of TLS are mended.
pub(crate) const SETTING_NAMES: SettingNames = SettingNames {
    host: "`smtp.host`",
    ca_file: "`smtp.ca_file`",
    without_tls: "should `smtp.tls` be starttls?",
};

/// A stream to a server, in clear text or encrypted.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}
