//! The way to a server: TCP, a proxy, TLS.

mod proxy;
mod connect;
mod tls;
mod stream;

pub(crate) use self::connect::{connect, host_and_port};
pub(crate) use self::proxy::MailProxy;
pub(crate) use self::stream::{ByteStream, SETTING_NAMES};
pub(crate) use self::tls::TlsClient;
