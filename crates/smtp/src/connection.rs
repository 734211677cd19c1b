//! One connection of a sender, from its beginning to its end.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use fanfare_tls::ListenerTls;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;

use crate::connections::ConnectionPlace;
use crate::dialogue::{AfterReply, AnnouncedMail, Dialogue, DialogueTurn, MailTls};
use crate::framing::{InputBuffer, InputLine, MailProgress, MailReader};
use crate::held::{HeldMail, HeldMails};
use crate::observer::MailRefusal;
use crate::reply::InletReply;
use crate::settings::SmtpListener;
use crate::sources::RecipientTable;
use crate::taking::MailTaker;

/// The time for which a sender is watched before the greeting: what comes by then was not meant for us.
const SILENCE_BEFORE_GREETING: Duration = Duration::from_millis(100);

/// The time in which a command must come.
const COMMAND_WITHIN: Duration = Duration::from_secs(60);

/// The time in which a mail must have come, and the longest silence within it.
const MAIL_WITHIN: Duration = Duration::from_secs(5 * 60);
const MAIL_SILENCE: Duration = Duration::from_secs(60);

/// The time in which a reply must have been taken.
const REPLY_WITHIN: Duration = Duration::from_secs(30);

/// The time in which a handshake of TLS must be done.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(20);

/// The time after which a connection is not kept for another command.
const CONNECTION_WITHIN: Duration = Duration::from_secs(15 * 60);

/// The time that a sender is given to read the last reply.
const LINGER: Duration = Duration::from_secs(1);

/// The bytes that are read at a time.
const CHUNK: usize = 16 * 1024;

/// The parts of the inlet that its connections share.
#[derive(Debug)]
pub(crate) struct SharedInlet {
    pub(crate) listener: SmtpListener,
    pub(crate) taker: MailTaker,
    pub(crate) held: Arc<HeldMails>,
    pub(crate) rules: RwLock<Arc<MailRules>>,
}

/// The parts that a reload replaces.
#[derive(Debug, Default)]
pub(crate) struct MailRules {
    pub(crate) table: RecipientTable,
    pub(crate) tls: Option<ListenerTls>,
}

/// A connection of a sender.
#[derive(Debug)]
pub(crate) struct SenderConnection {
    pub(crate) shared: Arc<SharedInlet>,
    pub(crate) place: ConnectionPlace,
    pub(crate) peer: IpAddr,
    pub(crate) input: InputBuffer,
    pub(crate) started: Instant,
}

/// The end of a connection, or of its part without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StreamEnd {
    /// All is said, or the sender has gone.
    Over,
    /// A handshake of TLS follows.
    StartTls,
    /// The sender is late.
    Late,
    /// The connection gives way to another one, or the gateway stops.
    Ended,
}

impl SharedInlet {
    pub(crate) fn rules(&self) -> Arc<MailRules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SenderConnection {
    /// Serves the sender until one of us hangs up.
    pub(crate) async fn run(mut self, mut stream: TcpStream) {
        let tls = self.shared.rules().tls.clone();
        let offered = if tls.is_some() { MailTls::Offered } else { MailTls::Unavailable };
        let SmtpListener { listen: _, logins, max_mail } = self.shared.listener;
        let mut dialogue = Dialogue::new(self.peer, logins, max_mail, offered);
        match timeout(SILENCE_BEFORE_GREETING, stream.peek(&mut [0])).await {
            Err(_) => {}
            // Whoever only looks whether the port is open has gone again.
            Ok(Ok(0) | Err(_)) => return,
            Ok(Ok(_)) => {
                self.refuse(MailRefusal::TooEarly, "the sender spoke before it was greeted");
                let reply = InletReply::new(554, "5.5.0 wait for the greeting");
                return self.hang_up(&mut stream, Some(&reply)).await;
            }
        }
        if self.write(&mut stream, &Dialogue::greeting()).await.is_err() {
            return;
        }
        let end = self.converse(&mut stream, &mut dialogue).await;
        let (StreamEnd::StartTls, Some(tls)) = (end, tls) else {
            return self.finish(&mut stream, end).await;
        };
        match timeout(HANDSHAKE_WITHIN, TlsAcceptor::from(tls.config()).accept(stream)).await {
            Ok(Ok(mut stream)) => {
                dialogue.begin_tls();
                let end = self.converse(&mut stream, &mut dialogue).await;
                self.finish(&mut stream, end).await;
            }
            Ok(Err(_)) | Err(_) => {
                self.refuse(MailRefusal::FailedHandshake, "the handshake of TLS failed");
            }
        }
    }

    /// Talks with the sender until the connection ends, or TLS begins.
    async fn converse<S>(&mut self, stream: &mut S, dialogue: &mut Dialogue) -> StreamEnd
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            let line = match self.line(stream).await {
                Ok(line) => line,
                Err(end) => return end,
            };
            let DialogueTurn { reply, next, refusal } = dialogue.line(line, &self.shared.rules().table);
            if let Some(refusal) = refusal {
                self.refuse(refusal, reply.reason());
            }
            if dialogue.is_logged_in() {
                self.place.trust();
            }
            let is_early = !self.input.is_empty();
            let end = match next {
                AfterReply::Line => self.write(stream, &reply).await,
                AfterReply::Close => self.write(stream, &reply).await.and(Err(StreamEnd::Over)),
                // What was sent in clear text before the handshake, or as commands before we asked for the mail, may
                // have been put there by somebody else.
                AfterReply::StartTls | AfterReply::Mail(_) if is_early => self.refuse_early(stream).await,
                AfterReply::StartTls => self.write(stream, &reply).await.and(Err(StreamEnd::StartTls)),
                AfterReply::Mail(mail) => {
                    let received = self.mail(stream, &reply, &mail).await;
                    dialogue.end_mail();
                    received
                }
            };
            if let Err(end) = end {
                return end;
            }
        }
    }

    async fn refuse_early<S: AsyncWrite + Unpin>(&mut self, stream: &mut S) -> Result<(), StreamEnd> {
        self.input.clear();
        self.refuse(MailRefusal::TooEarly, "the sender went on before it was answered");
        self.write(stream, &InletReply::new(554, "5.5.0 wait for the answer")).await.and(Err(StreamEnd::Over))
    }

    /// Receives a mail, and answers it once it is on the disk.
    async fn mail<S>(
        &mut self,
        stream: &mut S,
        go_on: &InletReply,
        mail: &AnnouncedMail,
    ) -> Result<(), StreamEnd>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if let Err(err) = self.shared.taker.gateway.check_room() {
            self.refuse(MailRefusal::NoRoom, &err.to_string());
            return self.write(stream, &InletReply::new(451, "4.3.1 not now: send this again")).await;
        }
        self.write(stream, go_on).await?;
        let mut held = HeldMail::new(Arc::clone(&self.shared.held));
        let reply = match self.receive(stream, &mut held).await? {
            Received::Mail(raw) => {
                let _storing = self.place.storing();
                self.shared.taker.take(raw, mail, self.peer).await
            }
            Received::TooLong => {
                self.refuse(MailRefusal::TooLong, "a mail is longer than `max_mail`");
                InletReply::new(552, "5.3.4 the mail is too long")
            }
            Received::NoMemory => {
                self.refuse(MailRefusal::NoRoom, "too many long mails arrive at once");
                InletReply::new(452, "4.3.1 too many long mails arrive at once: send this again")
            }
        };
        drop(held);
        self.write(stream, &reply).await
    }

    async fn receive<S>(&mut self, stream: &mut S, held: &mut HeldMail) -> Result<Received, StreamEnd>
    where
        S: AsyncRead + Unpin,
    {
        let mut mail = MailReader::new(self.shared.listener.max_mail);
        let mut has_memory = true;
        let deadline = Instant::now() + MAIL_WITHIN;
        loop {
            match self.input.feed(&mut mail) {
                MailProgress::Whole(raw) => return Ok(Received::Mail(raw)),
                MailProgress::TooLong if has_memory => return Ok(Received::TooLong),
                MailProgress::TooLong => return Ok(Received::NoMemory),
                MailProgress::Flood => {
                    self.refuse(MailRefusal::TooLong, "a mail does not end");
                    return Err(StreamEnd::Over);
                }
                MailProgress::Unfinished => {}
            }
            if held.grow_to(mail.held()).is_err() {
                has_memory = false;
                mail.give_up();
            }
            self.fill(stream, deadline.min(Instant::now() + MAIL_SILENCE)).await?;
        }
    }

    /// The next line of the sender.
    async fn line<S: AsyncRead + Unpin>(&mut self, stream: &mut S) -> Result<InputLine, StreamEnd> {
        let deadline = (Instant::now() + COMMAND_WITHIN).min(self.started + CONNECTION_WITHIN);
        loop {
            if let Some(line) = self.input.take_line() {
                return Ok(line);
            }
            self.fill(stream, deadline).await?;
        }
    }

    /// Reads on, until `deadline` or the end of the connection.
    async fn fill<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        deadline: Instant,
    ) -> Result<(), StreamEnd> {
        let mut chunk = vec![0; CHUNK];
        tokio::select! {
            biased;
            () = self.place.ended() => Err(StreamEnd::Ended),
            read = timeout_at(deadline, stream.read(&mut chunk)) => match read {
                Ok(Ok(0) | Err(_)) => Err(StreamEnd::Over),
                Ok(Ok(length)) => {
                    self.input.push(chunk.get(..length).unwrap_or_default());
                    Ok(())
                }
                Err(_) => Err(StreamEnd::Late),
            },
        }
    }

    async fn write<S: AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        reply: &InletReply,
    ) -> Result<(), StreamEnd> {
        let bytes = reply.to_bytes();
        let written = async {
            stream.write_all(&bytes).await?;
            stream.flush().await
        };
        match timeout(REPLY_WITHIN, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(StreamEnd::Over),
            Err(_) => Err(StreamEnd::Late),
        }
    }

    /// Tells the sender why the connection ends, and ends it.
    async fn finish<S>(&self, stream: &mut S, end: StreamEnd)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let reply = match end {
            StreamEnd::Over | StreamEnd::StartTls => None,
            StreamEnd::Late => {
                self.refuse(MailRefusal::Late, "the sender was silent for too long");
                Some(InletReply::new(421, "4.4.2 too long a silence"))
            }
            StreamEnd::Ended if self.place.is_stopping() => {
                Some(InletReply::new(421, "4.3.2 the gateway stops: come again"))
            }
            StreamEnd::Ended => {
                self.refuse(MailRefusal::Displaced, "closed for another connection");
                Some(InletReply::new(421, "4.3.2 too many connections: come again"))
            }
        };
        self.hang_up(stream, reply.as_ref()).await;
    }

    /// Sends the last reply and closes, once the sender has had the time to read it: bytes of it that nobody reads
    /// would have it thrown away.
    async fn hang_up<S>(&self, stream: &mut S, reply: Option<&InletReply>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if let Some(reply) = reply
            && self.write(stream, reply).await.is_err()
        {
            return;
        }
        let drained = async {
            stream.shutdown().await?;
            let mut chunk = vec![0; CHUNK];
            while stream.read(&mut chunk).await? > 0 {}
            io::Result::Ok(())
        };
        // However it ends, nothing is owed to the sender any more.
        drop(timeout(LINGER, drained).await);
    }

    fn refuse(&self, refusal: MailRefusal, reason: &str) {
        self.shared.taker.observer.refused(refusal, self.peer, reason);
    }
}

/// The result of receiving a mail.
enum Received {
    Mail(Vec<u8>),
    TooLong,
    NoMemory,
}
