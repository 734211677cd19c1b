//! The bytes of a connection, watched on their way.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_web::dev::Extensions;
use fanfare_tls::ListenerTls;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::client_stream::ClientStream;
use super::open_connection::OpenConnection;
use super::phase::ConnectionPhase;
use super::table::ConnectionTable;
use crate::traffic::Closure;

/// The length of a request's head at most, in bytes: twice what browsers and proxies make of theirs.
const HEAD_BYTES: usize = 16 * 1024;

/// The answer to a longer head.
const HEAD_TOO_LONG: &[u8] =
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// The bytes of a connection, watched on their way: who serves it reads and writes here.
#[derive(Debug)]
pub(crate) struct WatchedStream {
    io: ClientStream,
    connection: Arc<OpenConnection>,
    number: u64,
    table: Arc<ConnectionTable>,
    head: HeadBytes,
}

/// The bytes that came while the head of a request was awaited; its body may have begun in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeadBytes {
    /// The number of them so far.
    Some(usize),
    /// The most that a head may have. Whoever reads it has yet to look whether it ends in them.
    Enough,
    /// The same number, and the head does not end in them.
    TooMany,
}

impl WatchedStream {
    /// The stream of a connection that was accepted, which `table` takes in.
    pub(crate) fn new(io: TcpStream, tls: Option<&ListenerTls>, table: &Arc<ConnectionTable>) -> Self {
        let (number, connection) = table.open(io.peer_addr().ok());
        let io = ClientStream::new(io, tls);
        Self { io, connection, number, table: Arc::clone(table), head: HeadBytes::Some(0) }
    }

    /// The address of the client.
    pub(crate) fn client(&self) -> Option<SocketAddr> {
        self.connection.client
    }

    /// Shows the connection to its requests: each finds it in its `conn_data`.
    pub(crate) fn show_to_requests(&self, data: &mut Extensions) {
        data.insert(Arc::clone(&self.connection));
    }

    /// Reads a part of a head, of which `before` bytes have come.
    fn poll_head(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
        before: usize,
    ) -> Poll<io::Result<()>> {
        if let Err(err) = ready!(self.io.poll_handshake(cx)) {
            self.table.close(self.number, Closure::FailedHandshake);
            return Poll::Ready(Err(err));
        }
        if let Some(certificate) = self.io.certificate() {
            self.connection.show_certificate(certificate);
        }
        let left = HEAD_BYTES.saturating_sub(before);
        let filled = buf.filled().len();
        if buf.remaining() <= left {
            ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        } else {
            let mut part = ReadBuf::new(buf.initialize_unfilled_to(left));
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut part))?;
            let read = part.filled().len();
            buf.advance(read);
        }
        let read = buf.filled().len() - filled;
        if read > 0 && self.connection.phase().0 == ConnectionPhase::Idle {
            self.connection.enter(ConnectionPhase::AwaitsHead);
        }
        self.head = if read < left { HeadBytes::Some(before + read) } else { HeadBytes::Enough };
        Poll::Ready(Ok(()))
    }

    /// The head has not ended in all the bytes that it may have.
    fn refuse_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Who does not take the answer does without.
        drop(Pin::new(&mut self.io).poll_write(cx, HEAD_TOO_LONG));
        self.table.refused_head(431, &self.connection);
        self.table.close(self.number, Closure::LongHead);
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.connection.served_by(cx.waker());
        if self.connection.is_ending() {
            // As if the client had closed it.
            return Poll::Ready(Ok(()));
        }
        match (self.connection.phase().0, self.head) {
            (ConnectionPhase::Idle, _) => self.poll_head(cx, buf, 0),
            (ConnectionPhase::AwaitsHead, HeadBytes::Some(before)) => self.poll_head(cx, buf, before),
            (ConnectionPhase::AwaitsHead, HeadBytes::Enough) => {
                self.head = HeadBytes::TooMany;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            (ConnectionPhase::AwaitsHead, HeadBytes::TooMany) => self.refuse_head(cx),
            (
                ConnectionPhase::Serves
                | ConnectionPhase::ReadsBody
                | ConnectionPhase::Answers
                | ConnectionPhase::Drains,
                _,
            ) => {
                self.head = HeadBytes::Some(0);
                Pin::new(&mut self.io).poll_read(cx, buf)
            }
        }
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.connection.served_by(cx.waker());
        if self.connection.is_ending() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if self.connection.phase().0 == ConnectionPhase::AwaitsHead {
            // No handler has seen a request, so this is actix's answer to what is none.
            self.connection.begin_answer();
            self.table.refused_head(status(buf), &self.connection);
        }
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Called once all has been written.
        self.connection.answered();
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

impl Drop for WatchedStream {
    fn drop(&mut self) {
        self.table.remove(self.number);
    }
}

/// The status of an answer, which begins with e.g. `HTTP/1.1 400`.
fn status(answer: &[u8]) -> u16 {
    let digits = answer.get(9..12).and_then(|it| str::from_utf8(it).ok());
    digits.and_then(|it| it.parse().ok()).unwrap_or(400)
}
