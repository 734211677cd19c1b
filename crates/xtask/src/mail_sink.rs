//! A mail server that takes everything, or refuses one of its mailboxes.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::alert::Serial;
use crate::delivery_counter::DeliveryCounter;

#[cfg(test)]
mod tests;

/// An SMTP server without TLS on a loopback port of its own. Dropping it closes it.
///
/// It counts mails and does not read them: a subject may be encoded in several
/// ways, and the n-th mail is as good as the n-th alert for a rate.
#[derive(Debug)]
pub(crate) struct MailSink {
    /// The address on which it listens.
    pub(crate) address: SocketAddr,
    /// The mails that came, counted as if they were alerts.
    pub(crate) counter: Arc<DeliveryCounter>,
    _door: JoinSet<()>,
}

impl MailSink {
    /// Opens the mailbox.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub(crate) async fn open(counter: Arc<DeliveryCounter>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no loopback port for a mailbox")?;
        let address = listener.local_addr()?;
        let mut endpoint = JoinSet::new();
        endpoint.spawn(accept(listener, Arc::clone(&counter)));
        Ok(Self { address, counter, _door: endpoint })
    }
}

/// The behaviour of a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailSinkBehaviour {
    /// Everything is taken.
    Takes,
    /// The mailbox [`GONE`] is refused, and replies are worded in GBK, as older Chinese servers do.
    RefusesOne,
}

/// The mailbox that [`MailSinkBehaviour::RefusesOne`] refuses.
pub(crate) const GONE: &str = "gone@example.com";

async fn accept(listener: TcpListener, counter: Arc<DeliveryCounter>) {
    let mails = Arc::new(AtomicU32::new(0));
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream, Arc::clone(&mails), Arc::clone(&counter)));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, mails: Arc<AtomicU32>, counter: Arc<DeliveryCounter>) {
    let take = || counter.record(Serial(mails.fetch_add(1, Ordering::Relaxed)), Instant::now());
    if stream.set_nodelay(true).is_ok() {
        // The client hung up without QUIT, as it may.
        drop(converse(stream, MailSinkBehaviour::Takes, take).await);
    }
}

/// One SMTP session; `take` is called for each mail before it is confirmed.
pub(crate) async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    behaviour: MailSinkBehaviour,
    take: impl Fn(),
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    stream.write_all(b"220 sink ESMTP\r\n").await?;
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let reply = reply_to(&line, behaviour);
        stream.write_all(reply.text(behaviour)).await?;
        match reply {
            SinkReply::Data => {
                skip_mail(&mut stream, &mut line).await?;
                take();
                stream.write_all(SinkReply::Taken.text(behaviour)).await?;
            }
            SinkReply::Bye => return Ok(()),
            SinkReply::Hello | SinkReply::Authenticated | SinkReply::Taken | SinkReply::NoSuchMailbox => {}
        }
    }
}

/// Reads up to the line that is a single dot (RFC 5321, 4.1.1.4).
async fn skip_mail(stream: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> io::Result<()> {
    loop {
        line.clear();
        if stream.read_until(b'\n', line).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into()); // half a mail is no mail
        }
        if line == b".\r\n" {
            return Ok(());
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SinkReply {
    Hello,
    Authenticated,
    Data,
    Taken,
    NoSuchMailbox,
    Bye,
}

impl SinkReply {
    fn text(self, behaviour: MailSinkBehaviour) -> &'static [u8] {
        match self {
            Self::Hello => {
                b"250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n"
            }
            Self::Authenticated => b"235 2.7.0 authenticated\r\n",
            Self::Data => b"354 end with a dot\r\n",
            Self::Taken if behaviour == MailSinkBehaviour::Takes => b"250 2.0.0 taken\r\n",
            Self::Taken => b"250 2.0.0 \xd2\xd1\xbd\xd3\xca\xdc\r\n", // "accepted"
            Self::NoSuchMailbox => b"550 5.1.1 \xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda\r\n", // "no such user"
            Self::Bye => b"221 2.0.0 bye\r\n",
        }
    }
}

fn reply_to(line: &[u8], behaviour: MailSinkBehaviour) -> SinkReply {
    let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
    match verb.as_slice() {
        b"EHLO" => SinkReply::Hello,
        b"AUTH" => SinkReply::Authenticated,
        b"DATA" => SinkReply::Data,
        b"RCPT" if behaviour == MailSinkBehaviour::RefusesOne && names_gone(line) => SinkReply::NoSuchMailbox,
        b"QUIT" => SinkReply::Bye,
        _ => SinkReply::Taken,
    }
}

fn names_gone(line: &[u8]) -> bool {
    line.windows(GONE.len()).any(|it| it == GONE.as_bytes())
}
