//! Connections under TLS, and the ways in which none is made.

mod authority;

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

pub(crate) use self::authority::CertificateAuthority;
use crate::fault::TlsFault;

/// A connection in both directions, in clear or under TLS.
pub trait DuplexStream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> DuplexStream for T {}

/// The head of a record (RFC 8446, section 5.1): its type, its version, its length.
type RecordHead = [u8; 5];

/// The head of a handshake record of 122 bytes, none of which follow.
const START_OF_AN_ANSWER: RecordHead = [22, 3, 3, 0, 122];

/// The same connection under TLS, unless the fault leaves it in clear.
pub(crate) async fn handshake(
    mut stream: Box<dyn DuplexStream>,
    authority: &CertificateAuthority,
    fault: Option<TlsFault>,
) -> io::Result<Box<dyn DuplexStream>> {
    let config = match fault {
        None => &authority.right,
        Some(TlsFault::Refused) => &authority.no_certificate,
        Some(TlsFault::UnknownAuthority) => &authority.of_a_stranger,
        Some(TlsFault::Expired) => &authority.expired,
        Some(TlsFault::OtherHost) => &authority.of_another_host,
        Some(TlsFault::Plaintext) => return Ok(stream),
        Some(TlsFault::Cut) => {
            hear_out(&mut stream).await?;
            stream.write_all(&START_OF_AN_ANSWER).await?;
            stream.shutdown().await?;
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
    };
    Ok(Box::new(TlsAcceptor::from(Arc::clone(config)).accept(stream).await?))
}

/// Reads the client's first record: what is left unread when a connection is
/// closed would turn its end into a reset.
async fn hear_out(stream: &mut Box<dyn DuplexStream>) -> io::Result<()> {
    let mut head = RecordHead::default();
    stream.read_exact(&mut head).await?;
    let [_, _, _, high, low] = head;
    stream.read_exact(&mut vec![0; u16::from_be_bytes([high, low]).into()]).await?;
    Ok(())
}
