//! The bytes of a connection as a client means them: behind TLS, if the listener speaks it.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use fanfare_tls::{ClientCertificate, ListenerTls};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// The bytes of a connection as a client means them. A handshake is made by whoever reads first, so that the time for
/// the head of a request counts for it too.
pub(super) enum ClientStream {
    /// A connection without TLS.
    Plain(TcpStream),
    /// The handshake is under way.
    Handshake(Box<Accept<TcpStream>>),
    /// The handshake is done.
    Tls(Box<TlsStream<TcpStream>>),
    /// The handshake has failed: nothing more is read or written.
    Failed,
}

impl fmt::Debug for ClientStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Handshake(_) => "Handshake",
            Self::Tls(_) => "Tls",
            Self::Failed => "Failed",
        })
    }
}

impl ClientStream {
    pub(super) fn new(io: TcpStream, tls: Option<&ListenerTls>) -> Self {
        match tls {
            None => Self::Plain(io),
            Some(tls) => Self::Handshake(Box::new(TlsAcceptor::from(tls.config()).accept(io))),
        }
    }

    /// The certificate that the client has shown, if it has shown one.
    pub(super) fn certificate(&self) -> Option<ClientCertificate> {
        match self {
            Self::Plain(_) | Self::Handshake(_) | Self::Failed => None,
            Self::Tls(tls) => ClientCertificate::from_chain(tls.get_ref().1.peer_certificates()?),
        }
    }

    /// Goes on with the handshake, if it is under way; ready once bytes can be read and written.
    pub(super) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(_) | Self::Tls(_) => Poll::Ready(Ok(())),
            Self::Failed => Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
            Self::Handshake(accept) => {
                let accepted = ready!(Pin::new(accept.as_mut()).poll(cx));
                match accepted {
                    Ok(stream) => {
                        *self = Self::Tls(Box::new(stream));
                        Poll::Ready(Ok(()))
                    }
                    Err(err) => {
                        *self = Self::Failed;
                        Poll::Ready(Err(err))
                    }
                }
            }
        }
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_handshake(cx))?;
        match &mut *self {
            Self::Plain(io) => Pin::new(io).poll_read(cx, buf),
            Self::Tls(io) => Pin::new(io).poll_read(cx, buf),
            Self::Handshake(_) | Self::Failed => Poll::Pending,
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_handshake(cx))?;
        match &mut *self {
            Self::Plain(io) => Pin::new(io).poll_write(cx, buf),
            Self::Tls(io) => Pin::new(io).poll_write(cx, buf),
            Self::Handshake(_) | Self::Failed => Poll::Pending,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(io) => Pin::new(io).poll_flush(cx),
            Self::Tls(io) => Pin::new(io).poll_flush(cx),
            // Nothing has been written.
            Self::Handshake(_) | Self::Failed => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(io) => Pin::new(io).poll_shutdown(cx),
            Self::Tls(io) => Pin::new(io).poll_shutdown(cx),
            Self::Handshake(_) | Self::Failed => Poll::Ready(Ok(())),
        }
    }
}
